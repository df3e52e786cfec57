//! The folder that the files of a run live in: paths in a spec are resolved
//! against the file that names them, and may not lead outside.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::SourceFile;

/// The most bytes that a text file read whole may have.
const MAX_TEXT: u64 = 256 * 1024 * 1024;

/// A folder, and the right to read what lies in it.
#[derive(Clone, Debug)]
pub struct Root {
    folder: PathBuf,
    /// Another folder that may be written to.
    also: Option<PathBuf>,
}

impl Root {
    /// A folder, looked at only when something in it is asked for.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), also: None }
    }

    /// The same with another folder that files may be written to.
    #[must_use]
    pub fn with_output(self, folder: Option<PathBuf>) -> Self {
        Self { also: folder, ..self }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder as an absolute path, links followed.
    ///
    /// # Errors
    /// If it is not there.
    pub fn absolute(&self) -> Result<PathBuf, ReadError> {
        fs::canonicalize(&self.folder).map_err(|error| ReadError::new(&self.folder, error.into()))
    }

    /// The file that `reference` means when `from` names it.
    ///
    /// # Errors
    /// If there is no such file, or it lies outside of the root, links followed.
    pub fn resolve(&self, from: &Path, reference: &str) -> Result<PathBuf, ReadError> {
        let real = |path: &Path| fs::canonicalize(path).map_err(|error| ReadError::new(path, error.into()));
        let written = from.parent().unwrap_or(Path::new("")).join(reference);
        let found = real(&written)?;
        if !found.starts_with(real(&self.folder)?) {
            return Err(ReadError::new(&written, ReadErrorKind::Outside { root: self.folder.clone() }));
        }
        Ok(found)
    }

    /// The path that messages show of a file which was found in the root.
    pub fn shown(&self, found: &Path) -> PathBuf {
        let inside = fs::canonicalize(&self.folder).ok();
        let inside = inside.as_deref().and_then(|folder| found.strip_prefix(folder).ok());
        let shown = inside.map(|inside| self.folder.join(inside)).unwrap_or_else(|| found.to_owned());
        shown.strip_prefix(".").map(Path::to_owned).unwrap_or(shown)
    }

    /// Reads a referenced file as it is, up to a number of bytes.
    ///
    /// # Errors
    /// As [`Root::resolve`], or if the file is larger or cannot be read.
    pub fn read_bytes(&self, from: &Path, reference: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        read_bytes(&self.resolve(from, reference)?, limit)
    }

    /// Where a file may be written that `reference` means when `from` names it; it need not be there.
    ///
    /// # Errors
    /// If it lies outside of the root, links followed.
    pub fn resolve_new(&self, from: &Path, reference: &str) -> Result<PathBuf, ReadError> {
        let written = from.parent().unwrap_or(Path::new("")).join(reference);
        let outside = || ReadError::new(&written, ReadErrorKind::Outside { root: self.folder.clone() });
        let (found, missing) = nearest_folder(&written).ok_or_else(outside)?;
        let steps_back = missing.components().any(|part| part == Component::ParentDir);
        let is_inside = |folder: &Path| fs::canonicalize(folder).is_ok_and(|folder| found.starts_with(folder));
        if steps_back || ![Some(&self.folder), self.also.as_ref()].into_iter().flatten().any(|folder| is_inside(folder))
        {
            return Err(outside());
        }
        // Joined with nothing, a path would be that of a folder.
        Ok(if missing.as_os_str().is_empty() { found } else { found.join(missing) })
    }
}

/// Whether two paths are those of one file, links followed.
pub fn is_same_file(one: &Path, other: &Path) -> bool {
    one == other || real_path(one).is_some_and(|one| real_path(other) == Some(one))
}

/// The one path that a file has, links followed, however it is named; none if there is no such file.
pub fn real_path(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}

/// What there is of a path, links followed, and what there is not.
fn nearest_folder(path: &Path) -> Option<(PathBuf, &Path)> {
    path.ancestors().find_map(|above| {
        let here = if above.as_os_str().is_empty() { Path::new(".") } else { above };
        let missing = path.strip_prefix(above).expect("an ancestor of a path is its beginning");
        fs::canonicalize(here).ok().map(|found| (found, missing))
    })
}

/// Reads a file as it is, up to a number of bytes.
///
/// # Errors
/// If the file is larger or cannot be read.
pub fn read_bytes(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    read_limited(open(path)?, limit).map_err(|kind| ReadError::new(path, kind))
}

/// Reads a UTF-8 text file that messages will call by the path as given.
///
/// # Errors
/// If the file cannot be read, is larger than 256 MiB, or is not UTF-8.
pub fn read_source(path: &Path) -> Result<Arc<SourceFile>, ReadError> {
    Ok(SourceFile::new(path, read_text(path)?))
}

/// As [`read_source`], for a file that holds secrets: no message will quote it.
///
/// # Errors
/// As [`read_source`].
pub fn read_private_source(path: &Path) -> Result<Arc<SourceFile>, ReadError> {
    Ok(SourceFile::private(path, read_text(path)?))
}

