//! What the process prints on, and how text is to look there.

use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Style, fit, render_redacted};
use crate::secret::Redactor;

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
    /// What it knows is printed by nobody.
    pub(super) redactor: Arc<Redactor>,
}

impl Terminal {
    pub(super) fn new(color: Color) -> Self {
        let style = |is_terminal: bool| Style {
            color: match color {
                Color::Always => true,
                Color::Never => false,
                Color::Auto => is_colorful(is_terminal, variable),
            },
            width: if is_terminal { terminal_width() } else { NO_TERMINAL },
        };
        Self {
            output: style(io::stdout().is_terminal()),
            error: style(io::stderr().is_terminal()),
            redactor: Arc::default(),
        }
    }

    /// Whether a progress bar has somewhere to move.
    pub(super) fn shows_progress(&self) -> bool {
        io::stderr().is_terminal()
            && variable("CI").is_none_or(|value| !is_on(&value))
            && variable("TERM").is_none_or(|term| term != "dumb")
    }

    /// Whether somebody reads what is printed while a run goes on.
    pub(super) fn has_person(&self) -> bool {
        io::stdout().is_terminal() && variable("CI").is_none_or(|value| !is_on(&value))
    }

    /// Whether a person can be asked: one who reads standard error, and types.
    pub(super) fn can_ask(&self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal() && variable("CI").is_none_or(|value| !is_on(&value))
    }

    /// Prints a line on standard output. If nobody reads it, that is their choice.
    ///
    /// # Errors
    /// If it cannot be written, as to a full disk.
    pub(super) fn line(&self, text: impl Display) -> io::Result<()> {
        match writeln!(io::stdout(), "{}", self.redactor.redact(&text.to_string())) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }

    /// Prints an error on standard error.
    pub(super) fn error(&self, message: impl Display) {
        self.diagnostic(&Diagnostic::error(message.to_string()));
    }

    /// Prints a diagnostic on standard error, and a blank line that keeps it apart from what follows.
    pub(super) fn block(&self, diagnostic: &Diagnostic) {
        drop(writeln!(io::stderr(), "{}\n", self.shown(diagnostic)));
    }

    /// Prints lines, from which secrets were taken, on standard error.
    pub(super) fn lines(&self, lines: &[String]) {
        drop(writeln!(io::stderr(), "{}", fit(&lines.join("\n"), self.error.width)));
    }

    /// Text for standard output in a style, where colours are wanted.
    pub(super) fn painted(&self, style: impl Into<anstyle::Style>, text: &str) -> String {
        let style = if self.output.color { style.into() } else { anstyle::Style::new() };
        format!("{style}{text}{style:#}")
    }

    /// Prints a diagnostic on standard error.
    pub(super) fn diagnostic(&self, diagnostic: &Diagnostic) {
        drop(writeln!(io::stderr(), "{}", self.shown(diagnostic)));
    }

    fn shown(&self, diagnostic: &Diagnostic) -> String {
        fit(&render_redacted(diagnostic, self.error, &self.redactor), self.error.width).into_owned()
    }
}

/// What the environment says of colours: `NO_COLOR`, whatever its value (no-color.org),
/// then `CLICOLOR_FORCE` and `CLICOLOR` (bixense.com/clicolors), then what the terminal is.
fn is_colorful(is_terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
    if variable("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        return false;
    }
    if variable("CLICOLOR_FORCE").is_some_and(|value| is_on(&value)) {
        return true;
    }
    is_terminal
        && variable("CLICOLOR").is_none_or(|value| value != "0")
        && variable("TERM").is_none_or(|term| term != "dumb")
}

fn is_on(value: &str) -> bool {
    !value.is_empty() && value != "0"
}

/// A variable of the environment.
#[expect(clippy::disallowed_methods, reason = "this is where the environment comes in")]
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn terminal_width() -> usize {
    terminal_size::terminal_size().map_or(NO_TERMINAL, |(width, _)| usize::from(width.0).max(20))
}

#[cfg(test)]
mod tests {
    use super::is_colorful;

    #[test]
    fn the_environment_decides_on_colors() {
        for (variables, on_terminal, elsewhere) in [
            (&[][..], true, false),
            (&[("NO_COLOR", "")], true, false),
            (&[("NO_COLOR", "0")], false, false),
            (&[("CLICOLOR_FORCE", "1")], true, true),
            (&[("CLICOLOR_FORCE", "0")], true, false),
            (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false, false),
            (&[("CLICOLOR", "0")], false, false),
            (&[("TERM", "dumb")], false, false),
        ] {
            let variable = |name: &str| {
                variables.iter().find(|(known, _)| *known == name).map(|(_, value): &(&str, &str)| (*value).to_owned())
            };
            assert_eq!(
                (is_colorful(true, variable), is_colorful(false, variable)),
                (on_terminal, elsewhere),
                "{variables:?}"
            );
        }
    }
}
