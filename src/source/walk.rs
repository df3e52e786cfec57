//! The files of a folder, in an order that never changes.

use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

/// Every file below a folder, sorted by path. What `.gitignore` leaves out is left out,
/// and so is every name that begins with `.` or `_`.
///
/// What cannot be entered comes as an error in its place, in words.
pub fn walk(folder: &Path) -> impl Iterator<Item = Result<PathBuf, String>> {
    WalkBuilder::new(folder)
        .require_git(false)
        .follow_links(true)
        .sort_by_file_name(std::ffi::OsStr::cmp)
        .filter_entry(|entry| entry.depth() == 0 || !is_private(entry))
        .build()
        .filter_map(|entry| match entry {
            Ok(entry) => entry.file_type().is_some_and(|kind| kind.is_file()).then(|| Ok(entry.into_path())),
            Err(error) => Some(Err(error.to_string())),
        })
}

fn is_private(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b"_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_out_what_is_ignored_hidden_or_private() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.http", "a/z.http", ".hidden.http", "_shared.http", "_parts/x.http", "build/o.http"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            #[expect(clippy::disallowed_methods, reason = "the test makes the files that it reads")]
            std::fs::write(path, "").unwrap();
        }
        #[expect(clippy::disallowed_methods, reason = "the test makes the files that it reads")]
        std::fs::write(folder.path().join(".gitignore"), "build/\n").unwrap();
        let found: Vec<PathBuf> = walk(folder.path()).map(Result::unwrap).collect();
        assert_eq!(found, [folder.path().join("a/z.http"), folder.path().join("b.http")]);
    }
}
