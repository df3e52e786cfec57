//! `rqtest list`: what would run.

use serde::Serialize;

use crate::event::CaseOutline;
use crate::run::Plan;
use crate::spec::Request;

use super::arguments::{ListArguments, ListFormat};
use super::exit::Exit;
use super::project::{Project, Stop};
use super::terminal::Terminal;

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
    match plan(arguments) {
        Ok(plan) => print(&plan, arguments.format, terminal),
        Err(stop) => stop.report(terminal),
    }
}

fn plan(arguments: &ListArguments) -> Result<Plan, Stop> {
    let project = Project::open(&arguments.selection)?;
    project.plan(&arguments.selection, 1)
}

fn print(plan: &Plan, format: ListFormat, terminal: &Terminal) -> Exit {
    let listed: Vec<Listed<'_>> = plan.requests().filter_map(|(case, request)| Listed::new(case, request)).collect();
    let text = match format {
        ListFormat::Text => Ok(table(&listed)),
        ListFormat::Json => serde_json::to_string_pretty(&listed).map_err(|error| error.to_string()),
        ListFormat::Yaml => serde_yaml::to_string(&listed).map_err(|error| error.to_string()),
    };
    match text {
        Ok(text) => terminal.line(text.trim_end()),
        Err(error) => {
            terminal.error(format_args!("the list cannot be written: {error}"));
            return Exit::Report;
        }
    }
    let mut unreadable = false;
    for diagnostic in plan.errors() {
        unreadable = true;
        terminal.diagnostic(diagnostic);
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

/// The requests in columns: where, name, what is sent, tags.
fn table(listed: &[Listed<'_>]) -> String {
    let places: Vec<String> = listed.iter().map(|request| format!("{}:{}", request.file, request.line)).collect();
    let width_of = |texts: &mut dyn Iterator<Item = &str>| texts.map(|text| text.chars().count()).max().unwrap_or(0);
    let place_width = width_of(&mut places.iter().map(|place| &**place));
    let name_width = width_of(&mut listed.iter().map(|request| request.name)).min(48);
    let lines = listed.iter().zip(&places).map(|(request, place)| {
        let Listed { name, method, url, tags, .. } = request;
        let tags: String = tags.iter().map(|tag| format!(" #{tag}")).collect();
        format!("{place:<place_width$}  {name:<name_width$}  {method} {url}{tags}")
    });
    lines.collect::<Vec<_>>().join("\n")
}
