//! What expressions decide: whether a request runs, how long it waits, what it goes over.
//!
//! The only place that knows which language an expression is in.

use std::time::Duration;

use serde_json::Value as Json;

use crate::diagnostic::Diagnostic;
use crate::spec::{Condition, Expression, Format, Pause, Request, parse_milliseconds, parse_seconds};
use crate::template::{Engine, Scope};

/// Why a request does not run, if one of its conditions stands against it.
///
/// # Errors
/// If a condition cannot be worked out.
pub(super) fn against(
    conditions: &[Condition],
    engine: &Engine,
    scope: &Scope<'_>,
) -> Result<Option<String>, Diagnostic> {
    for Condition { expression, expected } in conditions {
        if holds(expression, engine, scope)? != *expected {
            let holds = if *expected { "does not hold" } else { "holds" };
            return Ok(Some(format!("`{}` {holds}", expression.0.value)));
        }
    }
    Ok(None)
}

/// Whether an expression holds.
///
/// # Errors
/// If it cannot be worked out.
pub(super) fn holds(expression: &Expression, engine: &Engine, scope: &Scope<'_>) -> Result<bool, Diagnostic> {
    engine.compile_expression(expression)?.holds(scope)
}

/// What an expression gives.
///
/// # Errors
/// If it cannot be worked out.
pub(super) fn value(expression: &Expression, engine: &Engine, scope: &Scope<'_>) -> Result<Json, Diagnostic> {
    engine.compile_expression(expression)?.evaluate(scope)
}

/// How long to wait.
///
/// # Errors
/// If it cannot be worked out, or is no time.
pub(super) fn time(pause: &Pause, engine: &Engine, scope: &Scope<'_>) -> Result<Duration, Diagnostic> {
    let expression = match pause {
        Pause::Fixed(time) => return Ok(*time),
        Pause::Computed(expression) => expression,
    };
    let text = match value(expression, engine, scope)? {
        Json::String(text) => text,
        other => other.to_string(),
    };
    let time = match expression.0.format {
        Format::Http => parse_milliseconds(&text),
        Format::Yaml => parse_seconds(&text),
    };
    time.ok_or_else(|| {
        Diagnostic::error(format!("`{text}` is not a duration"))
            .at(&expression.0.span, "")
            .help("it is a number, or one with a unit: `500ms`, `2s`")
    })
}

/// What is wrong with the expressions of a request.
pub(super) fn problems(request: &Request, engine: &Engine) -> Vec<Diagnostic> {
    request.flow.expressions().filter_map(|expression| engine.compile_expression(expression).err()).collect()
}
