//! A response that is read item by item.

use std::time::Duration;

use crate::spec::Assertion;

/// How a response is read as a stream, and when enough of it has come: at the first of
/// its limits, or at its own end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stream {
    /// What its items are; as `Content-Type` says where it is not written.
    pub form: Option<StreamForm>,
    /// After this many items.
    pub count: Option<u32>,
    /// After this time, since the response began.
    pub time: Option<Duration>,
    /// After the first item of which this holds.
    pub until: Option<Assertion>,
}

/// What the items of a stream are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamForm {
    /// Server-sent events.
    Events,
    /// Lines: JSON each, or text.
    Lines,
}
