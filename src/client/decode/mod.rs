//! Undoes `Content-Encoding` (RFC 9110, 8.4) while the body arrives, so that a small
//! body that decodes to a huge one is stopped at the cap.
//!
//! ```text
//! wire --push--> last coding --> … --> first coding --> body (capped)
//! ```

mod brotli;
mod inflate;
mod zstd;

use super::{Error, ErrorKind};
use brotli::Brotli;
use inflate::Inflate;
use zstd::Zstd;

/// More codings than this are an attack, or a mistake.
const MAX_CODINGS: usize = 5;

/// How much a coding hands on at once.
const CHUNK: usize = 16 * 1024;

/// Takes the bytes that a coding hands on.
pub(super) type Output<'a> = dyn FnMut(&[u8]) -> Result<(), Error> + 'a;

/// Bytes of the wire go in, those of the body come out.
#[derive(Debug)]
pub(super) struct Decoder {
    /// The codings to undo, in the order in which to undo them.
    stages: Vec<Stage>,
    /// How many bytes have come from the wire, and how many of the body they made.
    received: u64,
    produced: u64,
    limit: u64,
    warnings: Vec<String>,
}

/// A coding that is being undone.
#[derive(Debug)]
enum Stage {
    Inflate(Inflate),
    Brotli(Box<Brotli>),
    Zstd(Box<Zstd>),
}

impl Decoder {
    /// Hands the body on as it is, up to `limit` bytes.
    pub(super) fn raw(limit: u64) -> Self {
        Self { stages: Vec::new(), received: 0, produced: 0, limit, warnings: Vec::new() }
    }

    /// Undoes the codings of a `Content-Encoding`. An unknown one leaves the body as it is, with a warning.
    ///
    /// # Errors
    /// If there are too many of them.
    pub(super) fn new(content_encoding: &str, limit: u64) -> Result<Self, Error> {
        let mut decoder = Self::raw(limit);
        let codings = content_encoding.split(',').map(str::trim).filter(|coding| !coding.is_empty());
        for coding in codings.rev() {
            match Stage::new(coding) {
                Some(stage) => decoder.stages.push(stage),
                None if coding.eq_ignore_ascii_case("identity") => {}
                None => {
                    let warning = format!("the content coding `{}` is unknown, so the body is left as it is", coding);
                    return Ok(Self { warnings: vec![warning], ..Self::raw(limit) });
                }
            }
        }
        match decoder.stages.len() {
            0..=MAX_CODINGS => Ok(decoder),
            count => Err(decode_error(format!("the body is encoded {count} times; at most {MAX_CODINGS} are undone"))),
        }
    }

    /// Takes the next bytes from the wire, and hands on what they make of the body.
    ///
    /// # Errors
    /// If they are not what the coding allows, the body grows beyond its cap, or the output fails.
    pub(super) fn push(&mut self, wire: &[u8], output: &mut Output<'_>) -> Result<(), Error> {
        self.received += wire.len() as u64;
        // What arrives counts too: a stream of empty gzip members would decode to nothing forever.
        if self.received > self.limit {
            return Err(too_large(self.limit));
        }
        let (produced, limit) = (&mut self.produced, self.limit);
        push_through(&mut self.stages, wire, &mut |piece| {
            *produced += piece.len() as u64;
            if *produced > limit { Err(too_large(limit)) } else { output(piece) }
        })
    }

    /// How many bytes have come from the wire.
    pub(super) fn received(&self) -> u64 {
        self.received
    }

    /// What a person should know of the body, which has ended.
    ///
    /// # Errors
    /// If it ends before the coding does.
    pub(super) fn finish(mut self) -> Result<Vec<String>, Error> {
        if self.received > 0 {
            for stage in &self.stages {
                self.warnings.extend(stage.finish()?.map(str::to_owned));
            }
        }
        Ok(self.warnings)
    }
}

fn push_through(stages: &mut [Stage], bytes: &[u8], output: &mut Output<'_>) -> Result<(), Error> {
    match stages.split_first_mut() {
        Some((stage, rest)) => stage.push(bytes, &mut |piece| push_through(rest, piece, output)),
        None => output(bytes),
    }
}

