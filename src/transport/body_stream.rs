//! A reader that a body is taken from while it is sent.

use std::io::{self, Read};

use crate::http::Stream;

use super::{Error, ErrorKind};

/// A reader that must give as many bytes as were announced, where any were.
pub(super) struct BodyStream {
    reader: Box<dyn Read + Send>,
    length: Option<u64>,
    given: u64,
}

impl BodyStream {
    /// Takes the reader.
    ///
    /// # Errors
    /// If there was one only, and it was taken before.
    pub(super) fn open(stream: &Stream) -> Result<Self, Error> {
        let spent = || {
            let message = "the body comes from a reader that was read before, and so cannot be sent again: \
                           make a new reader each time, with `Body::from_fn`";
            Error::new(ErrorKind::Request, message)
        };
        Ok(Self { reader: stream.open().ok_or_else(spent)?, length: stream.len(), given: 0 })
    }

    /// Reads the next bytes; 0 at the end.
    ///
    /// # Errors
    /// If the reader fails, or gives more or less than was announced.
    pub(super) fn read(&mut self, room: &mut [u8]) -> Result<usize, Error> {
        let count = loop {
            match self.reader.read(room) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let message = format!("cannot read the body that is to be sent: {error}");
                    return Err(Error::new(ErrorKind::Request, message).with_source(error));
                }
                Ok(count) => break count,
            }
        };
        self.given += count as u64;
        match self.length {
            Some(length) if self.given > length || (count == 0 && self.given < length) => {
                let than = if count == 0 { "less" } else { "more" };
                let message = format!("the body's reader gives {than} than the {length} bytes that were announced");
                Err(Error::new(ErrorKind::Request, message))
            }
            _ => Ok(count),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Body, Segment};

    fn read_all(body: &Body) -> Result<Vec<u8>, Error> {
        let [Segment::Stream(stream)] = body.segments() else { panic!("{body:?}") };
        let mut stream = BodyStream::open(stream)?;
        let (mut whole, mut room) = (Vec::new(), [0; 4]);
        loop {
            match stream.read(&mut room)? {
                0 => return Ok(whole),
                count => whole.extend_from_slice(&room[..count]),
            }
        }
    }

    #[test]
    fn holds_a_reader_to_its_length() {
        let body = || Body::from_fn(|| &b"0123456789"[..]);
        assert_eq!(read_all(&body()).unwrap(), b"0123456789");
        assert_eq!(read_all(&body().with_length(10)).unwrap(), b"0123456789");
        for (length, words) in [(9, "more than the 9 bytes"), (11, "less than the 11 bytes")] {
            let error = read_all(&body().with_length(length)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Request);
            assert!(error.to_string().contains(words), "{error}");
        }
    }

    #[test]
    fn says_why_a_body_cannot_be_read() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _room: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("out of paper"))
            }
        }
        let error = read_all(&Body::from_fn(|| Broken)).unwrap_err();
        assert_eq!(error.to_string(), "cannot read the body that is to be sent: out of paper");
        let once = Body::from_reader(&b"a"[..]);
        read_all(&once).unwrap();
        assert!(read_all(&once).unwrap_err().to_string().ends_with("with `Body::from_fn`"));
    }
}
