//! Tests and assertions of scripts, as outcomes.

use std::rc::Rc;

use rquickjs::prelude::{Func, Opt};
use rquickjs::{Ctx, Object};

use crate::assertion::{Failure, Outcome};

use super::{Host, Run, thrown};
use crate::script::program::Sources;
use crate::spec::Severity;

/// The most tests of one script.
const MOST: usize = 1000;

pub(super) fn register(object: &Object<'_>, host: &Rc<Host>) -> rquickjs::Result<()> {
    let host = Rc::clone(host);
    let outcome = move |ctx: Ctx<'_>, name: String, stack: String, failure: Opt<Option<String>>| {
        let failure = failure.0.flatten();
        let added = host.with(|run| run.add(&host.sources, name, &stack, failure));
        added.map_err(|reason| thrown(&ctx, reason))
    };
    object.set("outcome", Func::from(outcome))
}

impl Run {
    /// Adds an outcome at the first line of a stack that people wrote.
    fn add(&mut self, sources: &Sources, name: String, stack: &str, failure: Option<String>) -> Result<(), String> {
        if self.outcomes.len() == MOST {
            return Err(format!("a script has {MOST} tests at most"));
        }
        let span = sources.line(stack).unwrap_or_else(|| self.program.caller.clone());
        let caller = &self.program.caller;
        let is_elsewhere = span.source().path() != caller.source().path();
        let failure = failure.map(|message| Failure {
            message,
            notes: is_elsewhere.then(|| format!("the script is run from {caller}")).into_iter().collect(),
            ..Failure::default()
        });
        self.outcomes.push(Outcome { assertion: name, span, severity: Severity::default(), failure });
        Ok(())
    }
}
