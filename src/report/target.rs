//! Where a report goes: a file is replaced as a whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::{fmt, process};

/// Where a report goes.
pub enum Target {
    /// A file, written beside its place and then renamed, so that a report that was there
    /// stays whole if this one cannot be written; its folders are created. Devices and
    /// pipes, such as `/dev/stdout`, are written to directly.
    File(PathBuf),
    /// Anything else, such as the standard output.
    Writer(Box<dyn Write + Send>),
}

impl Target {
    /// Writes a report.
    ///
    /// # Errors
    /// Those of `write`, and if the file cannot be created or replaced.
    pub(super) fn write(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        match self {
            Self::Writer(mut writer) => write_buffered(&mut writer, write),
            Self::File(path) if is_device(&path) => write_buffered(OpenOptions::new().append(true).open(path)?, write),
            Self::File(path) => replace(&path, write),
        }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "File({})", path.display()),
            Self::Writer(_) => f.write_str("Writer"),
        }
    }
}

fn write_buffered(writer: impl Write, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut writer = BufWriter::new(writer);
    write(&mut writer)?;
    writer.flush()
}

/// What must not be replaced by a file: an open one neither, which `/dev/stdout` may lead to.
fn is_device(path: &Path) -> bool {
    ["/dev/stdout", "/dev/stderr", "/dev/fd", "/proc"].iter().any(|open| path.starts_with(open))
        || fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let (draft, file) = Draft::create(&path)?;
    write_buffered(file, write)?;
    fs::rename(&draft.path, &path)
}

/// A file that is removed again, unless it was renamed.
struct Draft {
    path: PathBuf,
}

impl Draft {
    fn create(target: &Path) -> io::Result<(Self, File)> {
        let name = target.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::IsADirectory))?;
        if target.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let path = target.with_file_name(format!(".{}.{}.tmp", name.to_string_lossy(), process::id()));
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(&path)?;
        Ok((Self { path }, file))
    }
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

    fn read(path: &Path) -> String {
        let bytes: Vec<u8> =
            io::Read::bytes(OpenOptions::new().read(true).open(path).unwrap()).map(Result::unwrap).collect();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn creates_folders_and_replaces_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/report.xml");
        for text in ["a first report", "another"] {
            Target::File(path.clone()).write(|writer| writer.write_all(text.as_bytes())).unwrap();
            assert_eq!(read(&path), text);
        }
        assert_eq!(fs::read_dir(folder.path().join("a/b")).unwrap().count(), 1);
    }

    #[test]
    fn leaves_the_old_report_whole_when_the_new_one_fails() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.xml");
        Target::File(path.clone()).write(|writer| writer.write_all(b"old")).unwrap();
        let failed = Target::File(path.clone()).write(|writer| {
            writer.write_all(&[b'x'; 100_000])?;
            Err(io::Error::other("no more"))
        });
        assert!(failed.is_err());
        assert_eq!(read(&path), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn refuses_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Target::File(folder.path().to_owned()).write(|_| Ok(())).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn writes_through_devices_and_links() {
        Target::File("/dev/null".into()).write(|writer| writer.write_all(b"gone")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let [real, link] = ["real.xml", "link.xml"].map(|name| folder.path().join(name));
        Target::File(real.clone()).write(|writer| writer.write_all(b"old")).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        Target::File(link.clone()).write(|writer| writer.write_all(b"new")).unwrap();
        assert_eq!(read(&real), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}
