//! Flags, configuration, one file a command, exit codes.
