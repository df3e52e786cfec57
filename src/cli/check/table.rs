//! What was found in a file as a table: by rule, with the lines, what is done here, and what
//! other dialects do.

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Effects};
use unicode_width::UnicodeWidthStr as _;

use crate::diagnostic::{Fault, fold, visible};
use crate::run::Checked;
use crate::spec::{Dialect, Rule};

use super::Terminal;

/// How many lines are listed of one rule; the rest is counted.
const MOST_LINES: usize = 6;

/// Below this width what dialects do stands in lines of its own.
const NARROW: usize = 90;

/// How far these are indented.
const NARROW_INDENT: usize = 4;

/// A row: the lines, what it is about, what is done here, and what is done elsewhere.
struct Row {
    lines: String,
    about: &'static str,
    here: String,
    elsewhere: Vec<String>,
    is_unsupported: bool,
}

/// The table of a file, unless nothing is to be said.
pub(super) fn of(file: &Checked<'_>, dialect: Dialect, terminal: &Terminal) -> Option<String> {
    let rows = rows(file, dialect);
    if rows.is_empty() {
        return None;
    }
    let run = file.requests.iter().filter(|request| request.runs).count();
    let title = format!("{}: {run} of {}", visible(file.path), super::counted(file.requests.len(), "request"));
    let mut text = terminal.painted(Effects::BOLD, &format!("{title} {}", if run == 1 { "runs" } else { "run" }));
    let widest = |part: fn(&Row) -> &str| rows.iter().map(|row| part(row).width()).max().unwrap_or(0);
    let widths = [widest(|row| &row.lines), widest(|row| row.about)];
    for row in &rows {
        text.push('\n');
        text.push_str(&row.shown(widths, terminal));
    }
    Some(text + "\n")
}

fn rows(file: &Checked<'_>, dialect: Dialect) -> Vec<Row> {
    let unsupported = file.diagnostics.iter().filter(|diagnostic| diagnostic.fault == Fault::Unsupported);
    let unsupported = unsupported.map(|diagnostic| {
        let line = diagnostic.span().map_or(0, |span| span.location().line);
        (
            line,
            Row {
                lines: listed(vec![line]),
                about: "not supported",
                here: diagnostic.message.trim_end_matches(" is not supported yet").to_owned(),
                elsewhere: Vec::new(),
                is_unsupported: true,
            },
        )
    });
    let mut by_rule: BTreeMap<Rule, Vec<usize>> = BTreeMap::new();
    for conflict in file.conflicts {
        by_rule.entry(conflict.rule).or_default().push(conflict.span.location().line);
    }
    let different = by_rule.into_iter().map(|(rule, lines)| {
        (
            lines[0],
            Row {
                lines: listed(lines),
                about: rule.id(),
                here: rule.choice(dialect).to_owned(),
                elsewhere: elsewhere(rule, dialect),
                is_unsupported: false,
            },
        )
    });
    let mut rows: Vec<(usize, Row)> = unsupported.chain(different).collect();
    rows.sort_by_key(|(line, _)| *line);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// `3, 9, 12 +4`
fn listed(mut lines: Vec<usize>) -> String {
    lines.dedup();
    let more = lines.len().saturating_sub(MOST_LINES);
    let shown: Vec<String> = lines.iter().take(MOST_LINES).map(usize::to_string).collect();
    let rest = if more == 0 { String::new() } else { format!(" +{more}") };
    shown.join(", ") + &rest
}

/// What other dialects do, those together that do the same: `standard, vscode: content`.
fn elsewhere(rule: Rule, here: Dialect) -> Vec<String> {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for &(name, dialect) in Dialect::NAMES {
        let choice = rule.choice(dialect);
        match groups.iter_mut().find(|(known, _)| *known == choice) {
            _ if choice == rule.choice(here) => {}
            Some((_, names)) => names.push(name),
            None => groups.push((choice, vec![name])),
        }
    }
    groups.into_iter().map(|(choice, names)| format!("{}: {choice}", names.join(", "))).collect()
}

impl Row {
    fn shown(&self, [lines, about]: [usize; 2], terminal: &Terminal) -> String {
        let gap = |text: &str, width: usize| " ".repeat(2 + width.saturating_sub(text.width()));
        let color = if self.is_unsupported { AnsiColor::Red } else { AnsiColor::Yellow };
        let place = terminal.painted(Effects::DIMMED, &self.lines);
        let named = terminal.painted(color.on_default(), self.about);
        let start = format!("  {place}{}{named}", gap(&self.lines, lines));
        let here = visible(&self.here);
        let indent = 2 + lines + 2 + about + 2;
        let one_line = format!("{here}; {}", self.elsewhere.join("; "));
        if terminal.output.width >= NARROW && indent + one_line.width() <= terminal.output.width {
            let rest = self.elsewhere.iter().map(|other| format!("; {}", terminal.painted(Effects::DIMMED, other)));
            return format!("{start}{}{here}{}", gap(self.about, about), rest.collect::<String>());
        }
        let (start, indent) = match terminal.output.width >= NARROW {
            true => (format!("{start}{}", gap(self.about, about)), indent),
            false => (format!("{start}\n{}", " ".repeat(NARROW_INDENT)), NARROW_INDENT),
        };
        let room = terminal.output.width.saturating_sub(indent);
        let here = fold(&here, room).into_iter().map(str::to_owned);
        let others = self.elsewhere.iter().flat_map(|other| fold(other, room));
        let others = others.map(|line| terminal.painted(Effects::DIMMED, line));
        start + &here.chain(others).collect::<Vec<_>>().join(&format!("\n{}", " ".repeat(indent)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Style;
    use crate::parse::parse;
    use crate::run::CheckedRequest;
    use crate::source::SourceFile;
    use crate::spec::Format;

    const TEXT: &str = "### All\nget localhost:80/a\n  # few\n  ?b=c\n\n### One\nGET http://h/\n\n?? status == 200\n";

    fn shown(width: usize, color: bool) -> String {
        let style = Style { color, width };
        let terminal = Terminal { output: style, error: style, redactor: Default::default() };
        let spec = parse(&SourceFile::new("a.http", TEXT), Format::Http, Dialect::default());
        let request = CheckedRequest { name: "All", line: Some(2), runs: true };
        let unsupported = crate::diagnostic::Diagnostic::error("a gRPC request is not supported yet").unsupported();
        let file = Checked {
            path: "a.http",
            requests: vec![request],
            conflicts: &spec.conflicts,
            diagnostics: vec![unsupported.at(&spec.requests[0].span().clone(), "")],
        };
        of(&file, Dialect::default(), &terminal).unwrap()
    }

    #[test]
    fn rows_stand_on_one_line_where_there_is_room() {
        insta::assert_snapshot!("wide", shown(160, false));
        insta::assert_snapshot!("usual", shown(100, false));
        insta::assert_snapshot!("narrow", shown(60, false));
        insta::assert_snapshot!("colored", shown(160, true).replace('\u{1b}', "␛"));
    }

    #[test]
    fn long_lists_of_lines_are_cut() {
        assert_eq!(listed(vec![1, 1, 2]), "1, 2");
        assert_eq!(listed((1..=9).collect()), "1, 2, 3, 4, 5, 6 +3");
    }
}
