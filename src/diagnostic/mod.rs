//! What went wrong and where, shown the way rustc shows it.

mod fold;
mod render;

pub(crate) use fold::{fit, fold};
pub(crate) use render::visible;
pub use render::{Style, render, render_redacted};

use crate::source::Span;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Info,
    /// Works, but perhaps not as meant.
    Warning,
    /// Does not work.
    Error,
}

/// A message with the places it speaks of, what to know besides, and what to try.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong: a lowercase fragment.
    pub message: String,
    /// The places, the one that matters most first.
    pub labels: Vec<Label>,
    /// What to know besides.
    pub notes: Vec<String>,
    /// What to try.
    pub help: Option<String>,
    /// Whose fault an error is.
    pub fault: Fault,
}

/// Whose fault an error is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// The author's.
    #[default]
    Mistake,
    /// Ours: what is written has a meaning that is not supported.
    Unsupported,
    /// That of another request, which has not left what is needed here.
    Elsewhere,
}

/// A place in a source, with what there is to say of it (which may be nothing).
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What: a lowercase fragment, or empty.
    pub text: String,
}

impl Diagnostic {
    /// Something that does not work.
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, message)
    }

    /// Something that works, but perhaps not as meant.
    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, message)
    }

    /// Something worth knowing.
    pub fn info(message: impl Into<String>) -> Self {
        Self::new(Severity::Info, message)
    }

    fn new(severity: Severity, message: impl Into<String>) -> Self {
        Self {
            severity,
            message: message.into(),
            labels: Vec::new(),
            notes: Vec::new(),
            help: None,
            fault: Fault::Mistake,
        }
    }

    /// Adds a place; the first that is added is the one that matters most.
    #[must_use]
    pub fn at(mut self, span: &Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span: span.clone(), text: text.into() });
        self
    }

    /// Says that what is written is not supported, rather than wrong.
    #[must_use]
    pub fn unsupported(self) -> Self {
        Self { fault: Fault::Unsupported, ..self }
    }

    /// Adds something to know besides.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Says what to try.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says which of the known names is near to an unknown one, if one is.
    #[must_use]
    pub fn suggest<'a>(self, unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(unknown, known) {
            Some(name) => self.help(format!("did you mean `{name}`?")),
            None => self,
        }
    }

    /// The place that matters most.
    pub fn span(&self) -> Option<&Span> {
        self.labels.first().map(|label| &label.span)
    }
}

/// The known name that a person most likely meant by an unknown one, if any is near.
pub fn nearest<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lowered = unknown.to_lowercase();
    // What is known by just that name was not meant: it would not help to write it again.
    known
        .into_iter()
        .filter(|name| *name != unknown)
        .map(|name| (strsim::osa_distance(&lowered, &name.to_lowercase()), name))
        .filter(|&(distance, name)| distance <= name.len().max(unknown.len()) / 3 || name.eq_ignore_ascii_case(unknown))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn names_the_nearest_known_name_only_when_it_is_near() {
        let known = ["headers", "params", "json"];
        assert_eq!(nearest("header", known), Some("headers"));
        assert_eq!(nearest("parms", known), Some("params"));
        assert_eq!(nearest("JSON", known), Some("json"));
        assert_eq!(nearest("body", known), None);
        assert_eq!(nearest("json", known), None);
    }
}
