//! From a request as its sender thinks of it to one that is complete: every header field
//! in the order of the wire.

use std::sync::Arc;

use crate::http::{Body, Header, Headers, Method, Segment, Url, Version};

use super::cookies::{CookieFields, Omitted, own_cookies};
use super::websocket::handshake;
use super::{Auth, Basic, Defaults, Error, ErrorKind, PreparedRequest, Request};

/// What the client calls itself.
const USER_AGENT: &str = concat!("rqtest/", env!("CARGO_PKG_VERSION"));

/// The codings that the client can undo.
const ACCEPT_ENCODING: &str = "gzip, deflate, br, zstd";

/// Completes a request with a session's defaults; the jar's cookies and the proof of who
/// sends it are still missing.
pub(super) fn prepare(request: Request, defaults: &Defaults) -> Result<PreparedRequest, Error> {
    if request.payload.is_message {
        return prepare_message(request, defaults);
    }
    let Request { method, mut url, params, omitted_params, headers, omitted_headers, hooks, trace, .. } = request;
    let Request { cookies, omitted_cookies, cookie_fields, payload, auth, options, omitted_options, .. } = request;
    let delivery = options.or(&defaults.options.without(&omitted_options)).resolve()?;
    if url.is_websocket() && delivery.version == Version::Http10 {
        return Err(Error::new(ErrorKind::Request, "a WebSocket needs HTTP/1.1").with_url(&url));
    }
    let params = merge(&defaults.params, params, &omitted_params);
    url.append_query(params.iter().map(|(name, value)| (name.as_str(), value.as_str())));

    let omits = |name: &str| omitted_headers.iter().any(|omitted| omitted.eq_ignore_ascii_case(name));
    let mut wire = overlay(client_headers(&url)?, &defaults.headers);
    if !omitted_headers.is_empty() {
        wire = wire.into_iter().filter(|field| !omits(field.name())).collect();
    }
    wire = overlay(wire, &headers);
    let mut add = |name: &str, value: Option<&str>| match value {
        Some(value) if !wire.contains(name) && !omits(name) => wire.append(name, value),
        _ => Ok(()),
    };
    add("Content-Type", payload.content_type.as_deref())?;
    if !["Transfer-Encoding", "Content-Length"].iter().any(|framing| headers.contains(framing)) {
        match payload.body.len() {
            Some(length) => add("Content-Length", content_length(&method, &payload.body, length).as_deref())?,
            None if delivery.version == Version::Http10 => return Err(unframed()),
            None => add("Transfer-Encoding", Some("chunked"))?,
        }
    }
    let auth = auth.or_else(|| url_auth(&url)).or_else(|| defaults.auth.clone());
    let is_settled = |field: &str| wire.contains(field) || omits(field);
    let auth = auth.filter(|auth| !auth.field().is_some_and(is_settled));

    let cookie_fields = if wire.contains("Cookie") { cookie_fields } else { CookieFields::Joined };
    let cookies = merge(&defaults.cookies, cookies, &omitted_cookies);
    let own_cookies = match cookie_fields {
        CookieFields::Joined => own_cookies(&wire, &cookies)?,
        CookieFields::Separate if cookies.is_empty() => String::new(),
        CookieFields::Separate => {
            wire.append("Cookie", own_cookies(&Headers::new(), &cookies)?)?;
            String::new()
        }
    };
    let omitted_cookies = if omits("Cookie") { Omitted::All } else { Omitted::Named(omitted_cookies) };
    Ok(PreparedRequest {
        method,
        url,
        headers: wire,
        body: payload.body,
        delivery,
        auth,
        own_cookies,
        cookie_fields,
        omitted_cookies,
        is_message: false,
        hooks,
        trace,
    })
}

/// A whole message: nothing is added to it, and its first word is the method by which the
/// response is read, where it is one.
fn prepare_message(request: Request, defaults: &Defaults) -> Result<PreparedRequest, Error> {
    let Request { method, url, payload, options, omitted_options, hooks, trace, .. } = request;
    Ok(PreparedRequest {
        method: first_word(&payload.body).unwrap_or(method),
        url,
        headers: Headers::new(),
        body: payload.body,
        delivery: options.or(&defaults.options.without(&omitted_options)).resolve()?,
        auth: None,
        own_cookies: String::new(),
        cookie_fields: CookieFields::default(),
        omitted_cookies: Omitted::All,
        is_message: true,
        hooks,
        trace,
    })
}

fn first_word(message: &Body) -> Option<Method> {
    let Some(Segment::Bytes(bytes)) = message.segments().first() else { return None };
    let word = bytes.trim_ascii_start().split(u8::is_ascii_whitespace).next()?;
    std::str::from_utf8(word).ok()?.parse().ok()
}

