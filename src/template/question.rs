//! Questions to a person, who knows values that no file holds.

use std::fmt;

use crate::spec::Echo;

/// Who puts questions to a person.
pub trait Ask: fmt::Debug + Send + Sync {
    /// What a person answers.
    ///
    /// # Errors
    /// Why there is no answer: a lowercase fragment.
    fn ask(&self, question: &Question) -> Result<String, String>;
}

/// A question to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The name of the value, by which `--var` gives it too.
    pub name: String,
    /// What the person reads; the name where it is empty.
    pub text: String,
    /// What an empty answer stands for.
    pub default: Option<String>,
    /// The answers that there are; any where there are none.
    pub choices: Vec<String>,
    /// Whether the answer may be seen.
    pub echo: Echo,
    /// How long the answer holds.
    pub lifetime: Lifetime,
}

/// How long an answer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// To the end of the run: nobody is asked for the same name again.
    Run,
    /// For the one use that it was asked for.
    Use,
}
