//! What all templates of a run share: where time and randomness come from, and the filters.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use minijinja::ErrorKind;

use crate::diagnostic::Diagnostic;
use crate::spec::{Dialect, Expression, Rules, Text};

use super::environment::ENVIRONMENT;
use super::value::{from_json, to_json};
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

    /// Whether there is a filter of this name.
    pub fn has_filter(&self, name: &str) -> bool {
        let applied = ENVIRONMENT.empty_state().apply_filter(name, &[]);
        !applied.is_err_and(|error| error.kind() == ErrorKind::UnknownFilter)
    }

    /// What a filter makes of a value.
    ///
    /// # Errors
    /// Why it makes nothing of it: a lowercase fragment.
    pub fn apply_filter(
        &self,
        name: &str,
        value: serde_json::Value,
        arguments: Vec<serde_json::Value>,
    ) -> Result<serde_json::Value, String> {
        let values: Vec<_> = std::iter::once(&value).chain(&arguments).map(from_json).collect();
        let result = ENVIRONMENT.empty_state().apply_filter(name, &values);
        result.map(|value| to_json(&value)).map_err(|error| match (error.kind(), error.detail()) {
            (ErrorKind::UnknownFilter, _) => format!("there is no filter `{name}`"),
            (_, Some(detail)) => detail.to_owned(),
            (kind, None) => kind.to_string(),
        })
    }

    /// The point in time that is now.
    pub fn now(&self) -> Timestamp {
        self.clock.now().timestamp()
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The random values of one file: another stream for each, and with a seed the same
    /// in each run, whichever file runs first.
    pub(super) fn random(&self, stream: &str) -> fastrand::Rng {
        match self.seed {
            Some(seed) => fastrand::Rng::with_seed(seed ^ fnv_1a(stream.as_bytes())),
            None => fastrand::Rng::new(),
        }
    }
}

/// The 64-bit FNV-1a hash, which is the same on every machine and in every version.
fn fnv_1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn knows_its_filters() {
        let engine = Engine::default();
        for (name, known) in [("upper", true), ("sha256", true), ("replace", true), ("nonsense", false)] {
            assert_eq!(engine.has_filter(name), known, "{name}");
        }
    }

    #[test]
    fn applies_filters_to_json() {
        let engine = Engine::default();
        assert_eq!(engine.apply_filter("upper", json!("a"), vec![]), Ok(json!("A")));
        assert_eq!(engine.apply_filter("join", json!([1, 2]), vec![json!("-")]), Ok(json!("1-2")));
        assert_eq!(engine.apply_filter("sort", json!([2, 1]), vec![]), Ok(json!([1, 2])));
        for (name, value, error) in [
            ("nonsense", json!(1), "there is no filter `nonsense`"),
            ("base64_decode", json!("*"), "`base64_decode(text)`: the value is not base64"),
        ] {
            assert_eq!(engine.apply_filter(name, value, vec![]).unwrap_err(), error);
        }
    }

    #[test]
    fn a_seed_repeats_the_values_of_a_file_but_not_those_of_another() {
        let draw = |seed, file: &str| Engine::new(Some(seed)).random(file).u64(..);
        assert_eq!(draw(1, "a.http"), draw(1, "a.http"));
        assert_ne!(draw(1, "a.http"), draw(1, "b.http"));
        assert_ne!(draw(1, "a.http"), draw(2, "a.http"));
    }
}
