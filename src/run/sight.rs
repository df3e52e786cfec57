//! Which variables the requests of each file of a session see.
//!
//! A request sees those of its own file first, then those of the files that this one
//! imports, then those of the file that runs it, and so on outwards. What a `run` gives it
//! in parentheses is worked out where that stands.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::source::Root;
use crate::spec::Spec;
use crate::template::{Engine, FileScope, Module, Neighbour, Scope, Variables};

use super::plan::Call;
use super::specs::Specs;

/// What the requests of the files of a session see.
pub(super) struct Sight<'a> {
    engine: &'a Engine,
    variables: &'a Arc<Variables>,
    specs: &'a Specs,
    root: &'a Root,
    seen: Seen,
}

/// What is the same for all requests of a session. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    modules: Arc<[Module]>,
    /// What is seen from the file that is run, beside itself.
    own: Arc<[Neighbour]>,
}

impl Seen {
    pub(super) fn new(engine: &Engine, variables: &Arc<Variables>, specs: &Specs, root: &Root) -> Self {
        let modules: Arc<[Module]> =
            specs.iter().map(|known| Module::new(Arc::clone(variables), &known.spec, root, engine)).collect();
        let own = around(specs, 0, None, |file| &modules[file]);
        Self { modules, own }
    }

    /// The scope of the session of a name.
    pub(super) fn scope(&self, engine: &Engine, session: &str) -> FileScope {
        FileScope::of(Arc::clone(&self.modules), engine, session)
    }
}

impl<'a> Sight<'a> {
    pub(super) fn new(
        engine: &'a Engine,
        variables: &'a Arc<Variables>,
        specs: &'a Specs,
        root: &'a Root,
        seen: Seen,
    ) -> Self {
        Self { engine, variables, specs, root, seen }
    }

    /// Makes a scope that of a request of a file, which may be run by another one.
    ///
    /// # Errors
    /// Why a variable that it is given cannot be worked out.
    pub(super) fn enter(&self, scope: &mut FileScope, file: usize, call: Option<&Call>) -> Result<(), Diagnostic> {
        let Some(call) = call else {
            scope.enter_file(&self.seen.modules[file], Arc::clone(&self.seen.own));
            return Ok(());
        };
        if call.chain().all(|call| call.variables.is_empty()) {
            scope.enter_file(
                &self.seen.modules[file],
                around(self.specs, file, Some(call), |file| &self.seen.modules[file]),
            );
            return Ok(());
        }
        // Variables that are worked out once may need what is given, and differ each time.
        let fresh: Vec<Module> = self.specs.iter().map(|known| self.module(&known.spec)).collect();
        let of_call = |file: usize| if file == 0 { &self.seen.modules[0] } else { &fresh[file] };
        let mut given = Vec::new();
        let calls: Vec<&Call> = call.chain().collect();
        for call in calls.into_iter().rev().filter(|call| !call.variables.is_empty()) {
            scope.enter_file(of_call(call.file), around(self.specs, call.file, call.outer.as_deref(), of_call));
            scope.give(given.clone());
            let here = Scope::new(scope, call.position, &call.variables);
            for variable in &call.variables {
                given.extend(here.lookup(&variable.name)?.map(|value| (variable.name.value.clone(), value)));
            }
        }
        scope.enter_file(&fresh[file], around(self.specs, file, Some(call), of_call));
        scope.give(given);
        Ok(())
    }

    fn module(&self, spec: &Spec) -> Module {
        Module::new(Arc::clone(self.variables), spec, self.root, self.engine)
    }
}

/// What is seen from a file, beside itself, where something may run it.
fn around<'m>(
    specs: &Specs,
    file: usize,
    call: Option<&Call>,
    module: impl Fn(usize) -> &'m Module,
) -> Arc<[Neighbour]> {
    let mut seen = vec![file];
    let mut neighbours = Vec::new();
    let mut add = |file: usize, position: usize, onward: usize| {
        if !seen.contains(&file) {
            seen.push(file);
            neighbours.push(Neighbour { module: module(file).clone(), position, onward });
        }
        neighbours.len()
    };
    for &import in &specs.at(file).imports {
        add(import, usize::MAX, 0);
    }
    for call in call.into_iter().flat_map(Call::chain) {
        let place = add(call.file, call.position, 0);
        for &import in &specs.at(call.file).imports {
            add(import, usize::MAX, place);
        }
    }
    neighbours.into()
}
