//! What all requests of a run share.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::client::{CookieFiles, Proxies, Tokens};
use crate::secret::Redactor;
use crate::spec::Retry;
use crate::template::Engine;
use crate::transport::Pool;

use super::pace::Pace;
use super::preparation::Preparation;
use super::questions::{Person, Questions};
use super::snapshots::{Shelf, SnapshotMode};
use super::workers::Workers;
use super::{Browser, Detail, Environments, Interrupt};

/// How a run goes about it.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many requests may be in flight.
    pub jobs: usize,
    /// Whether the first request that does not pass ends the run.
    pub fail_fast: bool,
    /// How often a failed request is tried again, where it does not say so itself.
    pub retry: Option<Retry>,
    /// The time between two requests of a file, where the second does not say so itself.
    pub delay: Duration,
    /// The file that cookies are kept in, where a request does not say otherwise.
    pub cookie_jar: Option<PathBuf>,
    /// Who goes where a person has to go for a token.
    pub browser: Browser,
    /// Who answers what only a person knows; nobody, if there is no terminal.
    pub person: Option<Arc<dyn Person>>,
    /// The file that the keys of TLS connections are added to, where a request names no other.
    pub key_log: Option<PathBuf>,
    /// What is done where a response is not as its snapshot.
    pub snapshots: SnapshotMode,
    /// What is kept of each exchange for the reports.
    pub detail: Detail,
    /// Whether what happens on the wire is kept too, and how many bytes of each body then.
    pub trace: Option<usize>,
    /// The proxies for what neither a request nor what stands above it says anything of.
    pub proxies: Option<Proxies>,
}

/// What all requests of a run share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) options: Options,
    pub(super) workers: Arc<Workers>,
    pub(super) engine: Engine,
    pub(super) environments: Environments,
    pub(super) questions: Arc<Questions>,
    pub(super) connections: Arc<Pool>,
    pub(super) cookie_files: Arc<CookieFiles>,
    pub(super) tokens: Arc<Tokens>,
    pub(super) redactor: Arc<Redactor>,
    pub(super) snapshots: Shelf,
    pub(super) pace: Pace,
    pub(super) preparation: Preparation,
    pub(super) interrupt: Interrupt,
    /// Raised by the first request that does not pass, if that ends the run.
    pub(super) failed: Interrupt,
}
