//! The variables of a run, what files leave to one another, and who gives what no file holds.

use std::collections::HashMap;
use std::sync::Arc;

use minijinja::value::Value;

use crate::secret::Redactor;

use crate::template::credential::{Credentials, TokenProvider};
use crate::template::definition::Derived;
use crate::template::javascript::Interpreter;
use crate::template::question::Ask;

/// Variables that are the same for the whole run. Of two with the same name in one list
/// the later one counts.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    /// Given on the command line: they win over all others.
    pub overrides: Vec<(String, serde_json::Value)>,
    /// Those of the environment that was chosen.
    pub environment: Vec<(String, serde_json::Value)>,
    /// Those of the project's configuration, and the servers that it starts.
    pub project: Vec<(String, serde_json::Value)>,
    /// What those of the environment become whose values refer to others; they stand above too, as
    /// they are written.
    pub derived: Derived,
    /// What `{{$auth.token("name")}}` stands for.
    pub credentials: Credentials,
    /// What `.env` files define, for `{{$dotenv NAME}}`.
    pub dotenv: Vec<(String, String)>,
    /// The environment of the process, for `{{$processEnv NAME}}` and `env("NAME")`.
    pub process: Vec<(String, String)>,
}

/// What one file leaves to another: the values that it has captured, and those that it has not.
/// Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Captures {
    pub(in crate::template) values: Arc<HashMap<String, Value>>,
    pub(in crate::template) lost: Losses,
}

/// Why names mean nothing that requests would have given a meaning: what became of these.
pub(in crate::template) type Losses = Arc<HashMap<String, String>>;

impl Captures {
    pub(in crate::template) fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    pub(in crate::template) fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }
}

/// Who gives what no file holds.
#[derive(Clone, Debug, Default)]
pub struct Providers {
    /// Who puts questions to a person.
    pub person: Option<Arc<dyn Ask>>,
    /// Who gets tokens, for `{{$auth.token("name")}}`.
    pub tokens: Option<Arc<dyn TokenProvider>>,
    /// What works out JavaScript.
    pub javascript: Option<Interpreter>,
    /// Who learns the keys that functions are given, which no output may show.
    pub secrets: Option<Arc<Redactor>>,
}
