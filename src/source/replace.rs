//! Writes a file beside its place and then renames it: what was there is replaced as a
//! whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// How many names are tried for a draft, where others were left behind.
const NAMES: usize = 100;

/// Tells the drafts of one process apart.
static DRAFTS: AtomicU32 = AtomicU32::new(0);

/// Who may read a file that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Whoever the system lets read new files.
    Usual,
    /// Its owner alone.
    Private,
}

/// Replaces a file with what `write` writes; its folders are created, and a link is followed.
///
/// # Errors
/// Those of `write`, and if the file cannot be created or replaced; what was there then
/// stays as it was.
pub fn replace(path: &Path, access: Access, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let (draft, file) = Draft::create(&path, access)?;
    let mut writer = BufWriter::new(file);
    write(&mut writer)?;
    writer.flush()?;
    drop(writer);
    fs::rename(&draft.path, &path)
}

/// A file that is removed again, unless it was renamed.
struct Draft {
    path: PathBuf,
}

impl Draft {
    fn create(target: &Path, access: Access) -> io::Result<(Self, File)> {
        let name = target.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::IsADirectory))?;
        if target.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let options = options(access);
        for _ in 0..NAMES {
            let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
            let draft = format!(".{}.{}.{number}.tmp", name.to_string_lossy(), process::id());
            let path = target.with_file_name(draft);
            match options.open(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                opened => return opened.map(|file| (Self { path }, file)),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

/// A new file, which is never one that somebody else has put there.
fn options(access: Access) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if access == Access::Private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = access;
    options
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Nothing is there to remove after a rename, and nothing can be done about other errors.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
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
