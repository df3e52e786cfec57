//! rqtest reads declarative request files (`.http` and YAML), sends what they
//! describe with its own HTTP client, checks what they expect, and reports.
//!
//! Data flows one way. Each stage takes one type and returns another:
//!
//! ```text
//! SourceFile --parse--> Spec --template--> Request --client--> Response
//!     Response --assertion--> Outcome --run--> Event --report--> console, JUnit, JSON
//! ```
//!
//! The client is usable by itself: see [`client`].

pub mod assertion;
pub mod cli;
pub mod client;
pub mod diagnostic;
pub mod event;
pub mod hash;
pub mod history;
pub mod http;
pub mod parse;
pub mod proto;
pub mod report;
pub mod run;
pub mod schema;
pub mod script;
pub mod secret;
pub mod serve;
pub mod source;
pub mod spec;
pub mod template;
pub mod transport;
pub mod xpath;
