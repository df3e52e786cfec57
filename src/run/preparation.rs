//! What the setup of a project leaves to the other files of the run.

use std::sync::{Mutex, MutexGuard};

use crate::client::CookieJar;
use crate::template::Captures;

/// What the setup has left so far.
#[derive(Debug, Default)]
pub(super) struct Preparation(Mutex<Prepared>);

/// What a file begins with.
#[derive(Clone, Debug, Default)]
pub(super) struct Prepared {
    /// What was captured.
    pub(super) captures: Captures,
    /// The cookies of its session.
    pub(super) cookies: CookieJar,
    /// Why the other files cannot run.
    pub(super) failure: Option<String>,
}

impl Preparation {
    /// What a file begins with that starts now.
    pub(super) fn so_far(&self) -> Prepared {
        self.lock().clone()
    }

    /// Keeps what a file of the setup leaves.
    pub(super) fn keep(&self, captures: Captures, cookies: CookieJar) {
        let mut prepared = self.lock();
        prepared.captures = captures;
        prepared.cookies = cookies;
    }

    /// Notes that a request of the setup did not pass.
    pub(super) fn fail(&self, request: &str) {
        self.lock().failure.get_or_insert_with(|| format!("the setup of the run failed: `{request}`"));
    }

    fn lock(&self) -> MutexGuard<'_, Prepared> {
        self.0.lock().expect("no holder of this lock panics")
    }
}
