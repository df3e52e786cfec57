//! Scripts of a request: `before` it is sent, and `after` its response is there.

use crate::diagnostic::Diagnostic;
use crate::spec::{Code, Node, Script, Surroundings, Text};

use super::Field;
use super::table::{Problems, Table, key};

/// The keys of a script that stands in a file of its own.
const SCRIPT: Table<Option<Text>> = Table(&[key("file", |path, field, problems| *path = problems.keep(field.text()))]);

/// Reads JavaScript, `{file: path}`, or a list of them.
pub(super) fn read(field: Field<'_>, problems: &mut Problems) -> Vec<Script> {
    let codes = field.one_or_more().filter_map(|item| code(item, problems));
    codes.map(|code| Script { code, surroundings: Surroundings::JetBrains }).collect()
}

fn code(field: Field<'_>, problems: &mut Problems) -> Option<Code> {
    match &field.value.node {
        Node::Text(text) => Some(Code::Inline(text.clone())),
        Node::Map(_) => {
            let mut path = None;
            SCRIPT.read_map(&mut path, field, problems);
            path.map(Code::File).or_else(|| missing(field, problems))
        }
        _ => {
            problems.push(field.expected("JavaScript, `{file: path}`, or a list of them"));
            None
        }
    }
}

fn missing(field: Field<'_>, problems: &mut Problems) -> Option<Code> {
    let error = Diagnostic::error("a script without code").at(field.span(), "");
    problems.push(error.help("write JavaScript, or `{file: path}`"));
    None
}
