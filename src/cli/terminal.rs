//! What the process prints on, and how text is to look there.

use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write as _};

use crate::diagnostic::{Diagnostic, Style, render};

use super::arguments::Color;

/// The width where there is no terminal to ask.
const NO_TERMINAL: usize = 120;

/// The process's standard output and error.
#[derive(Debug)]
pub(super) struct Terminal {
    /// How text is to look on standard output.
    pub(super) output: Style,
    /// How text is to look on standard error.
    pub(super) error: Style,
}

impl Terminal {
    pub(super) fn new(color: Color) -> Self {
        let style = |is_terminal: bool| Style {
            color: match color {
                Color::Always => true,
                Color::Never => false,
                Color::Auto => is_terminal && !is_set("NO_COLOR") || is_set("CLICOLOR_FORCE"),
            },
            width: if is_terminal { terminal_width() } else { NO_TERMINAL },
        };
        Self { output: style(io::stdout().is_terminal()), error: style(io::stderr().is_terminal()) }
    }

    /// Whether a progress bar has somewhere to move.
    pub(super) fn shows_progress(&self) -> bool {
        io::stderr().is_terminal() && !is_set("CI")
    }

    /// Prints a line on standard output. If nobody reads it, that is their choice.
    pub(super) fn line(&self, text: impl Display) {
        drop(writeln!(io::stdout(), "{text}"));
    }

    /// Prints an error on standard error.
    pub(super) fn error(&self, message: impl Display) {
        self.diagnostic(&Diagnostic::error(message.to_string()));
    }

    /// Prints a diagnostic on standard error.
    pub(super) fn diagnostic(&self, diagnostic: &Diagnostic) {
        drop(writeln!(io::stderr(), "{}", render(diagnostic, self.error)));
    }
}

#[expect(clippy::disallowed_methods, reason = "this is where the environment comes in")]
fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0")
}

fn terminal_width() -> usize {
    terminal_size::terminal_size().map_or(NO_TERMINAL, |(width, _)| usize::from(width.0).max(20))
}
