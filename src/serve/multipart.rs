//! `multipart/form-data` bodies (RFC 7578, and RFC 2046, 5.1), read strictly and with limits.

use super::problem::Problem;

/// The greatest number of parts.
const PART_LIMIT: usize = 1000;

/// The greatest number of header fields of a part.
const FIELD_LIMIT: usize = 16;

/// One part: a field of a form, or a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part<'a> {
    /// The name of the field.
    pub(super) name: String,
    /// The name of the file, if it is one.
    pub(super) file_name: Option<String>,
    /// The media type, if one is given.
    pub(super) media_type: Option<String>,
    /// The content.
    pub(super) content: &'a [u8],
}

/// The boundary that a `Content-Type` field gives.
pub(super) fn boundary(content_type: &str) -> Option<String> {
    parameter(content_type, "boundary").filter(|boundary| (1..=70).contains(&boundary.len()))
}

/// Cuts a body into its parts.
///
/// ```text
/// multipart-body  = [preamble CRLF] dash-boundary CRLF body-part
///                   *(CRLF dash-boundary CRLF body-part) CRLF dash-boundary "--" [CRLF epilogue]
/// dash-boundary   = "--" boundary
/// ```
///
/// # Errors
/// If a boundary is missing or a part has no name.
pub(super) fn parse<'a>(body: &'a [u8], boundary: &str) -> Result<Vec<Part<'a>>, Problem> {
    let first = format!("--{boundary}");
    let next = format!("\r\n--{boundary}");
    let mut rest = match body.strip_prefix(first.as_bytes()) {
        Some(rest) => rest,
        None => split_at(body, next.as_bytes()).ok_or_else(|| malformed("the first boundary is missing"))?.1,
    };
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        let start = after_line_end(rest).ok_or_else(|| malformed("a boundary does not end its line"))?;
        let (part, after) =
            split_at(start, next.as_bytes()).ok_or_else(|| malformed("the last boundary is missing"))?;
        parts.push(Part::parse(part)?);
        if parts.len() > PART_LIMIT {
            return Err(Problem::new(413, "more than 1000 parts"));
        }
        rest = after;
    }
    Ok(parts)
}

impl<'a> Part<'a> {
    fn parse(part: &'a [u8]) -> Result<Self, Problem> {
        let mut fields = [httparse::EMPTY_HEADER; FIELD_LIMIT];
        let Ok(httparse::Status::Complete((length, fields))) = httparse::parse_headers(part, &mut fields) else {
            return Err(malformed("the head of a part cannot be read"));
        };
        let value = |name: &str| {
            let field = fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))?;
            Some(String::from_utf8_lossy(field.value).into_owned())
        };
        let disposition = value("Content-Disposition").unwrap_or_default();
        let name = parameter(&disposition, "name").ok_or_else(|| malformed("a part has no name"))?;
        let file_name = parameter(&disposition, "filename");
        Ok(Self { name, file_name, media_type: value("Content-Type"), content: &part[length..] })
    }
}

fn malformed(detail: &str) -> Problem {
    Problem::bad_request(format!("the multipart body is malformed: {detail}"))
}

/// What stands before and after the first occurrence of a separator.
fn split_at<'a>(bytes: &'a [u8], separator: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = bytes.windows(separator.len()).position(|window| window == separator)?;
    Some((&bytes[..at], &bytes[at + separator.len()..]))
}

/// What follows white space and a line end.
fn after_line_end(bytes: &[u8]) -> Option<&[u8]> {
    let start = bytes.iter().position(|byte| !b" \t".contains(byte))?;
    bytes[start..].strip_prefix(b"\r\n")
}

/// A parameter of a field: `form-data; name="a"` (RFC 9110, 5.6.6).
fn parameter(field: &str, name: &str) -> Option<String> {
    let mut rest = field.split_once(';')?.1;
    loop {
        let (found, after) = rest.split_once('=')?;
        let (value, after) = match after.trim_start().strip_prefix('"') {
            Some(quoted) => quoted_text(quoted)?,
            None => {
                let (value, after) = after.split_once(';').unwrap_or((after, ""));
                (value.trim().to_owned(), after)
            }
        };
        if found.trim_matches([' ', '\t', ';']).eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = after;
    }
}

/// A text up to its closing quote, and what follows. A quote inside is escaped with a
/// backslash, or as browsers have it with `%22`; a backslash before anything else is one.
fn quoted_text(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value.replace("%22", "\""), &text[at + 1..])),
            '\\' => match characters.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                Some((_, escaped)) => value.push(escaped),
                None => value.push('\\'),
            },
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_fields_and_files() {
        let body = "preamble\r\n--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n2\r\n\
                    --x  \r\nContent-Type: text/csv\r\ncontent-disposition: form-data; filename=\"b \\\"c\\\".csv\"; name=d\r\n\r\n\
                    \r\n--x\r\nContent-Disposition: form-data; name=\"e%22\"\r\n\r\n--xy\r\n--x--\r\nepilogue";
        let parts = parse(body.as_bytes(), "x").unwrap_err();
        assert_eq!(parts.status(), 400, "a boundary must end its line");
        let body = body.replace("--xy", "-xy");
        let parts = parse(body.as_bytes(), "x").unwrap();
        let shown: Vec<_> = parts
            .iter()
            .map(|part| {
                let content = String::from_utf8_lossy(part.content).into_owned();
                (&*part.name, part.file_name.as_deref(), part.media_type.as_deref(), content)
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("a", None, None, "1\r\n2".to_owned()),
                ("d", Some("b \"c\".csv"), Some("text/csv"), String::new()),
                ("e\"", None, None, "-xy".to_owned()),
            ]
        );
    }

    #[test]
    fn finds_the_boundary() {
        for (content_type, expected) in [
            ("multipart/form-data; boundary=abc", Some("abc")),
            ("multipart/form-data; charset=utf-8; Boundary=\"a b\"", Some("a b")),
            ("multipart/form-data; boundary=", None),
            ("multipart/form-data", None),
        ] {
            assert_eq!(boundary(content_type).as_deref(), expected);
        }
    }

    #[test]
    fn refuses_what_is_cut_short() {
        for body in [
            "",
            "--x",
            "--x\r\n",
            "--x\r\n\r\n",
            "--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--",
            "--x\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--x--",
            "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1",
        ] {
            assert!(parse(body.as_bytes(), "x").is_err(), "{body:?}");
        }
        assert_eq!(parse(b"--x--\r\n", "x").unwrap(), []);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn reads_any_body_without_panic(body in "(--x|--|\r\n|\r\n\r\n|Content-Disposition: form-data; name=|[ -~é]|\"){0,20}", field in ".{0,40}") {
            let _ = parse(body.as_bytes(), "x");
            boundary(&field);
            parameter(&format!("form-data; {field}"), "name");
        }
    }
}
