//! What is said of names that mean nothing.

use crate::diagnostic::{Diagnostic, Fault, nearest};
use crate::source::Span;
use crate::template::dynamic;
use crate::template::scope::{FileScope, Variables};

use super::{Owner, View};

/// What the language of templates reads as values, and never as names.
const CONSTANTS: [&str; 6] = ["none", "None", "true", "True", "false", "False"];

impl View {
    /// The error that a name means nothing here.
    pub(in crate::template) fn undefined(&self, name: &str, at: &Span) -> Diagnostic {
        if let Some(turn) = self.lacking(name) {
            let count = turn.count.map(|count| format!(" of {count}")).unwrap_or_default();
            let message = format!("item {}{count} of the list lacks `{name}`, and others have it", turn.index + 1);
            let help = format!("give it to each, or a value to those without: `{name} | default(\"\")`");
            return Diagnostic::error(message).at(at, "").help(help);
        }
        if self.requests().any(|request| request == name) {
            return self.no_exchange(name, at);
        }
        if let Some(lost) = self.lost(name, "was not captured", at) {
            return lost;
        }
        if self.trail.last().is_some_and(|&place| self.definition(place).name.value == name) {
            return Diagnostic::error(format!("variable `{name}` is defined by itself")).at(at, "");
        }
        let error = Diagnostic::error(format!("variable `{name}` is not defined")).at(at, "");
        let file = self.definitions(Owner::File(0));
        if let Some(&later) = file.indices(name).first() {
            return error.at(&file.at(later).name.span, "it is defined below").help("move the definition up");
        }
        let known = self.known_names().into_iter().filter(|name| !CONSTANTS.contains(name));
        match nearest(name, known) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(
                "define it with `--var`, in the file, in the environment or in the project's configuration, \
                 or capture it from an earlier response",
            ),
        }
    }

    /// The error that a request has no response that could be referred to.
    pub(in crate::template) fn no_exchange(&self, request: &str, at: &Span) -> Diagnostic {
        if let Some(lost) = self.lost(request, "has no response", at) {
            return lost;
        }
        if self.requests().any(|known| known == request) {
            return Diagnostic::error(format!("request `{request}` has no response yet"))
                .at(at, "")
                .help("put it above those that refer to it: it has to run, and get a response, before them");
        }
        Diagnostic::error(format!("no request of this file is named `{request}`"))
            .at(at, "")
            .suggest(request, self.requests())
    }

    /// The error that a name would mean something, had another request passed.
    fn lost(&self, name: &str, how: &str, at: &Span) -> Option<Diagnostic> {
        let why = self.bindings.file.lost.get(name)?;
        let error = Diagnostic::error(format!("`{name}`, which it uses, {how}: {why}")).at(at, "");
        Some(Diagnostic { fault: Fault::Elsewhere, ..error })
    }

    /// The names of all that is defined, given or captured, in alphabetical order.
    pub(in crate::template) fn known_names(&self) -> Vec<&str> {
        let Variables { overrides, environment, project, .. } = self.variables();
        let given = [overrides, environment, project].into_iter().flatten().map(|(name, _)| name.as_str());
        let files = (0..=self.bindings.file.around.len()).flat_map(|file| self.definitions(Owner::File(file)).iter());
        let own = self.bindings.own.iter().chain(files);
        let defined = own.map(|definition| definition.name.as_str());
        let FileScope { captures, prepared, given: scripted, .. } = &self.bindings.file;
        let captured = captures.keys().chain(scripted.keys()).map(String::as_str).chain(prepared.names());
        let looped = self.iteration().into_iter().flat_map(|iteration| &iteration.variables);
        let looped = looped.map(|(name, _)| name.as_str());
        let mut names: Vec<&str> = given.chain(defined).chain(captured).chain(looped).chain(dynamic::names()).collect();
        // The captures are in no order, and of two that are as near the first is suggested.
        names.sort_unstable();
        names
    }

    /// The names of the requests of all files of the session.
    pub(super) fn requests(&self) -> impl Iterator<Item = &str> {
        self.bindings.file.known.iter().flat_map(|file| file.fixed().requests.iter().map(String::as_str))
    }
}
