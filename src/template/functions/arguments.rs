//! What a function is called with: values by the names of its parameters.

use minijinja::State;
use minijinja::value::{Kwargs, Value, ValueKind};

use crate::diagnostic::nearest;

use super::super::dynamic;
use super::super::expression::Context;
use super::super::value::{octets, text};
use super::super::view::View;

/// How a function is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `name(value)`.
    Function,
    /// `value | name`.
    Filter,
}

/// The arguments of one call.
#[derive(Debug)]
pub(super) struct Arguments<'a> {
    parameters: &'a [&'static str],
    /// As many as there are parameters.
    values: Vec<Option<Value>>,
    /// Where the call takes place.
    context: Option<Value>,
}

impl<'a> Arguments<'a> {
    /// Gives each parameter its value. A filter gives what it is applied to first.
    ///
    /// # Errors
    /// What is missing or too much: a lowercase fragment.
    pub(super) fn bind(
        parameters: &'a [&'static str],
        filtered: usize,
        style: Style,
        mut given: Vec<Value>,
    ) -> Result<Self, String> {
        let named = given.pop_if(|last| last.is_kwargs()).and_then(|named| Kwargs::try_from(named).ok());
        let count = given.len();
        let mut arguments = Self { parameters, values: vec![None; parameters.len()], context: None };
        let mut given = given.into_iter();
        if style == Style::Filter {
            arguments.values[filtered] = given.next();
        }
        for (at, _) in parameters.iter().enumerate().filter(|(_, parameter)| !parameter.ends_with('*')) {
            if arguments.values[at].is_none() {
                arguments.values[at] = given.next();
            }
        }
        let rest: Vec<Value> = given.collect();
        match parameters.last() {
            Some(last) if last.ends_with('*') => arguments.values[parameters.len() - 1] = Some(rest.into()),
            _ if !rest.is_empty() => return Err(format!("it takes no {count} arguments")),
            _ => {}
        }
        named.map_or(Ok(()), |named| arguments.name(&named))?;
        arguments.check().map(|()| arguments)
    }

    /// These arguments of a call in a running template.
    pub(super) fn seen_from(self, state: &State<'_, '_>) -> Self {
        Self { context: Context::lookup(state), ..self }
    }

    fn name(&mut self, named: &Kwargs) -> Result<(), String> {
        for name in named.args() {
            let Some(at) = self.parameters.iter().position(|parameter| plain(parameter) == name) else {
                let near = nearest(name, self.parameters.iter().map(|parameter| plain(parameter)));
                let near = near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
                return Err(format!("it has no argument `{name}`{near}"));
            };
            let value = named.peek::<Value>(name).map_err(|error| error.to_string())?;
            if self.values[at].replace(value).is_some() {
                return Err(format!("`{name}` is given twice"));
            }
        }
        Ok(())
    }

    fn check(&self) -> Result<(), String> {
        let slots = self.parameters.iter().zip(&self.values);
        let missing = slots.into_iter().find(|(parameter, value)| !parameter.ends_with('?') && value.is_none());
        missing.map_or(Ok(()), |(parameter, _)| Err(format!("`{parameter}` is missing")))
    }

    /// A value that cannot be left out.
    pub(super) fn value(&self, name: &str) -> &Value {
        self.given(name).expect("a parameter that is not optional has a value")
    }

    /// A value that may be left out, or be given as `none`.
    pub(super) fn optional(&self, name: &str) -> Option<&Value> {
        self.given(name).filter(|value| !value.is_none())
    }

    fn given(&self, name: &str) -> Option<&Value> {
        let at = self.parameters.iter().position(|parameter| plain(parameter) == name);
        self.values[at.expect("a function asks for its own parameters")].as_ref()
    }

    /// A value as text.
    pub(super) fn text(&self, name: &str) -> String {
        text(self.value(name))
    }

    /// A value as octets: bytes as they are, all else as text.
    pub(super) fn octets(&self, name: &str) -> Vec<u8> {
        octets(self.value(name))
    }

    /// A key as octets. No output shows it from then on.
    pub(super) fn key(&self, name: &str) -> Vec<u8> {
        // Outside of a request there is no output that could show it.
        if let Ok(view) = self.view() {
            view.hide(&self.text(name));
        }
        self.octets(name)
    }

    /// A value as text, where there is one.
    pub(super) fn optional_text(&self, name: &str) -> Option<String> {
        self.optional(name).map(text)
    }

    /// A number, which may also be written as a text.
    ///
    /// # Errors
    /// If it is none: a lowercase fragment.
    pub(super) fn optional_integer(&self, name: &str) -> Result<Option<i64>, String> {
        let Some(value) = self.optional(name) else { return Ok(None) };
        let number = value.as_i64().or_else(|| value.as_str()?.trim().parse().ok());
        number.map(Some).ok_or_else(|| format!("`{name}` is an integer, and not {}", shown(value)))
    }

    /// The items of a list.
    ///
    /// # Errors
    /// If it is none: a lowercase fragment.
    pub(super) fn list(&self, name: &str) -> Result<Vec<Value>, String> {
        let value = self.value(name);
        match (value.kind(), value.try_iter()) {
            (ValueKind::Seq | ValueKind::Iterable, Ok(items)) => Ok(items.collect()),
            _ => Err(format!("`{name}` is a list, and not {}", shown(value))),
        }
    }

    /// Where the call takes place.
    ///
    /// # Errors
    /// If it takes place outside of a request: a lowercase fragment.
    pub(super) fn view(&self) -> Result<&View, String> {
        let context = self.context.as_ref().and_then(|context| context.downcast_object_ref::<Context>());
        context.map(Context::view).ok_or_else(|| "it cannot be used here".to_owned())
    }

    /// What a dynamic variable gives.
    ///
    /// # Errors
    /// What is wrong with its arguments: a lowercase fragment.
    pub(super) fn draw(&self, name: &str, arguments: Vec<String>) -> Result<Value, String> {
        let call = dynamic::Call::new(name, arguments).expect("each function names a dynamic variable that there is");
        call.draw(self.view()?)
    }
}

/// A value in a message, where it is short enough to be shown.
pub(super) fn shown(value: &Value) -> String {
    match (value.as_str(), text(value)) {
        (_, long) if long.len() > 60 => format!("a long {}", value.kind()),
        (Some(text), _) => format!("{text:?}"),
        (None, written) => format!("`{written}`"),
    }
}

fn plain(parameter: &'static str) -> &'static str {
    parameter.trim_end_matches(['?', '*'])
}
