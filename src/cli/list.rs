//! `rqtest list`: what would run.

use anstyle::Effects;
use serde::Serialize;
use unicode_width::UnicodeWidthStr as _;

use crate::diagnostic::visible;
use crate::event::CaseOutline;
use crate::run::Plan;
use crate::spec::Request;

use super::arguments::{ListArguments, ListFormat};
use super::exit::Exit;
use super::project::{Project, Stop};
use super::selection::{self, Wanted};
use super::terminal::Terminal;

/// A text that takes more than this part of the width does not push the others to the right.
const MOST_OF_WIDTH: usize = 3;

/// A request, as the list shows it.
#[derive(Serialize)]
struct Listed<'a> {
    file: String,
    line: usize,
    name: &'a str,
    method: &'a str,
    url: &'a str,
    tags: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
}

/// Prints every request that would run, and what cannot be read.
pub(super) fn list(arguments: &ListArguments, terminal: &Terminal) -> Exit {
    match plan(arguments, terminal) {
        Ok(plan) => print(&plan, arguments.format, terminal),
        Err(stop) => stop.report(terminal),
    }
}

fn plan(arguments: &ListArguments, terminal: &Terminal) -> Result<Plan, Stop> {
    let project = Project::open(&arguments.selection)?;
    let wanted = Wanted { arguments: &arguments.selection, variables: &arguments.variables, repeat: 1 };
    Ok(selection::choose(&project, &wanted, terminal)?.plan)
}

fn print(plan: &Plan, format: ListFormat, terminal: &Terminal) -> Exit {
    plan.teach(&terminal.redactor);
    let listed: Vec<Listed<'_>> = plan.requests().filter_map(|(case, request)| Listed::new(case, request)).collect();
    let text = match format {
        ListFormat::Text => Ok(table(&listed, terminal)),
        ListFormat::Json => serde_json::to_string_pretty(&listed).map_err(|error| error.to_string()),
        ListFormat::Yaml => serde_yaml::to_string(&listed).map_err(|error| error.to_string()),
    };
    let written = text.and_then(|text| terminal.line(text.trim_end()).map_err(|error| error.to_string()));
    if let Err(error) = written {
        terminal.error(format_args!("the list cannot be written: {error}"));
        return Exit::Report;
    }
    let mut unreadable = false;
    for diagnostic in plan.errors() {
        unreadable = true;
        terminal.block(diagnostic);
    }
    if unreadable { Exit::Failed } else { Exit::Passed }
}

impl<'a> Listed<'a> {
    fn new(case: &'a CaseOutline, request: &'a Request) -> Option<Self> {
        let span = case.span.as_ref()?;
        Some(Self {
            file: span.source().path().display().to_string(),
            line: span.location().line,
            name: &case.name,
            method: request.method.as_ref().map_or("GET", |method| &method.value),
            url: &request.target.value,
            tags: &case.tags,
            description: request.description.as_ref().map(|description| &*description.value),
        })
    }
}

/// The requests in columns, a line each: where, name, what is sent, tags.
fn table(listed: &[Listed<'_>], terminal: &Terminal) -> String {
    let rows: Vec<[String; 4]> = listed.iter().map(Listed::row).collect();
    let most = terminal.output.width / MOST_OF_WIDTH;
    let widest =
        |column: usize| rows.iter().map(|row| row[column].width()).filter(|&width| width <= most).max().unwrap_or(0);
    let (place, name) = (widest(0), widest(1));
    let line = |[at, called, sent, tags]: &[String; 4]| {
        let gaps =
            [(place, at), (name, called)].map(|(width, text)| " ".repeat(2 + width.saturating_sub(text.width())));
        let [at, tags] = [at, tags].map(|text| terminal.painted(Effects::DIMMED, text));
        format!("{at}{}{called}{}{sent}  {tags}", gaps[0], gaps[1]).trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

impl Listed<'_> {
    fn row(&self) -> [String; 4] {
        let Self { file, line, name, method, url, tags, .. } = self;
        let tags = if tags.is_empty() { String::new() } else { format!("[{}]", tags.join(", ")) };
        [format!("{file}:{line}"), (*name).to_owned(), format!("{method} {url}"), tags].map(|text| in_line(&text))
    }
}

/// Text from a spec as it may be printed.
fn in_line(text: &str) -> String {
    visible(text).split_whitespace().collect::<Vec<_>>().join(" ")
}
