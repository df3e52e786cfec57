//! Colours and symbols: what each means is said once, and in words where it is used.

use anstyle::{AnsiColor, Effects, Style};

use crate::event::Verdict;

/// Paints text, or leaves it plain.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint {
    pub(super) color: bool,
}

/// What a text is, and so how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Good,
    Bad,
    Doubtful,
    Skipped,
    Strong,
    Faint,
}

impl Ink {
    fn style(self) -> Style {
        match self {
            Self::Good => AnsiColor::Green.on_default(),
            Self::Bad => AnsiColor::Red.on_default(),
            Self::Doubtful => AnsiColor::Yellow.on_default(),
            Self::Skipped => AnsiColor::Cyan.on_default(),
            Self::Strong => Style::new().effects(Effects::BOLD),
            Self::Faint => Style::new().effects(Effects::DIMMED),
        }
    }
}

impl Paint {
    pub(super) fn text(self, ink: Ink, text: &str) -> String {
        if !self.color || text.is_empty() {
            return text.to_owned();
        }
        let style = ink.style();
        format!("{style}{text}{style:#}")
    }

    /// The symbol of a verdict, in its colour.
    pub(super) fn symbol(self, verdict: &Verdict) -> String {
        let (ink, symbol) = match verdict {
            Verdict::Passed => (Ink::Good, "✓"),
            Verdict::Failed => (Ink::Bad, "✗"),
            Verdict::Errored => (Ink::Bad, "!"),
            Verdict::Skipped(_) => (Ink::Skipped, "○"),
        };
        self.text(ink, symbol)
    }

    /// The symbol of what passed only on a retry.
    pub(super) fn flaky_symbol(self) -> String {
        self.text(Ink::Doubtful, "~")
    }
}
