//! The body of a request: texts and files, sliced from the source by offset.

use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::parse::charset::charset;
use crate::parse::message::HEAD_END;
use crate::source::Span;
use crate::spec::dialect::{BodyComments, FileLines, Rules};
use crate::spec::{Body, FileReference, Format, HeaderField, Piece, Text};

use super::form;
use super::line::{Line, LineKind, lines_of, trimmed};
use super::media::{Media, content_type};
use super::{directive, text, unsupported};

/// Reads a body, which ends with its last line that is not blank.
pub(super) fn read(span: &Span, fields: &[HeaderField], rules: &Rules) -> (Option<Body>, Vec<Diagnostic>) {
    if content_type(fields).is_none() && lines_of(span).all(|line| is_void(&line, rules)) {
        return (None, lines_of(span).filter_map(|line| directive::misplaced(&place_of(span, &line))).collect());
    }
    let media = Media::of(fields, span.text(), rules);
    let mut reader = Reader::new(span, media, rules);
    for line in lines_of(span) {
        reader.read(&line);
    }
    reader.finish()
}

/// Reads the texts and files of a part of a body.
pub(super) fn pieces(span: &Span, media: Media, rules: &Rules) -> (Vec<Piece>, Vec<Diagnostic>) {
    let mut reader = Reader::new(span, media, rules);
    for line in lines_of(span) {
        reader.read(&line);
    }
    let (body, diagnostics) = reader.finish();
    match body {
        Some(Body::Content(pieces)) => (pieces, diagnostics),
        _ => (Vec::new(), diagnostics),
    }
}

/// Reads a whole message, which stands in the place of a body.
pub(super) fn read_message(span: &Span, rules: &Rules) -> (Option<Body>, Vec<Diagnostic>) {
    let mut reader = Reader::new(span, Media::Message, rules);
    // Nothing in a message is a comment.
    reader.commented = true;
    for line in lines_of(span) {
        reader.read(&line);
    }
    reader.finish_message()
}

/// Where a line of a body stands.
fn place_of(body: &Span, line: &Line<'_>) -> Span {
    let origin = body.range().start;
    body.slice(line.start - origin..line.end() - origin)
}

/// Whether nobody means a line to be sent by itself.
fn is_void(line: &Line<'_>, rules: &Rules) -> bool {
    match line.kind(rules) {
        LineKind::Blank => true,
        LineKind::Comment => rules.body_comments != BodyComments::Content,
        _ => false,
    }
}

struct Reader<'a> {
    span: &'a Span,
    rules: &'a Rules,
    media: Media,
    pieces: Vec<Piece>,
    /// The text since the last piece, by its offsets in the span.
    run: Range<usize>,
    diagnostics: Vec<Diagnostic>,
    /// Whether a comment line has been warned of.
    commented: bool,
}

impl<'a> Reader<'a> {
    fn new(span: &'a Span, media: Media, rules: &'a Rules) -> Self {
        Self { span, rules, media, pieces: Vec::new(), run: 0..0, diagnostics: Vec::new(), commented: false }
    }

    fn read(&mut self, line: &Line<'_>) {
        let origin = self.span.range().start;
        let next = line.next - origin;
        let place = place_of(self.span, line);
        if self.drops(line) {
            self.diagnostics.extend(directive::misplaced(&trimmed(&place)));
            self.flush();
            self.run = next..next;
        } else if let Some(reference) = self.file_reference(&place) {
            self.flush();
            match reference {
                Ok(file) => self.pieces.push(Piece::File(file)),
                Err(diagnostic) => self.diagnostics.push(diagnostic),
            }
            self.run = line.end() - origin..next;
        } else {
            self.warn_of_comment(line, &place);
            self.run.end = next;
        }
        match self.media {
            Media::Form => self.flush(),
            Media::Message if line.look() == LineKind::Blank => self.end_head(),
            _ => {}
        }
    }

    /// Ends the head of a message at a blank line; one that nothing stands above is a line of it.
    fn end_head(&mut self) {
        let above = self.span.text()[..self.run.end].trim_ascii();
        if !above.is_empty() {
            self.flush();
            self.media = Media::Other;
        }
    }

    fn file_reference(&self, line: &Span) -> Option<Result<FileReference, Diagnostic>> {
        match self.rules.file_lines {
            FileLines::File => file_reference(line),
            FileLines::Content => None,
        }
    }

    fn drops(&self, line: &Line<'_>) -> bool {
        match self.media {
            Media::Json | Media::JsonLines | Media::Commented => line.kind(self.rules) == LineKind::Comment,
            Media::GraphQl => line.text.starts_with('#') || line.text.starts_with("//"),
            Media::Form | Media::Multipart | Media::Message | Media::Other => false,
        }
    }

    fn warn_of_comment(&mut self, line: &Line<'_>, place: &Span) {
        let is_doubtful = self.rules.body_comments == BodyComments::DroppedInJson && looks_like_comment(line.text);
        if is_doubtful && !std::mem::replace(&mut self.commented, true) {
            let warning = Diagnostic::warning("this looks like a comment, and is part of the body")
                .at(place, "")
                .help("put it above the request line, if it is a comment");
            self.diagnostics.push(warning);
        }
    }

