//! Bodies of `multipart/form-data` (RFC 7578), written as browsers write them (WHATWG
//! HTML, 4.10.21.8), files streamed.

use std::fmt::Write as _;
use std::path::Path;

use crate::http::{Body, Headers, Segment};

use super::payload::{file_body, guess_content_type};
use super::{Error, ErrorKind, Payload};

/// A `multipart/form-data` body (RFC 7578).
///
/// ```
/// use rqtest::client::{Answer, InMemory, Multipart, Part, Session};
/// use rqtest::http::Body;
///
/// let upload = Multipart::new()
///     .part(Part::text("note", "two pictures"))
///     .part(Part::bytes("pictures", "a.png", [1, 2, 3]).header("Expires", "0")?)
///     .part(Part::body("pictures", Body::from_reader(&b"GIF89a"[..])).filename("b").content_type("image/gif"));
///
/// let size = InMemory::new(|request| Answer::ok(&*request.headers.text("Transfer-Encoding").unwrap_or_default()));
/// let response = Session::with_adapter(size).post("http://localhost/").multipart(upload).send()?;
/// assert_eq!(response.text()?, "chunked"); // since nobody knows how much the reader will give
/// # Ok::<(), rqtest::client::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Multipart {
    /// The parts, in order.
    pub parts: Vec<Part>,
}

/// A part of a multipart body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The field's name.
    pub name: String,
    /// What it holds.
    pub body: Body,
    /// The file name.
    pub filename: Option<String>,
    /// The media type; where there is none, it is guessed from the file name.
    pub content_type: Option<String>,
    /// Further header fields; each replaces the part's own of its name.
    pub headers: Headers,
}

impl Multipart {
    /// A body without parts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a part after all others; several may have one name.
    #[must_use]
    pub fn part(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    /// A boundary that no content holds but by an unheard-of chance.
    pub fn random_boundary() -> String {
        format!("{:032x}", fastrand::u128(..))
    }

    /// The body and its media type, with this text between the parts.
    ///
    /// # Errors
    /// If a part's name, file name or media type, or the boundary, holds what a header field cannot.
    pub fn into_payload(self, boundary: &str) -> Result<Payload, Error> {
        if !is_boundary(boundary) {
            return Err(Error::new(
                ErrorKind::Request,
                format!("`{}` cannot stand between parts as their boundary", boundary.escape_debug()),
            ));
        }
        let mut segments = Vec::with_capacity(2 * self.parts.len() + 1);
        let mut between = String::new();
        for part in self.parts {
            write_head(&mut between, boundary, &part.head()?);
            segments.push(bytes(&between));
            segments.extend_from_slice(part.body.segments());
            "\r\n".clone_into(&mut between);
        }
        between.push_str("--");
        between.push_str(boundary);
        between.push_str("--\r\n");
        segments.push(bytes(&between));
        let content_type = Some(format!("multipart/form-data; boundary={boundary}"));
        Ok(Payload { body: Body::new(segments), content_type, ..Payload::default() })
    }
}

impl Part {
    /// A field of text.
    pub fn text(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::new(name.into(), value.into().into(), None)
    }

    /// A file that is in memory.
    pub fn bytes(name: impl Into<String>, filename: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self::new(name.into(), content.into().into(), Some(filename.into()))
    }

    /// A file, read while it is sent, under its own name.
    ///
    /// # Errors
    /// If there is no such file, or it cannot be opened.
    pub fn file(name: impl Into<String>, path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let filename = path.file_name().map(|name| name.to_string_lossy().into_owned());
        Ok(Self::new(name.into(), file_body(path)?, filename))
    }

    /// Anything: a reader, for example, read while it is sent.
    pub fn body(name: impl Into<String>, body: impl Into<Body>) -> Self {
        Self::new(name.into(), body.into(), None)
    }

    /// The same under a file name, as servers expect it of a file.
    #[must_use]
    pub fn filename(self, filename: impl Into<String>) -> Self {
        Self { filename: Some(filename.into()), ..self }
    }

    /// The same with its media type, which is not guessed then.
    #[must_use]
    pub fn content_type(self, content_type: impl Into<String>) -> Self {
        Self { content_type: Some(content_type.into()), ..self }
    }

    /// The same with a header field more.
    ///
    /// # Errors
    /// As [`Headers::append`].
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Result<Self, Error> {
        self.headers.append(name, value)?;
        Ok(self)
    }

    fn new(name: String, body: Body, filename: Option<String>) -> Self {
        Self { name, body, filename, content_type: None, headers: Headers::new() }
    }

