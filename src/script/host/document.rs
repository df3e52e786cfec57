//! Documents and paths: JSONPath, XPath, and the trees of XML and HTML. All of it goes to and
//! fro as text.

use rquickjs::prelude::Func;
use rquickjs::{Ctx, Object};
use serde_json::{Value as Json, json};

use crate::assertion::JsonPath;
use crate::xpath::{Document, Expression, MalformedDocument, Node, NodeKind, Value};

use super::thrown;

pub(super) fn register(object: &Object<'_>) -> rquickjs::Result<()> {
    let json_path =
        |ctx: Ctx<'_>, json: String, path: String| json_path(&json, &path).map_err(|reason| thrown(&ctx, reason));
    object.set("jsonPath", Func::from(json_path))?;
    let xpath = |ctx: Ctx<'_>, text: String, is_html: bool, expression: String| {
        xpath(&text, is_html, &expression).map_err(|reason| thrown(&ctx, reason))
    };
    object.set("xpath", Func::from(xpath))?;
    let parse = |ctx: Ctx<'_>, text: String, is_html: bool| {
        let document = parse(&text, is_html).map_err(|reason| thrown(&ctx, reason))?;
        Ok::<_, rquickjs::Error>(Json::Array(document.root().children().map(tree).collect()).to_string())
    };
    object.set("parseDocument", Func::from(parse))
}

/// The node of a path that can find one alone, or null; else a list of all that it finds.
fn json_path(json: &str, path: &str) -> Result<String, String> {
    let value: Json = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let compiled = JsonPath::compile(path).map_err(|error| format!("`{path}` is no JSONPath: {}", error.reason))?;
    if compiled.is_singular() {
        return Ok(compiled.find(&value).unwrap_or(&Json::Null).to_string());
    }
    let found = compiled.select(&value).ok_or_else(|| format!("`{path}` goes through the value too often"))?;
    Ok(json!(found).to_string())
}

fn xpath(text: &str, is_html: bool, expression: &str) -> Result<String, String> {
    let compiled = Expression::parse(expression).map_err(|error| format!("`{expression}` is no XPath: {error}"))?;
    let document = parse(text, is_html).map_err(|error| error.to_string())?;
    let value = compiled.evaluate(&document).map_err(|error| format!("`{expression}`: {error}"))?;
    Ok(match value {
        Value::Nodes(nodes) => Json::Array(nodes.into_iter().map(|node| json!([node.number(), node.text()])).collect()),
        Value::Text(text) => Json::String(text),
        Value::Number(number) => json!(number),
        Value::Boolean(boolean) => Json::Bool(boolean),
    }
    .to_string())
}

fn parse(text: &str, is_html: bool) -> Result<Document, MalformedDocument> {
    if is_html { Document::parse_html(text) } else { Document::parse_xml(text) }
}

/// `[kind, number, name or text, attributes, children]`; the kinds are numbered as browsers do.
fn tree(node: Node<'_>) -> Json {
    let attributes: Vec<_> = node.attributes().map(|attribute| json!([attribute.name(), attribute.text()])).collect();
    let children: Vec<_> = node.children().map(tree).collect();
    let (kind, value) = match node.kind() {
        NodeKind::Element => (1, node.name()),
        NodeKind::Text => (3, node.text().into_owned()),
        NodeKind::Instruction => (7, node.name()),
        NodeKind::Comment => (8, node.text().into_owned()),
        NodeKind::Root | NodeKind::Attribute => (9, node.name()),
    };
    json!([kind, node.number(), value, attributes, children])
}