impl Stage {
    /// The content codings of RFC 9110 (8.4.1), RFC 7932 and RFC 9659; `compress` is not among them,
    /// since nobody sends it.
    fn new(coding: &str) -> Option<Self> {
        Some(match coding.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Self::Inflate(Inflate::gzip()),
            "deflate" => Self::Inflate(Inflate::deflate()),
            "br" => Self::Brotli(Box::new(Brotli::new())),
            "zstd" => Self::Zstd(Box::new(Zstd::new())),
            _ => return None,
        })
    }

    fn push(&mut self, bytes: &[u8], output: &mut Output<'_>) -> Result<(), Error> {
        match self {
            Self::Inflate(stage) => stage.push(bytes, output),
            Self::Brotli(stage) => stage.push(bytes, output),
            Self::Zstd(stage) => stage.push(bytes, output),
        }
    }

    /// Checks that the coding has ended; there may be a warning.
    fn finish(&self) -> Result<Option<&'static str>, Error> {
        match self {
            Self::Inflate(stage) => stage.finish(),
            Self::Brotli(stage) => stage.finish(),
            Self::Zstd(stage) => stage.finish(),
        }
    }
}

fn decode_error(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Decode, message)
}

fn truncated(coding: &str) -> Error {
    decode_error(format!("the {coding} body is truncated"))
}

