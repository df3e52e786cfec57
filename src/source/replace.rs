//! Writes a file beside its place and then renames it: what was there is replaced as a
//! whole or not at all.

use std::io::{self, Write};
use std::path::Path;

use super::{Access, Draft, Existing};

/// Replaces a file with what `write` writes; its folders are created, and a link is followed.
///
/// # Errors
/// Those of `write`, and if the file cannot be created or replaced; what was there then
/// stays as it was.
pub fn replace(path: &Path, access: Access, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut draft = Draft::create(path, access)?;
    write(&mut draft)?;
    draft.place(Existing::Replace).map(drop)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::source::read_source;

    fn put(path: &Path, access: Access, text: &str) {
        replace(path, access, |writer| writer.write_all(text.as_bytes())).unwrap();
        assert_eq!(read_source(path).unwrap().text(), text);
    }

    #[test]
    fn creates_folders_and_replaces_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/report.xml");
        put(&path, Access::Usual, "a first report");
        put(&path, Access::Usual, "another");
        assert_eq!(fs::read_dir(folder.path().join("a/b")).unwrap().count(), 1);
    }

    #[test]
    fn leaves_the_old_file_whole_when_the_new_one_fails() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.xml");
        put(&path, Access::Usual, "old");
        let failed = replace(&path, Access::Usual, |writer| {
            writer.write_all(&[b'x'; 100_000])?;
            Err(io::Error::other("no more"))
        });
        assert!(failed.is_err());
        assert_eq!(read_source(&path).unwrap().text(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn refuses_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        assert!(replace(folder.path(), Access::Usual, |_| Ok(())).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn keeps_from_others_what_is_private() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cookies.txt");
        for access in [Access::Usual, Access::Private] {
            put(&path, access, "text");
        }
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
