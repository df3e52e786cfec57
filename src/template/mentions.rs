//! Which requests of a file are spoken of: only their exchanges are kept, since a file
//! may have thousands.

use std::collections::HashSet;

use crate::spec::{
    Body, Entry, Expected, FileReference, Piece, Predicate, Query, Request, Scripts, Spec, Surroundings,
};

use super::words;

/// The names of requests that a file's templates may refer to.
#[derive(Debug)]
pub(super) enum Mentions {
    /// Any: the file renders texts of other files, or has scripts that know requests by their names.
    Any,
    /// These, each before `.response.` or `.request.`, in braces, or in an expression, somewhere in the file.
    Names(HashSet<String>),
}

impl Mentions {
    pub(super) fn of(spec: &Spec) -> Self {
        let entries = [&spec.setup, &spec.requests, &spec.teardown].into_iter().flatten();
        let requests =
            entries.filter_map(|entry| if let Entry::Request(request) = entry { Some(request) } else { None });
        if !spec.scripts.is_empty()
            || requests
                .clone()
                .any(|request| renders_a_file(request) || compares_with_a_file(request) || names_in_scripts(request))
        {
            return Self::Any;
        }
        let text = spec.source.0.text();
        let sides = [".response.", ".request."].into_iter().flat_map(|side| text.match_indices(side));
        let before_sides = sides.map(|(end, _)| words::last(&text[..end]));
        let in_braces = words::in_braces(text).flat_map(words::meant);
        let expressions = requests.flat_map(|request| request.flow.expressions());
        let decisive = expressions.flat_map(|expression| words::words(&expression.0.value)).flat_map(words::meant);
        let names: HashSet<&str> =
            before_sides.chain(in_braces).chain(decisive).filter(|name| !name.is_empty()).collect();
        Self::Names(names.into_iter().map(str::to_owned).collect())
    }

    pub(super) fn include(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Names(names) => names.contains(name),
        }
    }
}

fn renders_a_file(request: &Request) -> bool {
    let Some(Body::Content(pieces) | Body::Message(pieces)) = request.body.as_deref() else { return false };
    pieces.iter().any(|piece| matches!(piece, Piece::File(FileReference::Rendered { .. })))
}

/// Whether a response is compared with the JSON of a file, in which templates are filled in.
fn compares_with_a_file(request: &Request) -> bool {
    request.every_assertion().any(|assertion| match &assertion.predicate.value {
        Predicate::Equals(comparison) | Predicate::ContainsJson(comparison) => {
            matches!(comparison.expected.value, Expected::File(_))
        }
        _ => false,
    })
}

/// Whether a request has scripts to which the name of another is a variable.
fn names_in_scripts(request: &Request) -> bool {
    let Scripts { before, rendered, after } = &*request.scripts;
    let mut scripts = before.iter().chain(rendered).chain(after);
    scripts.any(|script| script.surroundings == Surroundings::HttpYac)
        || request.every_query().any(|query| matches!(query, Query::JavaScript(_)))
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
            ("GET /{{log-in.response.body.$.id}}\n", &["log-in", "response", "body", "id"][..]),
            (
                "GET /{{ a.request.headers.X | upper }}/{{b.response.body}}\n",
                &["a", "b", "request", "headers", "X", "upper", "response", "body"],
            ),
            ("GET /{{x + login.id}}", &["x", "login", "id"]),
            ("GET /{{loginResponse.statusCode}}", &["loginResponse", "login", "statusCode"]),
            ("GET /{{größe.response.body}}", &["größe", "response", "body"]),
            ("POST /\n\n{{\n  log-in\n}}\n{{ x", &["log-in", "x"]),
            ("GET /response.txt\n", &[]),
            ("# @if login.user == 1\n# @for one in users\nGET /\n", &["login", "user", "1", "users"]),
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
