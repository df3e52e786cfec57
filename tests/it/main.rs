//! Drives the real binary against real servers.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails, and says what it skips")]
#![expect(unreachable_pub, reason = "a test crate has nobody to reach")]
#![expect(clippy::disallowed_methods, reason = "the tests make the files and servers that they need")]

mod auth;
mod bad_input;
mod captures;
mod commands;
mod company;
mod connections;
mod cookies;
mod corpus;
mod defaults;
mod dialects;
mod downloads;
mod environments;
mod expressions;
mod faults;
mod flow;
mod functions;
mod imports;
mod interruptions;
mod json;
mod layers;
mod loops;
mod mistakes;
mod needs;
mod oauth2;
mod order;
mod polling;
mod proxies;
mod questions;
mod readme;
mod reports;
mod robustness;
mod schemas;
mod scripts;
mod selection;
mod servers;
mod snapshot;
mod specs;
mod streaming;
mod streams;
mod support;
mod tls;
mod traces;
mod verdicts;
mod waits;
mod websockets;
mod wire;
