//! How what runs looks out for the end of the run: it waits without holding up other files, and no
//! longer than until then. A teardown runs all the same, until the end is wished for again.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use crate::client::Cancel;
use crate::script::Watch;

use super::Interrupt;
use super::plan::Stage;
use super::shared::Shared;
use super::workers::Workers;

/// What a unit of a file looks out for.
#[derive(Debug)]
pub(super) struct Lookout {
    workers: Arc<Workers>,
    interrupt: Interrupt,
    insistence: Interrupt,
    is_in_teardown: Cell<bool>,
}

impl Lookout {
    pub(super) fn new(shared: &Shared) -> Self {
        let (workers, interrupt) = (Arc::clone(&shared.workers), shared.interrupt.clone());
        Self { workers, insistence: interrupt.insistence(), interrupt, is_in_teardown: Cell::default() }
    }

    /// Notes which stage of its file is due.
    pub(super) fn enter(&self, stage: Stage) {
        self.is_in_teardown.set(stage == Stage::Teardown);
    }

    /// Why what runs is to end, if it is.
    pub(super) fn reason(&self) -> Option<&'static str> {
        self.interrupt().reason()
    }

    /// What cuts short the exchanges that are under way then.
    pub(super) fn cancel(&self) -> Cancel {
        self.interrupt().cancel().clone()
    }

    /// Waits for a time, or until it is to end. Other files go on meanwhile; those that have
    /// waited do so also where there is nothing to wait for.
    pub(super) fn sleep(&self, time: Duration) {
        if time.is_zero() {
            self.workers.give_way();
        } else {
            self.workers.aside(|| self.interrupt().sleep(time));
        }
    }

    fn interrupt(&self) -> &Interrupt {
        if self.is_in_teardown.get() { &self.insistence } else { &self.interrupt }
    }
}

/// Has scripts wait in the same way.
impl Watch for Lookout {
    fn is_called_off(&self) -> bool {
        self.reason().is_some()
    }

    fn wait(&self, time: Duration) {
        self.workers.aside(|| self.interrupt().sleep(time));
    }
}
