//! One request and its response on one connection.

use crate::http::{Method, Phase, Timings};
use crate::proto::auth::DigestChallenge;
use crate::proto::{ResponseDecoder, ResponseHead, is_persistent};

use super::connection::Connection;
use super::proxy;
use super::receive::{read_head, receive};
use super::send::{Sent, expects_continue, is_announced, send};
use super::trace::Witness;
use super::{Clock, Error, ErrorKind, Exchange, Receiver, Reply, Step};

/// What came of an attempt.
#[derive(Debug)]
pub(super) enum Outcome {
    /// A response that was read whole; its timings are yet to be filled in.
    Reply(Box<Reply>, Fate),
    /// The server will not have the expectation of a request; nothing was handed over.
    ExpectationFailed,
    /// The proxy that forwards the request wants to know in another way who sends it;
    /// nothing was handed over.
    Challenged(DigestChallenge),
}

/// What becomes of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It can serve another request.
    Keep,
    /// It is to be closed.
    Close,
    /// It carries another protocol from here on.
    HandOver,
}

impl Fate {
    /// What becomes of it, in words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Keep => "keeping the connection open",
            Self::Close => "closing the connection",
            Self::HandOver => "the connection speaks another protocol from here on",
        }
    }
}

/// Sends a request and hands the response over as it arrives.
///
/// # Errors
/// If there is no whole response in time, or the receiver refuses it.
pub(super) fn attempt(
    connection: &mut Connection,
    exchange: &Exchange<'_>,
    receiver: &mut dyn Receiver,
    clock: &mut Clock,
) -> Result<Outcome, Error> {
    connection.begin();
    clock.enter(Phase::Request);
    let mut decoder = ResponseDecoder::new(exchange.method);
    let sent = send(connection, exchange, &mut decoder, clock)?;
    let sent_whole = matches!(sent, Sent::Whole);
    let head = head_after(sent, connection, &mut decoder, clock)?;
    if head.status.code() == 417 && expects_continue(exchange) {
        return Ok(Outcome::ExpectationFailed);
    }
    if let Some(challenge) = challenge_of(&head, connection) {
        return Ok(Outcome::Challenged(challenge));
    }
    let (reply, fate) = read_reply(connection, exchange.method, &mut decoder, head, receiver, clock)?;
    let fate = match fate {
        Fate::Keep if !(sent_whole && asks_to_persist(exchange)) => Fate::Close,
        fate => fate,
    };
    Ok(Outcome::Reply(Box::new(reply), fate))
}

/// Reads what follows the head of a response, and says what the server makes of the connection.
///
/// # Errors
/// As [`attempt`].
pub(super) fn read_reply(
    connection: &mut Connection,
    method: &Method,
    decoder: &mut ResponseDecoder,
    head: ResponseHead,
    receiver: &mut dyn Receiver,
    clock: &mut Clock,
) -> Result<(Reply, Fate), Error> {
    let is_upgrade = head.status.code() == 101;
    let is_switch = is_upgrade || *method == Method::CONNECT;
    let received = witness(receiver, clock, |receiver, clock| receive(connection, decoder, head, receiver, clock))?;
    let surplus = if is_switch || !received.whole { 0 } else { connection.input.unread().len() };
    let keep = received.whole && surplus == 0 && decoder.is_persistent();
    let reply = Reply {
        head: received.head,
        trailers: received.trailers,
        timings: Timings::default(),
        peer: connection.peer(),
        tls: connection.tls(),
        reused: connection.has_served(),
        warnings: warnings(decoder, surplus),
    };
    let fate = match keep {
        _ if is_upgrade => Fate::HandOver,
        true => Fate::Keep,
        false => Fate::Close,
    };
    Ok((reply, fate))
}

/// Lets the trace see the body that is received, where there is one.
fn witness<T>(
    receiver: &mut dyn Receiver,
    clock: &mut Clock,
    receive: impl FnOnce(&mut dyn Receiver, &mut Clock) -> T,
) -> T {
    let Some(excerpt) = clock.excerpt() else { return receive(receiver, clock) };
    let mut witness = Witness { receiver, excerpt };
    let received = receive(&mut witness, clock);
    if witness.excerpt.size > 0 {
        clock.tell(|| Step::ReceivedBody(witness.excerpt));
    }
    received
}

/// The head of the response, however sending ended: a server that refuses a large body
/// may answer and close before it has read all of it (RFC 9112, 9.5).
fn head_after(
    sent: Sent,
    connection: &mut Connection,
    decoder: &mut ResponseDecoder,
    clock: &mut Clock,
) -> Result<ResponseHead, Error> {
    match sent {
        Sent::Whole => read_head(connection, decoder, clock),
        Sent::Answered(head) => {
            clock.enter(Phase::Download);
            Ok(*head)
        }
        Sent::Broken(error) => read_head(connection, decoder, clock)
            .map_err(|later| if later.kind() == ErrorKind::Connection { error } else { later }),
    }
}

/// What a proxy that forwards the request asks for, where that can be answered.
fn challenge_of(head: &ResponseHead, connection: &Connection) -> Option<DigestChallenge> {
    if head.status.code() != 407 || !connection.admission.answers_challenge {
        return None;
    }
    proxy::challenge(connection.endpoint.forwarding_proxy()?, &head.headers)
}

/// Whether the request leaves the connection open, and the server in no doubt where it ends.
fn asks_to_persist(exchange: &Exchange<'_>) -> bool {
    !exchange.is_message && is_announced(exchange) && is_persistent(exchange.version, exchange.headers)
}

fn warnings(decoder: &ResponseDecoder, surplus: usize) -> Vec<String> {
    let ambiguous = "the response has both Transfer-Encoding and Content-Length; the first was heeded";
    let ambiguous = decoder.is_ambiguous().then(|| ambiguous.to_owned());
    let surplus = (surplus > 0).then(|| format!("the server sent {surplus} bytes after the end of the response"));
    ambiguous.into_iter().chain(surplus).collect()
}
