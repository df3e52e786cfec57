//! What is seen from one place: which variable a name means there, and its value.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use minijinja::value::Value;

use crate::diagnostic::{Diagnostic, nearest};
use crate::source::{Span, Spanned};
use crate::spec::dialect::{DynamicDefinitions, Rules, UnusableDefinitions, VariablePrecedence};
use crate::spec::{Binding, Echo, Format, Text, dialect};

use super::credential::TokenKind;
use super::definition::{Definition, Definitions};
use super::dynamic;
use super::engine::Clock;
use super::exchange::Exchange;
use super::iteration::{Collection, Iteration};
use super::question::{Lifetime, Question};
use super::randomness::Stream;
use super::scope::{FileScope, Fixed, Variables};
use super::value::{from_json, text};

/// The most bytes of a file that a template reads.
const LARGEST_FILE: u64 = 64 * 1024 * 1024;

/// What tells the streams of definitions from those of requests: no file has as many of these.
const DEFINITION: u64 = u64::MAX;

/// How many definitions may need one another in a row.
const DEEPEST: usize = 64;

/// Everything that the templates of one request can refer to.
#[derive(Debug)]
pub(super) struct Bindings {
    pub(super) file: FileScope,
    /// The request's place among those of the file.
    pub(super) position: usize,
    pub(super) own: Definitions,
    /// What the file's definitions gave that are worked out once a request.
    pub(super) drawn: Mutex<HashMap<Place, Value>>,
    pub(super) warnings: Mutex<Warnings>,
    pub(super) collections: Mutex<Vec<Collection>>,
}

/// Warnings, each once: a file may give thousands.
#[derive(Debug, Default)]
pub(super) struct Warnings {
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
pub(super) struct View {
    bindings: Arc<Bindings>,
    /// The definitions that are being worked out, the innermost last.
    trail: Vec<Place>,
    /// Whether a credential is being worked out, which can need no other.
    in_credential: bool,
}

/// The place of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    owner: Owner,
    index: usize,
}

/// Who a definition belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Owner {
    Request,
    /// The file at a place among those that are seen: the request's own is the first.
    File(usize),
    Environment,
}

impl View {
    /// The view from a request.
    pub(super) fn new(bindings: Bindings) -> Self {
        Self { bindings: Arc::new(bindings), trail: Vec::new(), in_credential: false }
    }

    /// Works out the file's definitions whose places are reached, in order.
    ///
    /// # Errors
    /// Why one right above the request cannot be, in a dialect in which that is an error. In
    /// others it is one where it is used, if it is.
    pub(super) fn settle(&self) -> Result<(), Diagnostic> {
        let (owner, position, mut problem) = (Owner::File(0), self.bindings.position, None);
        for (index, definition) in self.definitions(owner).iter().enumerate() {
            let is_strict = self.rules().unusable_definitions == UnusableDefinitions::Error
                && definition.position == position
                && definition.drawn().is_none();
            if definition.is_due(position) || is_strict {
                let error = self.work_out(Place { owner, index }, None).err();
                problem = problem.or(error.filter(|_| is_strict));
            }
        }
        problem.map_or(Ok(()), Err)
    }

    /// The value of a variable. With the place of the reference, errors and warnings show it.
    ///
    /// # Errors
    /// Why its value cannot be worked out.
    pub(super) fn variable(&self, name: &str, at: Option<&Span>) -> Result<Option<Value>, Diagnostic> {
        let variables = self.variables();
        if let Some(value) = last(&variables.overrides, name) {
            return Ok(Some(value));
        }
        if let Some((_, value)) = self.bindings.file.parameters.iter().rev().find(|(parameter, _)| parameter == name) {
            return Ok(Some(value.clone()));
        }
        // What an environment defines knows nothing of the files that use it.
        let is_outside = self.owner() == Some(Owner::Environment);
        if self.rules().variable_precedence == VariablePrecedence::Environment
            && let Some(value) = self.of_environment(name, at)?
        {
            return Ok(Some(value));
        }
        if !is_outside && let Some(value) = self.of_request(name, at)? {
            return Ok(Some(value));
        }
        if let Some(value) = self.bindings.file.captures.get(name) {
            return Ok(Some(value.clone()));
        }
        if !is_outside && let Some(value) = self.of_files(name, at)? {
            return Ok(Some(value));
        }
        if let Some(value) = self.bindings.file.prepared.get(name) {
            return Ok(Some(value.clone()));
        }
        Ok(self.of_environment(name, at)?.or_else(|| last(&variables.project, name)))
    }

