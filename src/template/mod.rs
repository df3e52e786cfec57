//! Spec and scope to request: minijinja templates, the variables that they see,
//! and what a spec's request becomes when they are rendered.

mod bounded;
mod chain;
mod comparison;
mod credential;
mod cut;
mod definition;
mod demand;
mod dynamic;
mod engine;
mod environment;
mod exchange;
mod expression;
mod filter;
#[cfg(test)]
mod fixture;
mod functions;
mod iteration;
mod javascript;
mod mentions;
mod moment;
mod piece;
mod program;
mod question;
mod randomness;
mod reference;
mod request;
mod scope;
#[cfg(test)]
mod specification;
mod text;
mod tree;
mod value;
mod view;
pub mod words;

pub use credential::{Credentials, TokenProvider};
pub use definition::Derived;
pub use demand::Demand;
pub use engine::Engine;
pub use filter::LanguageFilter;
pub use iteration::{Collection, Iteration};
pub use javascript::Interpreter;
pub use question::{Ask, Lifetime, Question};
pub use request::{CompiledMessage, CompiledRequest};
pub use scope::{Captures, FileScope, Module, Neighbour, Providers, Scope, Variables};
pub use text::Template;
pub use tree::CompiledValue;
