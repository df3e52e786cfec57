//! What a request asks for that can be missed before it runs: JavaScript that can be read, and
//! requests that there are.

use std::collections::HashSet;

use crate::diagnostic::Diagnostic;
use crate::script::Written;
use crate::source::{Root, Span};
use crate::spec::{self, Format, Node, Query, Request, Text};
use crate::template::{Demand, Engine, Template, words};

use super::script::ScriptChecker;
use super::specs::Specs;

/// What is missed.
pub(super) fn problems(
    request: &Request,
    specs: &Specs,
    engine: &Engine,
    scripts: &ScriptChecker,
    root: &Root,
) -> Vec<Diagnostic> {
    let names = names(specs);
    let compiled: Vec<Template> = templates(request, specs, engine).collect();
    let demands = compiled.iter().flat_map(Template::demands);
    let missed = demands.filter_map(|demand| match demand {
        Demand::JavaScript(code) => scripts.check_expression(code, root),
        Demand::Exchange { request, at } => is_missing(request, &names).then(|| missing(request, at, &names)),
    });
    let asked = request.every_query().filter_map(|query| match query {
        Query::JavaScript(code) => scripts.check_expression(&text(code), root),
        _ => None,
    });
    missed.chain(asked).collect()
}

/// The names of all requests that there are.
fn names(specs: &Specs) -> HashSet<&str> {
    let entries = (0..specs.iter().count()).flat_map(|file| specs.entries(file));
    entries.filter_map(|(_, entry)| entry.name().map(|name| name.value.as_str())).collect()
}

/// Whether there is no request of a name, which in a loop is followed by a number.
fn is_missing(request: &str, names: &HashSet<&str>) -> bool {
    let in_loop = request.trim_end_matches(|last: char| last.is_ascii_digit());
    !names.contains(request) && !names.contains(in_loop)
}

fn missing(request: &str, at: &Span, names: &HashSet<&str>) -> Diagnostic {
    let mut known: Vec<&str> = names.iter().copied().collect();
    known.sort_unstable();
    Diagnostic::error(format!("no request of this file is named `{request}`")).at(at, "").suggest(request, known)
}

/// The templates of a request, and of the variables that it speaks of. What is none is an error
/// that is told elsewhere.
fn templates<'a>(request: &'a Request, specs: &'a Specs, engine: &'a Engine) -> impl Iterator<Item = Template> + 'a {
    let written = Written::from(request);
    let Written { target, headers, body, .. } = written;
    let fields = headers.into_iter().flat_map(|(name, value)| [name, value]);
    let mut texts: Vec<Text> = std::iter::once(target).chain(fields).chain(body.into_iter().flatten()).collect();
    let spoken: HashSet<String> =
        texts.iter().flat_map(|text| words::in_braces(&text.value)).map(str::to_owned).collect();
    let of_file = specs.own().variables.iter().filter(|variable| spoken.contains(&variable.name.value));
    texts.extend(request.variables.iter().chain(of_file).filter_map(value));
    let expressions = request.flow.expressions().filter_map(|expression| engine.compile_expression(expression).ok());
    texts.into_iter().filter_map(|text| engine.compile(&text).ok()).chain(expressions)
}

fn value(variable: &spec::Variable) -> Option<Text> {
    match &variable.value.node {
        Node::Text(text) => Some(text.clone()),
        _ => None,
    }
}

fn text(code: &Span) -> Text {
    Text::new(code.clone().with(code.text().to_owned()), Format::Http)
}