    /// The value of a variable that neither the file nor a response gives.
    ///
    /// # Errors
    /// Why its value cannot be worked out.
    pub(super) fn outside_value(&self, name: &str, at: Option<&Span>) -> Result<Option<Value>, Diagnostic> {
        let Variables { overrides, project, .. } = self.variables();
        match last(overrides, name) {
            Some(value) => Ok(Some(value)),
            None => Ok(self.of_environment(name, at)?.or_else(|| last(project, name))),
        }
    }

    /// The value of a variable of the environment; one that refers to its own name extends one
    /// from outside.
    fn of_environment(&self, name: &str, at: Option<&Span>) -> Result<Option<Value>, Diagnostic> {
        let variables = self.variables();
        let Some(index) = variables.derived.index(name) else { return Ok(last(&variables.environment, name)) };
        let place = Place { owner: Owner::Environment, index };
        if self.trail.last() == Some(&place) { Ok(None) } else { self.work_out(place, at).map(Some) }
    }

    /// A token of a credential.
    ///
    /// # Errors
    /// Why there is none: a lowercase fragment.
    pub(super) fn token(&self, credential: &str, kind: TokenKind) -> Result<Value, String> {
        if self.in_credential {
            return Err("a credential cannot need a token of another one".to_owned());
        }
        let inner = Self { in_credential: true, ..self.clone() };
        let credentials = &self.variables().credentials;
        let tokens = self.bindings.file.providers.tokens.as_deref();
        credentials.token(credential, kind, tokens, |template| template.render_in(&inner)).map(Value::from)
    }

    /// The value of a variable of the request's own: what a script has given it counts more
    /// than what a loop does, and that more than what it defines.
    ///
    /// # Errors
    /// Why its value cannot be worked out.
    pub(super) fn of_request(&self, name: &str, at: Option<&Span>) -> Result<Option<Value>, Diagnostic> {
        let looped = || self.iteration().and_then(|iteration| last(&iteration.variables, name));
        // What is worked out once for the file does not depend on where its loops are.
        let is_own = matches!(self.owner(), None | Some(Owner::Request));
        match self.bindings.file.given.get(name).cloned().or_else(looped).filter(|_| is_own) {
            Some(value) => Ok(Some(value)),
            None => self.defined(Owner::Request, name, at),
        }
    }

    /// The value of a variable that the file defines.
    ///
    /// # Errors
    /// Why its value cannot be worked out.
    pub(super) fn of_file(&self, name: &str) -> Result<Option<Value>, Diagnostic> {
        self.of_files(name, None)
    }

