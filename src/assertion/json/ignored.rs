//! What of a value is not compared: the nodes that paths find.

use std::collections::HashSet;
use std::ptr;

use serde_json::Value as Json;

use crate::assertion::Failure;
use crate::assertion::jsonpath::Path;

use super::Wanted;

/// Nodes of a document, known by where they lie: two may be equal.
#[derive(Debug, Default)]
pub(super) struct Ignored(HashSet<*const Json>);

impl Ignored {
    /// What paths find in a document.
    ///
    /// # Errors
    /// If one goes through the document too often.
    pub(super) fn of(paths: &[&Path], document: &Json) -> Result<Self, Failure> {
        let mut nodes = HashSet::new();
        for path in paths {
            let endless = || Failure::new("what is ignored goes through the document too often to be followed");
            nodes.extend(path.select(document).ok_or_else(endless)?.into_iter().map(ptr::from_ref));
        }
        Ok(Self(nodes))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn holds(&self, node: &Json) -> bool {
        !self.is_empty() && self.0.contains(&ptr::from_ref(node))
    }

    /// What is expected, without what is ignored of the document that it is as JSON.
    pub(super) fn taken_from(&self, wanted: Wanted, document: &Json) -> Wanted {
        if self.holds(document) {
            return Wanted::Ignored;
        }
        match (wanted, document) {
            (Wanted::List(items), Json::Array(elements)) => {
                Wanted::List(items.into_iter().zip(elements).map(|(item, json)| self.taken_from(item, json)).collect())
            }
            (Wanted::Object(members), Json::Object(values)) => {
                let member = |((name, member), json)| (name, self.taken_from(member, json));
                Wanted::Object(members.into_iter().zip(values.values()).map(member).collect())
            }
            (other, _) => other,
        }
    }
}
