//! Files of rows that requests run over: CSV, JSON, JSON lines and YAML. Nothing in them is
//! a template.

mod csv;

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Spanned};
use crate::spec::{Cell, Format, ITEM, MOST_REPEATS, Node, Row, Text, Value};

use super::{flow, yaml};

/// How many rows are read at most: that there are too many is known then.
const ONE_TOO_MANY: usize = MOST_REPEATS as usize + 1;

/// Reads the text of a file into rows.
type Reader = fn(&Arc<SourceFile>) -> Result<Vec<Row>, Vec<Diagnostic>>;

/// The forms of files, by the ends of their names.
const READERS: &[(&str, Reader)] = &[
    ("csv", |source| csv::read(source).map_err(|error| vec![error])),
    ("json", list),
    ("jsonl", lines),
    ("ndjson", lines),
    ("yaml", list),
    ("yml", list),
];

/// Reads the rows of a file.
///
/// # Errors
/// Everything that is wrong with it, at its lines: there is no row, or one lacks a column.
pub fn rows(source: &Arc<SourceFile>) -> Result<Vec<Row>, Vec<Diagnostic>> {
    let extension = source.path().extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let reader = READERS.iter().find(|(known, _)| known.eq_ignore_ascii_case(extension));
    let at = |message: String| vec![Diagnostic::error(message).at(&source.span(0..0), "")];
    let (_, read) = reader.ok_or_else(|| at("rows are read from .csv, .json, .jsonl and .yaml files".to_owned()))?;
    let rows = read(source)?;
    if rows.is_empty() {
        return Err(at("there is nothing to go over: the table has no rows".to_owned()));
    }
    if let Some(row) = rows.get(MOST_REPEATS as usize) {
        let error = Diagnostic::error(format!("a table may have {MOST_REPEATS} rows at most")).at(&row.span, "");
        return Err(vec![error.help("each is a case of every report: take a part of them, or several files")]);
    }
    flow::lacking(&rows).map_or(Ok(rows), |error| Err(vec![error]))
}

/// A list in JSON or YAML.
fn list(source: &Arc<SourceFile>) -> Result<Vec<Row>, Vec<Diagnostic>> {
    let root = yaml::load(source)?;
    match &root.node {
        Node::List(items) => Ok(items.iter().map(row).collect()),
        _ => Err(vec![Diagnostic::error("a table is a list of rows").at(&root.span, "")]),
    }
}

/// A JSON text a line; blank lines are none.
fn lines(source: &Arc<SourceFile>) -> Result<Vec<Row>, Vec<Diagnostic>> {
    let mut start = 0;
    let lines = source.text().split_inclusive('\n').map(|line| {
        let span = source.span(start..start + line.trim_end().len());
        start += line.len();
        span
    });
    lines
        .filter(|line| !line.text().is_empty())
        .take(ONE_TOO_MANY)
        .map(|line| {
            let value = yaml::load_part(&line, Format::Yaml);
            value.map(|value| row(&value)).ok_or_else(|| vec![Diagnostic::error("this line is not JSON").at(&line, "")])
        })
        .collect()
}

fn row(item: &Value) -> Row {
    let cell = |name: Spanned<String>, value: &Value| (name, Cell::Data(value.to_json()));
    let cells = match &item.node {
        Node::Map(members) => {
            let name = |key: &Text| key.span.clone().with(key.value.clone());
            members.iter().map(|(key, value)| cell(name(key), value)).collect()
        }
        _ => vec![cell(item.span.clone().with(ITEM.to_owned()), item)],
    };
    Row { span: item.span.clone(), cells }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(name: &str, text: &str) -> Result<Vec<String>, Vec<String>> {
        let shown = |row: &Row| {
            let cell = |(name, cell): &(Spanned<String>, Cell)| match cell {
                Cell::Data(value) => format!("{}={value}", name.value),
                Cell::Written(_) => panic!("what a file of data holds is no template"),
            };
            row.cells.iter().map(cell).collect::<Vec<_>>().join(" ")
        };
        let place = |error: Diagnostic| {
            let line = error.span().map_or(0, |span| span.location().line);
            format!("{line}: {}", error.message)
        };
        rows(&SourceFile::new(name, text))
            .map(|rows| rows.iter().map(shown).collect())
            .map_err(|errors| errors.into_iter().map(place).collect())
    }

    #[test]
    fn reads_rows_of_every_form() {
        let typed = ["id=1 name=\"{{x}}\"", "id=2 name=null"];
        for (name, text) in [
            ("a.json", "[{\"id\": 1, \"name\": \"{{x}}\"},\n {\"id\": 2, \"name\": null}]"),
            ("a.jsonl", "{\"id\": 1, \"name\": \"{{x}}\"}\n\n{\"id\": 2, \"name\": null}\n"),
            ("a.ndjson", "{\"id\": 1, \"name\": \"{{x}}\"}\r\n{\"id\": 2, \"name\": null}"),
            ("a.YAML", "- {id: 1, name: \"{{x}}\"}\n- id: 2\n  name:\n"),
        ] {
            assert_eq!(shown(name, text).unwrap(), typed, "{name}");
        }
        assert_eq!(shown("a.csv", "id,name\n1,{{x}}\n").unwrap(), ["id=\"1\" name=\"{{x}}\""]);
        assert_eq!(shown("a.json", "[1, [2]]").unwrap(), ["item=1", "item=[2]"]);
    }

    #[test]
    fn says_where_a_table_is_wrong() {
        for (name, text, error) in [
            ("a.csv", "", "1: there is nothing to go over: the table has no rows"),
            ("a.csv", "id,name\n", "1: there is nothing to go over: the table has no rows"),
            ("a.csv", "id,name\n1,a\n2\n", "3: this row lacks `name`"),
            ("a.csv", "id\n1,2\n", "2: this row has 2 fields, and the header 1"),
            ("a.csv", "id,id\n1,2\n", "1: two columns have the name `id`"),
            ("a.csv", "id,\n1,2\n", "1: a column has no name"),
            ("a.csv", "id\n\"1\n", "2: this quote is not closed"),
            ("a.csv", "id\n\"1\"2\n", "2: a quoted field ends with its quote"),
            ("a.json", "{\"id\": 1}", "1: a table is a list of rows"),
            ("a.json", "[]", "1: there is nothing to go over: the table has no rows"),
            ("a.json", "[{\"id\": 1},\n {\"name\": 2, \"id\": 3}]", "1: this row lacks `name`"),
            ("a.jsonl", "{\"id\": 1}\n{\"id\": \n", "2: this line is not JSON"),
            ("a.txt", "id\n1\n", "1: rows are read from .csv, .json, .jsonl and .yaml files"),
        ] {
            assert_eq!(shown(name, text).unwrap_err(), [error], "{name} {text}");
        }
    }

    #[test]
    fn a_row_too_many_is_an_error_at_its_line() {
        let table = |rows: usize| format!("id\n{}\"", "1\n".repeat(rows));
        assert_eq!(shown("a.csv", &table(10_001)).unwrap_err(), ["10002: a table may have 10000 rows at most"]);
        assert_eq!(shown("a.csv", &table(10_000)).unwrap_err(), ["10002: this quote is not closed"]);
        let lines = "{\"id\": 1}\n".repeat(10_001);
        assert_eq!(shown("a.jsonl", &lines).unwrap_err(), ["10001: a table may have 10000 rows at most"]);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(name in "a\\.(csv|json|jsonl|yaml)", text in "[a,\"\\n\\r{}\\[\\]: ]{0,40}") {
            let _: Result<_, _> = shown(&name, &text);
        }
    }
}
