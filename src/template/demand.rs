//! What a template asks for that may be missed before it is rendered.

use crate::source::Span;
use crate::spec::Text;

/// What a template asks for.
#[derive(Clone, Copy, Debug)]
pub enum Demand<'a> {
    /// That this is JavaScript.
    JavaScript(&'a Text),
    /// A request of this name.
    Exchange {
        /// The name.
        request: &'a str,
        /// Where it is asked for.
        at: &'a Span,
    },
}
