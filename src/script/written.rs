//! A request as it is written.

use serde_json::{Map, Value as Json};

use crate::source::Span;
use crate::spec::{Body, FileReference, Format, Node, Piece, Request, Text, Value};

/// A request as it is written, for scripts that look at it before it is rendered.
#[derive(Clone, Debug)]
pub struct Written {
    /// The method.
    pub method: Text,
    /// The URL.
    pub target: Text,
    /// The header fields that have a value.
    pub headers: Vec<(Text, Text)>,
    /// What it carries, piece by piece.
    pub body: Option<Vec<Text>>,
}

impl From<&Request> for Written {
    fn from(request: &Request) -> Self {
        let target = request.target.clone();
        let get = || Text { value: "GET".to_owned(), ..target.clone() };
        let fields = request.headers.iter();
        Self {
            method: request.method.clone().unwrap_or_else(get),
            headers: fields.filter_map(|field| Some((field.name.clone(), field.value.clone()?))).collect(),
            body: request.body.as_deref().and_then(|body| texts(body, &request.span, target.format)),
            target,
        }
    }
}

/// The texts of a body; nothing for what has none.
fn texts(body: &Body, span: &Span, format: Format) -> Option<Vec<Text>> {
    let text = |value: String| Text { value, span: span.clone(), format };
    match body {
        Body::Content(pieces) | Body::Message(pieces) => {
            Some(pieces.iter().map(|piece| of_piece(piece, &text)).collect())
        }
        Body::Verbatim(verbatim) => Some(vec![text(verbatim.value.clone())]),
        Body::Json(tree) => Some(vec![text(json(tree).to_string())]),
        Body::Form(_) | Body::Multipart(_) | Body::Bytes(_) | Body::GraphQl(_) => None,
    }
}

fn of_piece(piece: &Piece, text: &impl Fn(String) -> Text) -> Text {
    match piece {
        Piece::Text(written) | Piece::Form { text: written, .. } => written.clone(),
        Piece::File(FileReference::Verbatim(path)) => text(format!("< {}", path.value)),
        Piece::File(FileReference::Rendered { path, .. }) => text(format!("<@ {}", path.value)),
        Piece::Bytes(bytes) => text(String::from_utf8_lossy(&bytes.value).into_owned()),
    }
}

/// A tree as JSON, its templates as they are written.
fn json(value: &Value) -> Json {
    match &value.node {
        Node::Null => Json::Null,
        Node::Bool(boolean) => Json::Bool(*boolean),
        Node::Number(number) => Json::Number(number.clone()),
        Node::Text(text) => Json::String(text.value.clone()),
        Node::List(items) => items.iter().map(json).collect(),
        Node::Map(entries) => {
            Json::Object(entries.iter().map(|(key, value)| (key.value.clone(), json(value))).collect::<Map<_, _>>())
        }
    }
}