/// The pairs of both, those of `upper` in the place of those of their name in `lower`, as
/// requests merges them.
fn merge(lower: &[(String, String)], upper: Vec<(String, String)>, omitted: &[String]) -> Vec<(String, String)> {
    if lower.is_empty() {
        return upper;
    }
    let mut merged: Vec<(String, String)> = Vec::new();
    let has = |pairs: &[(String, String)], name: &str| pairs.iter().any(|(other, _)| other == name);
    for (name, value) in lower.iter().filter(|(name, _)| !omitted.contains(name)) {
        if !has(&upper, name) {
            merged.push((name.clone(), value.clone()));
        } else if !has(&merged, name) {
            merged.extend(upper.iter().filter(|(other, _)| other == name).cloned());
        }
    }
    merged.extend(upper.into_iter().filter(|(name, _)| !has(lower, name) || omitted.contains(name)));
    merged
}

/// The fields of both, those of `upper` in the place of those of their name in `lower`.
pub(super) fn overlay(lower: Headers, upper: &Headers) -> Headers {
    if upper.is_empty() {
        return lower;
    }
    let new: Vec<Header> = upper.iter().filter(|field| !lower.contains(field.name())).cloned().collect();
    let mut merged = Headers::new();
    for field in lower {
        if !upper.contains(field.name()) {
            merged.extend([field]);
        } else if !merged.contains(field.name()) {
            merged.extend(upper.iter().filter(|other| other.is(field.name())).cloned());
        }
    }
    merged.extend(new);
    merged
}

fn client_headers(url: &Url) -> Result<Headers, Error> {
    let mut headers = Headers::new();
    headers.append("Host", url.host_header())?;
    headers.append("User-Agent", USER_AGENT)?;
    headers.append("Accept", "*/*")?;
    headers.append("Accept-Encoding", ACCEPT_ENCODING)?;
    if url.is_websocket() {
        headers.extend(handshake::fields(fastrand::u128(..).to_be_bytes())?);
    }
    Ok(headers)
}

/// RFC 9110, 8.6: an empty body is announced where the method leads one to expect a body.
fn content_length(method: &Method, body: &Body, length: u64) -> Option<String> {
    (!body.is_empty() || method.expects_body()).then(|| length.to_string())
}

fn unframed() -> Error {
    let message = "HTTP/1.0 has no chunks, so a body from a reader needs its length: see `Body::with_length`";
    Error::new(ErrorKind::Request, message)
}

fn url_auth(url: &Url) -> Option<Arc<dyn Auth>> {
    url.credentials().map(|(user, password)| Arc::new(Basic::new(user, password)) as _)
}

#[cfg(test)]
mod tests {
    use crate::client::{Bearer, NoAuth, Options, Payload, Session};
    use crate::http::Version;

    use super::*;

    fn request(method: &Method, url: &str) -> Request {
        Request::new(method.clone(), url.parse().unwrap())
    }

    fn prepared(request: Request) -> PreparedRequest {
        prepared_with(request, Defaults::default()).unwrap()
    }

    fn prepared_with(request: Request, defaults: Defaults) -> Result<PreparedRequest, Error> {
        let mut session = Session::new();
        session.defaults = defaults;
        session.prepare(request)
    }

    fn headers(fields: &[(&str, &str)]) -> Headers {
        fields.iter().map(|(name, value)| Header::new(name, value.as_bytes()).unwrap()).collect()
    }

    fn lines(headers: &Headers) -> Vec<String> {
        headers.iter().map(|field| format!("{field:?}")).collect()
    }

    const CLIENT: &[&str] = &["Host: h:81", "User-Agent: rqtest/0.1.0", "Accept: */*"];

    #[test]
    fn orders_headers_as_they_are_sent() {
        let mut request = request(&Method::POST, "http://u:p@h:81/");
        request.headers = headers(&[("X-b", "1"), ("ACCEPT", "a/b"), ("x-A", "2"), ("accept", "c/d"), ("X-B", "3")]);
        request.payload = Payload::json(&1).unwrap();
        assert_eq!(
            lines(&prepared(request).headers),
            [
                "Host: h:81",
                "User-Agent: rqtest/0.1.0",
                "ACCEPT: a/b",
                "accept: c/d",
                "Accept-Encoding: gzip, deflate, br, zstd",
                "X-b: 1",
                "x-A: 2",
                "X-B: 3",
                "Content-Type: application/json",
                "Content-Length: 1",
                "Authorization: Basic dTpw",
            ]
        );
    }

