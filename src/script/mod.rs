//! Scripts: JavaScript that runs before a request is sent, or once its response is there.
//!
//! An [`Engine`] runs the scripts of one file, one after the other, each in a function of its
//! own. What a script may see is handed over as a [`Situation`], and what it leaves behind is a
//! [`Report`]. What it finds there beside JavaScript itself is glue in `glue/*.js`, over host
//! functions in `host`:
//!
//! ```text
//! glue/standard.js    console, setTimeout, require, … for all scripts
//! glue/crypto.js      and others that are read at their first use
//! glue/jetbrains.js   client, request, response
//! glue/httpyac.js     test, response, request, exports, require; expect and assert of glue/expect.js
//! ```
//!
//! The glue of surroundings is a function `(host, tools) => ({ begin, finish })`: `begin()`
//! gives an object with the globals of one script, `settle()` does what its code has put off, such
//! as tests, as often as timers add to that, and `finish()` what is left to do at the end.

mod engine;
mod expression;
mod fault;
mod glue;
mod host;
mod limits;
mod module;
mod package;
mod program;
mod rendered;
mod situation;
mod written;

pub use engine::Engine;
pub use expression::{Loan, evaluate};
pub use limits::{Limits, Watch};
pub use program::{Form, Program};
pub use rendered::{Changes, Rendered};
pub use situation::{LogLevel, LogLine, Report, Situation};
pub use written::Written;

#[cfg(test)]
mod tests;
