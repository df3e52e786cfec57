//! Axes: where a step looks from a node (XPath 1.0, 2.2).

use std::ops::Range;

use super::Error;
use super::document::{Document, Kind};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    Ancestor,
    AncestorOrSelf,
    Attribute,
    Child,
    Descendant,
    DescendantOrSelf,
    Following,
    FollowingSibling,
    Parent,
    Preceding,
    PrecedingSibling,
    Itself,
}

const NAMES: &[(&str, Axis)] = &[
    ("ancestor", Axis::Ancestor),
    ("ancestor-or-self", Axis::AncestorOrSelf),
    ("attribute", Axis::Attribute),
    ("child", Axis::Child),
    ("descendant", Axis::Descendant),
    ("descendant-or-self", Axis::DescendantOrSelf),
    ("following", Axis::Following),
    ("following-sibling", Axis::FollowingSibling),
    ("parent", Axis::Parent),
    ("preceding", Axis::Preceding),
    ("preceding-sibling", Axis::PrecedingSibling),
    ("self", Axis::Itself),
];

impl Axis {
    pub(super) fn named(name: &str, place: &Range<usize>) -> Result<Self, Error> {
        match NAMES.iter().find(|(known, _)| *known == name) {
            Some(&(_, axis)) => Ok(axis),
            None if name == "namespace" => Err(Error::new("the namespace axis is not supported", place.clone())),
            None => Err(Error::new(format!("there is no axis `{name}`"), place.clone())),
        }
    }

    /// Gives the nodes of the axis to `visit`, in its order: a reverse axis from the node
    /// to the document's beginning.
    pub(super) fn walk(self, document: &Document, node: u32, mut visit: impl FnMut(u32)) {
        match self {
            Self::Itself => visit(node),
            Self::Parent => document.parent(node).into_iter().for_each(visit),
            Self::Ancestor => ancestors(document, node).for_each(visit),
            Self::AncestorOrSelf => {
                visit(node);
                ancestors(document, node).for_each(visit);
            }
            Self::Attribute => document.attributes(node).for_each(visit),
            Self::Child => document.children(node).for_each(visit),
            Self::Descendant => tree_nodes(document, node + 1..document.end(node)).for_each(visit),
            Self::DescendantOrSelf => {
                visit(node);
                tree_nodes(document, node + 1..document.end(node)).for_each(visit);
            }
            Self::Following => tree_nodes(document, following(document, node)).for_each(visit),
            Self::Preceding => preceding(document, node, visit),
            Self::FollowingSibling => following_siblings(document, node).for_each(visit),
            Self::PrecedingSibling => preceding_siblings(document, node).into_iter().rev().for_each(visit),
        }
    }

    /// The nodes of it that `*` and names mean: attributes on their axis, else elements.
    pub(super) fn principal(self) -> Kind {
        if self == Self::Attribute { Kind::Attribute } else { Kind::Element }
    }

    pub(super) fn is_reverse(self) -> bool {
        matches!(self, Self::Ancestor | Self::AncestorOrSelf | Self::Preceding | Self::PrecedingSibling)
    }
}

fn ancestors(document: &Document, node: u32) -> impl Iterator<Item = u32> {
    std::iter::successors(document.parent(node), |&node| document.parent(node))
}

/// The nodes of a stretch of the document but for attributes.
fn tree_nodes(document: &Document, stretch: Range<u32>) -> impl Iterator<Item = u32> {
    stretch.filter(|&node| document.kind(node) != Kind::Attribute)
}

/// What follows an attribute begins with its element's children.
fn following(document: &Document, node: u32) -> Range<u32> {
    document.end(node)..document.end(0)
}

/// All before the node but its ancestors.
fn preceding(document: &Document, node: u32, visit: impl FnMut(u32)) {
    let from = match document.kind(node) {
        Kind::Attribute => document.parent(node).unwrap_or(node),
        _ => node,
    };
    (0..from)
        .rev()
        .filter(|&other| document.kind(other) != Kind::Attribute && document.end(other) <= from)
        .for_each(visit);
}

fn following_siblings(document: &Document, node: u32) -> impl Iterator<Item = u32> {
    let siblings = document.parent(node).filter(|_| document.kind(node) != Kind::Attribute);
    let end = siblings.map_or(0, |parent| document.end(parent));
    document.siblings(document.end(node)..end)
}

fn preceding_siblings(document: &Document, node: u32) -> Vec<u32> {
    let siblings = document.parent(node).filter(|_| document.kind(node) != Kind::Attribute);
    siblings.map_or_else(Vec::new, |parent| document.children(parent).take_while(|&other| other < node).collect())
}
