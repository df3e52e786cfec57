//! Bodies of texts and files, one after the other.

use std::io::Read;
use std::path::Path;

use encoding_rs::Encoding;

use crate::diagnostic::Diagnostic;
use crate::http;
use crate::http::{Segment, encode_illegal};
use crate::source::{Root, SourceFile, open};
use crate::spec::{self, FileReference, Format, Text};

use super::super::{Scope, Template};
use super::compiler::Compiler;
use super::{error_at, resolve};

/// The most bytes of a file that is rendered.
const LARGEST_RENDERED: u64 = 64 * 1024 * 1024;

/// How much of a file that is sent as it is is searched for what looks like a variable.
const SEARCHED: u64 = 64 * 1024;

/// A piece of a body, compiled.
#[derive(Debug)]
pub(super) enum Piece {
    Text(Template),
    Form { text: Template, space: &'static str },
    Bytes(Vec<u8>),
    Verbatim { path: Template, format: Format },
    Rendered { path: Template, encoding: Option<&'static Encoding> },
}

impl Piece {
    pub(super) fn compile(compiler: &mut Compiler<'_>, piece: &spec::Piece) -> Self {
        match piece {
            spec::Piece::Text(text) => Self::Text(compiler.content(text)),
            spec::Piece::Form { text, space } => Self::Form { text: compiler.content(text), space },
            spec::Piece::Bytes(bytes) => Self::Bytes(bytes.value.clone()),
            spec::Piece::File(FileReference::Verbatim(path)) => {
                Self::Verbatim { path: compiler.text(path), format: path.format }
            }
            spec::Piece::File(FileReference::Rendered { path, encoding }) => {
                let known = encoding.as_ref().and_then(|name| Encoding::for_label(name.as_bytes()));
                if let (Some(name), None) = (encoding, known) {
                    let message = format!("`{}` is not an encoding that is known", name.value);
                    compiler.error(Diagnostic::error(message).at(&name.span, "").help("one is `latin1` or `utf-16le`"));
                }
                Self::Rendered { path: compiler.text(path), encoding: known }
            }
        }
    }
}

/// The pieces as one body: texts side by side are one segment.
pub(super) fn render_pieces(pieces: &[Piece], scope: &Scope<'_>, root: &Root) -> Result<http::Body, Diagnostic> {
    let (mut segments, mut text) = (Vec::new(), Vec::new());
    for piece in pieces {
        match piece {
            Piece::Text(template) => text.extend(template.octets(scope.view())?),
            Piece::Form { text: template, space } => {
                text.extend_from_slice(encode_illegal(&template.render(scope)?, space).as_bytes());
            }
            Piece::Bytes(bytes) => text.extend_from_slice(bytes),
            Piece::Rendered { path, encoding } => text.extend(render_file(path, *encoding, scope, root)?),
            Piece::Verbatim { path, format } => {
                push_bytes(&mut segments, &mut text);
                segments.push(file_segment(path, scope, root)?);
                warn_of_variables(path, *format, scope, &segments);
            }
        }
    }
    if segments.is_empty() || !text.is_empty() {
        segments.push(Segment::Bytes(text.into()));
    }
    Ok(http::Body::new(segments))
}

/// The pieces as one text, what its files hold included.
pub(super) fn render_text(pieces: &[Piece], scope: &Scope<'_>, root: &Root) -> Result<String, Diagnostic> {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(template) => text.push_str(&template.render(scope)?),
            Piece::Form { text: template, space } => text.push_str(&encode_illegal(&template.render(scope)?, space)),
            Piece::Bytes(bytes) => text.push_str(&String::from_utf8_lossy(bytes)),
            Piece::Rendered { path, encoding } => {
                text.push_str(&String::from_utf8_lossy(&render_file(path, *encoding, scope, root)?));
            }
            Piece::Verbatim { path, .. } => {
                let bytes = read_file(path, scope, root)?;
                let read = String::from_utf8(bytes).map_err(|_| error_at(path, "the file is not UTF-8"))?;
                text.push_str(read.trim_end());
            }
        }
    }
    Ok(text)
}

fn read_file(path: &Template, scope: &Scope<'_>, root: &Root) -> Result<Vec<u8>, Diagnostic> {
    let from = path.span().source().path();
    root.read_bytes(from, &path.render(scope)?, LARGEST_RENDERED).map_err(|error| error_at(path, error))
}

fn push_bytes(segments: &mut Vec<Segment>, bytes: &mut Vec<u8>) {
    if !bytes.is_empty() {
        segments.push(Segment::Bytes(std::mem::take(bytes).into()));
    }
}

