//! What a document says of its own character set: HTML in a `<meta>` (WHATWG HTML,
//! 13.2.3.2), XML in its declaration (XML 1.0, 4.3.3).

use std::str;

/// How much of an HTML document is searched, as browsers do.
const SEARCHED: usize = 1024;

/// The name of the character set that a document declares.
pub(super) fn charset<'a>(body: &'a [u8], content_type: Option<&str>) -> Option<&'a str> {
    let essence = content_type.map(|kind| kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    let is_xml = essence.as_deref().is_none_or(|kind| kind.ends_with("/xml") || kind.ends_with("+xml"));
    let is_html = essence.as_deref().is_none_or(|kind| matches!(kind, "text/html" | "application/xhtml+xml"));
    let of_xml = || is_xml.then(|| of_xml(body)).flatten();
    let of_html = || is_html.then(|| of_html(&body[..body.len().min(SEARCHED)])).flatten();
    of_xml().or_else(of_html)
}

/// ```text
/// '<?xml' VersionInfo (S 'encoding' Eq ('"' EncName '"' | "'" EncName "'"))? … '?>'
/// ```
fn of_xml(body: &[u8]) -> Option<&str> {
    let declaration = body.strip_prefix(b"<?xml")?;
    value_of(&declaration[..find(declaration, b"?>")?], b"encoding")
}

/// The `charset` of the first `<meta>` that has one: an attribute of its own, or a part of its `content`.
fn of_html(mut start: &[u8]) -> Option<&str> {
    while let Some(at) = start.iter().position(|&byte| byte == b'<') {
        start = &start[at + 1..];
        if let Some(comment) = start.strip_prefix(b"!--") {
            start = &comment[find(comment, b"-->")?..];
        } else if start.get(..4).is_some_and(|name| name.eq_ignore_ascii_case(b"meta")) {
            let end = start.iter().position(|&byte| byte == b'>')?;
            match value_of(&start[4..end], b"charset") {
                // In two bytes a character the document could not be read up to here.
                Some(label) if label.to_ascii_lowercase().starts_with("utf-16") => return Some("utf-8"),
                Some(label) => return Some(label),
                None => {}
            }
        }
    }
    None
}

/// What stands after a name and `=`, in quotes or up to where a value without them ends.
fn value_of<'a>(text: &'a [u8], name: &[u8]) -> Option<&'a str> {
    let at = text.windows(name.len()).position(|window| window.eq_ignore_ascii_case(name))?;
    let value = text[at + name.len()..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let value = value.strip_prefix(b"\"").or(value.strip_prefix(b"'")).unwrap_or(value);
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"\"';/>".contains(byte);
    let end = value.iter().position(is_end).unwrap_or(value.len());
    str::from_utf8(&value[..end]).ok().filter(|label| !label.is_empty())
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn finds_what_documents_declare() {
        for (body, content_type, expected) in [
            ("<!DOCTYPE html><meta charset=\"windows-1251\">", Some("text/html"), Some("windows-1251")),
            ("<META CharSet = latin1 />", None, Some("latin1")),
            ("<meta charset=latin1>", Some("application/xhtml+xml; x=y"), Some("latin1")),
            (
                "<meta name=a><meta http-equiv=content-type content=\"text/html; charset=koi8-r\">",
                Some("Text/HTML"),
                Some("koi8-r"),
            ),
            ("<!-- <meta charset=a> --><meta charset='b'>", Some("text/html"), Some("b")),
            ("<meta charset=utf-16le>", Some("text/html"), Some("utf-8")),
            ("<?xml version='1.0' encoding='ISO-8859-1'?><a/>", Some("application/atom+xml"), Some("ISO-8859-1")),
            ("<?xml version=\"1.0\" encoding = \"x\" standalone='yes'?>", None, Some("x")),
            ("<?xml version='1.0'?><a encoding='no'/>", Some("text/xml"), None),
            ("<meta charset=a>", Some("text/plain"), None),
            ("<?xml encoding='a'?>", Some("application/json"), None),
            ("<meta charset=>", Some("text/html"), None),
            ("<!-- <meta charset=a>", None, None),
            ("<meta charset=a", None, None),
            ("", None, None),
        ] {
            assert_eq!(charset(body.as_bytes(), content_type), expected, "{body}");
        }
        let late = format!("{}<meta charset=a>", " ".repeat(SEARCHED));
        assert_eq!(charset(late.as_bytes(), None), None);
    }

    proptest! {
        #[test]
        fn reads_any_bytes(body in "(<|meta|!--|-->|charset|=|\"|'|>|<\\?xml| encoding|\\?>|\\PC){0,40}") {
            charset(body.as_bytes(), None);
        }
    }
}
