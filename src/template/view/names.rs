//! What the names of variables mean.

use minijinja::value::Value;

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::spec::dialect::VariablePrecedence;
use crate::template::iteration::Iteration;
use crate::template::scope::Variables;
use crate::template::value::{from_json, text};

use super::{Owner, Place, View};

impl View {
    /// The value of a variable. With the place of the reference, errors and warnings show it.
    ///
    /// # Errors
    /// Why its value cannot be worked out.
    pub(in crate::template) fn variable(&self, name: &str, at: Option<&Span>) -> Result<Option<Value>, Diagnostic> {
        let variables = self.variables();
        if let Some(value) = last(&variables.overrides, name) {
            return Ok(Some(value));
        }
        if let Some((_, value)) = self.bindings.file.parameters.iter().rev().find(|(parameter, _)| parameter == name) {
            return Ok(Some(value.clone()));
        }
        // What an environment defines knows nothing of the files that use it.
        let is_outside = self.owner() == Some(Owner::Environment);
        if self.rules().variable_precedence == VariablePrecedence::Environment
            && let Some(value) = self.of_environment(name, at)?
        {
            return Ok(Some(value));
        }
        if !is_outside && let Some(value) = self.of_request(name, at)? {
            return Ok(Some(value));
        }
        if self.lacking(name).is_some() {
            return Ok(None);
        }
        if let Some(value) = self.bindings.file.captures.get(name) {
            return Ok(Some(value.clone()));
        }
        if !is_outside && let Some(value) = self.of_files(name, at)? {
            return Ok(Some(value));
        }
        if let Some(value) = self.bindings.file.prepared.get(name) {
            return Ok(Some(value.clone()));
        }
        Ok(self.of_environment(name, at)?.or_else(|| last(&variables.project, name)))
    }

    /// The value of a variable that neither the file nor a response gives.
    ///
    /// # Errors
    /// Why its value cannot be worked out.
    pub(in crate::template) fn outside_value(
        &self,
        name: &str,
        at: Option<&Span>,
    ) -> Result<Option<Value>, Diagnostic> {
        let Variables { overrides, project, .. } = self.variables();
        match last(overrides, name) {
            Some(value) => Ok(Some(value)),
            None => Ok(self.of_environment(name, at)?.or_else(|| last(project, name))),
        }
    }

    /// The value of a variable of the environment; one that refers to its own name extends one
    /// from outside.
    pub(super) fn of_environment(&self, name: &str, at: Option<&Span>) -> Result<Option<Value>, Diagnostic> {
        let variables = self.variables();
        let Some(index) = variables.derived.index(name) else { return Ok(last(&variables.environment, name)) };
        let place = Place { owner: Owner::Environment, index };
        if self.trail.last() == Some(&place) { Ok(None) } else { self.work_out(place, at).map(Some) }
    }

    /// The value of a variable of the request's own: what a script has given it counts more
    /// than what a loop does, and that more than what it defines.
    ///
    /// # Errors
    /// Why its value cannot be worked out.
    pub(in crate::template) fn of_request(&self, name: &str, at: Option<&Span>) -> Result<Option<Value>, Diagnostic> {
        let looped = || self.iteration().and_then(|iteration| last(&iteration.variables, name));
        match self.bindings.file.given.get(name).cloned().or_else(looped).filter(|_| self.is_of_request()) {
            Some(value) => Ok(Some(value)),
            None => self.defined(Owner::Request, name, at),
        }
    }

    /// The turn of a loop that lacks a variable, though others have it.
    pub(super) fn lacking(&self, name: &str) -> Option<&Iteration> {
        self.iteration().filter(|iteration| iteration.lacks(name) && self.is_of_request())
    }

    /// Whether this is seen from the request itself: what is worked out once for the file does
    /// not depend on where its loops are.
    fn is_of_request(&self) -> bool {
        matches!(self.owner(), None | Some(Owner::Request))
    }

    /// The value of a variable that the file defines.
    ///
    /// # Errors
    /// Why its value cannot be worked out.
    pub(in crate::template) fn of_file(&self, name: &str) -> Result<Option<Value>, Diagnostic> {
        self.of_files(name, None)
    }

    pub(super) fn of_files(&self, name: &str, at: Option<&Span>) -> Result<Option<Value>, Diagnostic> {
        for file in self.files_in_sight() {
            if let Some(value) = self.defined(Owner::File(file), name, at)? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// The value of a variable as text.
    ///
    /// # Errors
    /// Why there is none: a lowercase fragment.
    pub(in crate::template) fn text_of(&self, name: &str) -> Result<String, String> {
        match self.variable(name, None) {
            Ok(Some(value)) => Ok(text(&value)),
            Ok(None) => Err(format!("variable `{name}` is not defined")),
            Err(diagnostic) => Err(diagnostic.message),
        }
    }
}

/// The value of the last of a name in a list.
fn last(list: &[(String, serde_json::Value)], name: &str) -> Option<Value> {
    list.iter().rev().find(|(known, _)| known == name).map(|(_, value)| from_json(value))
}
