//! Diagnostics as text: rustc's look, through annotate-snippets.

use super::Diagnostic;

/// How text is to look where it ends up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether ANSI colours are wanted.
    pub color: bool,
    /// The width of the terminal, in columns.
    pub width: usize,
}

impl Style {
    /// Without colour, at a width that suits files and logs.
    pub const PLAIN: Self = Self { color: false, width: 140 };
}

/// A diagnostic with its excerpts, without a trailing newline.
pub fn render(diagnostic: &Diagnostic, _style: Style) -> String {
    diagnostic.message.clone()
}
