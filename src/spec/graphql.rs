//! GraphQL over HTTP: a document and its variables, sent as JSON.

use crate::source::Spanned;

use super::{Piece, Text, Value};

/// What a GraphQL request asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphQl {
    /// The document: texts and files, one after the other.
    pub document: Vec<Piece>,
    /// Fragments of the file, of which those are added that the document spreads.
    pub fragments: Vec<Fragment>,
    /// The variables of the document.
    pub variables: Option<GraphQlVariables>,
    /// Which of its operations runs.
    pub operation_name: Option<Text>,
}

/// The variables of a GraphQL document.
#[derive(Clone, Debug, PartialEq)]
pub enum GraphQlVariables {
    /// A tree.
    Tree(Value),
    /// JSON, as it is written below the document.
    Written(Vec<Piece>),
}

/// A fragment that the documents of a file share: `fragment Name on Type {…}`, `gql Name < file`.
#[derive(Clone, Debug, PartialEq)]
pub struct Fragment {
    /// The name by which it is spread.
    pub name: Spanned<String>,
    /// What is added.
    pub document: Vec<Piece>,
}
