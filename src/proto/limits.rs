//! How much of a message that is not its body is read.

/// The most bytes of a head, and of the trailers.
pub const MAX_HEAD: usize = 256 * 1024;

/// The most fields of a head, and of the trailers.
pub const MAX_HEADERS: usize = 1000;

/// The most bytes between the size of a chunk and the end of its line.
pub const MAX_CHUNK_EXTENSION: usize = 16 * 1024;

/// The most interim responses (1xx) before the final one.
pub const MAX_INTERIM: usize = 100;