    fn of_files(&self, name: &str, at: Option<&Span>) -> Result<Option<Value>, Diagnostic> {
        for file in self.files_in_sight() {
            if let Some(value) = self.defined(Owner::File(file), name, at)? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// The value of a variable as text.
    ///
    /// # Errors
    /// Why there is none: a lowercase fragment.
    pub(super) fn text_of(&self, name: &str) -> Result<String, String> {
        match self.variable(name, None) {
            Ok(Some(value)) => Ok(text(&value)),
            Ok(None) => Err(format!("variable `{name}` is not defined")),
            Err(diagnostic) => Err(diagnostic.message),
        }
    }

    /// What JavaScript gives; nothing where that is undefined.
    ///
    /// # Errors
    /// What it throws, or that nothing can work it out here.
    pub(super) fn interpret(&self, code: &Text) -> Result<Option<Value>, Diagnostic> {
        let unable = || Diagnostic::error("JavaScript cannot be worked out here").at(&code.span, "");
        let interpreter = self.bindings.file.providers.javascript.ok_or_else(unable)?;
        let file = FileScope { within: Some(Arc::new(self.clone())), ..self.bindings.file.clone() };
        Ok(interpreter(code, file, self.bindings.position)?.map(|json| from_json(&json)))
    }

    /// The exchange of a request, once it is done.
    pub(super) fn exchange(&self, request: &str) -> Option<&Arc<Exchange>> {
        self.bindings.file.exchanges.get(request)
    }

    /// The time that the request runs, where it runs several times.
    pub(super) fn iteration(&self) -> Option<&Iteration> {
        self.bindings.file.iteration.as_deref()
    }

    /// Keeps what a reference to a collection has found.
    pub(super) fn record(&self, collection: Collection) {
        self.bindings.collections.lock().expect("no holder of this lock panics").push(collection);
    }

    /// The collections that were referred to since the last call.
    pub(super) fn take_collections(&self) -> Vec<Collection> {
        std::mem::take(&mut self.bindings.collections.lock().expect("no holder of this lock panics"))
    }

    /// The variables of the run.
    pub(super) fn variables(&self) -> &Variables {
        &self.bindings.file.fixed.variables
    }

    /// What the file's dialect does where dialects conflict.
    pub(super) fn rules(&self) -> &'static Rules {
        self.bindings.file.fixed.rules
    }

    /// What tells the time.
    pub(super) fn clock(&self) -> &Clock {
        &self.bindings.file.fixed.clock
    }

    /// What a file holds that the spec names.
    ///
    /// # Errors
    /// If there is none, or it lies outside of the project: a lowercase fragment.
    pub(super) fn read_file(&self, reference: &str) -> Result<Vec<u8>, String> {
        let files = self.file(self.here()).files.as_ref();
        let (spec, root) = files.ok_or_else(|| "files cannot be read here".to_owned())?;
        root.read_bytes(spec, reference, LARGEST_FILE).map_err(|error| error.to_string())
    }

    /// The folder of the project, as an absolute path.
    ///
    /// # Errors
    /// If it cannot be had: a lowercase fragment.
    pub(super) fn project_folder(&self) -> Result<String, String> {
        let files = self.bindings.file.fixed.files.as_ref();
        let (_, root) = files.ok_or_else(|| "there is no project here".to_owned())?;
        let folder = root.absolute().map_err(|error| error.to_string())?;
        Ok(folder.to_string_lossy().into_owned())
    }

    /// Draws random values.
    pub(super) fn draw_random<T>(&self, draw: impl FnOnce(&mut fastrand::Rng) -> T) -> T {
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
    pub(super) fn hide(&self, secret: &str) {
        if let Some(redactor) = &self.bindings.file.providers.secrets {
            redactor.learn(secret);
        }
    }

    /// What a person answers.
    ///
    /// # Errors
    /// Why there is no answer: a lowercase fragment.
    pub(super) fn ask(&self, question: &Question) -> Result<Value, String> {
        match &self.bindings.file.providers.person {
            Some(person) => person.ask(question).map(Value::from),
            None => Err("nobody can be asked here".to_owned()),
        }
    }

    /// Keeps a warning, once.
    pub(super) fn warn(&self, warning: Diagnostic) {
        self.bindings.warnings.lock().expect("no holder of this lock panics").add(warning);
    }

    /// The warnings that came up since the last call.
    pub(super) fn take_warnings(&self) -> Vec<Diagnostic> {
        std::mem::take(&mut *self.bindings.warnings.lock().expect("no holder of this lock panics")).list
    }

    /// The error that a name means nothing here.
    pub(super) fn undefined(&self, name: &str, at: &Span) -> Diagnostic {
        if self.requests().any(|request| request == name) {
            return self.no_exchange(name, at);
        }
        if self.trail.last().is_some_and(|&place| self.definition(place).name.value == name) {
            return Diagnostic::error(format!("variable `{name}` is defined by itself")).at(at, "");
        }
        let error = Diagnostic::error(format!("variable `{name}` is not defined")).at(at, "");
        let file = self.definitions(Owner::File(0));
        if let Some(&later) = file.indices(name).first() {
            return error.at(&file.at(later).name.span, "it is defined below").help("move the definition up");
        }
        let known = self.known_names();
        match nearest(name, known.iter().copied()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(
                "define it with `--var`, in the file, in the environment or in the project's configuration, \
                 or capture it from an earlier response",
            ),
        }
    }

    /// The error that a request has no response that could be referred to.
    pub(super) fn no_exchange(&self, request: &str, at: &Span) -> Diagnostic {
        if self.requests().any(|known| known == request) {
            return Diagnostic::error(format!("request `{request}` has no response yet"))
                .at(at, "")
                .help("put it above those that refer to it: it has to run, and get a response, before them");
        }
        Diagnostic::error(format!("no request of this file is named `{request}`"))
            .at(at, "")
            .suggest(request, self.requests())
    }

    /// The names of all that is defined, given or captured, in alphabetical order.
    pub(super) fn known_names(&self) -> Vec<&str> {
        let Variables { overrides, environment, project, .. } = self.variables();
        let given = [overrides, environment, project].into_iter().flatten().map(|(name, _)| name.as_str());
        let files = (0..=self.bindings.file.around.len()).flat_map(|file| self.definitions(Owner::File(file)).iter());
        let own = self.bindings.own.iter().chain(files);
        let defined = own.map(|definition| definition.name.as_str());
        let FileScope { captures, prepared, given: scripted, .. } = &self.bindings.file;
        let captured = captures.keys().chain(scripted.keys()).map(String::as_str).chain(prepared.names());
        let looped = self.iteration().into_iter().flat_map(|iteration| &iteration.variables);
        let looped = looped.map(|(name, _)| name.as_str());
        let mut names: Vec<&str> = given.chain(defined).chain(captured).chain(looped).chain(dynamic::names()).collect();
        // The captures are in no order, and of two that are as near the first is suggested.
        names.sort_unstable();
        names
    }

    /// The value of a definition of a name: of the latest one above this place, else of the
    /// first one below it.
    fn defined(&self, owner: Owner, name: &str, at: Option<&Span>) -> Result<Option<Value>, Diagnostic> {
        let indices = self.definitions(owner).indices(name);
        if indices.is_empty() || (owner == Owner::Request && matches!(self.owner(), Some(Owner::File(_)))) {
            return Ok(None);
        }
        let above = indices.partition_point(|&index| self.is_above(Place { owner, index }));
        // A definition that refers to its own name extends one above it, or one from outside.
        let extends = self.trail.last().is_some_and(|&here| self.definition(here).name.value == name);
        let index = match self.rules().definitions {
            dialect::Definitions::LastOfFile if !extends => indices.last(),
            dialect::Definitions::AboveElseBelow if !extends => indices[..above].last().or(indices[above..].first()),
            _ => indices[..above].last(),
        };
        let Some(&index) = index else { return Ok(None) };
        let place = Place { owner, index };
        let is_http = matches!(owner, Owner::File(file) if self.file(file).format == Format::Http);
        if let Some(at) = at.filter(|_| is_http && !self.is_above(place)) {
            self.warn(used_too_early(self.definition(place), at));
        }
        self.work_out(place, at).map(Some)
    }

    fn work_out(&self, place: Place, at: Option<&Span>) -> Result<Value, Diagnostic> {
        let definition = self.definition(place);
        if let Some(value) = self.drawn(place) {
            return Ok(value);
        }
        if let Some(first) = self.trail.iter().position(|&other| other == place) {
            return Err(self.cycle(&self.trail[first..], definition));
        }
        if self.trail.len() == DEEPEST {
            let message = format!("variable `{}` needs more than {DEEPEST} others in a row", definition.name.value);
            return Err(Diagnostic::error(message).at(&definition.name.span, ""));
        }
        let mut inner = self.clone();
        inner.trail.push(place);
        let value = definition.value.as_ref().map_err(Diagnostic::clone).and_then(|value| value.value(&inner));
        let value = match definition.binding {
            Binding::Once | Binding::Lazy => value,
            Binding::Asked(echo) => value.and_then(|question| self.ask_for(definition, &question, echo)),
        };
        match (value, at) {
            (Ok(value), _) => Ok(self.draw(place, value)),
            (Err(error), Some(at)) => Err(error.at(at, "needed here")),
            (Err(error), None) => Err(error),
        }
    }

    fn ask_for(&self, definition: &Definition, question: &Value, echo: Echo) -> Result<Value, Diagnostic> {
        let Spanned { value: name, span } = &definition.name;
        let question = Question {
            name: name.clone(),
            text: text(question),
            default: None,
            choices: Vec::new(),
            echo,
            lifetime: Lifetime::Run,
        };
        self.ask(&question).map_err(|message| Diagnostic::error(message).at(span, ""))
    }

    /// What a definition gave already, as long as that counts.
    fn drawn(&self, place: Place) -> Option<Value> {
        match self.is_drawn_again(place) {
            true => self.bindings.drawn.lock().expect("no holder of this lock panics").get(&place).cloned(),
            false => self.definition(place).drawn().cloned(),
        }
    }

    fn draw(&self, place: Place, value: Value) -> Value {
        if !self.is_drawn_again(place) {
            return self.definition(place).draw(value);
        }
        let mut drawn = self.bindings.drawn.lock().expect("no holder of this lock panics");
        drawn.entry(place).or_insert(value).clone()
    }

    /// Whether a definition is worked out again for each request.
    fn is_drawn_again(&self, place: Place) -> bool {
        let each_request = self.rules().dynamic_definitions == DynamicDefinitions::EachRequest;
        each_request && matches!(place.owner, Owner::File(_)) && self.definition(place).binding == Binding::Once
    }

    fn cycle(&self, trail: &[Place], again: &Definition) -> Diagnostic {
        let names = trail.iter().map(|&place| self.definition(place)).chain([again]);
        let names: Vec<_> = names.map(|definition| definition.name.value.as_str()).collect();
        Diagnostic::error(format!("variables are defined by one another: {}", names.join(" -> ")))
            .at(&again.name.span, "")
    }

    /// Whether a definition stands above this place, in the order of the file. One that is
    /// worked out at every use is seen from there, but for what it extends.
    fn is_above(&self, definition: Place) -> bool {
        let name = &self.definition(definition).name.value;
        let is_fixed = |place: &Place| {
            let defined = self.definition(*place);
            defined.binding == Binding::Once || defined.name.value == *name
        };
        match (self.trail.iter().rfind(|place| is_fixed(place)), definition.owner) {
            (Some(here), owner) if here.owner == owner => definition.index < here.index,
            (_, Owner::Request | Owner::Environment) => true,
            (_, Owner::File(file)) => self.definition(definition).position <= self.position(file),
        }
    }

    /// The names of the requests of all files of the session.
    fn requests(&self) -> impl Iterator<Item = &str> {
        self.bindings.file.known.iter().flat_map(|file| file.fixed().requests.iter().map(String::as_str))
    }

    /// The file that the innermost definition stands in, or else the request.
    fn here(&self) -> usize {
        match self.owner() {
            Some(Owner::File(file)) => file,
            Some(Owner::Request | Owner::Environment) | None => 0,
        }
    }

    /// The files whose variables are seen from this place, the nearest first.
    fn files_in_sight(&self) -> impl Iterator<Item = usize> + use<> {
        let (here, around) = (self.here(), &self.bindings.file.around);
        let onward = here.checked_sub(1).map_or(1, |neighbour| around[neighbour].onward);
        std::iter::once(here).chain((onward..=around.len()).filter(move |&file| file != here))
    }

    fn file(&self, file: usize) -> &Fixed {
        match file.checked_sub(1) {
            None => &self.bindings.file.fixed,
            Some(neighbour) => self.bindings.file.around[neighbour].module.fixed(),
        }
    }

    /// How many requests of a file stand above the place that it is seen from.
    fn position(&self, file: usize) -> usize {
        match file.checked_sub(1) {
            None => self.bindings.position,
            Some(neighbour) => self.bindings.file.around[neighbour].position,
        }
    }

    fn owner(&self) -> Option<Owner> {
        self.trail.last().map(|place| place.owner)
    }

    fn definitions(&self, owner: Owner) -> &Definitions {
        match owner {
            Owner::Request => &self.bindings.own,
            Owner::File(file) => &self.file(file).definitions,
            Owner::Environment => self.variables().derived.definitions(),
        }
    }

    fn definition(&self, place: Place) -> &Definition {
        self.definitions(place.owner).at(place.index)
    }
}

/// The value of the last of a name in a list.
fn last(list: &[(String, serde_json::Value)], name: &str) -> Option<Value> {
    list.iter().rev().find(|(known, _)| known == name).map(|(_, value)| from_json(value))
}

fn used_too_early(definition: &Definition, at: &Span) -> Diagnostic {
    Diagnostic::warning(format!("variable `{}` is used above its definition", definition.name.value))
        .at(at, "")
        .at(&definition.name.span, "defined here")
        .help("move the definition up")
}
