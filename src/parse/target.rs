//! What is meant by the name or the path of something that stands elsewhere, in both formats.

use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::source::Spanned;
use crate::spec::Target;

/// What the names of spec files end with, in any case.
const ENDINGS: [&str; 4] = [".http", ".rest", ".yaml", ".yml"];

/// Reads `#login`, `login`, `./users.http` or `./users.http#login`.
pub(super) fn read(written: &Spanned<String>) -> Result<Target, Diagnostic> {
    let text = written.value.as_str();
    if text.starts_with('#') {
        return name(part(written, 1..text.len())).map(Target::Request);
    }
    let mut ends = text.match_indices('#').map(|(end, _)| end);
    if let Some(end) = ends.find(|&end| is_file(&text[..end])) {
        let (path, name) = (path(part(written, 0..end))?, name(part(written, end + 1..text.len()))?);
        return Ok(Target::RequestOf { path, name });
    }
    match is_file(text) {
        true => path(written.clone()).map(Target::File),
        false => name(written.clone()).map(Target::Request),
    }
}

/// Reads the path of a file, in quotes or without.
pub(super) fn path(written: Spanned<String>) -> Result<Spanned<String>, Diagnostic> {
    let text = written.value.as_str();
    let quoted = ['"', '\''].iter().any(|&quote| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote));
    let path = if quoted { part(&written, 1..text.len() - 1) } else { written };
    if path.value.contains("{{") {
        return Err(Diagnostic::error("the path of a spec file cannot hold a variable")
            .at(&path.span, "")
            .help("files are found before any variable has a value: write the path as it is"));
    }
    if path.value.is_empty() {
        Err(Diagnostic::error("the path of a file is missing").at(&path.span, ""))
    } else {
        Ok(path)
    }
}

fn name(written: Spanned<String>) -> Result<Spanned<String>, Diagnostic> {
    let start = written.value.len() - written.value.trim_start().len();
    let name = part(&written, start..written.value.len());
    if name.value.is_empty() {
        return Err(Diagnostic::error("the name of a request is missing").at(&written.span, ""));
    }
    Ok(name)
}

fn is_file(text: &str) -> bool {
    let text = text.trim_end_matches(['"', '\'']);
    let ends_with = |ending: &&str| {
        let start = text.len().checked_sub(ending.len());
        start.and_then(|start| text.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(ending))
    };
    ENDINGS.iter().any(ends_with)
}

/// A part of a text, at its own place where the text is written as it is read.
fn part(whole: &Spanned<String>, range: Range<usize>) -> Spanned<String> {
    let is_verbatim = whole.span.text() == whole.value;
    let span = if is_verbatim { whole.span.slice(range.clone()) } else { whole.span.clone() };
    span.with(whole.value[range].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    fn read_text(text: &str) -> Result<Target, Diagnostic> {
        let span = SourceFile::new("a.http", text).span(0..text.len());
        read(&span.with(text.to_owned()))
    }

    #[test]
    fn tells_requests_files_and_requests_of_files_apart() {
        let request = |target| if let Target::Request(name) = target { name.span.text().to_owned() } else { panic!() };
        for (text, name) in [
            ("#login", "login"),
            ("# Log in", "Log in"),
            ("log in", "log in"),
            ("#GET http://h/a#b", "GET http://h/a#b"),
            ("a/b", "a/b"),
        ] {
            assert_eq!(request(read_text(text).unwrap()), name, "{text}");
        }
        let file = |target| if let Target::File(path) = target { path.span.text().to_owned() } else { panic!() };
        for (text, path) in [("./a.http", "./a.http"), ("\"my file.rest\"", "my file.rest"), ("a#b.YML", "a#b.YML")] {
            assert_eq!(file(read_text(text).unwrap()), path, "{text}");
        }
        let Target::RequestOf { path, name } = read_text("../a.yaml#b #c").unwrap() else { panic!() };
        assert_eq!((path.span.text(), name.span.text()), ("../a.yaml", "b #c"));
    }

    #[test]
    fn what_names_nothing_is_an_error() {
        for text in ["#", "", "a.http#", "# ", "{{x}}.http"] {
            assert!(read_text(text).is_err(), "{text}");
        }
    }
}