#[expect(clippy::disallowed_methods, reason = "this is where files are read")]
fn read_text(path: &Path) -> Result<String, ReadError> {
    let read = || read_limited(File::open(path)?, MAX_TEXT);
    let bytes = read().map_err(|kind| ReadError::new(path, kind))?;
    String::from_utf8(bytes)
        .map_err(|error| ReadError::new(path, ReadErrorKind::NotUtf8 { offset: error.utf8_error().valid_up_to() }))
}

/// Reads a file to its end, which a device or a pipe may not have.
fn read_limited(file: File, limit: u64) -> Result<Vec<u8>, ReadErrorKind> {
    let size = file.metadata()?.len();
    let mut bytes = Vec::new();
    if size <= limit {
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    }
    let size = size.max(bytes.len() as u64);
    if size > limit { Err(ReadErrorKind::TooLarge { limit }) } else { Ok(bytes) }
}

/// Opens a file to be streamed. Pipes and devices are refused before they are opened,
/// which could take forever.
///
/// # Errors
/// If it is no file, or cannot be opened.
#[expect(clippy::disallowed_methods, reason = "this is where files are opened")]
pub fn open(path: &Path) -> Result<File, ReadError> {
    let open = || match fs::metadata(path)? {
        metadata if metadata.is_file() => Ok(File::open(path)?),
        _ => Err(ReadErrorKind::NotAFile),
    };
    open().map_err(|kind| ReadError::new(path, kind))
}

/// The files of a folder, links to files among them, sorted by name; of a file, itself alone.
///
/// # Errors
/// If there is no such folder, or it cannot be read.
pub fn files_at(path: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let list = || {
        if !fs::metadata(path)?.is_dir() {
            return Ok(vec![path.to_owned()]);
        }
        let entries = fs::read_dir(path)?.collect::<io::Result<Vec<_>>>()?;
        let mut files: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).filter(|path| path.is_file()).collect();
        files.sort_unstable();
        Ok(files)
    };
    list().map_err(|error: io::Error| ReadError::new(path, error.into()))
}

/// Why a file could not be had.
#[derive(Debug)]
pub struct ReadError {
    path: PathBuf,
    kind: ReadErrorKind,
}

#[derive(Debug)]
enum ReadErrorKind {
    Io(io::Error),
    NotUtf8 { offset: usize },
    TooLarge { limit: u64 },
    NotAFile,
    Outside { root: PathBuf },
}

impl ReadError {
    fn new(path: &Path, kind: ReadErrorKind) -> Self {
        Self { path: path.to_owned(), kind }
    }

    /// Whether there is no such file.
    pub fn is_missing(&self) -> bool {
        matches!(&self.kind, ReadErrorKind::Io(error) if error.kind() == io::ErrorKind::NotFound)
    }

    /// Whether the file lies where it may not.
    pub fn is_outside(&self) -> bool {
        matches!(self.kind, ReadErrorKind::Outside { .. })
    }

    /// The file that was asked for.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is no such file.
    pub fn is_not_found(&self) -> bool {
        matches!(&self.kind, ReadErrorKind::Io(error) if error.kind() == io::ErrorKind::NotFound)
    }
}

impl From<io::Error> for ReadErrorKind {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.kind {
            ReadErrorKind::Io(error) if error.kind() == io::ErrorKind::NotFound => write!(f, "there is no file {path}"),
            ReadErrorKind::Io(error) => write!(f, "cannot read {path}: {error}"),
            ReadErrorKind::NotUtf8 { offset } => write!(f, "{path} is not UTF-8: byte {offset} begins no character"),
            ReadErrorKind::TooLarge { limit } => write!(f, "{path} has more than the {limit} bytes that are read"),
            ReadErrorKind::NotAFile => write!(f, "{path} is not a file"),
            ReadErrorKind::Outside { root } if root == Path::new(".") => {
                write!(f, "{path} lies outside of the current folder")
            }
            ReadErrorKind::Outside { root } => write!(f, "{path} lies outside of {}", root.display()),
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            ReadErrorKind::Io(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_there_yet_has_a_place_too() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("project");
        fs::create_dir(&inside).unwrap();
        let (root, from) = (Root::at(&inside), inside.join("a.http"));
        let real = fs::canonicalize(&inside).unwrap();
        assert_eq!(root.resolve_new(&from, "b/c").unwrap(), real.join("b/c"));
        for outside in ["../c", "../project2/c", "/none/c", "b/../b/c"] {
            let error = root.resolve_new(&from, outside).unwrap_err().to_string();
            assert!(error.contains("lies outside of"), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test opens what nothing else does")]
    fn endless_files_are_not_read_to_their_end() {
        let error = read_limited(File::open("/dev/zero").unwrap(), 10).unwrap_err();
        assert!(matches!(error, ReadErrorKind::TooLarge { limit: 10 }));
        assert_eq!(open(Path::new("/dev/zero")).unwrap_err().to_string(), "/dev/zero is not a file");
    }

    #[test]
    fn a_file_as_large_as_the_limit_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        #[expect(clippy::disallowed_methods, reason = "the test makes the file that it reads")]
        std::fs::write(&path, "0123456789").unwrap();
        assert_eq!(read_limited(open(&path).unwrap(), 10).unwrap().len(), 10);
        assert!(read_limited(open(&path).unwrap(), 9).is_err());
    }
}
