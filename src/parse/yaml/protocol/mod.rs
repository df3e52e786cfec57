//! What is spoken with a server, beside a request and a response.

mod conversation;
mod stream;

use crate::parse::protocol::Draft;

use super::Field;
use super::table::{Problems, Table, key};

/// The keys that speak of a protocol.
pub(crate) const PROTOCOL: Table<Draft> = Table(&[
    key("steps", steps),
    key("messages", steps),
    key("stream", |draft, field, problems| draft.stream = stream::read(field, problems)),
]);

fn steps(draft: &mut Draft, field: Field<'_>, problems: &mut Problems) {
    draft.steps = conversation::read(field, problems);
}