/// A file, to be read while it is sent.
pub(super) fn file_segment(path: &Template, scope: &Scope<'_>, root: &Root) -> Result<Segment, Diagnostic> {
    let file = resolve(path, scope, root)?;
    let opened = open(&file).map_err(|error| error_at(path, error))?;
    let metadata = opened.metadata().map_err(|error| error_at(path, error))?;
    if !metadata.is_file() {
        return Err(error_at(path, format!("{} is not a file", file.display())));
    }
    Ok(Segment::File { length: metadata.len(), path: file })
}

fn render_file(
    path: &Template,
    encoding: Option<&'static Encoding>,
    scope: &Scope<'_>,
    root: &Root,
) -> Result<Vec<u8>, Diagnostic> {
    let from = path.span().source().path();
    let reference = path.render(scope)?;
    let bytes = root.read_bytes(from, &reference, LARGEST_RENDERED).map_err(|error| error_at(path, error))?;
    let encoding = encoding.unwrap_or(encoding_rs::UTF_8);
    let (text, _, malformed) = encoding.decode(&bytes);
    if malformed {
        return Err(error_at(path, format!("the file {reference} is not {}", encoding.name()))
            .help("name its encoding, as in `<@latin1 file`, or send it as it is, with `< file`"));
    }
    let source = SourceFile::new(from.parent().unwrap_or(Path::new("")).join(&reference), text);
    let span = source.span(0..source.text().len());
    let text = Text { value: source.text().to_owned(), span, format: Format::Http };
    let rendered = Template::compile(&text, scope.view().rules()).and_then(|template| template.octets(scope.view()));
    rendered.map_err(|error| error.at(path.span(), "in this file"))
}

/// A file that is sent as it is, but holds the name of a variable in braces, was perhaps
/// meant to be rendered.
fn warn_of_variables(path: &Template, format: Format, scope: &Scope<'_>, segments: &[Segment]) {
    let (Some(Segment::File { path: file, .. }), Format::Http) = (segments.last(), format) else { return };
    let mut start = Vec::new();
    if open(file).is_ok_and(|file| file.take(SEARCHED).read_to_end(&mut start).is_ok())
        && let Some(name) = defined_name(&String::from_utf8_lossy(&start), scope)
    {
        scope.warn(
            Diagnostic::warning(format!("the file holds `{{{{{name}}}}}`, but is sent as it is"))
                .at(path.span(), "")
                .help("to have its variables replaced, write `<@`"),
        );
    }
}

fn defined_name(text: &str, scope: &Scope<'_>) -> Option<String> {
    let names = text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}"));
    let names = names.map(|(name, _)| name.trim()).filter(|name| name.len() < 128);
    names.into_iter().find(|name| matches!(scope.lookup(name), Ok(Some(_)))).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::template::fixture::{self, Folder, place};

    fn piece(folder: &Folder, path: &str, rendered: bool, encoding: Option<&str>) -> spec::Piece {
        let path = folder.text(path, Format::Http);
        let encoding = encoding.map(|name| path.span.clone().with(name.to_owned()));
        spec::Piece::File(match rendered {
            true => FileReference::Rendered { path, encoding },
            false => FileReference::Verbatim(path),
        })
    }

    #[test]
    fn files_are_streamed_or_rendered() {
        let folder = Folder::new();
        let pieces = vec![
            spec::Piece::Text(fixture::text("a{{id}}", Format::Http)),
            piece(&folder, "plain.txt", true, None),
            piece(&folder, "{{path}}", false, None),
            piece(&folder, "latin1.txt", true, Some("latin1")),
        ];
        let (payload, warnings) = folder.payload(spec::Body::Content(pieces), Format::Http).unwrap();
        let path = folder.path("data.bin");
        let segments = [
            Segment::Bytes(Arc::from(&b"a7<7>"[..])),
            Segment::File { path, length: 8 },
            Segment::Bytes(Arc::from("é7".as_bytes())),
        ];
        assert_eq!(payload.body.segments(), segments);
        assert_eq!(warnings.len(), 1);
        assert_eq!(warnings[0].message, "the file holds `{{id}}`, but is sent as it is");
    }

    #[test]
    fn errors_of_files_point_at_their_paths_or_into_them() {
        let folder = Folder::new();
        for (piece, at, message) in [
            (piece(&folder, "missing", false, None), "missing", "there is no file"),
            (piece(&folder, "../no-such-file", false, None), "../no-such-file", "there is no file"),
            (piece(&folder, ".", false, None), ".", "is not a file"),
            (piece(&folder, "latin1.txt", true, None), "latin1.txt", "the file latin1.txt is not UTF-8"),
            (piece(&folder, "plain.txt", true, Some("klingon")), "plain.txt", "`klingon` is not an encoding"),
            (piece(&folder, "bad.txt", true, None), "nope", "variable `nope` is not defined"),
        ] {
            let error = folder.payload(spec::Body::Content(vec![piece]), Format::Http).unwrap_err();
            assert!(error.message.contains(message), "{}", error.message);
            assert_eq!(place(&error), at);
        }
    }
}
