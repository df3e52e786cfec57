//! What all templates of a run share: where time and randomness come from, and the filters.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::diagnostic::Diagnostic;
use crate::spec::{Dialect, Expression, Rules, Text};

use super::filter::LanguageFilter;
use super::randomness::Randomness;
use super::{Scope, Template};

/// Compiles templates, and decides where their time and their random values come from.
#[derive(Clone, Debug, Default)]
pub struct Engine {
    seed: Option<u64>,
    clock: Clock,
    dialect: Dialect,
}

/// What tells the time.
#[derive(Clone, Debug, Default)]
pub(super) enum Clock {
    /// The machine's clock and time zone.
    #[default]
    System,
    /// Always this time.
    Fixed(Zoned),
}

impl Clock {
    /// The time, in UTC.
    pub(super) fn now(&self) -> Zoned {
        match self {
            Self::System => Timestamp::now().to_zoned(TimeZone::UTC),
            Self::Fixed(time) => time.with_time_zone(TimeZone::UTC),
        }
    }

    /// The time where the run takes place.
    pub(super) fn local(&self) -> Zoned {
        match self {
            Self::System => Zoned::now(),
            Self::Fixed(time) => time.clone(),
        }
    }
}

impl Engine {
    /// An engine on the machine's clock; a seed makes its random values repeatable.
    pub fn new(seed: Option<u64>) -> Self {
        Self { seed, clock: Clock::System, dialect: Dialect::default() }
    }

    /// This engine for texts of a dialect.
    #[must_use]
    pub fn reading(self, dialect: Dialect) -> Self {
        Self { dialect, ..self }
    }

    /// What its dialect does where dialects conflict.
    pub fn rules(&self) -> &'static Rules {
        self.dialect.rules()
    }

    /// This engine at a time that stands still.
    #[must_use]
    pub fn at(self, time: Zoned) -> Self {
        Self { clock: Clock::Fixed(time), ..self }
    }

    /// Compiles a text. One that holds no template costs nothing to render.
    ///
    /// # Errors
    /// Where and why it is no template.
    pub fn compile(&self, text: &Text) -> Result<Template, Diagnostic> {
        Template::compile(text, self.rules())
    }

    /// As [`Engine::compile`], where braces that hold nothing that can be read are a mistake.
    ///
    /// # Errors
    /// Where and why it is no template.
    pub fn compile_strictly(&self, text: &Text) -> Result<Template, Diagnostic> {
        Template::compile_strictly(text, self.rules())
    }

    /// A text with the values of all that is known put in; what is not stays as it is written.
    pub fn render_known(&self, text: &Text, scope: &Scope<'_>) -> String {
        Template::render_known(text, self.rules(), scope)
    }

    /// Compiles an expression without braces.
    ///
    /// # Errors
    /// Where and why it is none.
    pub fn compile_expression(&self, expression: &Expression) -> Result<Template, Diagnostic> {
        Template::compile_expression(expression, self.rules())
    }

    /// The filter of a name for a number of arguments, and for such with names, if there is one.
    pub fn filter(&self, name: &str, arguments: usize, named: &[String]) -> Option<LanguageFilter> {
        LanguageFilter::new(name, arguments, named)
    }

    /// The point in time that is now.
    pub fn now(&self) -> Timestamp {
        self.clock.now().timestamp()
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The random values of one session: with a seed the same in each run, whichever runs first.
    pub(super) fn randomness(&self, session: &str) -> Randomness {
        Randomness::new(self.seed, session)
    }
}
