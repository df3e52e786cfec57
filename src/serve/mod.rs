//! The built-in practice server, compatible with httpbin.
