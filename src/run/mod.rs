//! From spec files to events: the plan of a run, and its execution on a pool of threads.

mod browser;
mod case;
mod cases;
mod collect;
mod compiled;
mod credentials;
mod environment;
mod executor;
mod file;
mod interrupt;
mod mailbox;
mod plan;
mod planner;
mod protocol;
mod questions;
mod record;
mod select;
mod servers;
mod shared;
mod tokens;
mod trace;

pub use browser::Browser;
pub use credentials::learn_proxies;
pub use environment::{Environment, Environments};
pub use executor::Executor;
pub use interrupt::Interrupt;
pub use plan::Plan;
pub use planner::{Input, Planner};
pub use questions::Person;
pub use record::Detail;
pub use select::{InvalidSelection, Selection};
pub use servers::{Server, ServerError, Servers, Start};
pub use shared::Options;
