//! Server-sent events.

use std::time::SystemTime;

use serde_json::json;

use super::dynamic::{seconds, sleep};
use crate::serve::delivery::Sink;
use crate::serve::response::Response;
use crate::serve::router::{Answer, Call, GET, Route};

pub(super) const ROUTES: &[Route] =
    &[Route::new(GET, "/sse", "?count= events of the kind `ping`, ?delay= apart; the last one is `done`", events)];

/// The greatest number of events that is sent.
const EVENT_LIMIT: u32 = 10_000;

fn events(call: &Call<'_>) -> Answer {
    let count = call.request.query_number("count", 10)?.min(EVENT_LIMIT);
    let delay = seconds(call.request.query_number("delay", 0.0)?)?;
    sleep(call, delay)?;
    let write = move |sink: &mut Sink<'_>| {
        sink.send(b": a comment\nretry: 1000\n\n")?;
        for id in 1..=count {
            let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
            let data = json!({"id": id, "timestamp": u64::try_from(since.as_millis()).unwrap_or(u64::MAX)});
            let kind = if id == count { "done" } else { "ping" };
            sink.send(format!("event: {kind}\nid: {id}\ndata: {data}\n\n").as_bytes())?;
            sink.pause(delay)?;
        }
        Ok(())
    };
    Response::streamed("text/event-stream", None, Box::new(write)).with_header("Cache-Control", "no-store")
}
