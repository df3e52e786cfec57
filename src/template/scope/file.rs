//! The variables of one run of a file, which its requests share and add to.

use std::collections::HashMap;
use std::sync::Arc;

use minijinja::value::Value;

use crate::client::Response;
use crate::source::Root;
use crate::spec::Spec;

use crate::template::Engine;
use crate::template::exchange::Exchange;
use crate::template::iteration::Iteration;
use crate::template::randomness::Randomness;
use crate::template::value::{from_json, to_json};
use crate::template::view::View;

use super::module::Fixed;
use super::variables::Losses;
use super::{Captures, Module, Providers, Variables};

/// The variables of one run of a file: its own, captures, and past exchanges.
#[derive(Clone, Debug)]
pub struct FileScope {
    /// The file whose request runs.
    pub(in crate::template) fixed: Arc<Fixed>,
    /// Other files whose variables are seen where that one has none of the name.
    pub(in crate::template) around: Arc<[Neighbour]>,
    /// What the request is run with, in the place of variables of all files.
    pub(in crate::template) parameters: Arc<[(String, Value)]>,
    /// All files whose requests run in the session.
    pub(in crate::template) known: Arc<[Module]>,
    pub(in crate::template) captures: Arc<HashMap<String, Value>>,
    /// What requests would have left, had they passed.
    pub(in crate::template) lost: Losses,
    /// What the setup of the run has captured.
    pub(in crate::template) prepared: Captures,
    /// What scripts have given the request that runs: variables of its own.
    pub(in crate::template) given: Arc<HashMap<String, Value>>,
    pub(in crate::template) exchanges: Arc<HashMap<String, Arc<Exchange>>>,
    /// The time that the current request runs, where it runs several times.
    pub(in crate::template) iteration: Option<Arc<Iteration>>,
    pub(in crate::template) random: Arc<Randomness>,
    pub(in crate::template) providers: Providers,
    /// Where what looks into this scope stands itself: in an expression that is being worked out,
    /// so that what needs itself in the end is found out.
    pub(in crate::template) within: Option<Arc<View>>,
}

/// A file whose variables are seen from the request of another one.
#[derive(Clone, Debug)]
pub struct Neighbour {
    /// The file.
    pub module: Module,
    /// How many of its requests stand above the place that it is seen from.
    pub position: usize,
    /// Where a name is looked for that one of its own definitions refers to, after the file
    /// itself: from this place on among the files that are seen, the request's own being the first.
    pub onward: usize,
}

impl FileScope {
    /// A scope in which nothing is captured yet.
    pub fn new(variables: Arc<Variables>, spec: &Spec, root: &Root, engine: &Engine) -> Self {
        let session = spec.source.0.path().to_string_lossy();
        Self::of(Arc::new([Module::new(variables, spec, root, engine)]), engine, &session)
    }

    /// The scope of a file and of others whose requests run in its session. Sessions of different
    /// names draw different random values.
    ///
    /// # Panics
    /// If there is no file.
    pub fn of(known: Arc<[Module]>, engine: &Engine, session: &str) -> Self {
        Self {
            fixed: Arc::clone(&known[0].0),
            around: Arc::default(),
            parameters: Arc::default(),
            known,
            captures: Arc::default(),
            lost: Losses::default(),
            prepared: Captures::default(),
            given: Arc::default(),
            exchanges: Arc::default(),
            iteration: None,
            random: Arc::new(engine.randomness(session)),
            providers: Providers::default(),
            within: None,
        }
    }

    /// Makes this the scope of a request of a file, and of what is seen from there. What was
    /// captured stays.
    pub fn enter_file(&mut self, module: &Module, around: Arc<[Neighbour]>) {
        self.fixed = Arc::clone(&module.0);
        self.around = around;
        self.parameters = Arc::default();
    }

    /// Gives the request values that hold in the place of all but those of the command line.
    pub fn give(&mut self, values: Vec<(String, serde_json::Value)>) {
        self.parameters = values.into_iter().map(|(name, value)| (name, from_json(&value))).collect();
    }

    /// The scope of texts that stand in no spec, such as those of a project's configuration.
    pub fn of_project(variables: Arc<Variables>, engine: &Engine) -> Self {
        Self::of(Arc::new([Module::of_project(variables, engine)]), engine, "")
    }

    /// This scope with those who give what no file holds.
    #[must_use]
    pub fn provided_by(self, providers: Providers) -> Self {
        Self { providers, ..self }
    }

    /// This scope where a setup has captured something before.
    #[must_use]
    pub fn prepared_by(self, prepared: Captures) -> Self {
        Self { lost: Losses::clone(&prepared.lost), prepared, ..self }
    }

    /// Takes over what was captured, and which exchanges were kept, in a scope that began as another
    /// one, whatever others have left here since then.
    pub fn take_over(&mut self, begun: &Self, ended: &Self) {
        take_over(&mut self.captures, &begun.captures, &ended.captures, |one, other| one == other);
        take_over(&mut self.exchanges, &begun.exchanges, &ended.exchanges, Arc::ptr_eq);
        take_over(&mut self.lost, &begun.lost, &ended.lost, |one, other| one == other);
    }

