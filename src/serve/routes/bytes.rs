//! Bytes: at random, in ranges, in chunks, in drops.

use std::ops::Range;
use std::time::Duration;

use fastrand::Rng;
use serde_json::json;

use super::dynamic::{seconds, sleep};
use crate::serve::delivery::Sink;
use crate::serve::echo;
use crate::serve::problem::Problem;
use crate::serve::response::Response;
use crate::serve::router::{Answer, Call, GET, Route};

pub(super) const ROUTES: &[Route] = &[
    Route::new(GET, "/bytes/:n", "n bytes at random, the same for the same ?seed=", bytes),
    Route::new(GET, "/stream-bytes/:n", "the same, in chunks of ?chunk_size=", stream_bytes),
    Route::new(GET, "/stream/:n", "n lines of JSON, a chunk each", stream),
    Route::new(GET, "/range/:n", "n bytes of the alphabet, of which Range selects", range),
    Route::new(GET, "/drip", "?numbytes= in drops over ?duration=, after ?delay=, with ?code=", drip),
];

/// The greatest number of bytes that is sent; more are not refused, as in httpbin.
const BYTE_LIMIT: usize = 64 * 1024 * 1024;

/// The greatest number of lines that is sent.
const LINE_LIMIT: usize = 100;

/// The shortest time between two drops.
const DROP_TIME: Duration = Duration::from_millis(10);

fn byte_count(call: &Call<'_>) -> Result<usize, Problem> {
    Ok(call.number::<usize>("n")?.min(BYTE_LIMIT))
}

fn random(call: &Call<'_>) -> Result<Rng, Problem> {
    let chosen = call.state.random().u64(..);
    Ok(Rng::with_seed(call.request.query_number("seed", chosen)?))
}

fn bytes(call: &Call<'_>) -> Answer {
    let mut content = vec![0; byte_count(call)?];
    random(call)?.fill(&mut content);
    Ok(Response::new("application/octet-stream", content))
}

fn stream_bytes(call: &Call<'_>) -> Answer {
    let mut random = random(call)?;
    let mut left = byte_count(call)?;
    let size = call.request.query_number("chunk_size", 10 * 1024)?.clamp(1, 1024 * 1024);
    let write = move |sink: &mut Sink<'_>| {
        let mut chunk = vec![0; size];
        while left > 0 {
            let piece = &mut chunk[..left.min(size)];
            random.fill(piece);
            sink.send(piece)?;
            left -= piece.len();
        }
        Ok(())
    };
    Ok(Response::streamed("application/octet-stream", None, Box::new(write)))
}

fn stream(call: &Call<'_>) -> Answer {
    let count = call.number::<usize>("n")?.min(LINE_LIMIT);
    let mut line = echo::without_body(call.request);
    Ok(Response::streamed(
        "application/json",
        None,
        Box::new(move |sink| {
            for id in 0..count {
                line["id"] = json!(id);
                sink.send(format!("{line}\n").as_bytes())?;
            }
            Ok(())
        }),
    ))
}

fn range(call: &Call<'_>) -> Answer {
    let length = byte_count(call)?;
    let tag = format!("\"range{length}\"");
    let applies = call.request.header("If-Range").is_none_or(|condition| condition == tag);
    let field = call.request.header("Range").filter(|_| applies);
    let (part, content_range) = match field.map_or(Selected::All, |field| Selected::of(&field, length)) {
        Selected::All => (0..length, None),
        Selected::Part(part) => (part.clone(), Some(format!("bytes {}-{}/{length}", part.start, part.end - 1))),
        Selected::None => {
            return Err(Problem::new(416, "no such bytes").with_header("Content-Range", format!("bytes */{length}")));
        }
    };
    let content = part.map(|at| b'a' + (at % 26) as u8).collect();
    let response = spread(call, content)?.with_header("ETag", tag)?.with_header("Accept-Ranges", "bytes")?;
    match content_range {
        Some(field) => response.with_status(206).with_header("Content-Range", field),
        None => Ok(response),
    }
}

/// Content in pieces of `?chunk_size=` over a time of `?duration=`.
fn spread(call: &Call<'_>, content: Vec<u8>) -> Answer {
    let duration = seconds(call.request.query_number("duration", 0.0)?)?;
    let size = call.request.query_number("chunk_size", BYTE_LIMIT)?.clamp(1, BYTE_LIMIT);
    let length = content.len() as u64;
    let write = move |sink: &mut Sink<'_>| {
        let pieces = content.chunks(size);
        let pause = duration / u32::try_from(pieces.len()).unwrap_or(u32::MAX).max(1);
        for piece in pieces {
            sink.send(piece)?;
            sink.pause(pause)?;
        }
        Ok(())
    };
    Ok(Response::streamed("application/octet-stream", Some(length), Box::new(write)))
}

/// What a `Range` field selects (RFC 9110, 14.1.2). Several ranges, and units other
/// than bytes, are passed over, as a server may.
#[derive(Debug, PartialEq, Eq)]
enum Selected {
    All,
    Part(Range<usize>),
    None,
}

impl Selected {
    fn of(field: &str, length: usize) -> Self {
        let Some((first, last)) = field.strip_prefix("bytes=").and_then(|range| range.trim().split_once('-')) else {
            return Self::All;
        };
        let part = match (first.parse::<usize>(), last.parse::<usize>()) {
            (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(length),
            (Ok(first), Err(_)) if last.is_empty() => first..length,
            (Err(_), Ok(count)) if first.is_empty() => length.saturating_sub(count)..length,
            _ => return Self::All,
        };
        if part.is_empty() { Self::None } else { Self::Part(part) }
    }
}

fn drip(call: &Call<'_>) -> Answer {
    let query = call.request;
    let duration = seconds(query.query_number("duration", 2.0)?)?;
    let delay = seconds(query.query_number("delay", 2.0)?)?;
    let count = query.query_number("numbytes", 10_usize)?.clamp(1, BYTE_LIMIT);
    let code = query.query_number("code", 200_u16)?;
    if !(200..=999).contains(&code) {
        return Err(Problem::bad_request("a status code is a number from 200 to 999"));
    }
    sleep(call, delay)?;
    let most = (duration.as_millis() / DROP_TIME.as_millis()).max(1);
    let drops = u32::try_from(most).unwrap_or(u32::MAX).min(u32::try_from(count).unwrap_or(u32::MAX));
    let write = Box::new(move |sink: &mut Sink<'_>| {
        let drop = vec![b'*'; count.div_ceil(drops as usize)];
        let mut left = count;
        while left > 0 {
            let size = left.min(drop.len());
            sink.send(&drop[..size])?;
            sink.pause(duration / drops)?;
            left -= size;
        }
        Ok(())
    });
    Ok(Response::streamed("application/octet-stream", Some(count as u64), write).with_status(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selects_ranges() {
        for (field, expected) in [
            ("bytes=0-0", Selected::Part(0..1)),
            ("bytes=2-", Selected::Part(2..10)),
            ("bytes=8-99", Selected::Part(8..10)),
            ("bytes=-3", Selected::Part(7..10)),
            ("bytes=-99", Selected::Part(0..10)),
            ("bytes=10-", Selected::None),
            ("bytes=-0", Selected::None),
            ("bytes=3-2", Selected::All),
            ("bytes=0-1,3-4", Selected::All),
            ("bytes=18446744073709551615-18446744073709551615", Selected::None),
            ("lines=0-1", Selected::All),
            ("bytes=", Selected::All),
        ] {
            assert_eq!(Selected::of(field, 10), expected, "{field}");
        }
    }
}
