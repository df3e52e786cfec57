//! Filters that encode and decode: base64, hexadecimal, character sets, URLs.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose};
use encoding_rs::Encoding;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value as Json;
use url::Url;

use super::super::value::{Value, hex};
use super::Applied;
use super::text::change;

/// Padding may be left out.
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// All but the unreserved characters (RFC 3986, 2.3) and the slash.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Percent-decoded (RFC 3986, 2.1); a `+` stays.
pub(super) fn url_decode<'a>(value: &Value<'a>) -> Applied<'a> {
    let text = value.readable().ok_or("a text")?;
    let decoded = percent_decode_str(&text).decode_utf8().map_err(|_| "a text that is percent-encoded UTF-8")?;
    change(value, |_| decoded.into_owned())
}

/// Percent-encoded, but for slashes.
pub(super) fn url_encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// The first value of a parameter in the query of a URL.
pub(super) fn url_parameter<'a>(value: &Value<'a>, name: &str) -> Applied<'a> {
    let text = value.readable().ok_or("a URL")?;
    let url = Url::parse(&text).map_err(|_| "a URL")?;
    let found = url.query_pairs().find(|(known, _)| known == name);
    Ok(found.map_or(Value::Absent, |(_, value)| Value::raw(value.into_owned())))
}

/// The bytes that base64 of either alphabet (RFC 4648, 4 and 5) stands for.
pub(super) fn base64_decode<'a>(value: &Value<'a>) -> Applied<'a> {
    let text = value.readable().ok_or("a text")?;
    let text = text.trim();
    let decode = |alphabet| GeneralPurpose::new(alphabet, LENIENT).decode(text);
    let decoded = decode(&STANDARD).or_else(|_| decode(&URL_SAFE)).map_err(|_| "base64")?;
    Ok(Value::Bytes(Cow::Owned(decoded)))
}

/// The bytes that base64 of the alphabet for URLs (RFC 4648, 5) stands for.
pub(super) fn base64_url_decode<'a>(value: &Value<'a>) -> Applied<'a> {
    let text = value.readable().ok_or("a text")?;
    let decoded = GeneralPurpose::new(&URL_SAFE, LENIENT).decode(text.trim());
    decoded.map(|bytes| Value::Bytes(Cow::Owned(bytes))).map_err(|_| "base64 that is safe in URLs")
}

/// In base64, with padding.
pub(super) fn base64_encode<'a>(value: &Value<'a>) -> Applied<'a> {
    Ok(typed(general_purpose::STANDARD.encode(bytes_of(value)?)))
}

/// In base64 for URLs, without padding.
pub(super) fn base64_url_encode<'a>(value: &Value<'a>) -> Applied<'a> {
    Ok(typed(general_purpose::URL_SAFE_NO_PAD.encode(bytes_of(value)?)))
}

/// In lower-case hexadecimal.
pub(super) fn to_hex<'a>(value: &Value<'a>) -> Applied<'a> {
    Ok(typed(hex(&bytes_of(value)?)))
}

/// The text that bytes are in a character set.
pub(super) fn decode<'a>(value: &Value<'a>, charset: &'static Encoding) -> Applied<'a> {
    let Value::Bytes(bytes) = value.alone() else { return Err("bytes") };
    let text = charset.decode_without_bom_handling_and_without_replacement(bytes);
    text.map(|text| Value::raw(text.into_owned())).ok_or("bytes of that character set")
}

/// The bytes of a text.
pub(super) fn utf8_encode<'a>(value: &Value<'a>) -> Applied<'a> {
    let text = value.alone().as_text().ok_or("a text")?;
    Ok(Value::Bytes(Cow::Owned(text.as_bytes().to_vec())))
}

/// Bytes as they are, and a text as UTF-8.
fn bytes_of<'v>(value: &'v Value<'_>) -> Result<Cow<'v, [u8]>, &'static str> {
    match value.alone() {
        Value::Bytes(bytes) => Ok(Cow::Borrowed(bytes)),
        other => other.as_text().map(|text| Cow::Borrowed(text.as_bytes())).ok_or("bytes or a text"),
    }
}

/// What is encoded is a text also where it looks like a number.
fn typed<'a>(text: String) -> Value<'a> {
    Value::Json(Cow::Owned(Json::String(text)))
}
