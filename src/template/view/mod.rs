//! What is seen from one place: which variable a name means there, and its value.

mod definitions;
mod names;
mod unknown;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use minijinja::value::Value;

use crate::diagnostic::Diagnostic;
use crate::spec::dialect::Rules;
use crate::spec::{Binding, Text};

use crate::template::credential::TokenKind;
use crate::template::definition::Definitions;
use crate::template::engine::Clock;
use crate::template::exchange::Exchange;
use crate::template::iteration::{Collection, Iteration};
use crate::template::question::Question;
use crate::template::randomness::Stream;
use crate::template::scope::{FileScope, Variables};
use crate::template::value::from_json;

/// The most bytes of a file that a template reads.
const LARGEST_FILE: u64 = 64 * 1024 * 1024;

/// What tells the streams of definitions from those of requests: no file has as many of these.
const DEFINITION: u64 = u64::MAX;

/// How many definitions may need one another in a row.
const DEEPEST: usize = 64;

/// Everything that the templates of one request can refer to.
#[derive(Debug)]
pub(in crate::template) struct Bindings {
    pub(in crate::template) file: FileScope,
    /// The request's place among those of the file.
    pub(in crate::template) position: usize,
    pub(in crate::template) own: Definitions,
    /// What the file's definitions gave that are worked out once a request.
    pub(in crate::template) drawn: Mutex<HashMap<Place, Value>>,
    pub(in crate::template) warnings: Mutex<Warnings>,
    pub(in crate::template) collections: Mutex<Vec<Collection>>,
}

/// Warnings, each once: a file may give thousands.
#[derive(Debug, Default)]
pub(in crate::template) struct Warnings {
    list: Vec<Diagnostic>,
    /// What has been said, and where.
    seen: HashSet<(String, Option<(PathBuf, usize)>)>,
}

impl Warnings {
    fn add(&mut self, warning: Diagnostic) {
        let place = warning.span().map(|span| (span.source().path().to_owned(), span.range().start));
        if self.seen.insert((warning.message.clone(), place)) {
            self.list.push(warning);
        }
    }
}

/// A place that references are looked up from: a request, or a definition that is being
/// worked out.
#[derive(Clone, Debug)]
pub(in crate::template) struct View {
    bindings: Arc<Bindings>,
    /// The definitions that are being worked out, the innermost last.
    trail: Vec<Place>,
    /// Whether a credential is being worked out, which can need no other.
    in_credential: bool,
}

/// The place of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::template) struct Place {
    owner: Owner,
    index: usize,
}

/// Who a definition belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::template) enum Owner {
    Request,
    /// The file at a place among those that are seen: the request's own is the first.
    File(usize),
    Environment,
}

impl View {
    /// The view from a request.
    pub(in crate::template) fn new(bindings: Bindings) -> Self {
        Self { bindings: Arc::new(bindings), trail: Vec::new(), in_credential: false }
    }

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

    /// What JavaScript gives; nothing where that is undefined.
    ///
    /// # Errors
    /// What it throws, or that nothing can work it out here.
    pub(in crate::template) fn interpret(&self, code: &Text) -> Result<Option<Value>, Diagnostic> {
        let unable = || Diagnostic::error("JavaScript cannot be worked out here").at(&code.span, "");
        let interpreter = self.bindings.file.providers.javascript.ok_or_else(unable)?;
        let file = FileScope { within: Some(Arc::new(self.clone())), ..self.bindings.file.clone() };
        Ok(interpreter(code, file, self.bindings.position)?.map(|json| from_json(&json)))
    }

    /// The exchange of a request, once it is done.
    pub(in crate::template) fn exchange(&self, request: &str) -> Option<&Arc<Exchange>> {
        self.bindings.file.exchanges.get(request)
    }

    /// The time that the request runs, where it runs several times.
    pub(in crate::template) fn iteration(&self) -> Option<&Iteration> {
        self.bindings.file.iteration.as_deref()
    }

    /// Keeps what a reference to a collection has found.
    pub(in crate::template) fn record(&self, collection: Collection) {
        self.bindings.collections.lock().expect("no holder of this lock panics").push(collection);
    }

    /// The collections that were referred to since the last call.
    pub(in crate::template) fn take_collections(&self) -> Vec<Collection> {
        std::mem::take(&mut self.bindings.collections.lock().expect("no holder of this lock panics"))
    }

    /// The variables of the run.
    pub(in crate::template) fn variables(&self) -> &Variables {
        &self.bindings.file.fixed.variables
    }

    /// What the file's dialect does where dialects conflict.
    pub(in crate::template) fn rules(&self) -> &'static Rules {
        self.bindings.file.fixed.rules
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

    /// Keeps a warning, once.
    pub(in crate::template) fn warn(&self, warning: Diagnostic) {
        self.bindings.warnings.lock().expect("no holder of this lock panics").add(warning);
    }

    /// The warnings that came up since the last call.
    pub(in crate::template) fn take_warnings(&self) -> Vec<Diagnostic> {
        std::mem::take(&mut *self.bindings.warnings.lock().expect("no holder of this lock panics")).list
    }
}
