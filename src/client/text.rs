//! Bytes to text: which character set a body is in, and what it says in it.

use std::borrow::Cow;
use std::str;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, Encoding, UTF_8};

use super::declaration;

/// How a body is known to be in a character set, from the most to the least certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Evidence {
    Requested,
    ByteOrderMark,
    Declared,
    Json,
    Document,
}

/// The text of a body: in the character set that was asked for, of its byte order mark, of its
/// `Content-Type`, of JSON, that HTML or XML itself declares, UTF-8 if it is that, else the one detected.
pub(super) fn decode<'a>(
    body: &'a [u8],
    requested: Option<&str>,
    content_type: Option<&str>,
) -> Result<Cow<'a, str>, String> {
    let (encoding, evidence) = match known_encoding(body, requested, content_type)? {
        Some(known) => known,
        None => return Ok(str::from_utf8(body).map_or_else(|_| detected(body), Cow::Borrowed)),
    };
    let content = without_own_mark(body, encoding);
    let mark = body.len() - content.len();
    decode_strictly(content, encoding).map_err(|at| {
        let byte = mark + at;
        let reason = evidence.reason();
        format!("the body is not in the character set {}, {reason}: byte {byte} begins no character", encoding.name())
    })
}

fn known_encoding(
    body: &[u8],
    requested: Option<&str>,
    content_type: Option<&str>,
) -> Result<Option<(&'static Encoding, Evidence)>, String> {
    if let Some(label) = requested {
        return labelled(label, Evidence::Requested).map(Some);
    }
    if let Some((encoding, _)) = Encoding::for_bom(body) {
        return Ok(Some((encoding, Evidence::ByteOrderMark)));
    }
    if let Some(label) = content_type.and_then(charset) {
        return labelled(label, Evidence::Declared).map(Some);
    }
    if content_type.is_some_and(is_json) {
        return Ok(Some((UTF_8, Evidence::Json)));
    }
    declaration::charset(body, content_type).map(|label| labelled(label, Evidence::Document)).transpose()
}

fn labelled(label: &str, evidence: Evidence) -> Result<(&'static Encoding, Evidence), String> {
    let unknown = || format!("the character set `{label}`, {}, is unknown", evidence.reason());
    Ok((Encoding::for_label(label.as_bytes()).ok_or_else(unknown)?, evidence))
}

impl Evidence {
    fn reason(self) -> &'static str {
        match self {
            Self::Requested => "which was asked for",
            Self::ByteOrderMark => "as its byte order mark says",
            Self::Declared => "which Content-Type declares",
            Self::Json => "which JSON is written in",
            Self::Document => "which the document declares",
        }
    }
}

/// The `charset` of a media type.
fn charset(content_type: &str) -> Option<&str> {
    let value = content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then_some(value)
    })?;
    Some(value.trim().trim_matches(['"', '\''])).filter(|label| !label.is_empty())
}

/// Whether a media type is that of JSON or of something written in it (RFC 6839, 3.1).
pub(super) fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.ends_with("/json") || essence.ends_with("+json")
}

fn without_own_mark<'a>(body: &'a [u8], encoding: &'static Encoding) -> &'a [u8] {
    match Encoding::for_bom(body) {
        Some((marked, length)) if marked == encoding => &body[length..],
        _ => body,
    }
}

/// The text, or where the first bytes are that begin no character.
fn decode_strictly<'a>(body: &'a [u8], encoding: &'static Encoding) -> Result<Cow<'a, str>, usize> {
    if encoding == UTF_8 {
        return str::from_utf8(body).map(Cow::Borrowed).map_err(|error| error.valid_up_to());
    }
    match encoding.decode_without_bom_handling_and_without_replacement(body) {
        Some(text) => Ok(text),
        None => Err(first_fault(body, encoding)),
    }
}

fn first_fault(body: &[u8], encoding: &'static Encoding) -> usize {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(1024);
    let mut at = 0;
    loop {
        text.clear();
        let (result, read) = decoder.decode_to_string_without_replacement(&body[at..], &mut text, true);
        at += read;
        match result {
            DecoderResult::OutputFull => {}
            DecoderResult::InputEmpty => return at,
            DecoderResult::Malformed(length, after) => return at.saturating_sub(usize::from(length + after)),
        }
    }
}