fn too_large(limit: u64) -> Error {
    Error::new(ErrorKind::TooLarge, format!("the body is larger than {limit} bytes, the limit that `max_body` sets"))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use proptest::prelude::*;

    use super::*;

    const TEXT: &[u8] = b"hello hello hello hello hello";

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn deflate(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
    }

    /// An uncompressed meta-block, and the empty last one (RFC 7932, 9.2).
    fn brotli(bytes: &[u8]) -> Vec<u8> {
        assert!((1..=0x1_0000).contains(&bytes.len()));
        // WBITS 16 is one zero bit; ISLAST 0; MNIBBLES 4 as 00; MLEN - 1 in 16 bits; ISUNCOMPRESSED 1.
        let header = ((bytes.len() as u32 - 1) << 4) | 1 << 20;
        let mut stream = header.to_le_bytes()[..3].to_vec();
        stream.extend_from_slice(bytes);
        stream.push(0b11);
        stream
    }

    fn decode_in(step: usize, coding: &str, wire: &[u8]) -> Result<(Vec<u8>, Vec<String>), Error> {
        let mut decoder = Decoder::new(coding, 1 << 20)?;
        let mut body = Vec::new();
        for piece in wire.chunks(step) {
            decoder.push(piece, &mut |piece| {
                body.extend_from_slice(piece);
                Ok(())
            })?;
        }
        Ok((body, decoder.finish()?))
    }

    fn decode(coding: &str, wire: &[u8]) -> Result<(Vec<u8>, Vec<String>), Error> {
        decode_in(usize::MAX, coding, wire)
    }

    fn concat(pieces: &[&[u8]]) -> Vec<u8> {
        pieces.concat()
    }

    #[test]
    fn undoes_every_coding_at_every_split() {
        let cases: &[(&str, Vec<u8>)] = &[
            ("gzip", gzip(TEXT)),
            ("x-gzip", gzip(TEXT)),
            ("GZIP", gzip(TEXT)),
            ("deflate", zlib(TEXT)),
            ("deflate", deflate(TEXT)),
            ("br", brotli(TEXT)),
            ("zstd", zstd(TEXT)),
            ("identity", TEXT.to_vec()),
            ("gzip, br", brotli(&gzip(TEXT))),
            ("gzip, gzip", gzip(&gzip(TEXT))),
            ("zstd,identity , deflate", zlib(&zstd(TEXT))),
            ("gzip", concat(&[&gzip(b"hello hello "), &gzip(b"hello hello hello")])),
            ("zstd", concat(&[&zstd(b"hello hello "), &zstd(b"hello hello hello")])),
            ("zstd", concat(&[b"\x50\x2a\x4d\x18\x03\0\0\0abc", &zstd(TEXT)])),
        ];
        for (coding, wire) in cases {
            for step in [1, 2, 3, 7, usize::MAX] {
                let decoded = decode_in(step, coding, wire).unwrap_or_else(|error| panic!("{coding}/{step}: {error}"));
                assert_eq!(decoded, (TEXT.to_vec(), vec![]), "{coding} in steps of {step}");
            }
        }
    }

    #[test]
    fn takes_an_empty_body_in_any_coding() {
        for coding in ["gzip", "deflate", "br", "zstd", "gzip, gzip, gzip, br, zstd", "unheard-of"] {
            assert_eq!(decode(coding, b"").unwrap().0, b"", "{coding}");
        }
        assert_eq!(decode("gzip", &gzip(b"")).unwrap().0, b"");
    }

    #[test]
    fn accepts_bytes_after_the_end_with_a_warning() {
        for (coding, wire) in
            [("gzip", gzip(TEXT)), ("deflate", zlib(TEXT)), ("br", brotli(TEXT)), ("zstd", zstd(TEXT))]
        {
            for garbage in [b"\0".as_slice(), b"\0\0\0\0\0\0", b"garbage"] {
                let (body, warnings) = decode(coding, &concat(&[&wire, garbage])).unwrap();
                assert_eq!(body, TEXT, "{coding}");
                assert_eq!(warnings.len(), 1, "{coding}");
            }
        }
    }

    #[test]
    fn refuses_what_is_truncated_at_any_byte() {
        for (coding, wire) in [
            ("gzip", gzip(TEXT)),
            ("deflate", zlib(TEXT)),
            ("deflate", deflate(TEXT)),
            ("br", brotli(TEXT)),
            ("zstd", zstd(TEXT)),
        ] {
            for end in 1..wire.len() {
                let error = decode(coding, &wire[..end]).expect_err("what is cut off cannot be whole");
                assert_eq!(error.kind(), ErrorKind::Decode, "{coding} cut at {end}");
                assert!(error.to_string().contains("truncated"), "{coding} cut at {end}: {error}");
            }
        }
    }

    #[test]
    fn refuses_what_is_not_in_the_coding() {
        let mut bad_checksum = gzip(TEXT);
        let at = bad_checksum.len() - 6;
        bad_checksum[at] ^= 0xff;
        for (coding, wire) in [
            ("gzip", b"<html>not gzip</html>".to_vec()),
            ("gzip", bad_checksum),
            ("deflate", b"\xff\xff\xff\xff\xff\xff".to_vec()),
            ("br", b"\xff\xff\xff\xff\xff\xff\xff\xff".to_vec()),
            ("zstd", b"<html>not zstd</html>".to_vec()),
            // A window of 128 MiB, where RFC 9659 allows 8.
            ("zstd", b"\x28\xb5\x2f\xfd\x00\x88\x01\0\0".to_vec()),
        ] {
            let error = decode(coding, &wire).expect_err(coding);
            assert_eq!(error.kind(), ErrorKind::Decode, "{coding}: {error}");
        }
    }

    #[test]
    fn leaves_an_unknown_coding_alone_with_a_warning() {
        let (body, warnings) = decode("gzip, sdch", b"abc").unwrap();
        assert_eq!(body, b"abc");
        assert_eq!(warnings, ["the content coding `sdch` is unknown, so the body is left as it is"]);
    }

    #[test]
    fn refuses_more_codings_than_five() {
        assert!(decode("gzip, gzip, gzip, gzip, gzip", b"").is_ok());
        assert_eq!(decode("gzip, gzip, gzip, gzip, gzip, br", b"").unwrap_err().kind(), ErrorKind::Decode);
    }

    #[test]
    fn stops_a_bomb_at_the_cap() {
        let zeros = vec![0; 1 << 21];
        for (coding, wire) in [
            ("gzip", gzip(&zeros)),
            ("gzip, gzip", gzip(&gzip(&zeros))),
            ("deflate", zlib(&zeros)),
            ("zstd", zstd(&zeros)),
            ("identity", zeros.clone()),
        ] {
            let error = decode(coding, &wire).expect_err("the cap is a mebibyte");
            assert_eq!(error.kind(), ErrorKind::TooLarge, "{coding}: {error}");
        }
    }

    #[test]
    fn stops_members_that_decode_to_nothing() {
        let mut decoder = Decoder::new("gzip", 100).unwrap();
        let member = gzip(b"");
        let error =
            (0..10).find_map(|_| decoder.push(&member, &mut |_| Ok(())).err()).expect("10 members have over 100 bytes");
        assert_eq!(error.kind(), ErrorKind::TooLarge);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn never_panics_on_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200), step in 1..50usize) {
            for (coding, start) in [("gzip", gzip(TEXT)), ("deflate", zlib(TEXT)), ("br", brotli(TEXT)), ("zstd", zstd(TEXT))] {
                let _ = decode_in(step, coding, &bytes);
                let _ = decode_in(step, coding, &concat(&[&start[..start.len() / 2], &bytes]));
            }
        }

        #[test]
        fn gives_back_what_was_encoded(bytes in proptest::collection::vec(any::<u8>(), 1..5000), step in 1..900usize) {
            for (coding, wire) in [("gzip", gzip(&bytes)), ("deflate", zlib(&bytes)), ("br", brotli(&bytes)), ("zstd", zstd(&bytes))] {
                prop_assert_eq!(&decode_in(step, coding, &wire).unwrap().0, &bytes);
            }
        }
    }
}