    /// Makes pieces of the text since the last one.
    fn flush(&mut self) {
        let span = self.span.slice(self.run.clone());
        self.run.start = self.run.end;
        match self.media {
            Media::Form => self.diagnostics.extend(form::push_line(&mut self.pieces, &trimmed(&span), self.rules)),
            Media::Multipart | Media::Message => self.push_with_crlf(&span),
            Media::Json | Media::JsonLines | Media::GraphQl | Media::Commented | Media::Other => self.push(text(&span)),
        }
    }

    fn push(&mut self, text: Text) {
        if !text.value.is_empty() {
            self.pieces.push(Piece::Text(text));
        }
    }

    /// Text whose lines end with CRLF. Lines that may hold a template are pieces of their
    /// own, so that a place in one is a place in the source.
    fn push_with_crlf(&mut self, span: &Span) {
        if !span.text().replace("\r\n", "").contains('\n') {
            return self.push(text(span));
        }
        let origin = span.range().start;
        let mut plain = String::new();
        let mut start = 0;
        for line in lines_of(span) {
            if line.text.contains("{{") {
                let place = span.slice(line.start - origin..line.end() - origin);
                self.push_changed(std::mem::take(&mut plain), span.slice(start..line.start - origin));
                self.push(text(&place));
                start = line.end() - origin;
            } else {
                plain.push_str(line.text);
            }
            if line.next > line.end() {
                plain.push_str("\r\n");
            }
        }
        self.push_changed(plain, span.slice(start..span.text().len()));
    }

    fn push_changed(&mut self, value: String, span: Span) {
        self.push(Text::new(span.with(value), Format::Http));
    }

    fn finish(mut self) -> (Option<Body>, Vec<Diagnostic>) {
        self.flush();
        if matches!(self.media, Media::Json | Media::JsonLines | Media::GraphQl | Media::Commented) {
            self.trim_end();
        }
        if self.media == Media::JsonLines && !self.pieces.is_empty() {
            let end = self.span.text().len();
            self.push_changed("\n".to_owned(), self.span.slice(end..end));
        }
        let body = (!self.pieces.is_empty()).then_some(Body::Content(self.pieces));
        (body, self.diagnostics)
    }

    /// As [`Reader::finish`]; a head that nothing follows ends with a blank line.
    fn finish_message(mut self) -> (Option<Body>, Vec<Diagnostic>) {
        self.flush();
        if self.media == Media::Message && !self.pieces.is_empty() {
            let end = self.span.range().end - self.span.range().start;
            self.push_changed(HEAD_END.to_owned(), self.span.slice(end..end));
        }
        if self.pieces.is_empty() && self.diagnostics.is_empty() {
            self.diagnostics.push(Diagnostic::error("there is no message below the request line").at(self.span, ""));
        }
        ((!self.pieces.is_empty()).then_some(Body::Message(self.pieces)), self.diagnostics)
    }

    /// Takes away the ends of lines that stood before dropped comments.
    fn trim_end(&mut self) {
        if let Some(Piece::Text(last)) = self.pieces.last_mut() {
            let length = last.value.trim_ascii_end().len();
            *last = text(&last.span.slice(0..length));
            if length == 0 {
                self.pieces.pop();
            }
        }
    }
}

fn looks_like_comment(line: &str) -> bool {
    let rest = line.strip_prefix("//").or_else(|| line.strip_prefix('#'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '@']))
}

/// Reads `< path`, `<@ path`, `<@latin1 path`; other lines are none, XML too.
pub(super) fn file_reference(line: &Span) -> Option<Result<FileReference, Diagnostic>> {
    let rest = line.text().strip_prefix('<')?;
    let blank = rest.find([' ', '\t'])?;
    let label = &rest[..blank];
    let path = trimmed(&line.slice(1 + blank..line.text().len()));
    let is_label = label.is_empty() || label.starts_with('@') && label[1..].bytes().all(is_label_byte);
    if !is_label || path.text().is_empty() {
        return None;
    }
    if path.text().starts_with("{%") {
        return Some(Err(unsupported::error("a script", line)));
    }
    Some(match label {
        "" => Ok(FileReference::Verbatim(text(&path))),
        "@" => Ok(FileReference::Rendered { path: text(&path), encoding: None }),
        _ => charset(line.slice(2..1 + blank).with(label[1..].to_owned()))
            .map(|encoding| FileReference::Rendered { path: text(&path), encoding: Some(encoding) }),
    })
}

