//! WebSockets (RFC 6455).

use tungstenite::error::Error;
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::protocol::{CloseFrame, Message, Role, WebSocketConfig};

use crate::proto::{WEBSOCKET_VERSION, is_websocket_key, websocket_accept};
use crate::serve::problem::Problem;
use crate::serve::request::Request;
use crate::serve::response::{Duplex, Response};
use crate::serve::router::{Answer, Call, GET, Route};

pub(super) const ROUTES: &[Route] = &[Route::new(
    GET,
    "/websocket/echo",
    "a WebSocket that echoes; ?greeting= first, ?ping=, ?close= with ?reason= after ?after= messages",
    echo,
)];

/// The most bytes of a message, and the room for what is read and written at once.
const MESSAGE_LIMIT: usize = 16 * 1024 * 1024;
const ROOM: usize = 8 * 1024;

type WebSocket<'a> = tungstenite::WebSocket<&'a mut dyn Duplex>;

/// What the echo says by itself.
struct Manners {
    greeting: Option<String>,
    ping: Option<String>,
    farewell: Option<CloseFrame>,
    /// How many messages are echoed before the farewell.
    after: usize,
}

fn echo(call: &Call<'_>) -> Answer {
    let accept = handshake(call.request)?;
    let manners = Manners::of(call.request)?;
    let speak = move |wire: &mut dyn Duplex| {
        let config = WebSocketConfig::default()
            .read_buffer_size(ROOM)
            .write_buffer_size(ROOM)
            .max_message_size(Some(MESSAGE_LIMIT));
        match manners.converse(&mut WebSocket::from_raw_socket(wire, Role::Server, Some(config))) {
            // Both have said that it is over, or the client is gone.
            Err(Error::Io(error)) => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    };
    let response = Response::switched("websocket", Box::new(speak)).with_header("Sec-WebSocket-Accept", accept)?;
    match subprotocol(call.request) {
        Some(chosen) => response.with_header("Sec-WebSocket-Protocol", chosen),
        None => Ok(response),
    }
}

/// The answer to the client's key, if what it asks for is a WebSocket (RFC 6455, 4.2.1).
fn handshake(request: &Request) -> Result<String, Problem> {
    let head = &request.head;
    let is_upgrade = head.lists("Connection", "upgrade") && head.lists("Upgrade", "websocket");
    if head.method != "GET" || head.is_http_1_0 || !is_upgrade {
        return Err(Problem::new(426, "this is spoken over a WebSocket").with_header("Upgrade", "websocket"));
    }
    if request.header("Sec-WebSocket-Version").is_none_or(|version| version != WEBSOCKET_VERSION) {
        let problem = Problem::new(426, "the version of the WebSocket is not 13");
        return Err(problem.with_header("Sec-WebSocket-Version", WEBSOCKET_VERSION));
    }
    match request.header("Sec-WebSocket-Key") {
        Some(key) if is_websocket_key(&key) => Ok(websocket_accept(&key)),
        _ => Err(Problem::bad_request("there is no Sec-WebSocket-Key of sixteen bytes in base64")),
    }
}

/// The first of those that the client offers: an echo speaks them all.
fn subprotocol(request: &Request) -> Option<String> {
    let offered = request.header("Sec-WebSocket-Protocol")?;
    offered.split(',').map(str::trim).find(|name| !name.is_empty()).map(str::to_owned)
}

impl Manners {
    fn of(request: &Request) -> Result<Self, Problem> {
        let farewell = match request.query_number("close", 0_u16)? {
            0 => None,
            code if CloseCode::from(code).is_allowed() => {
                let reason = request.query_text("reason").unwrap_or_default();
                Some(CloseFrame { code: code.into(), reason: reason.into() })
            }
            _ => return Err(Problem::bad_request("no WebSocket may be closed with this code")),
        };
        let (greeting, ping) = (request.query_text("greeting"), request.query_text("ping"));
        Ok(Self { greeting, ping, farewell, after: request.query_number("after", 0_usize)? })
    }

    /// Speaks until either side closes.
    fn converse(mut self, socket: &mut WebSocket<'_>) -> tungstenite::Result<()> {
        if let Some(greeting) = self.greeting.take() {
            socket.send(Message::text(greeting))?;
        }
        if let Some(ping) = self.ping.take() {
            socket.send(Message::Ping(ping.into()))?;
        }
        let mut echoed = 0;
        loop {
            if echoed >= self.after
                && let Some(farewell) = self.farewell.take()
            {
                socket.close(Some(farewell))?;
            }
            match socket.read()? {
                message if !socket.can_write() => drop(message),
                message @ (Message::Text(_) | Message::Binary(_)) => {
                    socket.send(message)?;
                    echoed += 1;
                }
                _ => {}
            }
        }
    }
}