    /// All that was captured by now, be it by a setup before, for files that come after; and what
    /// was not.
    pub fn handed_on(&self) -> Captures {
        let mut all = self.prepared.clone();
        if !self.captures.is_empty() {
            let captured = self.captures.iter().map(|(name, value)| (name.clone(), value.clone()));
            Arc::make_mut(&mut all.values).extend(captured);
        }
        Captures { lost: Losses::clone(&self.lost), ..all }
    }

    /// Says which of the times that a request runs is meant from now on; none where it runs once.
    pub fn enter(&mut self, iteration: Option<Iteration>) {
        self.iteration = iteration.map(Arc::new);
    }

    /// Which of the times that the current request runs it is, where it runs several times.
    pub fn iteration(&self) -> Option<&Iteration> {
        self.iteration.as_deref()
    }

    /// Keeps a captured value.
    pub fn capture(&mut self, name: &str, value: serde_json::Value) {
        Arc::make_mut(&mut self.captures).insert(name.to_owned(), from_json(&value));
    }

    /// A value that was captured, be it by a script.
    pub fn captured(&self, name: &str) -> Option<serde_json::Value> {
        self.captures.get(name).map(to_json)
    }

    /// The names of all that was captured, in alphabetical order.
    pub fn captured_names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.captures.keys().cloned().collect();
        names.sort_unstable();
        names
    }

    /// Notes that a request has not left its response, or what it captures, unless another one has:
    /// who needs it is told why.
    pub fn lose<'n>(&mut self, names: impl Iterator<Item = &'n str>, why: &str) {
        let is_lost = |name: &&str| !self.captures.contains_key(*name) && !self.exchanges.contains_key(*name);
        let lost: Vec<&str> = names.filter(is_lost).collect();
        if !lost.is_empty() {
            let lost = lost.into_iter().map(|name| (name.to_owned(), why.to_owned()));
            Arc::make_mut(&mut self.lost).extend(lost);
        }
    }

    /// Forgets a captured value.
    pub fn forget(&mut self, name: &str) {
        if self.captures.contains_key(name) {
            Arc::make_mut(&mut self.captures).remove(name);
        }
    }

    /// Forgets all captured values.
    pub fn forget_all(&mut self) {
        self.captures = Arc::default();
    }

    /// Gives the request that runs a variable of its own, until [`FileScope::forget_all_own`].
    pub fn set_own(&mut self, name: &str, value: serde_json::Value) {
        Arc::make_mut(&mut self.given).insert(name.to_owned(), from_json(&value));
    }

    /// The names of the variables that the request that runs was given, in alphabetical order.
    pub fn own_names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.given.keys().cloned().collect();
        names.sort_unstable();
        names
    }

    /// Takes a variable that it was given from the request that runs.
    pub fn forget_own(&mut self, name: &str) {
        if self.given.contains_key(name) {
            Arc::make_mut(&mut self.given).remove(name);
        }
    }

    /// Takes all variables that it was given from the request that runs.
    pub fn forget_all_own(&mut self) {
        if !self.given.is_empty() {
            self.given = Arc::default();
        }
    }

    /// The response of an earlier request, if it was kept.
    pub fn response_of(&self, name: &str) -> Option<&Response> {
        self.exchanges.get(name).map(|exchange| exchange.response())
    }

    /// The names of the requests whose exchanges are kept, in alphabetical order.
    pub fn recorded(&self) -> Vec<String> {
        let mut names: Vec<_> = self.exchanges.keys().cloned().collect();
        names.sort_unstable();
        names
    }

    /// Keeps the exchange of a named request, for `{{name.response.…}}`, if a file of the
    /// session speaks of it, or its environment does.
    pub fn record(&mut self, name: &str, response: Arc<Response>) {
        let is_known = self.known.iter().any(|file| file.mentions(name));
        if !is_known && !self.fixed.variables.derived.mention(name) {
            return;
        }
        Arc::make_mut(&mut self.exchanges).insert(name.to_owned(), Arc::new(Exchange::new(response)));
    }
}

/// Brings what became of a map to one that may have changed meanwhile.
fn take_over<T: Clone>(
    map: &mut Arc<HashMap<String, T>>,
    begun: &Arc<HashMap<String, T>>,
    ended: &Arc<HashMap<String, T>>,
    is_same: impl Fn(&T, &T) -> bool,
) {
    if Arc::ptr_eq(map, begun) {
        *map = Arc::clone(ended);
    } else if !Arc::ptr_eq(begun, ended) {
        let is_new = |name: &str, value: &T| !begun.get(name).is_some_and(|before| is_same(before, value));
        let new = ended.iter().filter(|(name, value)| is_new(name, value));
        Arc::make_mut(map).extend(new.map(|(name, value)| (name.clone(), value.clone())));
    }
}
