//! A file that a body is read from while it is sent.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::{Error, ErrorKind};

/// A file that must have the length that was announced for it.
#[derive(Debug)]
pub(super) struct BodyFile<'a> {
    path: &'a Path,
    file: File,
    length: u64,
    left: u64,
}

impl<'a> BodyFile<'a> {
    /// Opens a file that had so many bytes when the request was made.
    ///
    /// # Errors
    /// If it cannot be opened, or has another length by now.
    pub(super) fn open(path: &'a Path, length: u64) -> Result<Self, Error> {
        let file = crate::source::open(path)
            .map_err(|error| Error::new(ErrorKind::Request, error.to_string()).with_source(error))?;
        let opened = Self { path, file, length, left: length };
        let metadata = opened.file.metadata().map_err(|error| opened.unreadable(error))?;
        if metadata.is_file() && metadata.len() != length {
            return Err(opened.changed());
        }
        Ok(opened)
    }

    /// Replaces a piece by the next one, of at most so many bytes; false at the end.
    ///
    /// # Errors
    /// If the file cannot be read, or turns out shorter or longer than it was.
    pub(super) fn read(&mut self, piece: &mut Vec<u8>, limit: usize) -> Result<bool, Error> {
        piece.clear();
        // One byte beyond the end tells whether it is the end.
        let wanted = (self.left.max(1)).min(limit as u64);
        let count = self.file.by_ref().take(wanted).read_to_end(piece).map_err(|error| self.unreadable(error))? as u64;
        match self.left.checked_sub(count) {
            Some(0) if count == 0 => Ok(false),
            Some(left) if count > 0 => {
                self.left = left;
                Ok(true)
            }
            _ => Err(self.changed()),
        }
    }

    fn changed(&self) -> Error {
        let (path, length) = (self.path.display(), self.length);
        let message = format!("{path} no longer has the {length} bytes that it had when the request was made");
        Error::new(ErrorKind::Request, message)
    }

    fn unreadable(&self, error: io::Error) -> Error {
        Error::new(ErrorKind::Request, format!("cannot read {}: {error}", self.path.display())).with_source(error)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read_all(file: &mut BodyFile<'_>) -> Result<Vec<u8>, Error> {
        let (mut whole, mut piece) = (Vec::new(), Vec::new());
        while file.read(&mut piece, 4)? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole)
    }

    #[test]
    fn reads_a_file_that_is_what_it_was() {
        for content in [&b""[..], b"0123", b"0123456789"] {
            let mut written = tempfile::NamedTempFile::new().unwrap();
            written.write_all(content).unwrap();
            let mut file = BodyFile::open(written.path(), content.len() as u64).unwrap();
            assert_eq!(read_all(&mut file).unwrap(), content);
        }
    }

    #[test]
    fn a_file_that_is_not_what_it_was_is_an_error() {
        let mut written = tempfile::NamedTempFile::new().unwrap();
        written.write_all(b"0123456789").unwrap();
        for (path, length) in [(written.path(), 9), (written.path(), 11), (Path::new("no/such/file"), 1)] {
            assert_eq!(BodyFile::open(path, length).unwrap_err().kind(), ErrorKind::Request);
        }
        for length in [8, 14] {
            let mut file = BodyFile::open(written.path(), 10).unwrap();
            written.as_file().set_len(length).unwrap();
            assert_eq!(read_all(&mut file).unwrap_err().kind(), ErrorKind::Request, "{length}");
            written.as_file().set_len(10).unwrap();
        }
    }
}
