//! Points in time.

use super::{Function, function};

pub(super) const FUNCTIONS: &[Function] = &[
    function("timestamp", &[], |arguments| arguments.draw("$timestamp", vec![])),
    function("now", &["format?"], |arguments| {
        let format = arguments.optional_text("format").unwrap_or_else(|| "iso8601".to_owned());
        arguments.draw("$datetime", vec![format])
    }),
];
