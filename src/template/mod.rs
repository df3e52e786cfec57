//! Spec and scope to request: minijinja templates, the variables that they see,
//! and what a spec's request becomes when they are rendered.

mod engine;
mod render;
mod scope;

pub use engine::{Engine, Template};
pub use render::CompiledRequest;
pub use scope::{FileScope, Scope, Variables};
