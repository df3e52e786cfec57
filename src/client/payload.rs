//! What a request carries, with the media type that goes with it.

use std::path::Path;

use serde::Serialize;

use crate::http::{Body, Segment, push_pair};
use crate::source::{self, ReadError};

use super::pairs::pairs;
use super::{Error, ErrorKind};

/// The media type of bytes of which nothing is known.
const OCTETS: &str = "application/octet-stream";

/// A body and its media type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payload {
    /// The bytes.
    pub body: Body,
    /// The `Content-Type` where the headers have none.
    pub content_type: Option<String>,
    /// Whether the bytes are the whole message, head included, to which nothing is added.
    pub is_message: bool,
}

impl Payload {
    /// A value as JSON.
    ///
    /// # Errors
    /// If it has none: a map whose keys are no strings, for example.
    pub fn json(value: &(impl Serialize + ?Sized)) -> Result<Self, Error> {
        let bytes = serde_json::to_vec(value).map_err(|error| {
            Error::new(ErrorKind::Request, format!("the body cannot be written as JSON: {error}")).with_source(error)
        })?;
        Ok(Self::new(bytes.into(), "application/json"))
    }

    /// Names and values as a form sends them, in order: from pairs, a map or a structure. A list
    /// repeats its name, null leaves it out.
    ///
    /// # Errors
    /// If a value is a tree.
    pub fn form(fields: &(impl Serialize + ?Sized)) -> Result<Self, Error> {
        Ok(Self::pairs(&pairs(fields)?))
    }

    /// Names and values as a form sends them, in order.
    pub(crate) fn pairs(pairs: &[(String, String)]) -> Self {
        let mut text = String::new();
        for (name, value) in pairs {
            if !text.is_empty() {
                text.push('&');
            }
            push_pair(&mut text, name, value);
        }
        Self::new(text.into(), "application/x-www-form-urlencoded")
    }

    /// Text, in UTF-8.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(text.into().into(), "text/plain; charset=utf-8")
    }

    /// Bytes.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(bytes.into().into(), OCTETS)
    }

    /// A file, read while it is sent; its media type is guessed from its name.
    ///
    /// # Errors
    /// If there is no such file, or it cannot be opened.
    pub fn file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        Ok(Self::new(file_body(path)?, guess_content_type(path)))
    }

    /// A whole message, head included: what is sent instead of one that is made of the
    /// request, to the byte, however malformed it is.
    pub fn message(message: impl Into<Body>) -> Self {
        Self { body: message.into(), content_type: None, is_message: true }
    }

    /// The same body with another media type.
    #[must_use]
    pub fn content_type(self, content_type: impl Into<String>) -> Self {
        Self { content_type: Some(content_type.into()), ..self }
    }

    fn new(body: Body, content_type: &str) -> Self {
        Self { body, content_type: Some(content_type.to_owned()), is_message: false }
    }
}

/// A body of which nothing more is known.
impl From<Body> for Payload {
    fn from(body: Body) -> Self {
        Self { body, content_type: None, is_message: false }
    }
}

/// The media type that a file name's extension stands for.
pub(super) fn guess_content_type(path: &Path) -> &'static str {
    mime_guess::from_path(path).first_raw().unwrap_or(OCTETS)
}

/// A file as a body, which is not read yet.
pub(super) fn file_body(path: &Path) -> Result<Body, Error> {
    let unreadable =
        |error| Error::new(ErrorKind::Request, format!("cannot read {}: {error}", path.display())).with_source(error);
    let metadata = source::open(path)?.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(Error::new(ErrorKind::Request, format!("{} is not a file", path.display())));
    }
    Ok(Body::new(vec![Segment::File { path: path.to_owned(), length: metadata.len() }]))
}

/// A file that a request needs and that cannot be had.
impl From<ReadError> for Error {
    fn from(error: ReadError) -> Self {
        Self::new(ErrorKind::Request, error.to_string()).with_source(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(payload: &Payload) -> String {
        String::from_utf8(payload.body.in_memory().unwrap()).unwrap()
    }

    #[test]
    fn encodes_forms_as_requests_does() {
        for (pairs, expected) in [
            (vec![], ""),
            (vec![("a", "1"), ("a", "2")], "a=1&a=2"),
            (vec![("a b", "c&d=e+f")], "a+b=c%26d%3De%2Bf"),
            (vec![("é", "*~-._/")], "%C3%A9=%2A~-._%2F"),
        ] {
            assert_eq!(body(&Payload::form(&pairs).unwrap()), expected);
        }
    }

    #[test]
    fn writes_json() {
        let payload = Payload::json(&serde_json::json!({"b": [1, "é"], "a": null})).unwrap();
        assert_eq!(body(&payload), r#"{"b":[1,"é"],"a":null}"#);
        assert_eq!(payload.content_type.as_deref(), Some("application/json"));
        let keys = std::collections::BTreeMap::from([(vec![1], 2)]);
        assert_eq!(Payload::json(&keys).unwrap_err().kind(), ErrorKind::Request);
    }

    #[test]
    fn announces_a_file_without_reading_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.csv");
        std::fs::File::options().create_new(true).write(true).open(&path).unwrap().set_len(1 << 40).unwrap();
        let payload = Payload::file(&path).unwrap();
        assert_eq!((payload.body.len().unwrap(), payload.content_type.as_deref()), (1 << 40, Some("text/csv")));
        for missing in [folder.path().join("none"), folder.path().to_owned()] {
            assert_eq!(Payload::file(missing).unwrap_err().kind(), ErrorKind::Request);
        }
    }
}
