//! Flags, configuration, one file a command, exit codes.

pub(crate) mod configuration;
pub(crate) mod variables;
