//! Responses made on demand: late, encoded, with given headers, linked.

use std::time::Duration;

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Value, json};

use super::redirect::found;
use crate::serve::echo;
use crate::serve::problem::Problem;
use crate::serve::response::Response;
use crate::serve::router::{ANY, Answer, Call, GET, Route};

pub(super) const ROUTES: &[Route] = &[
    Route::new(GET, "/uuid", "a UUID of version 4", uuid),
    Route::new(ANY, "/delay/:n", "as /post, after n seconds, at most 10", delay),
    Route::new(GET, "/base64/:value", "what a text in URL-safe base64 means", base64),
    Route::new(&["GET", "POST"], "/response-headers", "a response with the headers of the query", response_headers),
    Route::new(GET, "/links/:n", "a redirect to /links/:n/0", |call| found(&format!("/links/{}/0", link_count(call)?))),
    Route::new(GET, "/links/:n/:offset", "a page with n links to pages like it", links),
];

/// The longest time that a client can have the server wait.
const LONGEST_DELAY: f64 = 10.0;

/// The greatest number of links on a page.
const LINK_LIMIT: u32 = 200;

/// The fields that frame a response, which are not the client's to choose.
const FRAMING: &[&str] = &["Content-Length", "Transfer-Encoding", "Connection"];

fn uuid(call: &Call<'_>) -> Answer {
    let bytes = call.state.random().u128(..).to_be_bytes();
    let uuid = uuid::Builder::from_random_bytes(bytes).into_uuid();
    Ok(Response::json(&json!({"uuid": uuid.to_string()})))
}

fn delay(call: &Call<'_>) -> Answer {
    sleep(call, seconds(call.number("n")?)?)?;
    Ok(Response::json(&echo::with_body(call.request)?))
}

/// A time that a client asks for, cut to what it can have.
pub(super) fn seconds(number: f64) -> Result<Duration, Problem> {
    Duration::try_from_secs_f64(number.clamp(0.0, LONGEST_DELAY))
        .map_err(|_| Problem::bad_request("a time is a number of seconds"))
}

/// Sleeps unless the server stops.
pub(super) fn sleep(call: &Call<'_>, duration: Duration) -> Result<(), Problem> {
    call.state.signal().sleep(duration).map_err(|_| Problem::new(503, "the server stops"))
}

fn base64(call: &Call<'_>) -> Answer {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let decoded = GeneralPurpose::new(&base64::alphabet::URL_SAFE, config).decode(call.text("value"));
    let text = decoded.ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.ok_or_else(|| Problem::bad_request("this is no text in URL-safe base64"))?;
    Ok(Response::text("text/html; charset=utf-8", text))
}

fn response_headers(call: &Call<'_>) -> Answer {
    let pairs = || call.request.query();
    let mut told = json!({"Content-Type": "application/json"});
    let given = echo::gather(pairs().map(|(name, value)| (name.into_owned(), value.into_owned().into())));
    for (name, value) in given.as_object().into_iter().flatten() {
        told[name] = value.clone();
    }
    let mut response = with_its_length(told);
    for (name, value) in pairs().filter(|(name, _)| !FRAMING.iter().any(|other| other.eq_ignore_ascii_case(name))) {
        if name.eq_ignore_ascii_case("Content-Type") {
            response.headers_mut().set(&name, value.as_bytes())?;
        } else {
            response.headers_mut().append(&name, value.as_bytes())?;
        }
    }
    Ok(response)
}

/// JSON that tells the length of the very text in which it is told. This ends, since a
/// longer text never has a length of fewer digits.
fn with_its_length(mut told: Value) -> Response {
    loop {
        let response = Response::json(&told);
        let length = response.length().unwrap_or_default().to_string();
        if told["Content-Length"] == length {
            return response;
        }
        told["Content-Length"] = length.into();
    }
}

fn link_count(call: &Call<'_>) -> Result<u32, Problem> {
    Ok(call.number::<u32>("n")?.clamp(1, LINK_LIMIT))
}

fn links(call: &Call<'_>) -> Answer {
    let (count, offset) = (link_count(call)?, call.number::<u32>("offset")?);
    let link = |at: u32| match at {
        _ if at == offset => format!("{at} "),
        _ => format!("<a href='/links/{count}/{at}'>{at}</a> "),
    };
    let links: String = (0..count).map(link).collect();
    let page = format!("<html><head><title>Links</title></head><body>{links}</body></html>");
    Ok(Response::text("text/html; charset=utf-8", page))
}
