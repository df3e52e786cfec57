//! Trees of values, compiled.

use minijinja::value::Value;

use crate::diagnostic::Diagnostic;
use crate::spec::{self, Node, Rules};

use super::value::{from_json, to_json};
use super::view::View;
use super::{Scope, Template};

/// A value as an author wrote it, with the templates in its texts compiled.
#[derive(Debug)]
pub struct CompiledValue {
    tree: Tree,
}

#[derive(Debug)]
enum Tree {
    /// What holds no template.
    Constant(serde_json::Value),
    Text(Template),
    List(Vec<Tree>),
    Map(Vec<(Template, Tree)>),
}

impl CompiledValue {
    /// Compiles every template in a tree.
    ///
    /// # Errors
    /// Where and why a text in it is no template: the first of them.
    pub fn compile(value: &spec::Value, rules: &Rules) -> Result<Self, Diagnostic> {
        Ok(Self { tree: compile(value, rules)? })
    }

    /// The value, where nothing in it is a template.
    pub fn as_constant(&self) -> Option<&serde_json::Value> {
        match &self.tree {
            Tree::Constant(value) => Some(value),
            _ => None,
        }
    }

    pub(super) fn null() -> Self {
        Self { tree: Tree::Constant(serde_json::Value::Null) }
    }

    /// The value with its templates rendered. A text that is a single whole expression
    /// takes the type of its result.
    ///
    /// # Errors
    /// As [`Template::render`].
    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<serde_json::Value, Diagnostic> {
        evaluate(&self.tree, scope.view())
    }

    /// As [`CompiledValue::evaluate`], in the values of templates.
    pub(super) fn value(&self, view: &View) -> Result<Value, Diagnostic> {
        match &self.tree {
            Tree::Text(template) => template.value(view),
            tree => Ok(from_json(&evaluate(tree, view)?)),
        }
    }
}

fn compile(value: &spec::Value, rules: &Rules) -> Result<Tree, Diagnostic> {
    Ok(match &value.node {
        Node::Null => Tree::Constant(serde_json::Value::Null),
        Node::Bool(value) => Tree::Constant((*value).into()),
        Node::Number(number) => Tree::Constant(number.clone().into()),
        Node::Text(text) => {
            let template = Template::compile(text, rules)?;
            match template.as_literal() {
                Some(literal) => Tree::Constant(literal.into()),
                None => Tree::Text(template),
            }
        }
        Node::List(items) => collect_list(items.iter().map(|item| compile(item, rules)).collect::<Result<_, _>>()?),
        Node::Map(members) => {
            let member = |(name, value): &_| Ok((Template::compile(name, rules)?, compile(value, rules)?));
            collect_map(members.iter().map(member).collect::<Result<_, Diagnostic>>()?)
        }
    })
}

/// A list, or a constant where nothing in it is a template.
fn collect_list(items: Vec<Tree>) -> Tree {
    let constant = |item: &Tree| match item {
        Tree::Constant(value) => Some(value.clone()),
        _ => None,
    };
    match items.iter().map(constant).collect() {
        Some(list) => Tree::Constant(serde_json::Value::Array(list)),
        None => Tree::List(items),
    }
}

/// A map, or a constant where nothing in it is a template.
fn collect_map(members: Vec<(Template, Tree)>) -> Tree {
    let constant = |(name, value): &(Template, Tree)| match value {
        Tree::Constant(value) => Some((name.as_literal()?.to_owned(), value.clone())),
        _ => None,
    };
    match members.iter().map(constant).collect() {
        Some(map) => Tree::Constant(serde_json::Value::Object(map)),
        None => Tree::Map(members),
    }
}

fn evaluate(tree: &Tree, view: &View) -> Result<serde_json::Value, Diagnostic> {
    match tree {
        Tree::Constant(value) => Ok(value.clone()),
        Tree::Text(template) => Ok(to_json(&template.value(view)?)),
        Tree::List(items) => items.iter().map(|item| evaluate(item, view)).collect(),
        Tree::Map(members) => {
            let member = |(name, value): &(Template, Tree)| {
                let name = String::from_utf8_lossy(&name.octets(view)?).into_owned();
                Ok((name, evaluate(value, view)?))
            };
            members.iter().map(member).collect::<Result<serde_json::Map<_, _>, _>>().map(Into::into)
        }
    }
}