fn detected(body: &[u8]) -> Cow<'_, str> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(body, true);
    detector.guess(None, Utf8Detection::Allow).decode_without_bom_handling(body).0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn finds_the_character_set_by_the_best_evidence() {
        for (body, requested, content_type, expected) in [
            (&b"caf\xe9"[..], Some("latin1"), Some("text/plain; charset=utf-8"), "café"),
            (b"\xef\xbb\xbfcaf\xc3\xa9", None, Some("text/plain; charset=latin1"), "café"),
            (b"\xef\xbb\xbfcaf\xc3\xa9", Some("utf-8"), None, "café"),
            (b"\xff\xfea\0\xe9\0", None, Some("application/json"), "aé"),
            (b"\xfe\xff\0a\0\xe9", None, None, "aé"),
            (b"a\0\xe9\0", None, Some("text/plain; charset=\"UTF-16LE\""), "aé"),
            (b"caf\xe9", None, Some("text/html;x=y; Charset = ISO-8859-1 "), "café"),
            (b"\x83\x65", None, Some("text/plain; charset=Shift_JIS"), "テ"),
            (b"caf\xc3\xa9", None, Some("application/problem+json"), "café"),
            (b"caf\xc3\xa9", None, None, "café"),
            (b"caf\xc3\xa9", None, Some("text/plain; charset="), "café"),
            (b"<meta charset=latin1>\xe9", None, Some("text/html"), "<meta charset=latin1>é"),
            (b"<meta charset=latin1>\xc3\xa9", None, Some("text/html; charset=utf-8"), "<meta charset=latin1>é"),
            (b"", None, None, ""),
        ] {
            assert_eq!(decode(body, requested, content_type).as_deref(), Ok(expected), "{content_type:?}");
        }
    }

    #[test]
    fn detects_what_nobody_says() {
        let russian = encoding_rs::WINDOWS_1251.encode("Широкая электрификация южных губерний").0;
        assert_eq!(decode(&russian, None, Some("text/plain")).unwrap(), "Широкая электрификация южных губерний");
    }

    #[test]
    fn names_the_character_set_and_the_byte_that_is_not_in_it() {
        for (body, requested, content_type, expected) in [
            (
                &b"caf\xe9!"[..],
                None,
                Some("text/plain; charset=utf-8"),
                "the body is not in the character set UTF-8, which Content-Type declares: byte 3 begins no character",
            ),
            (
                b"{\"a\": \"\xe9\"}",
                None,
                Some("application/json"),
                "the body is not in the character set UTF-8, which JSON is written in: byte 7 begins no character",
            ),
            (
                b"\xef\xbb\xbfa\xff",
                None,
                None,
                "the body is not in the character set UTF-8, as its byte order mark says: byte 4 begins no character",
            ),
            (
                b"abc\x81\x20d",
                Some("Shift_JIS"),
                None,
                "the body is not in the character set Shift_JIS, which was asked for: byte 3 begins no character",
            ),
            (
                b"a",
                None,
                Some("text/plain; charset=wtf"),
                "the character set `wtf`, which Content-Type declares, is unknown",
            ),
            (
                b"<meta charset=utf-8>\xe9",
                None,
                None,
                "the body is not in the character set UTF-8, which the document declares: byte 20 begins no character",
            ),
            (b"a", Some("wtf"), None, "the character set `wtf`, which was asked for, is unknown"),
        ] {
            assert_eq!(decode(body, requested, content_type).unwrap_err(), expected);
        }
    }

    proptest! {
        #[test]
        fn never_panics(body in proptest::collection::vec(any::<u8>(), 0..60), label in 0..5usize) {
            let labels = [None, Some("utf-16be"), Some("shift_jis"), Some("gb18030"), Some("iso-2022-jp")];
            let _ = decode(&body, labels[label], None);
        }
    }
}
