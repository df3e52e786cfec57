//! A file in the making: it stands beside its place under another name until it is whole.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many names are tried for a draft, where others were left behind.
const NAMES: usize = 100;

/// Tells the drafts of one process apart.
static DRAFTS: AtomicU32 = AtomicU32::new(0);

/// The drafts that have not come to their place.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// How many files of one name may stand side by side.
const COPIES: u32 = 10_000;

/// Who may read a file that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Whoever the system lets read new files.
    Usual,
    /// Its owner alone.
    Private,
}

/// What becomes of a file that is there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Existing {
    /// It is replaced.
    #[default]
    Replace,
    /// It stays, and the new one has a number in its name: `a-1.json` beside `a.json`.
    Keep,
}

/// A file in the making, which is gone again unless it is [placed](Draft::place).
#[derive(Debug)]
pub struct Draft {
    writer: BufWriter<File>,
    /// Where it stands so far.
    path: Beside,
    target: PathBuf,
}

/// The path of a draft; dropped, it takes the file away.
#[derive(Debug)]
struct Beside(PathBuf);

impl Draft {
    /// Begins a file that is to stand there; its folders are created, and a link is followed.
    ///
    /// # Errors
    /// If no file can be created there.
    pub fn create(target: &Path, access: Access) -> io::Result<Self> {
        let target = fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        let name = target.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::IsADirectory))?;
        refuse_what_is_no_file(&target)?;
        let options = options(access);
        for _ in 0..NAMES {
            let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
            let draft = format!(".{}.{}.{number}.tmp", name.to_string_lossy(), process::id());
            let path = target.with_file_name(draft);
            match options.open(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                opened => return Ok(Self { writer: BufWriter::new(opened?), path: Beside::new(path), target }),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Puts the file, which is whole now, in its place, and tells where that is.
    ///
    /// # Errors
    /// If what was written last, or the file itself, cannot be put there.
    pub fn place(self, existing: Existing) -> io::Result<PathBuf> {
        let Self { mut writer, path, target } = self;
        writer.flush()?;
        drop(writer);
        let target = match existing {
            Existing::Replace => target,
            Existing::Keep => reserve(&target)?,
        };
        fs::rename(&path.0, &target)?;
        Ok(target)
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Beside {
    fn new(path: PathBuf) -> Self {
        unfinished().insert(path.clone());
        Self(path)
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        unfinished().remove(&self.0);
        // Nothing is there to remove after a rename, and nothing can be done about other errors.
        let _ = fs::remove_file(&self.0);
    }
}

/// Removes all drafts that have not come to their place: the process ends, and threads that
/// write them do not.
pub fn remove_drafts() {
    for path in std::mem::take(&mut *unfinished()) {
        // As for each of them alone.
        let _ = fs::remove_file(path);
    }
}

fn unfinished() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The first of `a.json`, `a-1.json`, `a-2.json`, … that nobody has, taken at once by an empty
/// file, so that two who look for one at the same time find two.
/// A pipe or a device would be lost if a file took its place.
fn refuse_what_is_no_file(target: &Path) -> io::Result<()> {
    match fs::metadata(target) {
        Ok(metadata) if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(metadata) if !metadata.is_file() => Err(io::Error::other("it is a pipe, a socket or a device")),
        // What cannot be looked at is not there, or fails when it is written.
        Ok(_) | Err(_) => Ok(()),
    }
}

fn reserve(target: &Path) -> io::Result<PathBuf> {
    for number in 0..COPIES {
        let path = if number == 0 { target.to_owned() } else { numbered(target, number) };
        match options(Access::Usual).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            opened => return opened.map(|_| path),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = OsString::from(path.file_stem().unwrap_or_default());
    name.push(format!("-{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn numbers_files_where_one_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        for (name, existing, placed) in [
            ("a.tar.gz", Existing::Keep, "a.tar.gz"),
            ("a.tar.gz", Existing::Keep, "a.tar-1.gz"),
            ("a.tar.gz", Existing::Replace, "a.tar.gz"),
            ("a.tar.gz", Existing::Keep, "a.tar-2.gz"),
            ("b", Existing::Keep, "b"),
            ("b", Existing::Keep, "b-1"),
        ] {
            let mut draft = Draft::create(&folder.path().join(name), Access::Usual).unwrap();
            draft.write_all(b"text").unwrap();
            let path = draft.place(existing).unwrap();
            assert_eq!(path.file_name().unwrap(), placed);
            assert_eq!(fs::metadata(path).unwrap().len(), 4);
        }
        assert_eq!(names(folder.path()), ["a.tar-1.gz", "a.tar-2.gz", "a.tar.gz", "b", "b-1"]);
    }

    #[cfg(unix)]
    #[test]
    fn replaces_no_device() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/dev/null", &link).unwrap();
        for path in [Path::new("/dev/null"), &link] {
            let error = Draft::create(path, Access::Usual).unwrap_err().to_string();
            assert_eq!(error, "it is a pipe, a socket or a device");
        }
    }

    #[test]
    fn is_gone_unless_it_is_placed() {
        let folder = tempfile::tempdir().unwrap();
        let mut draft = Draft::create(&folder.path().join("a"), Access::Usual).unwrap();
        draft.write_all(b"text").unwrap();
        assert_eq!(names(folder.path()).len(), 1);
        drop(draft);
        assert_eq!(names(folder.path()), [""; 0]);
    }
}
