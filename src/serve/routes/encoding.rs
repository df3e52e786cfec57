//! Content codings (RFC 9110, 8.4): the same facts, compressed in each way.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::json;

use crate::serve::echo;
use crate::serve::response::Response;
use crate::serve::router::{Answer, Call, GET, Route};

pub(super) const ROUTES: &[Route] = &[
    Route::new(GET, "/gzip", "content coded with gzip", |call| coded(call, "gzip", "gzipped", gzip)),
    Route::new(GET, "/deflate", "content coded with deflate", |call| coded(call, "deflate", "deflated", deflate)),
    Route::new(GET, "/brotli", "content coded with br", |call| coded(call, "br", "brotli", |text| Ok(brotli(text)))),
    Route::new(GET, "/zstd", "content coded with zstd", |call| coded(call, "zstd", "zstd", zstd)),
];

fn coded(call: &Call<'_>, coding: &str, flag: &str, encode: fn(&[u8]) -> io::Result<Vec<u8>>) -> Answer {
    let told = json!({
        flag: true,
        "headers": echo::headers(call.request),
        "method": call.request.head.method,
        "origin": echo::origin(call.request),
    });
    let content = encode(told.to_string().as_bytes()).expect("encoding in memory does not fail");
    Response::new("application/json", content).with_header("Content-Encoding", coding)
}

fn gzip(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content)?;
    encoder.finish()
}

/// The coding `deflate` is the zlib format (RFC 9110, 8.4.1.2).
fn deflate(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content)?;
    encoder.finish()
}

fn zstd(content: &[u8]) -> io::Result<Vec<u8>> {
    Ok(compress_to_vec(content, CompressionLevel::Fastest))
}

/// The longest block whose length takes four hexadecimal digits.
const BROTLI_BLOCK: usize = 1 << 16;

/// A valid brotli stream that stores what it holds (RFC 7932, 9): a window of 16 bits,
/// then blocks that are not compressed, then one that is last and empty.
fn brotli(content: &[u8]) -> Vec<u8> {
    let mut stream = Vec::with_capacity(content.len() + 8);
    for (index, block) in content.chunks(BROTLI_BLOCK).enumerate() {
        // From the lowest bit: ISLAST (0), MNIBBLES (00: four), MLEN - 1, ISUNCOMPRESSED (1).
        let header = ((block.len() - 1) as u32) << 3 | 1 << 19;
        // Before the first block stands the window: one bit, 0.
        let header = if index == 0 { header << 1 } else { header };
        stream.extend_from_slice(&header.to_le_bytes()[..3]);
        stream.extend_from_slice(block);
    }
    // ISLAST and ISLASTEMPTY, after the window where there was no block.
    stream.push(if content.is_empty() { 0b110 } else { 0b11 });
    stream
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn decoders_give_back_what_went_in() {
        for length in [0, 1, 1000, BROTLI_BLOCK, BROTLI_BLOCK + 1, 3 * BROTLI_BLOCK] {
            let content: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let coded = brotli(&content);
            let mut decoded = Vec::new();
            brotli_decompressor::Decompressor::new(&*coded, 4096).read_to_end(&mut decoded).unwrap();
            assert!(decoded == content, "brotli of {length} bytes");
            let mut decoded = Vec::new();
            let coded = zstd(&content).unwrap();
            ruzstd::decoding::StreamingDecoder::new(&*coded).unwrap().read_to_end(&mut decoded).unwrap();
            assert!(decoded == content, "zstd of {length} bytes");
        }
    }
}
