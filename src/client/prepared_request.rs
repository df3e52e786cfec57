//! A request that is complete.

use std::sync::Arc;

use crate::http::{Body, Headers, Method, Url, Version};
use crate::transport::{Endpoint, Step};

use super::cookies::{CookieFields, Omitted};
use super::options::Delivery;
use super::{Auth, Hooks, Trace};

/// A request that is complete: what stands here is what is sent.
#[derive(Clone, Debug)]
pub struct PreparedRequest {
    /// The method.
    pub method: Method,
    /// The URL, the parameters appended.
    pub url: Url,
    /// Every header field, in order.
    pub headers: Headers,
    /// The body.
    pub body: Body,
    pub(super) delivery: Delivery,
    /// Who sends it, where that is not in the headers already.
    pub(super) auth: Option<Arc<dyn Auth>>,
    /// The cookies that the author gave, without those of the jar.
    pub(super) own_cookies: String,
    /// How its `Cookie` fields are sent.
    pub(super) cookie_fields: CookieFields,
    /// Which of the jar's cookies the author keeps out.
    pub(super) omitted_cookies: Omitted,
    /// Whether the body is the whole message, to which nothing is added.
    pub(super) is_message: bool,
    pub(super) hooks: Hooks,
    pub(super) trace: Option<Arc<Trace>>,
}

impl PreparedRequest {
    /// Whether the body is the whole message, head included: then the header fields are none.
    pub fn is_message(&self) -> bool {
        self.is_message
    }

    /// Tells the trace something in words, where there is one.
    pub(super) fn note(&self, words: impl FnOnce() -> String) {
        if let Some(trace) = &self.trace {
            trace.note(Step::Note(words()));
        }
    }

    /// The protocol version on its request line.
    pub fn version(&self) -> Version {
        self.delivery.version
    }

    /// Where it goes.
    pub(super) fn endpoint(&self) -> Endpoint {
        Endpoint {
            scheme: self.url.scheme(),
            host: self.url.host().to_owned(),
            port: self.url.port(),
            route: match self.delivery.route(&self.url) {
                // > [...] connect to that proxy and ask it to open a TCP connection (RFC 6455, 4.1)
                route if self.url.is_websocket() => route.tunneling(),
                route => route,
            },
            tls: self.delivery.tls(&self.url),
        }
    }
}
