//! Where text came from: files, the spans of what an author wrote in them, and
//! the folder that references between files may not leave. Files are replaced here too.

mod draft;
mod replace;
mod root;
mod span;
mod walk;

pub use draft::{Access, Draft, Existing, remove_drafts};
pub use replace::replace;
pub use root::{
    ReadError, Root, files_at, is_same_file, open, read_bytes, read_private_source, read_source, real_path,
};
pub use span::{Location, SourceFile, Span, Spanned};
pub use walk::walk;
