#![doc = include_str!("quickstart.md")]

mod adapter;
mod auth;
mod builder;
mod collector;
mod connection;
mod cookies;
mod declaration;
mod decode;
mod environment;
mod hooks;
mod identities;
mod in_memory;
mod items;
mod mounts;
mod multipart;
mod oauth2;
mod options;
mod pairs;
mod payload;
mod prepare;
mod prepared_request;
mod proxies;
mod redirect;
mod request;
mod response;
mod session;
mod sink;
#[cfg(test)]
mod site;
mod text;
#[cfg(test)]
mod vectors;
mod verbs;
mod websocket;

pub use adapter::Adapter;
pub use auth::{ApiKey, ApiKeyPlace, Auth, AwsSigV4, Basic, Bearer, Digest, Netrc, NoAuth, OAuth1, OAuth1Place};
pub use builder::RequestBuilder;
pub use connection::{Connection, Skip};
pub(crate) use cookies::parse_cookie_date;
pub use cookies::{
    Cookie, CookieFields, CookieFileError, CookieFiles, CookieFormat, CookieJar, CookieRefusal, Jar, SameSite,
    SetCookie,
};
pub use hooks::Hooks;
pub use identities::Identities;
pub use in_memory::{Answer, Call, Fault, InMemory};
pub(crate) use items::accept_events;
pub use items::{Item, ItemForm};
pub use multipart::{Multipart, Part};
pub use oauth2::{ClientAuthentication, Grant, Granted, OAuth2, Prompt, RequestFor, Tokens};
pub use options::Options;
pub use payload::Payload;
pub use prepared_request::PreparedRequest;
pub use proxies::Proxies;
pub use request::Request;
pub use response::Response;
pub use session::{Defaults, Sendable, Session};
pub use sink::{Output, Saved};
pub use verbs::{delete, get, head, options, patch, post, put, request, trace, websocket};
pub use websocket::{Close, ConnectError, Message, WebSocket};

#[doc(inline)]
pub use crate::http::{Error, ErrorKind, Partial};
pub use crate::proto::ServerSentEvent;
pub use crate::proto::auth::{InvalidRsaKey, InvalidToken, JsonWebToken, OAuth1Method, RsaKey};
pub use crate::source::Existing;
pub use crate::transport::{
    Cancel, Certificate, CertificateFields, Excerpt, FixedAddresses, Identity, InvalidFixedAddresses, InvalidKeyPin,
    InvalidProxy, IpVersion, KeyPin, Pool, PoolBuilder, Proxy, ProxyScheme, Step, TlsInfo, Trace, Upgraded, Verify,
};
