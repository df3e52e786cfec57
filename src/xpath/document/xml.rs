//! XML, as roxmltree reads it, into the tree.
//!
//! Nothing outside of the text is read. Entities that it declares itself are expanded,
//! but only as far as they cannot become large.

use roxmltree::{Attribute, Node, NodeType, ParsingOptions};

use super::build::Builder;
use super::{Document, Format, MalformedDocument, Name};

/// How many bytes the entities of a document may become.
const LARGEST_EXPANSION: usize = 64 << 20;

/// How many times over one entity may name others: roxmltree's own limit.
const MOST_NESTED: usize = 256;

pub(super) fn read(text: &str) -> Result<Document, MalformedDocument> {
    let text = text.trim_start_matches('\u{feff}').trim_ascii_start();
    check_entities(text)?;
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let parsed = roxmltree::Document::parse_with_options(text, options)
        .map_err(|error| MalformedDocument { reason: error.to_string() })?;
    let mut builder = Builder::new(Format::Xml);
    fill(&mut builder, parsed.root());
    builder.finish()
}

/// Holds the document's entities to what they could become at most.
fn check_entities(text: &str) -> Result<(), MalformedDocument> {
    let values = text.split("<!ENTITY").skip(1).map(|declaration| {
        let quoted = declaration.find(['"', '\'']).map_or("", |at| &declaration[at..]);
        let quote = quoted.chars().next().unwrap_or('"');
        quoted.split(quote).nth(1).map_or(0, str::len)
    });
    let Some(longest) = values.max() else { return Ok(()) };
    let references = text.split('&').skip(1).filter(|after| !is_predefined(after)).count();
    if references.saturating_mul(MOST_NESTED).saturating_mul(longest) > LARGEST_EXPANSION {
        return Err(MalformedDocument { reason: "its entities could become more than 64 MiB".to_owned() });
    }
    Ok(())
}

fn is_predefined(after: &str) -> bool {
    ["#", "amp;", "lt;", "gt;", "quot;", "apos;"].iter().any(|name| after.starts_with(name))
}

/// Walks the tree without recursion: its depth is the server's choice.
fn fill(builder: &mut Builder, root: Node<'_, '_>) {
    let mut next = root.first_child();
    while let Some(node) = next {
        begin(builder, node);
        next = node.first_child().or_else(|| after(builder, node, root));
    }
}

fn begin(builder: &mut Builder, node: Node<'_, '_>) {
    match node.node_type() {
        NodeType::Root => {}
        NodeType::Element => {
            builder.open(element_name(node));
            declare(builder, node);
            for attribute in node.attributes() {
                builder.attribute(attribute_name(&attribute, node), attribute.value());
            }
        }
        NodeType::Text => builder.text(node.text().unwrap_or_default()),
        NodeType::Comment => builder.comment(node.text().unwrap_or_default()),
        NodeType::PI => {
            if let Some(instruction) = node.pi() {
                builder.instruction(instruction.target, instruction.value.unwrap_or_default());
            }
        }
    }
}

/// What comes after all that a node contains; ends the elements that are left on the way.
fn after<'a, 'i>(builder: &mut Builder, node: Node<'a, 'i>, root: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
    let mut node = node;
    loop {
        if node.is_element() {
            builder.close();
        }
        if let Some(sibling) = node.next_sibling() {
            return Some(sibling);
        }
        node = node.parent().filter(|parent| *parent != root)?;
    }
}

/// The namespaces that an element declares, or declares anew.
fn declare(builder: &mut Builder, node: Node<'_, '_>) {
    let outer = node.parent_element();
    for namespace in node.namespaces() {
        let is_inherited =
            outer.is_some_and(|outer| outer.lookup_namespace_uri(namespace.name()) == Some(namespace.uri()));
        if !is_inherited && namespace.name() != Some("xml") {
            builder.declare(namespace.name().unwrap_or_default(), namespace.uri());
        }
    }
}

fn element_name(node: Node<'_, '_>) -> Name {
    let written = node.document().input_text()[node.range()].trim_start_matches('<');
    let end = written.find(|character: char| character.is_ascii_whitespace() || matches!(character, '/' | '>'));
    name(&written[..end.unwrap_or(written.len())], node.tag_name().namespace())
}

fn attribute_name(attribute: &Attribute<'_, '_>, node: Node<'_, '_>) -> Name {
    name(&node.document().input_text()[attribute.range_qname()], attribute.namespace())
}

/// A name with the prefix that is written.
fn name(written: &str, namespace: Option<&str>) -> Name {
    let (prefix, local) = written.split_once(':').unwrap_or(("", written));
    Name { prefix: prefix.into(), local: local.into(), namespace: namespace.unwrap_or_default().into() }
}
