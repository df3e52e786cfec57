//! Which requests of a file are spoken of: only their exchanges are kept, since a file
//! may have thousands.

use std::collections::HashSet;

use crate::spec::{Body, Entry, FileReference, Piece, Spec};

/// The names of requests that a file's templates may refer to.
#[derive(Debug)]
pub(super) enum Mentions {
    /// Any: the file renders texts of other files.
    Any,
    /// These, each before `.response.` or `.request.` somewhere in the file.
    Names(HashSet<String>),
}

impl Mentions {
    pub(super) fn of(spec: &Spec) -> Self {
        if [&spec.setup, &spec.requests, &spec.teardown].into_iter().flatten().any(renders_a_file) {
            return Self::Any;
        }
        let text = spec.source.0.text();
        let sides = [".response.", ".request."].into_iter().flat_map(|side| text.match_indices(side));
        Self::Names(sides.map(|(end, _)| name_before(&text[..end]).to_owned()).collect())
    }

    pub(super) fn include(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Names(names) => names.contains(name),
        }
    }
}

fn renders_a_file(entry: &Entry) -> bool {
    let Entry::Request(request) = entry else { return false };
    let Some(Body::Content(pieces) | Body::Message(pieces)) = request.body.as_deref() else { return false };
    pieces.iter().any(|piece| matches!(piece, Piece::File(FileReference::Rendered { .. })))
}

/// The name that a text ends with.
fn name_before(text: &str) -> &str {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let length = text.bytes().rev().take_while(is_name).count();
    &text[text.len() - length..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::parse;
    use crate::source::SourceFile;
    use crate::spec::{Dialect, Format};

    #[test]
    fn finds_the_requests_that_are_spoken_of() {
        for (text, expected) in [
            ("GET /{{log-in.response.body.$.id}}\n", &["log-in"][..]),
            ("GET /{{ a.request.headers.X | upper }}/{{b.response.body}}\n", &["a", "b"]),
            ("GET /response.txt\n", &[]),
            ("POST /\n\n< a.response.txt\n", &["a"]),
        ] {
            let Mentions::Names(names) =
                Mentions::of(&parse(&SourceFile::new("a.http", text), Format::Http, Dialect::default()))
            else {
                panic!("{text} renders no file");
            };
            assert_eq!(names, expected.iter().map(|&name| name.to_owned()).collect(), "{text}");
        }
        assert!(matches!(
            Mentions::of(&parse(&SourceFile::new("a.http", "POST /\n\n<@ a.json\n"), Format::Http, Dialect::default())),
            Mentions::Any
        ));
    }
}
