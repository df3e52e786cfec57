//! What a template gets from outside of its spec: files, the time, random values, tokens, answers.

use minijinja::value::Value;

use crate::spec::Binding;

use crate::template::credential::TokenKind;
use crate::template::engine::Clock;
use crate::template::question::Question;
use crate::template::randomness::Stream;

use super::{Owner, Place, View};

/// The most bytes of a file that a template reads.
const LARGEST_FILE: u64 = 64 * 1024 * 1024;

/// What tells the streams of definitions from those of requests: no file has as many of these.
const DEFINITION: u64 = u64::MAX;

impl View {
    /// A token of a credential.
    ///
    /// # Errors
    /// Why there is none: a lowercase fragment.
    pub(in crate::template) fn token(&self, credential: &str, kind: TokenKind) -> Result<Value, String> {
        if self.in_credential {
            return Err("a credential cannot need a token of another one".to_owned());
        }
        let inner = Self { in_credential: true, ..self.clone() };
        let credentials = &self.variables().credentials;
        let tokens = self.bindings.file.providers.tokens.as_deref();
        credentials.token(credential, kind, tokens, |template| template.render_in(&inner)).map(Value::from)
    }

    /// What tells the time.
    pub(in crate::template) fn clock(&self) -> &Clock {
        &self.bindings.file.fixed.clock
    }

    /// What a file holds that the spec names.
    ///
    /// # Errors
    /// If there is none, or it lies outside of the project: a lowercase fragment.
    pub(in crate::template) fn read_file(&self, reference: &str) -> Result<Vec<u8>, String> {
        let files = self.file(self.here()).files.as_ref();
        let (spec, root) = files.ok_or_else(|| "files cannot be read here".to_owned())?;
        root.read_bytes(spec, reference, LARGEST_FILE).map_err(|error| error.to_string())
    }

    /// The folder of the project, as an absolute path.
    ///
    /// # Errors
    /// If it cannot be had: a lowercase fragment.
    pub(in crate::template) fn project_folder(&self) -> Result<String, String> {
        let files = self.bindings.file.fixed.files.as_ref();
        let (_, root) = files.ok_or_else(|| "there is no project here".to_owned())?;
        let folder = root.absolute().map_err(|error| error.to_string())?;
        Ok(folder.to_string_lossy().into_owned())
    }

    /// Draws random values.
    pub(in crate::template) fn draw_random<T>(&self, draw: impl FnOnce(&mut fastrand::Rng) -> T) -> T {
        self.bindings.file.random.draw(self.stream(), draw)
    }

    /// Who draws random values here: a definition that is worked out once for all requests, or
    /// else the request, at each of the times that it runs.
    fn stream(&self) -> Stream {
        let is_shared = |place: &Place| match place.owner {
            Owner::Request => false,
            Owner::File(_) | Owner::Environment => {
                self.definition(*place).binding != Binding::Lazy && !self.is_drawn_again(*place)
            }
        };
        let path = |file: usize| self.file(file).files.as_ref().map(|(path, _)| path.to_string_lossy());
        match self.trail.iter().rfind(|place| is_shared(place)) {
            Some(&Place { owner: Owner::File(file), index }) => {
                Stream::of(&path(file).unwrap_or_default()).and(DEFINITION).and(index as u64)
            }
            Some(place) => Stream::of("").and(DEFINITION).and(place.index as u64),
            None => {
                let turn = self.iteration().map_or(0, |iteration| iteration.index);
                Stream::of(&path(0).unwrap_or_default()).and(self.bindings.position as u64).and(turn as u64)
            }
        }
    }

    /// Keeps a secret out of every output.
    pub(in crate::template) fn hide(&self, secret: &str) {
        if let Some(redactor) = &self.bindings.file.providers.secrets {
            redactor.learn(secret);
        }
    }

    /// What a person answers.
    ///
    /// # Errors
    /// Why there is no answer: a lowercase fragment.
    pub(in crate::template) fn ask(&self, question: &Question) -> Result<Value, String> {
        match &self.bindings.file.providers.person {
            Some(person) => person.ask(question).map(Value::from),
            None => Err("nobody can be asked here".to_owned()),
        }
    }
}
