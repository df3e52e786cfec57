//! What the folders of spec files give the requests in them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::client::{CookieJar, Options, Session};
use crate::http::Headers;
use crate::template::Variables;

/// What the files beside a spec, and above it, give its requests.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// The variables.
    pub variables: Arc<Variables>,
    /// Header fields of requests that do not have them.
    pub headers: Headers,
    /// How requests are sent that do not say it themselves.
    pub options: Options,
    /// The cookies that a session begins with.
    pub cookies: CookieJar,
}

/// The environments of a run: folders share one where the same files concern them.
#[derive(Debug, Default)]
pub struct Environments {
    home: Environment,
    others: Vec<Environment>,
    /// Which of the others a folder has.
    folders: HashMap<PathBuf, usize>,
}

impl Environments {
    /// An environment for every folder that gets no other.
    pub fn new(home: Environment) -> Self {
        Self { home, others: Vec::new(), folders: HashMap::new() }
    }

    /// Adds one for some folders, named as the paths of specs name them.
    pub fn add(&mut self, environment: Environment, folders: impl IntoIterator<Item = PathBuf>) {
        let index = self.others.len();
        self.others.push(environment);
        self.folders.extend(folders.into_iter().map(|folder| (folder, index)));
    }

    /// The environment of the project.
    pub fn home(&self) -> &Environment {
        &self.home
    }

    /// That of a spec.
    pub fn of(&self, spec: &Path) -> &Environment {
        let index = spec.parent().and_then(|folder| self.folders.get(folder));
        index.map_or(&self.home, |&index| &self.others[index])
    }

    /// Whether variables of theirs are made of others.
    pub fn derive(&self) -> bool {
        std::iter::once(&self.home).chain(&self.others).any(|environment| !environment.variables.derived.is_empty())
    }

    /// All of them.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Environment> {
        std::iter::once(&mut self.home).chain(&mut self.others)
    }
}

impl Environment {
    /// Says in a session what holds for its requests.
    pub(super) fn apply(&self, session: &mut Session) {
        session.defaults.headers = self.headers.clone();
        session.defaults.options = self.options.clone();
        if !self.cookies.is_empty() {
            session.set_cookies(self.cookies.clone());
        }
    }
}
