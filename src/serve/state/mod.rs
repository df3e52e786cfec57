//! What a server remembers between requests. All of it is bounded.

mod oauth2;
mod recent;
mod users;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fastrand::Rng;

use super::stop::StopSignal;

pub(super) use oauth2::{Code, Consent, Device, Grants, Reply};
pub(super) use recent::Recent;
pub(super) use users::{Draft, Refusal, User, Users};

/// How many of the newest entries each memory keeps.
const LIMIT: usize = 10_000;

/// The memory of one server.
#[derive(Debug)]
pub(super) struct State {
    signal: Arc<StopSignal>,
    random: Mutex<Rng>,
    users: Mutex<Users>,
    sessions: Mutex<Recent<String>>,
    failures: Mutex<Recent<u32>>,
    jobs: Mutex<Recent<u32>>,
    nonces: Mutex<Recent<u32>>,
    grants: Mutex<Grants>,
}

impl State {
    /// A memory with a few users in it and nothing else.
    pub(super) fn new(signal: Arc<StopSignal>) -> Self {
        Self {
            signal,
            random: Mutex::new(Rng::new()),
            users: Mutex::new(Users::with_samples(LIMIT)),
            sessions: Mutex::new(Recent::new(LIMIT)),
            failures: Mutex::new(Recent::new(LIMIT)),
            jobs: Mutex::new(Recent::new(LIMIT)),
            nonces: Mutex::new(Recent::new(LIMIT)),
            grants: Mutex::new(Grants::new()),
        }
    }

    /// What ends the server.
    pub(super) fn signal(&self) -> &StopSignal {
        &self.signal
    }

    /// Where random choices come from.
    pub(super) fn random(&self) -> MutexGuard<'_, Rng> {
        lock(&self.random)
    }

    /// A text that cannot be guessed by accident: 128 bits in hexadecimal.
    pub(super) fn token(&self) -> String {
        format!("{:032x}", self.random().u128(..))
    }

    /// The users of `/users`.
    pub(super) fn users(&self) -> MutexGuard<'_, Users> {
        lock(&self.users)
    }

    /// Who is logged in, by token.
    pub(super) fn sessions(&self) -> MutexGuard<'_, Recent<String>> {
        lock(&self.sessions)
    }

    /// How often each key of `/flaky` has failed.
    pub(super) fn failures(&self) -> MutexGuard<'_, Recent<u32>> {
        lock(&self.failures)
    }

    /// How often each key of `/jobs` was found running.
    pub(super) fn jobs(&self) -> MutexGuard<'_, Recent<u32>> {
        lock(&self.jobs)
    }

    /// What `/oauth2` has granted.
    pub(super) fn grants(&self) -> MutexGuard<'_, Grants> {
        lock(&self.grants)
    }

    /// How often each nonce of digest authentication was used.
    pub(super) fn nonces(&self) -> MutexGuard<'_, Recent<u32>> {
        lock(&self.nonces)
    }
}

/// A handler that panicked has left nothing half-done: each changes one entry.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
