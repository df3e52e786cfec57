//! A body, put through a hash as it will be sent: what is not in memory is read and not kept.

use std::io::Read;

use crate::http::{Body, Segment};
use crate::proto::auth::Hasher;
use crate::source;

use super::super::{Error, ErrorKind};

const PIECE: usize = 64 * 1024;

pub(super) fn hash(body: &Body, mut hasher: Hasher) -> Result<Hasher, Error> {
    if !body.is_repeatable() {
        let message = "a body from a reader that can be read but once cannot be signed; \
                       make a new reader each time, with `Body::from_fn`";
        return Err(Error::new(ErrorKind::Request, message.to_owned()));
    }
    for segment in body.segments() {
        match segment {
            Segment::Bytes(bytes) => hasher.update(bytes),
            Segment::File { path, .. } => hash_all(source::open(path)?, &mut hasher)?,
            Segment::Stream(stream) => hash_all(stream.open().expect("the body is repeatable"), &mut hasher)?,
        }
    }
    Ok(hasher)
}

fn hash_all(mut reader: impl Read, hasher: &mut Hasher) -> Result<(), Error> {
    let mut piece = vec![0; PIECE];
    loop {
        match reader.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(length) => hasher.update(&piece[..length]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => {
                let message = format!("cannot read the body: {error}");
                return Err(Error::new(ErrorKind::Request, message).with_source(error));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn reads_what_is_not_in_memory() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all("b".repeat(2 * PIECE).as_bytes()).unwrap();
        let (path, length) = (file.path().to_owned(), 2 * PIECE as u64);
        let stream = Body::from_fn(|| &b"c"[..]).segments()[0].clone();
        let body = Body::new(vec![Segment::Bytes(b"a"[..].into()), Segment::File { path, length }, stream]);
        let mut expected = Hasher::sha256();
        expected.update(format!("a{}c", "b".repeat(2 * PIECE)).as_bytes());
        assert_eq!(hash(&body, Hasher::sha256()).unwrap().hexadecimal(), expected.hexadecimal());
    }

    #[test]
    fn says_what_it_cannot_read() {
        let missing = Segment::File { path: "/none/such".into(), length: 1 };
        for (body, expected) in [
            (Body::from_reader(&b"a"[..]), "a body from a reader that can be read but once cannot be signed"),
            (Body::new(vec![missing]), "there is no file /none/such"),
        ] {
            let error = hash(&body, Hasher::sha256()).unwrap_err();
            assert!(error.kind() == ErrorKind::Request && error.to_string().starts_with(expected), "{error}");
        }
    }
}
