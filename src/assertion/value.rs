//! What queries and filters give, and what operands are: JSON by reference where
//! possible, and what JSON does not know.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Number, Value as Json};

/// The most characters of a value that a one-line message shows.
const LONGEST: usize = 80;

/// The most bytes that are shown in hexadecimal.
const MOST_BYTES: usize = 4096;

/// The bytes that an excerpt shows.
const FIRST_BYTES: usize = 32;

/// A value under examination.
#[derive(Clone, Debug)]
pub(super) enum Value<'a> {
    /// There is none.
    Absent,
    /// JSON, which has types.
    Json(Cow<'a, Json>),
    /// A text that has no type of its own, from a header, a cookie or the body: it takes
    /// the type of what it is compared with.
    Raw(Cow<'a, str>),
    /// Bytes.
    Bytes(Cow<'a, [u8]>),
    /// A length of time.
    Duration(Duration),
    /// A point in time.
    Date(Timestamp),
    /// A list of what is not JSON.
    List(Vec<Self>),
    /// The nodes that a path found, or the values of a header field: one stands for
    /// itself in a comparison, several are a list.
    Nodes(Vec<Self>),
}

impl<'a> Value<'a> {
    pub(super) fn number(number: impl Into<Number>) -> Self {
        Self::Json(Cow::Owned(Json::Number(number.into())))
    }

    pub(super) fn raw(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Raw(text.into())
    }

    /// What stands for itself in a comparison: the only one of several nodes.
    pub(super) fn alone(&self) -> &Self {
        match self {
            Self::Nodes(nodes) => match nodes.as_slice() {
                [] => &Value::Absent,
                [only] => only.alone(),
                _ => self,
            },
            other => other,
        }
    }

    /// Whether there is nothing.
    pub(super) fn is_absent(&self) -> bool {
        matches!(self.alone(), Self::Absent)
    }

    /// The text, if it is one.
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Json(json) => json.as_str(),
            Self::Raw(text) => Some(text),
            _ => None,
        }
    }

    /// The text that it is or holds: bytes are one if they are UTF-8.
    pub(super) fn readable(&self) -> Option<Cow<'_, str>> {
        match self.alone() {
            Self::Bytes(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            other => other.as_text().map(Cow::Borrowed),
        }
    }

    /// The number, if it is one, or a text without a type that reads as one.
    pub(super) fn as_number(&self) -> Option<Cow<'_, Number>> {
        match self {
            Self::Json(json) => match json.as_ref() {
                Json::Number(number) => Some(Cow::Borrowed(number)),
                _ => None,
            },
            Self::Raw(text) => read_number(text).map(Cow::Owned),
            _ => None,
        }
    }

    /// As JSON: bytes are text if they are printable UTF-8, and hexadecimal if not; a
    /// length of time is its milliseconds, a date the text of RFC 3339.
    pub(super) fn into_json(self) -> Json {
        match self {
            Self::Absent => Json::Null,
            Self::Json(json) => json.into_owned(),
            Self::Raw(text) => Json::String(text.into_owned()),
            Self::Bytes(bytes) => Json::String(printable(&bytes).map_or_else(|| hex(&bytes), str::to_owned)),
            Self::Duration(duration) => milliseconds(duration).into(),
            Self::Date(date) => Json::String(date.to_string()),
            Self::List(values) => values.into_iter().map(Self::into_json).collect(),
            Self::Nodes(mut nodes) if nodes.len() == 1 => nodes.remove(0).into_json(),
            Self::Nodes(nodes) => nodes.into_iter().map(Self::into_json).collect(),
        }
    }

    /// The type, as messages name it.
    pub(super) fn kind(&self) -> &'static str {
        match self.alone() {
            Self::Absent => "nothing",
            Self::Json(json) => json_kind(json),
            Self::Raw(_) => "text",
            Self::Bytes(_) => "bytes",
            Self::Duration(_) => "duration",
            Self::Date(_) => "date",
            Self::List(_) | Self::Nodes(_) => "list",
        }
    }

    /// The text that it is, or that its bytes are where they can be printed.
    pub(super) fn printable(&self) -> Option<&str> {
        match self {
            Self::Bytes(bytes) => printable(bytes),
            other => other.as_text(),
        }
    }

    /// In one line, cut off where it is long.
    pub(super) fn brief(&self) -> String {
        match self.alone() {
            Self::Absent => "nothing".to_owned(),
            Self::Raw(text) => brief_json(&Json::String(excerpt(text, LONGEST))),
            Self::Json(json) => brief_json(json),
            Self::Bytes(bytes) => match bytes.len() {
                0..=32 => format!("hex,{}", hex(bytes)),
                length => format!("{length} bytes"),
            },
            Self::Duration(duration) => format!("{duration:?}"),
            Self::Date(date) => date.to_string(),
            Self::List(values) | Self::Nodes(values) => {
                let shown: Vec<String> = values.iter().take(8).map(Self::brief).collect();
                let more = if values.len() > shown.len() { ", …" } else { "" };
                excerpt(&format!("[{}{more}]", shown.join(", ")), LONGEST)
            }
        }
    }

    /// In one line, with its type: `the number 5`.
    pub(super) fn brief_with_kind(&self) -> String {
        match self.alone() {
            Self::Absent => "nothing".to_owned(),
            Self::Json(json) if json.is_null() => "null".to_owned(),
            Self::Bytes(bytes) if bytes.len() > 32 => self.brief(),
            value => format!("the {} {}", value.kind(), value.brief()),
        }
    }

    /// Whole: JSON, a tree indented; a text of several lines as it is.
    pub(super) fn full(&self) -> String {
        match self.alone() {
            Self::Absent => String::new(),
            Self::Raw(text) => full_text(text),
            Self::Json(json) => full_json(json),
            Self::Bytes(bytes) if bytes.len() > MOST_BYTES => {
                format!("hex,{}… ({} bytes)", hex(&bytes[..MOST_BYTES]), bytes.len())
            }
            Self::Bytes(bytes) => format!("hex,{}", hex(bytes)),
            Self::Duration(duration) => format!("{duration:?}"),
            Self::Date(date) => date.to_string(),
            value @ (Self::List(_) | Self::Nodes(_)) => full_json(&value.clone().into_json()),
        }
    }

    /// As [`Value::full`], but for bytes, of which the first stand for all.
    pub(super) fn excerpt(&self) -> String {
        match self.alone() {
            Self::Bytes(bytes) if bytes.len() > FIRST_BYTES => {
                format!("hex,{}… ({} bytes)", hex(&bytes[..FIRST_BYTES]), bytes.len())
            }
            other => other.full(),
        }
    }

    /// Whole, on one line.
    pub(super) fn in_line(&self) -> String {
        match self.alone() {
            bytes @ Self::Bytes(_) => bytes.excerpt(),
            Self::Duration(duration) => format!("{duration:?}"),
            Self::Date(date) => date.to_string(),
            other => other.clone().into_json().to_string(),
        }
    }
}

