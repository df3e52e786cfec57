//! Bodies that are streams of items: server-sent events, or lines.

use std::ops::ControlFlow;

use crate::http::{Headers, InvalidHeader, Status};
use crate::proto::EventStreamDecoder;

use super::sink::{LineDecoder, Sink};
use super::{Error, ErrorKind, Request, ServerSentEvent};

/// The most bytes of a line.
const MAX_LINE: usize = 16 * 1024 * 1024;

/// The media type of server-sent events.
const EVENT_STREAM: &str = "text/event-stream";

/// An item of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A server-sent event.
    Event(ServerSentEvent),
    /// A line, without its LF or CRLF.
    Line(Vec<u8>),
}

/// What the items of a stream are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemForm {
    /// Server-sent events.
    Events,
    /// Lines.
    Lines,
}

/// Hands on the items of a body.
pub(super) struct Items<F> {
    form: Option<ItemForm>,
    /// Chosen by the head of the response.
    reader: Option<Reader>,
    each: F,
    flow: ControlFlow<()>,
}

enum Reader {
    Events(EventStreamDecoder),
    Lines(LineDecoder),
}

impl<F: FnMut(Item) -> ControlFlow<()>> Items<F> {
    /// Items of this form, or of that which `Content-Type` says.
    pub(super) fn new(form: Option<ItemForm>, each: F) -> Self {
        Self { form, reader: None, each, flow: ControlFlow::Continue(()) }
    }
}

impl<F: FnMut(Item) -> ControlFlow<()>> Sink for Items<F> {
    fn takes(&mut self, status: Status, headers: &Headers) -> bool {
        let is_stream = is_event_stream(headers);
        let form = self.form.unwrap_or(if is_stream { ItemForm::Events } else { ItemForm::Lines });
        self.reader.get_or_insert_with(|| match form {
            ItemForm::Events => Reader::Events(EventStreamDecoder::new()),
            ItemForm::Lines => Reader::Lines(LineDecoder::default()),
        });
        status.is_success() && (is_stream || form == ItemForm::Lines)
    }

    fn take(&mut self, bytes: &[u8]) -> Result<ControlFlow<()>, Error> {
        let Self { reader, each, .. } = self;
        self.flow = match reader {
            Some(Reader::Events(decoder)) => decoder.push(bytes, &mut |event| each(Item::Event(event)))?,
            Some(Reader::Lines(decoder)) => {
                let flow = decoder.push(bytes, &mut |line| each(Item::Line(line.to_vec())));
                if decoder.begun() > MAX_LINE {
                    return Err(Error::new(ErrorKind::TooLarge, "a line of the stream is larger than 16 MiB"));
                }
                flow
            }
            None => ControlFlow::Break(()),
        };
        Ok(self.flow)
    }

    /// A line may lack its end; an event without one is none.
    fn end(&mut self) -> Result<(), Error> {
        let Self { reader, each, .. } = self;
        if let (Some(Reader::Lines(decoder)), true) = (reader, self.flow.is_continue()) {
            self.flow = decoder.finish(&mut |line| each(Item::Line(line.to_vec())));
        }
        Ok(())
    }
}

/// Says that a request is for events, unless its author says what it accepts.
pub(crate) fn accept_events(request: &mut Request) -> Result<(), InvalidHeader> {
    let is_said = request.headers.contains("Accept")
        || request.omitted_headers.iter().any(|omitted| omitted.eq_ignore_ascii_case("Accept"));
    if is_said { Ok(()) } else { request.headers.append("Accept", EVENT_STREAM) }
}

fn is_event_stream(headers: &Headers) -> bool {
    let media_type = headers.text("Content-Type").unwrap_or_default();
    media_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(EVENT_STREAM)
}

#[cfg(test)]
mod tests {
    use crate::client::{Answer, InMemory, Session};

    use super::*;

    /// The items of a body with a media type, and what is left in the response.
    fn items(form: Option<ItemForm>, status: u16, media: &str, body: &'static str) -> (Vec<String>, Vec<u8>) {
        let answer = Answer { body: body.into(), ..Answer::new(Status::new(status).unwrap()) };
        let answer = answer.header("Content-Type", media).unwrap();
        let session = Session::with_adapter(InMemory::new(move |_| answer.clone()));
        let mut found = Vec::new();
        let request = session.get("http://h/").build().unwrap();
        let response = session.send_in_items(request, form, |item| {
            found.push(match item {
                Item::Event(event) => format!("{}: {}", event.event, event.data),
                Item::Line(line) => String::from_utf8(line).unwrap(),
            });
            ControlFlow::Continue(())
        });
        (found, response.unwrap().body)
    }

    #[test]
    fn items_are_what_was_asked_for_or_what_the_media_type_says() {
        let stream = "data: a\n\ndata: b";
        for (form, media, expected) in [
            (None, "Text/Event-Stream; charset=utf-8", &["message: a"][..]),
            (Some(ItemForm::Events), "text/event-stream", &["message: a"]),
            (Some(ItemForm::Lines), "text/event-stream", &["data: a", "", "data: b"]),
            (None, "application/x-ndjson", &["data: a", "", "data: b"]),
        ] {
            assert_eq!(
                items(form, 200, media, stream),
                (expected.iter().map(|&item| item.to_owned()).collect(), vec![])
            );
        }
    }

    #[test]
    fn a_body_that_is_no_stream_stays_in_its_response() {
        for (form, status, media) in [
            (None, 500, "text/event-stream"),
            (Some(ItemForm::Events), 200, "application/json"),
            (Some(ItemForm::Lines), 404, "text/plain"),
        ] {
            assert_eq!(items(form, status, media, "{}"), (vec![], b"{}".to_vec()), "{form:?} {status} {media}");
        }
    }
}
