//! Header fields in the order, case and number in which they were written.

use std::borrow::Cow;
use std::fmt;

use super::is_token_byte;

/// An ordered list of header fields. Names are compared without regard to case
/// and sent as they were written; a name may occur many times.
///
/// ```
/// use rqtest::http::Headers;
///
/// let mut headers = Headers::new();
/// headers.append("Accept", "text/html")?;
/// headers.append("accept", "*/*")?;
/// assert_eq!(headers.text("ACCEPT").unwrap(), "text/html, */*");
/// headers.set("Accept", "text/plain")?;
/// assert_eq!(headers.len(), 1);
/// # Ok::<(), rqtest::http::InvalidHeader>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    fields: Vec<Header>,
}

/// One header field.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    name: Box<str>,
    value: HeaderValue,
}

/// The value of a header field: any bytes but NUL, CR and LF.
#[derive(Clone, PartialEq, Eq)]
pub struct HeaderValue(Box<[u8]>);

impl Headers {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field after all others.
    ///
    /// # Errors
    /// If the name is not a token, or the value holds NUL, CR or LF.
    pub fn append(&mut self, name: &str, value: impl AsRef<[u8]>) -> Result<(), InvalidHeader> {
        self.fields.push(Header::new(name, value.as_ref())?);
        Ok(())
    }

    /// Gives a field one value: in the place of the first of that name, without the others.
    ///
    /// # Errors
    /// As [`Headers::append`].
    pub fn set(&mut self, name: &str, value: impl AsRef<[u8]>) -> Result<(), InvalidHeader> {
        let field = Header::new(name, value.as_ref())?;
        match self.fields.iter().position(|other| other.is(name)) {
            Some(first) => {
                self.remove_after(first, name);
                self.fields[first] = field;
            }
            None => self.fields.push(field),
        }
        Ok(())
    }

    /// Takes all fields of a name away, and says whether there were any.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.fields.len();
        self.fields.retain(|field| !field.is(name));
        self.fields.len() < before
    }

    /// The value of the first field of a name.
    pub fn get(&self, name: &str) -> Option<&HeaderValue> {
        self.fields.iter().find(|field| field.is(name)).map(|field| &field.value)
    }

    /// The values of all fields of a name, in order.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a HeaderValue> {
        self.fields.iter().filter(move |field| field.is(name)).map(|field| &field.value)
    }

    /// The values of all fields of a name, joined with `, ` (RFC 9110, 5.3).
    pub fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut values = self.fields.iter().filter(|field| field.is(name)).map(|field| field.value.text());
        let first = values.next()?;
        Some(values.fold(first, |joined, value| Cow::Owned(format!("{joined}, {value}"))))
    }

    /// Whether there is a field of a name.
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The fields, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Header> {
        self.fields.iter()
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    fn remove_after(&mut self, first: usize, name: &str) {
        let mut at = 0;
        self.fields.retain(|field| {
            at += 1;
            at - 1 <= first || !field.is(name)
        });
    }
}

impl<'a> IntoIterator for &'a Headers {
    type Item = &'a Header;
    type IntoIter = std::slice::Iter<'a, Header>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Headers {
    type Item = Header;
    type IntoIter = std::vec::IntoIter<Header>;

    fn into_iter(self) -> Self::IntoIter {
        self.fields.into_iter()
    }
}

impl FromIterator<Header> for Headers {
    fn from_iter<I: IntoIterator<Item = Header>>(fields: I) -> Self {
        Self { fields: fields.into_iter().collect() }
    }
}

impl Extend<Header> for Headers {
    fn extend<I: IntoIterator<Item = Header>>(&mut self, fields: I) {
        self.fields.extend(fields);
    }
}

impl Header {
    /// A field, checked.
    ///
    /// # Errors
    /// If the name is not a token (RFC 9110, 5.1), or the value holds NUL, CR or LF (5.5).
    pub fn new(name: &str, value: &[u8]) -> Result<Self, InvalidHeader> {
        if name.is_empty() || !name.bytes().all(is_token_byte) {
            return Err(InvalidHeader::Name(name.to_owned()));
        }
        if value.iter().any(|byte| matches!(byte, 0 | b'\r' | b'\n')) {
            return Err(InvalidHeader::Value(name.to_owned()));
        }
        Ok(Self { name: name.into(), value: HeaderValue(value.into()) })
    }

    /// The name as it was written.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value.
    pub fn value(&self) -> &HeaderValue {
        &self.value
    }

    /// Whether this is a field of that name, in any case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.value.text())
    }
}

impl HeaderValue {
    /// The bytes as they were sent.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// As text: UTF-8, and Latin-1 where it is not that.
    pub fn text(&self) -> Cow<'_, str> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(self.0.iter().map(|&byte| char::from(byte)).collect()),
        }
    }
}

impl fmt::Debug for HeaderValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

/// What cannot be sent as a header field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidHeader {
    /// The name is not a token.
    Name(String),
    /// The value of the field of this name holds NUL, CR or LF.
    Value(String),
}

impl fmt::Display for InvalidHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "`{}` is not a header name", name.escape_debug()),
            Self::Value(name) => write!(f, "the value of the header `{name}` holds a line break or NUL"),
        }
    }
}

impl std::error::Error for InvalidHeader {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn set_keeps_the_place_of_the_first() {
        let mut headers = Headers::new();
        for (name, value) in [("A", "1"), ("B", "2"), ("a", "3"), ("C", "4")] {
            headers.append(name, value).unwrap();
        }
        headers.set("a", "9").unwrap();
        let all: Vec<String> = headers.iter().map(|field| format!("{field:?}")).collect();
        assert_eq!(all, ["a: 9", "B: 2", "C: 4"]);
    }

    #[test]
    fn refuses_what_would_split_the_head() {
        let mut headers = Headers::new();
        assert_eq!(headers.append("A", "1\r\nB: 2"), Err(InvalidHeader::Value("A".into())));
        assert_eq!(headers.append("A b", "1"), Err(InvalidHeader::Name("A b".into())));
        assert_eq!(headers.append("", "1"), Err(InvalidHeader::Name(String::new())));
    }

    #[test]
    fn reads_latin_1_where_a_value_is_not_utf_8() {
        let mut headers = Headers::new();
        headers.append("A", b"caf\xe9").unwrap();
        assert_eq!(headers.text("a").unwrap(), "café");
    }
}
