//! Variables, as scripts see and change them. Values go to and fro as JSON.

use std::rc::Rc;

use rquickjs::prelude::Func;
use rquickjs::{Ctx, Object};
use serde_json::Value as Json;

use crate::diagnostic::Diagnostic;
use crate::template::Scope;

use super::{Host, Run, thrown};

/// What answers with a variable of a kind.
type Get = fn(&Run, &str) -> Result<Option<Json>, Diagnostic>;

/// Where variables are looked for, by the names that the glue uses.
const GETTERS: &[(&str, Get)] = &[
    ("variable", |run, name| run.scope().lookup(name)),
    ("globalGet", |run, name| Ok(run.situation.scope.captured(name))),
    ("environmentGet", |run, name| run.scope().of_environment(name)),
    ("fileGet", |run, name| run.scope().of_file(name)),
    ("requestGet", |run, name| run.scope().of_request(name)),
];

/// What changes the variables: with a name and its value, as far as they are needed.
type Change = fn(&mut Run, &str, Json);

const CHANGES: &[(&str, Change)] = &[
    ("globalSet", |run, name, value| run.situation.scope.capture(name, value)),
    ("globalClear", |run, name, _| run.situation.scope.forget(name)),
    ("globalClearAll", |run, _, _| run.situation.scope.forget_all()),
    ("requestSet", |run, name, value| run.situation.scope.set_own(name, value)),
    ("requestClear", |run, name, _| run.situation.scope.forget_own(name)),
    ("requestClearAll", |run, _, _| run.situation.scope.forget_all_own()),
];

pub(super) fn register(object: &Object<'_>, host: &Rc<Host>) -> rquickjs::Result<()> {
    for &(name, get) in GETTERS {
        let host = Rc::clone(host);
        let get = move |ctx: Ctx<'_>, name: String| {
            let value = host.with(|run| {
                let value = get(run, &name);
                run.unknown = value.as_ref().err().cloned().or(run.unknown.take());
                value.map_err(|diagnostic| diagnostic.message)
            });
            let value = value.map_err(|reason| thrown(&ctx, reason))?;
            Ok::<_, rquickjs::Error>(value.map(|value| value.to_string()))
        };
        object.set(name, Func::from(get))?;
    }
    for &(name, change) in CHANGES {
        let host = Rc::clone(host);
        let change = move |ctx: Ctx<'_>, name: String, json: String| {
            let value = serde_json::from_str(&json).map_err(|error| thrown(&ctx, error))?;
            host.with(|run| change(run, &name, value));
            Ok::<_, rquickjs::Error>(())
        };
        object.set(name, Func::from(change))?;
    }
    let names = Rc::clone(host);
    object.set("globalNames", Func::from(move || names.with(|run| run.situation.scope.captured_names())))?;
    let own = Rc::clone(host);
    object.set("requestNames", Func::from(move || own.with(|run| run.own_names())))
}

impl Run {
    /// What templates see.
    pub(super) fn scope(&self) -> Scope<'_> {
        Scope::new(&self.situation.scope, self.situation.position, &self.situation.own)
    }

    /// The names of the request's own variables.
    fn own_names(&self) -> Vec<String> {
        let written = self.situation.own.iter().map(|variable| variable.name.value.clone());
        self.situation.scope.own_names().into_iter().chain(written).collect()
    }
}
