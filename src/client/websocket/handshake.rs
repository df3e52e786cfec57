//! The handshake that opens a WebSocket (RFC 6455, 4.1): what the client's request says, and
//! what the server's response must answer.

use crate::client::{Error, ErrorKind, Response};
use crate::http::{Headers, InvalidHeader};
use crate::proto::{WEBSOCKET_VERSION, has_token, websocket_accept, websocket_key};

const KEY: &str = "Sec-WebSocket-Key";
const ACCEPT: &str = "Sec-WebSocket-Accept";
const SUBPROTOCOL: &str = "Sec-WebSocket-Protocol";
const EXTENSIONS: &str = "Sec-WebSocket-Extensions";

/// The header fields of the request.
pub(in crate::client) fn fields(nonce: [u8; 16]) -> Result<Headers, InvalidHeader> {
    let mut headers = Headers::new();
    headers.append("Connection", "Upgrade")?;
    headers.append("Upgrade", "websocket")?;
    headers.append("Sec-WebSocket-Version", WEBSOCKET_VERSION)?;
    headers.append(KEY, websocket_key(nonce))?;
    Ok(headers)
}

/// The subprotocol that the server has chosen, if it is a WebSocket that its 101 opens.
pub(super) fn verify(response: &Response) -> Result<Option<String>, Error> {
    let fault = |message: String| Error::new(ErrorKind::Protocol, message).with_url(&response.url);
    let headers = &response.headers;
    if !has_token(headers, "Upgrade", "websocket") || !has_token(headers, "Connection", "upgrade") {
        return Err(fault("the server switches to another protocol than that of WebSockets".to_owned()));
    }
    let key = response.request.headers.text(KEY).unwrap_or_default();
    let (expected, accept) = (websocket_accept(&key), headers.text(ACCEPT));
    if accept.as_deref() != Some(expected.as_str()) {
        let actual = accept.map_or_else(|| "there is none".to_owned(), |accept| format!("it is `{accept}`"));
        return Err(fault(format!("the server's {ACCEPT} should be `{expected}`, but {actual}")));
    }
    if let Some(extensions) = headers.text(EXTENSIONS) {
        return Err(fault(format!("the server uses the extension `{extensions}`, which rqtest cannot")));
    }
    subprotocol(response).map_err(fault)
}

/// > If the response includes a |Sec-WebSocket-Protocol| header field and this header field
/// > indicates the use of a subprotocol that was not present in the client's handshake (the
/// > server has indicated a subprotocol not requested by the client), the client MUST _Fail
/// > the WebSocket Connection_.
fn subprotocol(response: &Response) -> Result<Option<String>, String> {
    let Some(chosen) = response.headers.text(SUBPROTOCOL).map(|chosen| chosen.trim().to_owned()) else {
        return Ok(None);
    };
    let offered = response.request.headers.text(SUBPROTOCOL).unwrap_or_default();
    if offered.split(',').any(|offer| offer.trim() == chosen) {
        return Ok(Some(chosen));
    }
    Err(match offered.is_empty() {
        true => format!("the server chose the subprotocol `{chosen}`, though none was offered"),
        false => format!("the server chose the subprotocol `{chosen}`, but was offered `{offered}`"),
    })
}
