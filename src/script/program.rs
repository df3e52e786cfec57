//! Code and where it stands, made so that JavaScript counts its lines and columns as the
//! file does.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::source::{ReadError, Root, SourceFile, Span, read_source};
use crate::spec::{Format, Surroundings, Text};

/// What stands before the code, on the first line: a function, so that scripts do not see
/// each other's variables, or nothing. A comment makes all as long.
const FUNCTION: &str = "(async function(){/**************/";
const EXPRESSION: &str = "(async()=>(/*********************/";
const REQUIRED: &str = "(function(exports,require,module){";
const MODULE: &str = "/********************************/";

/// A script that can be run.
#[derive(Clone, Debug)]
pub struct Program {
    /// The code, in the spec file or in one of its own.
    pub code: Text,
    /// What runs it: the place in the spec file.
    pub caller: Span,
    /// What the code is.
    pub form: Form,
    /// What it finds there beside JavaScript itself.
    pub surroundings: Surroundings,
}

/// What a piece of code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Statements, run for what they do.
    Statements,
    /// One expression, run for its value.
    Expression,
}

/// What a piece of code is to JavaScript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The body of a function.
    Function,
    /// What a function returns.
    Expression,
    /// A module: it imports or exports.
    Module,
    /// A file that is required, in the older way of modules.
    Required,
}

impl Program {
    /// The script in a file of its own, as the text at `caller` names it.
    ///
    /// # Errors
    /// If the file cannot be read, or lies outside of the root.
    pub fn load(root: &Root, caller: &Span, path: &str, surroundings: Surroundings) -> Result<Self, ReadError> {
        let spec = caller.source().path();
        root.resolve(spec, path)?;
        let file = read_source(&spec.parent().unwrap_or(Path::new("")).join(path))?;
        let span = file.span(0..file.text().len());
        let code = Text { value: file.text().to_owned(), span, format: Format::Http };
        Ok(Self { code, caller: caller.clone(), form: Form::Statements, surroundings })
    }

    /// What it is to JavaScript.
    pub(super) fn kind(&self) -> Kind {
        match self.form {
            Form::Expression => Kind::Expression,
            Form::Statements if imports(&self.code.value) => Kind::Module,
            Form::Statements => Kind::Function,
        }
    }

    /// The text that JavaScript reads.
    pub(super) fn text(&self) -> String {
        text(&self.code.value, &self.code.span, self.kind())
    }
}

/// The text of a file that others import or require.
pub(super) fn file_text(file: &Arc<SourceFile>, kind: Kind) -> String {
    text(file.text(), &file.span(0..0), kind)
}

fn text(code: &str, place: &Span, kind: Kind) -> String {
    let (open, close) = match kind {
        Kind::Function => (FUNCTION, "\n})"),
        Kind::Expression => (EXPRESSION, "\n))"),
        Kind::Module => (MODULE, ""),
        Kind::Required => (REQUIRED, "\n})"),
    };
    let above = &place.source().text()[..place.range().start];
    let lines = above.bytes().filter(|&byte| byte == b'\n').count();
    let column = above.len() - above.rfind('\n').map_or(0, |at| at + 1);
    [open, &"\n".repeat(lines), &" ".repeat(column), code, close].concat()
}

/// Whether code has statements that only a module can have.
fn imports(code: &str) -> bool {
    code.lines().any(|line| {
        let line = line.trim_start();
        let rest = ["import", "export"].iter().find_map(|word| line.strip_prefix(word));
        rest.is_some_and(|rest| rest.starts_with([' ', '\t', '{', '*', '"', '\'']))
    })
}

/// The files that code was read from, by the names that JavaScript knows them by.
#[derive(Debug, Default)]
pub(super) struct Sources(RefCell<HashMap<String, Arc<SourceFile>>>);

impl Sources {
    /// The name that JavaScript is to know a file by.
    pub(super) fn name(&self, file: &Arc<SourceFile>) -> String {
        let name = file.path().display().to_string();
        self.0.borrow_mut().entry(name.clone()).or_insert_with(|| Arc::clone(file));
        name
    }

    /// The file of a name.
    pub(super) fn file(&self, name: &str) -> Option<Arc<SourceFile>> {
        self.0.borrow().get(name).cloned()
    }

    /// The first line of code that people wrote, of those that a stack of calls names.
    pub(super) fn line(&self, stack: &str) -> Option<Span> {
        let word = self.place(stack)?;
        let (text, at) = (word.source().text(), word.range().start);
        let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let start = start + text[start..at].len() - text[start..at].trim_start().len();
        let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
        Some(word.source().span(start..start + text[start..end].trim_end().len()))
    }

    /// The first place in code that people wrote, of those that a stack of calls names, a line each.
    pub(super) fn place(&self, stack: &str) -> Option<Span> {
        stack.lines().find_map(|frame| {
            let frame = frame.trim().strip_prefix("at ")?;
            let place = frame.strip_suffix(')').and_then(|frame| frame.rsplit_once(" (")).map_or(frame, |(_, at)| at);
            let (rest, column) = place.rsplit_once(':')?;
            let (name, line) = rest.rsplit_once(':')?;
            word_at(&self.file(name)?, line.parse().ok()?, column.parse().ok()?)
        })
    }
}

/// The word at a line and a column, both from 1; the column counts bytes.
fn word_at(file: &Arc<SourceFile>, line: usize, column: usize) -> Option<Span> {
    let text = file.text();
    let start = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum::<usize>();
    let before = if line == 1 { FUNCTION.len() } else { 0 };
    let line_end = text[start..].find('\n').map_or(text.len(), |length| start + length);
    let at = (start + column.saturating_sub(1).saturating_sub(before)).min(line_end);
    let at = text.floor_char_boundary(at);
    let is_word = |character: char| character.is_alphanumeric() || character == '_' || character == '$';
    let rest = &text[at..line_end];
    let length = rest.find(|character| !is_word(character)).unwrap_or(rest.len());
    let width = rest.chars().next().map_or(0, char::len_utf8);
    Some(file.span(at..at + length.max(width)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_openings_are_as_long() {
        assert_eq!([FUNCTION.len(), EXPRESSION.len(), MODULE.len()], [REQUIRED.len(); 3]);
    }

    #[test]
    fn code_stands_where_it_stands_in_its_file() {
        let file = SourceFile::new("a.http", "GET /\n\n> {% a\nb %}\n");
        let text = text("a\nb", &file.span(12..15), Kind::Function);
        assert_eq!(text, format!("{FUNCTION}\n\n     a\nb\n}})"));
    }

    #[test]
    fn only_statements_of_modules_make_one() {
        for (code, expected) in [
            ("import x from './a.js'", true),
            ("\n  import {a} from 'a'", true),
            ("export const a = 1", true),
            ("const a = await import('./a.js')", false),
            ("import('./a.js')", false),
            ("important()", false),
            ("// import x", false),
        ] {
            assert_eq!(imports(code), expected, "{code}");
        }
    }

    #[test]
    fn finds_the_first_place_that_people_wrote() {
        let (sources, file) = (Sources::default(), SourceFile::new("a.http", "x\né throw up\n"));
        sources.name(&file);
        let stack = "    at test (jetbrains.js:3:4)\n    at <anonymous> (a.http:2:4)\n    at a.http:1:35\n";
        assert_eq!(sources.place(stack).unwrap().text(), "throw");
        assert_eq!(sources.place("    at a.http:1:35\n").unwrap().text(), "x");
        assert!(sources.place("    at b.http:1:1\n").is_none());
    }
}
