//! Drives the real binary against real servers.
