//! Where a report goes: a file is replaced as a whole or not at all.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::source::{Access, replace};

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
            Self::File(path) => replace(&path, Access::Usual, write),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn writes_through_devices_and_links() {
        Target::File("/dev/null".into()).write(|writer| writer.write_all(b"gone")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let [real, link] = ["real.xml", "link.xml"].map(|name| folder.path().join(name));
        Target::File(real.clone()).write(|writer| writer.write_all(b"old")).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        Target::File(link.clone()).write(|writer| writer.write_all(b"new")).unwrap();
        assert_eq!(crate::source::read_source(&real).unwrap().text(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}
