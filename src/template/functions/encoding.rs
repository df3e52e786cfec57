//! Encodings of octets as text: base64, hexadecimal, and those of URLs.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use minijinja::value::Value;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::arguments::Arguments;
use super::{Function, function};

pub(super) const FUNCTIONS: &[Function] = &[
    function("base64", &["text"], |arguments| Ok(STANDARD.encode(arguments.octets("text")).into())),
    function("base64_decode", &["text"], base64_decode),
    function("base64url", &["text"], |arguments| Ok(URL_SAFE_NO_PAD.encode(arguments.octets("text")).into())),
    function("base64url_decode", &["text"], base64_decode),
    function("hex", &["text"], |arguments| Ok(hexadecimal(&arguments.octets("text")).into())),
    function("hex_decode", &["text"], hex_decode),
    function("url_encode", &["text"], |arguments| {
        Ok(utf8_percent_encode(&arguments.text("text"), RESERVED).to_string().into())
    }),
    function("url_decode", &["text"], |arguments| {
        Ok(percent_decode_str(&arguments.text("text")).decode_utf8_lossy().into_owned().into())
    }),
];

/// All but the unreserved characters (RFC 3986, 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// All but what JavaScript's `encodeURIComponent` leaves as it is.
const COMPONENT: &AsciiSet = &RESERVED.remove(b'!').remove(b'*').remove(b'\'').remove(b'(').remove(b')');

/// A text as a part of a URL, the way editors encode it.
pub(in crate::template) fn url_component(text: &str) -> String {
    utf8_percent_encode(text, COMPONENT).to_string()
}

/// Octets as the argument `encoding` says: in hexadecimal where it says nothing.
///
/// # Errors
/// If there is no such encoding: a lowercase fragment.
pub(super) fn encoded(octets: &[u8], arguments: &Arguments<'_>) -> Result<Value, String> {
    match arguments.optional_text("encoding").as_deref().unwrap_or("hex") {
        "hex" => Ok(hexadecimal(octets).into()),
        "base64" => Ok(STANDARD.encode(octets).into()),
        "base64url" => Ok(URL_SAFE_NO_PAD.encode(octets).into()),
        "bytes" => Ok(Value::from_bytes(octets.to_vec())),
        other => Err(format!("`{other}` is no encoding: take \"hex\", \"base64\", \"base64url\" or \"bytes\"")),
    }
}

/// Octets as text where they are UTF-8.
fn decoded(octets: Vec<u8>) -> Value {
    String::from_utf8(octets).map_or_else(|error| Value::from_bytes(error.into_bytes()), Value::from)
}

/// Reads both alphabets of base64 (RFC 4648, 4 and 5), padded or not.
fn base64_decode(arguments: &Arguments<'_>) -> Result<Value, String> {
    let encoded: String = arguments.text("text").split_ascii_whitespace().collect();
    let alphabets = [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD];
    let octets = alphabets.iter().find_map(|alphabet| alphabet.decode(&encoded).ok());
    octets.map(decoded).ok_or_else(|| "the value is not base64".to_owned())
}

fn hex_decode(arguments: &Arguments<'_>) -> Result<Value, String> {
    let text = arguments.text("text");
    let digits: Option<Vec<_>> = text.chars().map(|character| character.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0);
    let digits = digits.ok_or_else(|| "the value is not pairs of hexadecimal digits".to_owned())?;
    let octet = |pair: &[u32]| u8::try_from(pair[0] * 16 + pair[1]).expect("two hexadecimal digits are an octet");
    Ok(decoded(digits.chunks(2).map(octet).collect()))
}

fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use crate::template::environment::ENVIRONMENT;

    #[test]
    fn encodes_and_decodes() {
        for (expression, expected) in [
            ("'héllo' | base64", "aMOpbGxv"),
            ("base64('a')", "YQ=="),
            ("'YQ' | base64_decode", "a"),
            ("'_-8=' | base64_decode | base64", "/+8="),
            ("'/+8=' | base64_decode | base64url", "_-8"),
            ("'_-8' | base64url_decode | hex", "ffef"),
            ("'aé' | hex", "61c3a9"),
            ("hex_decode('61C3a9')", "aé"),
            ("7 | base64", "Nw=="),
            ("'a b&ü~' | url_encode", "a%20b%26%C3%BC~"),
            ("'a%20b' | url_decode", "a b"),
        ] {
            let value = ENVIRONMENT.compile_expression(expression).unwrap().eval(()).unwrap();
            assert_eq!(value.to_string(), expected, "{expression}");
        }
    }

    #[test]
    fn refuses_what_cannot_be_decoded() {
        for (expression, problem) in [
            ("'*' | base64_decode", "`base64_decode(text)`: the value is not base64"),
            ("'abc' | hex_decode", "`hex_decode(text)`: the value is not pairs of hexadecimal digits"),
            ("hex_decode('é')", "`hex_decode(text)`: the value is not pairs of hexadecimal digits"),
            (
                "sha1('a', 'rot13')",
                "`sha1(text, encoding?)`: `rot13` is no encoding: take \"hex\", \"base64\", \"base64url\" or \"bytes\"",
            ),
        ] {
            let error = ENVIRONMENT.compile_expression(expression).unwrap().eval(()).unwrap_err();
            assert_eq!(error.detail(), Some(problem), "{expression}");
        }
    }
}