    /// Its header fields.
    ///
    /// # Errors
    /// If a name, a file name or a media type holds a line break or NUL.
    pub(crate) fn head(&self) -> Result<Headers, Error> {
        let mut disposition = format!("form-data; name=\"{}\"", quotable("name", &self.name)?);
        if let Some(filename) = &self.filename {
            write!(disposition, "; filename=\"{}\"", quotable("file name", filename)?)
                .expect("a string takes all that is written");
        }
        let mut head = Headers::new();
        head.append("Content-Disposition", disposition)?;
        let guessed = || self.filename.as_deref().map(|filename| guess_content_type(Path::new(filename)));
        if let Some(content_type) = self.content_type.as_deref().or_else(guessed) {
            head.append("Content-Type", content_type)?;
        }
        Ok(super::prepare::overlay(head, &self.headers))
    }
}

/// A name as it stands between quotes: in it a quote is percent-encoded and nothing else, not
/// even `%`. Browsers encode line breaks too; who brings one into a name here did not mean to.
fn quotable(what: &str, name: &str) -> Result<String, Error> {
    if name.contains(['\r', '\n', '\0']) {
        let message = format!("the {what} `{}` of a part holds a line break or NUL", name.escape_debug());
        return Err(Error::new(ErrorKind::InvalidHeader, message));
    }
    Ok(name.replace('"', "%22"))
}

/// `bchars` (RFC 2046, 5.1.1) but for those that would have to be quoted.
fn is_boundary(text: &str) -> bool {
    (1..=70).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"'+_-.".contains(&byte))
}

fn write_head(text: &mut String, boundary: &str, head: &Headers) {
    text.push_str("--");
    text.push_str(boundary);
    text.push_str("\r\n");
    for field in head {
        for piece in [field.name(), ": ", &field.value().text(), "\r\n"] {
            text.push_str(piece);
        }
    }
    text.push_str("\r\n");
}

fn bytes(text: &str) -> Segment {
    Segment::Bytes(text.as_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(multipart: Multipart) -> String {
        let payload = multipart.into_payload("B").unwrap();
        assert_eq!(payload.content_type.as_deref(), Some("multipart/form-data; boundary=B"));
        String::from_utf8(payload.body.in_memory().unwrap()).unwrap()
    }

    #[test]
    fn writes_parts_as_browsers_do() {
        let mut picture = Part::bytes("pictures", "c\"a té%.png", [1, 2]);
        picture.headers.append("Expires", "0").unwrap();
        let typed = Part { content_type: Some("text/x".to_owned()), ..Part::bytes("pictures", "none", "x") };
        let multipart = Multipart::new().part(Part::text("note", "héllo")).part(picture).part(typed);
        assert_eq!(
            written(multipart),
            "--B\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhéllo\r\n\
             --B\r\nContent-Disposition: form-data; name=\"pictures\"; filename=\"c%22a té%.png\"\r\n\
             Content-Type: image/png\r\nExpires: 0\r\n\r\n\u{1}\u{2}\r\n\
             --B\r\nContent-Disposition: form-data; name=\"pictures\"; filename=\"none\"\r\n\
             Content-Type: text/x\r\n\r\nx\r\n--B--\r\n"
        );
    }

    #[test]
    fn lets_a_part_write_its_own_head() {
        let mut part = Part::bytes("n", "f.txt", "x");
        part.headers.append("content-type", "a/b").unwrap();
        part.headers.append("Content-Disposition", "attachment").unwrap();
        assert_eq!(
            written(Multipart::new().part(part)),
            "--B\r\nContent-Disposition: attachment\r\ncontent-type: a/b\r\n\r\nx\r\n--B--\r\n"
        );
    }

    #[test]
    fn ends_even_without_parts() {
        assert_eq!(written(Multipart::new()), "--B--\r\n");
    }

    #[test]
    fn streams_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        std::fs::File::options().create_new(true).write(true).open(&path).unwrap().set_len(1 << 30).unwrap();
        let payload = Multipart::new().part(Part::file("f", &path).unwrap()).into_payload("B").unwrap();
        assert!(payload.body.len().unwrap() > 1 << 30);
        assert!(matches!(&payload.body.segments()[1], Segment::File { length, .. } if *length == 1 << 30));
    }

    #[test]
    fn refuses_what_would_break_the_framing() {
        let part = Part { content_type: Some("a/b\r\nX: y".to_owned()), ..Part::text("n", "v") };
        assert_eq!(Multipart::new().part(part).into_payload("B").unwrap_err().kind(), ErrorKind::InvalidHeader);
        for broken in ["a\rb", "a\nb", "a\0b"] {
            for part in [Part::text(broken, "v"), Part::bytes("n", broken, "v")] {
                let error = Multipart::new().part(part).into_payload("B").unwrap_err();
                assert!(error.to_string().ends_with("of a part holds a line break or NUL"), "{error}");
            }
        }
        for boundary in ["", "a b", "a\r\nb", &"x".repeat(71)] {
            assert_eq!(Multipart::new().into_payload(boundary).unwrap_err().kind(), ErrorKind::Request);
        }
    }

    #[test]
    fn draws_boundaries_that_differ() {
        let (one, other) = (Multipart::random_boundary(), Multipart::random_boundary());
        assert!(is_boundary(&one) && one.len() == 32 && one != other);
    }
}
