//! What the editors that share the format can do, and rqtest does not do yet.
//! Each is an error at its place that costs one request: to send it without would
//! be to send something else.

use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// Words in the place of a method that mean another protocol, or another tool.
const PROTOCOLS: &[(&str, &str)] = &[
    ("GRPC", "a gRPC request"),
    ("RSOCKET", "an RSocket request"),
    ("MQTT", "an MQTT request"),
    ("AMQP", "an AMQP request"),
    ("curl", "a curl command"),
];

/// Directives that change what is sent, or whether it is.
pub(super) const DIRECTIVES: &[&str] = &[
    "env-stdin-cmd",
    "env-stdin-cmd-pre",
    "file-to-variable",
    "keep-streaming",
    "stdin-cmd",
    "stdin-cmd-pre",
    "use-os-credentials",
];

/// The error of a construct that is not supported yet.
pub(super) fn error(construct: &str, span: &Span) -> Diagnostic {
    Diagnostic::error(format!("{construct} is not supported yet"))
        .unsupported()
        .at(span, "so this request cannot be run as it is meant")
}

/// The error of a word in the place of a method that is none.
pub(super) fn protocol(word: &Span) -> Option<Diagnostic> {
    let (_, construct) = PROTOCOLS.iter().find(|(name, _)| *name == word.text())?;
    Some(error(construct, word))
}
