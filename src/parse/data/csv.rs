//! CSV (RFC 4180): the first record names the columns.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span, Spanned};
use crate::spec::{Cell, Row};

use super::ONE_TOO_MANY;

/// A record: its place, and its fields with theirs.
struct Record {
    span: Span,
    fields: Vec<Spanned<String>>,
}

/// Reads the rows below the header; all values are texts.
///
/// # Errors
/// If a quote is not closed, or a row does not have the columns of the header.
pub(super) fn read(source: &Arc<SourceFile>) -> Result<Vec<Row>, Diagnostic> {
    let mut records = Records { source, at: 0 };
    let Some(header) = records.next().transpose()? else { return Ok(Vec::new()) };
    check(&header)?;
    records.take(ONE_TOO_MANY).map(|record| row(&header, record?)).collect()
}

fn check(header: &Record) -> Result<(), Diagnostic> {
    for (index, name) in header.fields.iter().enumerate() {
        if name.value.is_empty() {
            return Err(Diagnostic::error("a column has no name").at(&name.span, ""));
        }
        if let Some(first) = header.fields[..index].iter().find(|first| first.value == name.value) {
            let error = Diagnostic::error(format!("two columns have the name `{}`", name.value)).at(&name.span, "");
            return Err(error.at(&first.span, "the first"));
        }
    }
    Ok(())
}

fn row(header: &Record, record: Record) -> Result<Row, Diagnostic> {
    let (wanted, found) = (header.fields.len(), record.fields.len());
    if let Some(missing) = header.fields.get(found) {
        let error = Diagnostic::error(format!("this row lacks `{}`", missing.value)).at(&record.span, "");
        return Err(error.at(&missing.span, "the column"));
    }
    if found > wanted {
        let message = format!("this row has {found} fields, and the header {wanted}");
        return Err(Diagnostic::error(message)
            .at(&record.span, "")
            .help("put quotes around a field that holds a comma"));
    }
    let cell = |(name, field): (&Spanned<String>, Spanned<String>)| (name.clone(), Cell::Data(field.value.into()));
    Ok(Row { span: record.span, cells: header.fields.iter().zip(record.fields).map(cell).collect() })
}

/// The records of a text; blank lines are none.
struct Records<'a> {
    source: &'a Arc<SourceFile>,
    at: usize,
}

impl Iterator for Records<'_> {
    type Item = Result<Record, Diagnostic>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.skip_line_break() {}
        (self.at < self.source.text().len()).then(|| self.record())
    }
}

impl Records<'_> {
    fn record(&mut self) -> Result<Record, Diagnostic> {
        let start = self.at;
        let mut fields = vec![self.field()?];
        while self.rest().starts_with(',') {
            self.at += 1;
            fields.push(self.field()?);
        }
        let span = self.source.span(start..self.at);
        self.skip_line_break();
        Ok(Record { span, fields })
    }

    fn field(&mut self) -> Result<Spanned<String>, Diagnostic> {
        let start = self.at;
        let value = if self.rest().starts_with('"') { self.quoted()? } else { self.plain() };
        Ok(self.source.span(start..self.at).with(value))
    }

    fn plain(&mut self) -> String {
        let rest = self.rest();
        let end = rest.find([',', '\n']).unwrap_or(rest.len());
        // A carriage return belongs to a line break, or else to the field.
        let is_line = rest[end..].starts_with('\n');
        let value = rest[..end].strip_suffix('\r').filter(|_| is_line).unwrap_or(&rest[..end]).to_owned();
        self.at += value.len();
        value
    }

    /// A field in quotes, in which two are one.
    fn quoted(&mut self) -> Result<String, Diagnostic> {
        let opening = self.source.span(self.at..self.at + 1);
        self.at += 1;
        let mut value = String::new();
        loop {
            let Some(end) = self.rest().find('"') else {
                return Err(Diagnostic::error("this quote is not closed").at(&opening, ""));
            };
            value.push_str(&self.rest()[..end]);
            self.at += end + 1;
            if !self.rest().starts_with('"') {
                break;
            }
            value.push('"');
            self.at += 1;
        }
        let rest = self.rest();
        if rest.is_empty() || [",", "\n", "\r\n"].iter().any(|end| rest.starts_with(end)) {
            return Ok(value);
        }
        Err(Diagnostic::error("a quoted field ends with its quote")
            .at(&opening.to(&self.source.span(self.at..self.at)), "something follows this")
            .help("a quote within it is written twice: `\"\"`"))
    }

    fn skip_line_break(&mut self) -> bool {
        let length = ["\r\n", "\n"].iter().find(|end| self.rest().starts_with(**end)).map_or(0, |end| end.len());
        self.at += length;
        length > 0
    }

    fn rest(&self) -> &str {
        &self.source.text()[self.at..]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The fields of each row below a header.
    fn fields(text: &str) -> Vec<Vec<String>> {
        let field = |(_, cell): &(Spanned<String>, Cell)| match cell {
            Cell::Data(value) => value.as_str().unwrap().to_owned(),
            Cell::Written(_) => panic!("a table holds no templates"),
        };
        let rows = read(&SourceFile::new("a.csv", text)).unwrap();
        rows.iter().map(|row| row.cells.iter().map(field).collect()).collect()
    }

    #[test]
    fn reads_fields_as_the_standard_has_them() {
        for (rows, expected) in [
            ("1,2", &[["1", "2"]][..]),
            ("1,2\r\n3,4\r\n", &[["1", "2"], ["3", "4"]]),
            ("\n1,2\n\n3,\n", &[["1", "2"], ["3", ""]]),
            ("\"a,b\",\"c\"\"d\"", &[["a,b", "c\"d"]]),
            ("\"two\nlines\", 2 ", &[["two\nlines", " 2 "]]),
            ("\"\",a\"b", &[["", "a\"b"]]),
            ("1,\r", &[["1", "\r"]]),
        ] {
            assert_eq!(fields(&format!("a,b\n{rows}")), expected, "{rows}");
        }
    }

    proptest! {
        #[test]
        fn what_is_quoted_is_read_back(rows in proptest::collection::vec(["\\PC{0,8}", "[,\"\r\n]{0,4}"], 1..4)) {
            let quoted = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
            let lines = rows.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(","));
            let text = std::iter::once("a,b".to_owned()).chain(lines).collect::<Vec<_>>().join("\r\n");
            prop_assert_eq!(fields(&text), rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>());
        }
    }
}
