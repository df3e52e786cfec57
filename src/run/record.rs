//! What reports keep of an exchange.

use std::borrow::Cow;

use crate::client::{PreparedRequest, Response};
use crate::event::{Excerpt, Exchange};
use crate::http::{Body, Header, Headers};
use crate::secret::is_credential_field;

use super::credentials::{scheme_alone, without_credentials};

/// The most bytes of a body that a report keeps.
const MOST: usize = 16 * 1024;

/// What is kept of the exchanges of requests that pass; of others all is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// URL, status and timings.
    Summary,
    /// Also heads and bodies, up to a limit.
    Full,
}

/// The exchanges that led to a response, oldest first.
pub(super) fn exchanges(response: &Response, detail: Detail, passed: bool) -> Vec<Exchange> {
    let detail = if passed { detail } else { Detail::Full };
    response.history.iter().chain([response]).map(|response| exchange(response, detail)).collect()
}

fn exchange(response: &Response, detail: Detail) -> Exchange {
    let request = &response.request;
    let full = detail == Detail::Full;
    let (request_head, request_body) =
        if full { sent(request) } else { (String::new(), size_alone(sent_size(&request.body))) };
    Exchange {
        method: request.method.to_string(),
        url: request.url.to_string(),
        request_head,
        request_body,
        status: Some(response.status.code()),
        response_head: if full { response_head(response) } else { String::new() },
        response_body: if full { received_excerpt(response) } else { size_alone(response.size()) },
        messages: Vec::new(),
        timings: response.timings,
    }
}

/// Head and body; of a message that was sent as it is, what of it is either.
fn sent(request: &PreparedRequest) -> (String, Excerpt) {
    let message = request.body.in_memory().filter(|_| request.is_message());
    let Some(message) = message else { return (request_head(request), sent_excerpt(&request.body)) };
    let (head, body) = message.split_at(head_end(&message));
    let head = String::from_utf8_lossy(head).trim_end().replace("\r\n", "\n");
    (without_credentials(&head), text_excerpt(body, || String::from_utf8(body.to_vec()).ok()))
}

/// Where the head of a message ends: after its first blank line.
pub(super) fn head_end(message: &[u8]) -> usize {
    let find = |end: &[u8]| message.windows(end.len()).position(|window| window == end).map(|at| at + end.len());
    [find(b"\r\n\r\n"), find(b"\n\n")].into_iter().flatten().min().unwrap_or(message.len())
}

fn request_head(request: &PreparedRequest) -> String {
    let first = format!("{} {} {}", request.method, request.url.target(), request.version());
    head(first, &request.headers, sent_value)
}

/// A value, without credentials.
fn sent_value(field: &Header) -> Cow<'_, str> {
    let value = field.value().text();
    if is_credential_field(field.name()) { scheme_alone(&value) } else { value }
}

fn response_head(response: &Response) -> String {
    let first = format!("{} {} {}", response.version, response.status, response.reason);
    head(first.trim_end().to_owned(), &response.headers, |field| field.value().text())
}

fn head(first: String, headers: &Headers, shown: impl Fn(&Header) -> Cow<'_, str>) -> String {
    headers.iter().fold(first, |head, field| format!("{head}\n{}: {}", field.name(), shown(field)))
}

/// What a spec has sent has a length, since none of it comes from a reader.
fn sent_size(body: &Body) -> u64 {
    body.len().unwrap_or_default()
}

fn sent_excerpt(body: &Body) -> Excerpt {
    match body.in_memory() {
        Some(bytes) => text_excerpt(&bytes, || String::from_utf8(bytes.clone()).ok()),
        None => size_alone(sent_size(body)),
    }
}

/// Of a body that went to a file no more is kept than how large it is.
fn received_excerpt(response: &Response) -> Excerpt {
    if response.saved.is_some() {
        return size_alone(response.size());
    }
    text_excerpt(&response.body, || response.text().ok().map(Cow::into_owned))
}

/// The start of a message, which is text or bytes.
pub(super) fn message_excerpt(bytes: &[u8]) -> Excerpt {
    text_excerpt(bytes, || std::str::from_utf8(bytes).ok().map(str::to_owned))
}

fn text_excerpt(bytes: &[u8], decode: impl FnOnce() -> Option<String>) -> Excerpt {
    let size = bytes.len() as u64;
    let looks_binary = bytes.iter().take(MOST).any(|&byte| byte == 0);
    match decode().filter(|_| !looks_binary) {
        Some(mut text) => {
            let whole = text.len();
            text.truncate(text.floor_char_boundary(MOST));
            Excerpt { complete: text.len() == whole, text, size }
        }
        None => size_alone(size),
    }
}

fn size_alone(size: u64) -> Excerpt {
    Excerpt { text: String::new(), size, complete: size == 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_a_message_ends_with_its_first_blank_line() {
        for (message, end) in [("GET /\r\n", 7), ("GET /\n\nab", 7), ("GET /\r\n\r\na\n\nb", 9), ("", 0)] {
            assert_eq!(head_end(message.as_bytes()), end, "{message:?}");
        }
    }

    #[test]
    fn excerpts_are_capped_and_never_binary() {
        let text = |bytes: &[u8]| text_excerpt(bytes, || String::from_utf8(bytes.to_vec()).ok());
        assert_eq!(text(b"abc"), Excerpt { text: "abc".into(), size: 3, complete: true });
        assert_eq!(text(b"a\0c"), Excerpt { text: String::new(), size: 3, complete: false });
        let long = "é".repeat(MOST);
        assert_eq!(text(long.as_bytes()).text.len(), MOST);
        assert!(!text(long.as_bytes()).complete);
    }
}