/// The type of a JSON value, as messages name it.
pub(super) fn json_kind(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "text",
        Json::Array(_) => "list",
        Json::Object(_) => "object",
    }
}

/// JSON in one line, cut off where it is long.
pub(super) fn brief_json(json: &Json) -> String {
    match json {
        Json::String(text) => Json::String(excerpt(text, LONGEST)).to_string(),
        Json::Array(elements) if elements.len() > LONGEST => format!("a list of {}", elements.len()),
        other => excerpt(&other.to_string(), LONGEST),
    }
}

fn full_json(json: &Json) -> String {
    match json {
        Json::String(text) => full_text(text),
        other => format!("{other:#}"),
    }
}

/// The quotes tell a text from what reads alike: from a number, or from a text with a
/// blank at its end.
fn full_text(text: &str) -> String {
    if text.contains('\n') { text.to_owned() } else { Json::from(text).to_string() }
}

/// The first characters of a text, with `…` where more follow.
pub(super) fn excerpt(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The number that a text reads as, white space around it left out.
pub(super) fn read_number(text: &str) -> Option<Number> {
    let text = text.trim();
    if let Ok(number) = text.parse::<i64>() {
        return Some(number.into());
    }
    if let Ok(number) = text.parse::<u64>() {
        return Some(number.into());
    }
    text.parse::<f64>().ok().and_then(Number::from_f64)
}

/// In milliseconds, whole ones as an integer.
pub(super) fn milliseconds(duration: Duration) -> Number {
    let whole = u64::try_from(duration.as_millis()).ok().filter(|_| duration.subsec_nanos().is_multiple_of(1_000_000));
    let fraction = || Number::from_f64(duration.as_secs_f64() * 1000.0).expect("a duration is finite");
    whole.map_or_else(fraction, Number::from)
}

/// In lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes every write");
        text
    })
}

/// The text of bytes that are UTF-8 without control characters but white space.
fn printable(bytes: &[u8]) -> Option<&str> {
    let is_printable = |character: char| !character.is_control() || character.is_whitespace();
    std::str::from_utf8(bytes).ok().filter(|text| text.chars().all(is_printable))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn shows_values_in_one_line_with_their_types() {
        for (value, expected) in [
            (Value::number(5), "the number 5"),
            (Value::Json(Cow::Owned(json!("5"))), "the text \"5\""),
            (Value::Json(Cow::Owned(json!(null))), "null"),
            (Value::Json(Cow::Owned(json!([1, "a"]))), "the list [1,\"a\"]"),
            (Value::raw("a\nb"), "the text \"a\\nb\""),
            (Value::Bytes(Cow::Borrowed(b"Hi")), "the bytes hex,4869"),
            (Value::Duration(Duration::from_millis(1500)), "the duration 1.5s"),
            (Value::Date(Timestamp::UNIX_EPOCH), "the date 1970-01-01T00:00:00Z"),
            (Value::Nodes(vec![Value::number(1), Value::number(2)]), "the list [1, 2]"),
            (Value::Nodes(vec![Value::number(1)]), "the number 1"),
            (Value::Nodes(vec![]), "nothing"),
        ] {
            assert_eq!(value.brief_with_kind(), expected);
        }
        assert_eq!(Value::raw("x".repeat(100)).brief().chars().count(), LONGEST + 3);
    }

    #[test]
    fn becomes_json() {
        assert_eq!(Value::Bytes(Cow::Borrowed(b"Hi\n")).into_json(), json!("Hi\n"));
        assert_eq!(Value::Bytes(Cow::Borrowed(&[0, 255])).into_json(), json!("00ff"));
        assert_eq!(Value::Duration(Duration::from_micros(1500)).into_json(), json!(1.5));
        assert_eq!(Value::Duration(Duration::from_secs(2)).into_json(), json!(2000));
        assert_eq!(Value::List(vec![Value::raw("a")]).into_json(), json!(["a"]));
    }

    #[test]
    fn reads_numbers_from_texts() {
        for (text, expected) in [(" 12 ", Some(json!(12))), ("1.5", Some(json!(1.5))), ("inf", None), ("", None)] {
            assert_eq!(read_number(text).map(Json::Number), expected, "{text}");
        }
    }
}
