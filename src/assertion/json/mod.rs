//! JSON compared by value, as a whole or in part: `equals` and `containsJson`.
//!
//! What is expected is compiled to an [`Expectation`], which becomes [`Wanted`] JSON for each
//! comparison; a [`Comparison`] says whether a value fits, and where it differs.

mod candidates;
mod comparison;
mod difference;
mod expectation;
mod ignored;
mod pairing;
mod placeholder;
#[cfg(test)]
mod properties;
mod wanted;

pub(super) use comparison::{Against, Comparison};
pub use difference::{Change, Difference, Differences};
pub(super) use expectation::Expectation;
pub(super) use placeholder::Placeholder;
pub(super) use wanted::Wanted;
