//! A file that the keys of connections are written to.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rustls::KeyLog;

use super::super::{Error, ErrorKind};

/// Adds the keys to a file in the format of `SSLKEYLOGFILE`, which Wireshark reads:
/// `CLIENT_RANDOM <random> <secret>`.
#[derive(Debug)]
pub(super) struct KeyFileLog {
    file: Mutex<File>,
}

impl KeyFileLog {
    /// Opens the file, or makes one that only its owner can read.
    ///
    /// # Errors
    /// If it cannot be written to.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(path) {
            Ok(file) => Ok(Self { file: Mutex::new(file) }),
            Err(error) => {
                let message = format!("the key log {} cannot be written: {error}", path.display());
                Err(Error::new(ErrorKind::Tls, message).with_source(error))
            }
        }
    }
}

impl KeyLog for KeyFileLog {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let line = format!("{label} {} {}\n", hex(client_random), hex(secret));
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // The handshake has no ear for it: a disk that is full must not cost the request.
        let _ = file.write_all(line.as_bytes());
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