fn is_label_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    /// The pieces of a body with a media type, texts as they are, files as `[path]`.
    fn pieces(media: &str, body: &str) -> Vec<String> {
        let header = SourceFile::new("h", format!("Content-Type{media}"));
        let field =
            HeaderField { name: text(&header.span(0..12)), value: Some(text(&header.span(12..12 + media.len()))) };
        let fields = if media.is_empty() { vec![] } else { vec![field] };
        shown(read(&SourceFile::new("a.http", body).span(0..body.len()), &fields, <&Rules>::default()).0)
    }

    fn shown(body: Option<Body>) -> Vec<String> {
        let show = |piece: &Piece| match piece {
            Piece::Text(text) | Piece::Form { text, .. } => text.value.clone(),
            Piece::Bytes(bytes) => format!("{:?}", bytes.value),
            Piece::File(FileReference::Verbatim(path)) => format!("[{}]", path.value),
            Piece::File(FileReference::Rendered { path, encoding }) => {
                format!("[@{} {}]", encoding.as_ref().map_or("", |encoding| &encoding.value), path.value)
            }
        };
        match body {
            None => Vec::new(),
            Some(Body::Content(pieces) | Body::Message(pieces)) => pieces.iter().map(show).collect(),
            Some(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn texts_are_sent_as_they_stand_and_files_in_their_place() {
        let cases: &[(&str, &[&str])] = &[
            ("a\r\n\r\nb", &["a\r\n\r\nb"]),
            ("< ./a b.json", &["[./a b.json]"]),
            ("x\n<@ a\n<@latin1 b\ny", &["x\n", "[@ a]", "\n", "[@latin1 b]", "\ny"]),
            ("<a href='x'>\n<@a/>\n< \n <  b", &["<a href='x'>\n<@a/>\n< \n <  b"]),
            ("# a\n\n// b", &[]),
            ("# a\nb", &["# a\nb"]),
        ];
        for (body, expected) in cases {
            assert_eq!(pieces("", body), *expected, "{body:?}");
        }
    }

    #[test]
    fn comment_lines_are_dropped_in_json_and_graphql_only() {
        let cases: &[(&str, &str, &[&str])] = &[
            ("", "// a\n{\n  # b\n  \"c\": 1\n}\n// d", &["{\n", "  \"c\": 1\n}"]),
            ("application/problem+json; charset=utf-8", "# a\n{{b}}", &["{{b}}"]),
            ("application/json", "# a\n", &[]),
            ("application/graphql", "# a\n{\n  # b\n}", &["{\n  # b\n}"]),
            ("text/markdown", "# a\n{}", &["# a\n{}"]),
        ];
        for (media, body, expected) in cases {
            assert_eq!(pieces(media, body), *expected, "{media} {body:?}");
        }
    }

    #[test]
    fn lines_of_a_form_are_joined() {
        let form = "application/x-www-form-urlencoded";
        assert_eq!(pieces(form, "a=1\n  &b=2\n").concat(), "a=1&b=2");
        assert_eq!(pieces(form, "a=1 &\r\nb=x y&\n\n c=3").concat(), "a=1&b=x y&c=3");
        assert_eq!(pieces(form, "&").concat(), "&");
    }

    #[test]
    fn lines_of_a_multipart_body_end_with_crlf() {
        let found = pieces("multipart/form-data; boundary=b", "--b\nA: b\n\n< a.txt\n--b\n\n{{x}}\n--b--");
        assert_eq!(found, ["--b\r\nA: b\r\n\r\n", "[a.txt]", "\r\n--b\r\n\r\n", "{{x}}", "\r\n--b--"]);
        let found = pieces("multipart/mixed; boundary=b", "--b\r\n\r\n{{x}}\r\n--b--");
        assert_eq!(found, ["--b\r\n\r\n{{x}}\r\n--b--"]);
    }

    #[test]
    fn lines_of_the_head_of_a_message_end_with_crlf() {
        for (message, expected) in [
            ("GET / HTTP/1.1\nHost: {{h}}", &["GET / HTTP/1.1\r\n", "Host: {{h}}", "\r\n\r\n"][..]),
            ("GET / HTTP/1.1\r\nA: b", &["GET / HTTP/1.1\r\nA: b", "\r\n\r\n"]),
            ("POST / HTTP/1.1\n# no comment\n\n// a\n\nb", &["POST / HTTP/1.1\r\n# no comment\r\n\r\n", "// a\n\nb"]),
            ("\nGET /\nA\n\n< body.bin", &["\r\nGET /\r\nA\r\n\r\n", "[body.bin]"]),
        ] {
            assert_eq!(
                shown(read_message(&SourceFile::new("a.http", message).span(0..message.len()), <&Rules>::default()).0),
                expected
            );
        }
        let (body, diagnostics) = read_message(&SourceFile::new("a.http", "").span(0..0), <&Rules>::default());
        assert_eq!((body, diagnostics.len()), (None, 1));
    }

    #[test]
    fn an_unknown_character_set_is_an_error() {
        let body = "<@latin99 a.txt";
        let (_, diagnostics) = read(&SourceFile::new("a.http", body).span(0..body.len()), &[], <&Rules>::default());
        assert_eq!(diagnostics[0].span().unwrap().text(), "latin99");
    }
}
