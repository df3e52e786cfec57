//! Requests by their method, each twice: of a session, and of none.

use crate::http::Method;

use super::{RequestBuilder, Session};

macro_rules! verbs {
    ($($article:literal $method:ident $name:ident)*) => {
        impl Session {
            $(
                #[doc = concat!("Builds ", $article, " ", stringify!($method), ".")]
                pub fn $name(&self, url: &str) -> RequestBuilder<'_> {
                    self.request(Method::$method, url)
                }
            )*
        }

        $(
            #[doc = concat!("Builds ", $article, " ", stringify!($method), " that shares nothing with other requests.")]
            pub fn $name(url: &str) -> RequestBuilder<'static> {
                request(Method::$method, url)
            }
        )*
    };
}

verbs! {
    "a" GET get
    "a" POST post
    "a" PUT put
    "a" PATCH patch
    "a" DELETE delete
    "an" OPTIONS options
    "a" TRACE trace
}

impl Session {
    /// Builds a HEAD whose redirects are not followed, as with requests: see [`RequestBuilder::redirects`].
    pub fn head(&self, url: &str) -> RequestBuilder<'_> {
        self.request(Method::HEAD, url).redirects(0)
    }

    /// Builds a request of any method. A URL without a scheme is one of `https`, or of
    /// `http` where that is usual: see [`crate::http::Url::parse_with_default_scheme`].
    pub fn request(&self, method: Method, url: &str) -> RequestBuilder<'_> {
        RequestBuilder::new(Some(self), method, url)
    }

    /// Builds the request that opens a WebSocket: `ws://…` or `wss://…`, with the session's
    /// headers, cookies, credentials, proxy and TLS. See [`RequestBuilder::connect`].
    pub fn websocket(&self, url: &str) -> RequestBuilder<'_> {
        RequestBuilder::websocket(Some(self), url)
    }
}

/// Builds a HEAD that shares nothing with other requests, and whose redirects are not followed.
pub fn head(url: &str) -> RequestBuilder<'static> {
    request(Method::HEAD, url).redirects(0)
}

/// Builds a request of any method that shares nothing with other requests.
pub fn request(method: Method, url: &str) -> RequestBuilder<'static> {
    RequestBuilder::new(None, method, url)
}

/// Builds the request that opens a WebSocket, which shares nothing with other requests.
pub fn websocket(url: &str) -> RequestBuilder<'static> {
    RequestBuilder::websocket(None, url)
}