    #[test]
    fn leaves_out_what_the_author_omits() {
        let mut request = request(&Method::POST, "http://u:p@h:81/");
        request.payload = Payload::text("x");
        request.omitted_headers =
            ["accept-encoding", "CONTENT-TYPE", "Authorization", "x-session"].map(str::to_owned).to_vec();
        let defaults = Defaults { headers: headers(&[("X-Session", "1")]), ..Defaults::default() };
        let sent = prepared_with(request.clone(), defaults).unwrap();
        assert_eq!(lines(&sent.headers), [CLIENT, &["Content-Length: 1"]].concat());
        request.omitted_headers = ["host", "user-agent", "accept", "accept-encoding", "content-length", "content-type"]
            .map(str::to_owned)
            .to_vec();
        request.auth = Some(Arc::new(NoAuth));
        assert_eq!(lines(&prepared(request).headers), [""; 0]);
    }

    #[test]
    fn announces_the_length_where_a_body_is_or_is_expected() {
        for (method, payload, written, expected) in [
            (Method::GET, Payload::default(), &[][..], None),
            (Method::GET, Payload::text("abc"), &[], Some("3")),
            (Method::POST, Payload::default(), &[], Some("0")),
            (Method::PUT, Payload::default(), &[], Some("0")),
            (Method::DELETE, Payload::default(), &[], None),
            (Method::POST, Payload::text("abc"), &[("content-length", "99")], Some("99")),
            (Method::POST, Payload::text("abc"), &[("Transfer-Encoding", "chunked")], None),
            (Method::PUT, reader().with_length(3).into(), &[], Some("3")),
            (Method::PUT, reader().into(), &[("Content-Length", "3")], Some("3")),
            (Method::PUT, reader().into(), &[], None),
        ] {
            let mut request = request(&method, "http://h/");
            request.payload = payload;
            request.headers = headers(written);
            assert_eq!(prepared(request).headers.text("Content-Length").as_deref(), expected, "{method} {written:?}");
        }
    }

    fn reader() -> Body {
        Body::from_reader(&b"abc"[..])
    }

    #[test]
    fn sends_in_chunks_what_has_no_length() {
        let mut request = request(&Method::PUT, "http://h/");
        request.payload = reader().into();
        assert_eq!(prepared(request.clone()).headers.text("Transfer-Encoding").unwrap(), "chunked");
        request.options.version = Some(Version::Http10);
        let error = prepare(request, &Defaults::default()).unwrap_err();
        assert!(error.to_string().starts_with("HTTP/1.0 has no chunks"), "{error}");
    }

    #[test]
    fn takes_credentials_from_the_nearest_place() {
        let session: Arc<dyn Auth> = Arc::new(Bearer::new("session"));
        let own = |auth: Arc<dyn Auth>| Some(auth);
        for (url, auth, header, expected) in [
            ("http://h/", None, None, Some("Bearer session")),
            ("http://u:p%40@h/", None, None, Some("Basic dTpwQA==")),
            ("http://u:p@h/", own(Arc::new(Basic::new("é", ""))), None, Some("Basic w6k6")),
            ("http://u:p@h/", own(Arc::new(NoAuth)), None, None),
            ("http://u:p@h/", own(Arc::new(Bearer::new("t"))), Some("own"), Some("own")),
        ] {
            let mut request = request(&Method::GET, url);
            request.auth = auth;
            if let Some(header) = header {
                request.headers.append("authorization", header).unwrap();
            }
            let defaults = Defaults { auth: Some(Arc::clone(&session)), ..Defaults::default() };
            let sent = prepared_with(request, defaults).unwrap();
            assert_eq!(sent.headers.text("Authorization").as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn appends_parameters_to_the_query() {
        let mut request = request(&Method::GET, "http://h/p?x=1#f");
        request.params = vec![("a".to_owned(), "b c".to_owned()), ("a".to_owned(), "d".to_owned())];
        assert_eq!(prepared(request).url.to_string(), "http://h/p?x=1&a=b+c&a=d#f");
    }

    #[test]
    fn refuses_what_cannot_be_sent() {
        let mut splitting = request(&Method::GET, "http://h/");
        splitting.auth = Some(Arc::new(Bearer::new("a\r\nb: c")));
        let mut future = request(&Method::GET, "http://h/");
        future.options = Options { version: Some(Version::Http2), ..Options::default() };
        for (request, kind) in [(splitting, ErrorKind::InvalidHeader), (future, ErrorKind::Request)] {
            let error = prepared_with(request, Defaults::default()).unwrap_err();
            assert_eq!(error.kind(), kind);
        }
    }
}
