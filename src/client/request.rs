//! A request as its sender thinks of it.

use std::sync::Arc;

use crate::http::{Headers, Method, Url};

use super::{Auth, CookieFields, Hooks, Options, Payload, Trace};

/// A request, before a session adds its defaults to it.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The URL.
    pub url: Url,
    /// Added to the URL's query; those of a name together replace the session's of that name.
    pub params: Vec<(String, String)>,
    /// Names of parameters that the session would add, and shall not.
    pub omitted_params: Vec<String>,
    /// Header fields; each replaces the session's and the client's own of its name.
    pub headers: Headers,
    /// Names of header fields that the session or the client would add, and shall not.
    pub omitted_headers: Vec<String>,
    /// Cookies for this request alone, sent beside those of the jar.
    pub cookies: Vec<(String, String)>,
    /// How `Cookie` fields are sent, of which `headers` may have several.
    pub cookie_fields: CookieFields,
    /// Names of cookies that the session would add, those of its jar included, and shall not.
    pub omitted_cookies: Vec<String>,
    /// What it carries.
    pub payload: Payload,
    /// Who sends it; `None` leaves it to the session.
    pub auth: Option<Arc<dyn Auth>>,
    /// How it is sent.
    pub options: Options,
    /// What forgets those of the session's options that shall not hold for it.
    pub omitted_options: Vec<fn(&mut Options)>,
    /// What is called on the way, after what the session has called.
    pub hooks: Hooks,
    /// Who is told what happens on the wire.
    pub trace: Option<Arc<Trace>>,
}

impl Request {
    /// A request with nothing but a method and a URL.
    pub fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            params: Vec::new(),
            omitted_params: Vec::new(),
            headers: Headers::new(),
            omitted_headers: Vec::new(),
            cookies: Vec::new(),
            cookie_fields: CookieFields::default(),
            omitted_cookies: Vec::new(),
            payload: Payload::default(),
            auth: None,
            options: Options::default(),
            omitted_options: Vec::new(),
            hooks: Hooks::default(),
            trace: None,
        }
    }
}
