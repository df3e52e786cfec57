//! Where a response leads, and the request that follows it (RFC 9110, 15.4), by the rules
//! of Python's requests where the RFC leaves a choice.

use crate::http::{Body, Header, HeaderValue, Headers, Method, Scheme, Status, Url};
use crate::proto::ResponseHead;
use crate::secret::{Redactor, is_credential_field};

use super::{CookieFields, Error, ErrorKind, PreparedRequest, Response};

/// What describes a body, and goes with it.
const BODY_HEADERS: [&str; 6] =
    ["Content-Type", "Content-Length", "Content-Encoding", "Content-Language", "Content-Location", "Transfer-Encoding"];

/// The request that follows this response, where it leads somewhere.
pub(super) fn next(response: &Response, secrets: Option<&Redactor>) -> Result<Option<PreparedRequest>, Error> {
    let Response { status, request, .. } = response;
    if request.delivery.redirects == 0 || request.is_message || !status.is_redirect() {
        return Ok(None);
    }
    let failed = |kind: ErrorKind, reason: String| {
        Error::new(kind, format!("{reason}: {}", chain(response))).with_url(&request.url)
    };
    let unusable = |reason| failed(ErrorKind::Redirect, reason);
    let Some(location) = location(&response.headers).map_err(unusable)? else {
        return Ok(None);
    };
    if response.redirects() >= request.delivery.redirects {
        let reason = format!("stopped after {} redirects", response.redirects());
        return Err(failed(ErrorKind::TooManyRedirects, reason));
    }
    let url = request.url.join(&location).map_err(|error| unusable(format!("cannot follow a redirect, {error}")))?;
    let next = follow(request, *status, url, secrets)?;
    if next.body.is_spent() {
        let reason = "cannot follow a redirect with a body from a reader that was read before; \
                      make a new reader each time, with `Body::from_fn`";
        return Err(unusable(reason.to_owned()));
    }
    Ok(Some(next))
}

/// Whether a response with this head leads to another request, or to an error.
pub(super) fn leads_on(request: &PreparedRequest, head: &ResponseHead) -> bool {
    let leads = |field: &HeaderValue| !field.as_bytes().is_empty();
    request.delivery.redirects > 0 && head.status.is_redirect() && head.headers.get("Location").is_some_and(leads)
}

/// The one place that the response names; an empty one is none.
fn location(headers: &Headers) -> Result<Option<String>, String> {
    let mut locations = headers.get_all("Location");
    let Some(first) = locations.next() else {
        return Ok(None);
    };
    if let Some(other) = locations.find(|other| *other != first) {
        return Err(format!("a redirect leads to two places, `{}` and `{}`", first.text(), other.text()));
    }
    Ok(Some(first.text().into_owned()).filter(|location| !location.is_empty()))
}

fn follow(
    request: &PreparedRequest,
    status: Status,
    url: Url,
    secrets: Option<&Redactor>,
) -> Result<PreparedRequest, Error> {
    let mut next = request.clone();
    next.method = next_method(&request.method, status);
    if next.method != request.method {
        next.body = Body::EMPTY;
        next.headers = without(next.headers, |field| BODY_HEADERS.iter().any(|name| field.is(name)));
    }
    if !keeps_credentials(&request.url, &url) {
        let proof = next.auth.take_if(|auth| !auth.crosses_origins());
        let own_secrets = Redactor::default();
        proof.iter().flat_map(|auth| auth.secrets()).for_each(|secret| own_secrets.learn(&secret));
        let proof = proof.as_ref().and_then(|auth| auth.field());
        let is_secret = |field: &Header| {
            let value = field.value().text();
            field.is("Cookie")
                || is_credential_field(field.name())
                || proof.is_some_and(|name| field.is(name))
                || own_secrets.finds(&value)
                || secrets.is_some_and(|secrets| secrets.finds(&value))
        };
        next.headers = without(next.headers, is_secret);
        next.own_cookies.clear();
        next.cookie_fields = CookieFields::Joined;
    }
    if !request.url.same_origin(&url) && next.headers.contains("Host") {
        next.headers.set("Host", url.host_header())?;
    }
    next.url = url;
    Ok(next)
}

/// ```text
///             301   302   303   307   308
/// POST        GET   GET   GET   same  same
/// HEAD        same  same  same  same  same
/// any other   same  GET   GET   same  same
/// ```
/// Where the method stays, so does the body; requests drops it after a 301.
fn next_method(method: &Method, status: Status) -> Method {
    match (status.code(), method.as_str()) {
        (_, "HEAD") => Method::HEAD,
        (301, "POST") | (302 | 303, _) => Method::GET,
        _ => method.clone(),
    }
}

/// Whether what proves who sends it may go on: to the same origin, and to the same host
/// where that moves from the usual port in clear to the usual one over TLS.
fn keeps_credentials(from: &Url, to: &Url) -> bool {
    let upgrade = from.host() == to.host()
        && (from.scheme(), from.port(), to.scheme(), to.port()) == (Scheme::Http, 80, Scheme::Https, 443);
    upgrade || from.same_origin(to)
}

fn without(headers: Headers, unwanted: impl Fn(&Header) -> bool) -> Headers {
    headers.into_iter().filter(|field| !unwanted(field)).collect()
}

/// The way so far: `GET http://a/ 302 -> GET http://b/ 302`, the middle of a long one left out.
fn chain(response: &Response) -> String {
    const SHOWN: usize = 4;
    let step = |response: &Response| format!("{} {} {}", response.request.method, response.url, response.status);
    let mut steps: Vec<String> = response.history.iter().chain([response]).map(step).collect();
    if steps.len() > 2 * SHOWN {
        let left_out = steps.len() - 2 * SHOWN;
        steps.splice(SHOWN..SHOWN + left_out, [format!("({left_out} more)")]);
    }
    steps.join(" -> ")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::client::site::{leads, notes, site, status};
    use crate::client::{Answer, InMemory, Session};
    use crate::http::Segment;
    use crate::transport::Exchange;

    use super::*;

    #[test]
    fn changes_the_method_as_requests_does() {
        for (method, expected) in [
            ("GET", ["GET", "GET", "GET", "GET", "GET"]),
            ("HEAD", ["HEAD", "HEAD", "HEAD", "HEAD", "HEAD"]),
            ("POST", ["GET", "GET", "GET", "POST", "POST"]),
            ("PUT", ["PUT", "GET", "GET", "PUT", "PUT"]),
            ("DELETE", ["DELETE", "GET", "GET", "DELETE", "DELETE"]),
        ] {
            let method: Method = method.parse().unwrap();
            let next = [301, 302, 303, 307, 308].map(|code| next_method(&method, Status::new(code).unwrap()));
            assert_eq!(next.each_ref().map(Method::as_str), expected, "{method}");
        }
    }

    #[test]
    fn keeps_credentials_within_an_origin() {
        for (from, to, expected) in [
            ("http://h/a", "http://h:80/b", true),
            ("http://h/", "https://h/", true),
            ("https://h/", "http://h/", false),
            ("http://h/", "https://h:8443/", false),
            ("http://h:8080/", "https://h/", false),
            ("http://h/", "http://h:81/", false),
            ("http://h/", "http://a.h/", false),
        ] {
            assert_eq!(keeps_credentials(&from.parse().unwrap(), &to.parse().unwrap()), expected, "{from} to {to}");
        }
    }

    #[test]
    fn takes_one_location() {
        for (values, expected) in [
            (&[][..], Ok(None)),
            (&[""], Ok(None)),
            (&["/a"], Ok(Some("/a"))),
            (&["/a", "/a"], Ok(Some("/a"))),
            (&["/a", "/b"], Err("a redirect leads to two places, `/a` and `/b`")),
        ] {
            let headers: Headers =
                values.iter().map(|value| Header::new("Location", value.as_bytes()).unwrap()).collect();
            let found = location(&headers);
            assert_eq!(found.as_ref().map(Option::as_deref).map_err(String::as_str), expected);
        }
    }

    #[test]
    fn follows_redirects_and_keeps_their_history() {
        let (session, _) = site(vec![("/a", leads(301, "b?x#own")), ("/b?x", leads(302, "/c"))]);
        let response = session.get("http://h/a#first").send().unwrap();
        assert_eq!((response.status.code(), response.url.to_string().as_str()), (200, "http://h/c#own"));
        let history: Vec<String> = response.history.iter().map(|step| step.url.to_string()).collect();
        assert_eq!(history, ["http://h/a#first", "http://h/b?x#own"]);
    }

    #[test]
    fn drops_the_body_where_a_redirect_makes_it_a_get() {
        for (code, second) in [
            (302, "GET h:80/b | Host: h"),
            (307, "POST h:80/b | Host: h | Content-Type: text/plain; charset=utf-8 | Content-Length: 1"),
        ] {
            let (session, log) = site(vec![("/a", leads(code, "/b"))]);
            let response = session.post("http://h/a").text("x").send().unwrap();
            assert_eq!(notes(&log)[1], second);
            assert_eq!(response.request.body.is_empty(), code == 302);
        }
    }

    #[test]
    fn strips_credentials_on_cross_origin_redirects() {
        for (location, second) in [
            ("/b", "GET h:80/b | Host: h | Cookie: a=1; b=2 | Authorization: Basic dTpw"),
            ("https://h/b", "GET h:443/b | Host: h | Cookie: a=1; b=2 | Authorization: Basic dTpw"),
            ("http://h:81/b", "GET h:81/b | Host: h:81"),
            ("http://other/b", "GET other:80/b | Host: other"),
        ] {
            let (session, log) = site(vec![("/a", leads(301, location))]);
            session.get("http://u:p@h/a").header("Cookie", "a=1").cookie("b", "2").send().unwrap();
            assert_eq!(notes(&log)[1], second, "{location}");
        }
    }

    #[test]
    fn strips_headers_that_hold_a_secret_on_cross_origin_redirects() {
        let redactor = Arc::new(Redactor::default());
        redactor.learn("sesame");
        for (location, fields) in
            [("/b", &["Host", "X-Api-Key", "X-Door", "X-Plain"][..]), ("http://other/b", &["Host", "X-Plain"])]
        {
            let mut session = Session::with_adapter(InMemory::new(move |request| match request.target {
                "/a" => leads(307, location),
                _ => Answer::ok(request.headers.iter().map(|field| format!("{} ", field.name())).collect::<String>()),
            }));
            session.secrets = Some(Arc::clone(&redactor));
            let bare = ["User-Agent", "Accept", "Accept-Encoding"];
            let request =
                bare.into_iter().fold(session.get("http://h/a"), |request, name| request.without_header(name));
            let request = request.header("X-Api-Key", "1").header("X-Door", "Open sesame").header("X-Plain", "2");
            assert_eq!(request.send().unwrap().text().unwrap().split_whitespace().collect::<Vec<_>>(), fields);
        }
    }

    #[test]
    fn says_that_a_body_cannot_be_sent_again() {
        let consume: fn(&Exchange<'_>) -> Answer = |request| {
            let Some(Segment::Stream(stream)) = request.body.segments().first() else { return Answer::ok("") };
            drop(stream.open());
            if request.target == "/a" { leads(307, "/b") } else { Answer::ok("") }
        };
        let session = Session::with_adapter(InMemory::new(consume));
        let error = session.post("http://h/a").body(Body::from_reader(&b"x"[..])).send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Redirect);
        let expected = "make a new reader each time, with `Body::from_fn`: POST http://h/a 307";
        assert!(error.to_string().ends_with(expected), "{error}");
        let response = session.post("http://h/a").body(Body::from_fn(|| &b"x"[..])).send().unwrap();
        assert_eq!(response.redirects(), 1);
    }

    #[test]
    fn gives_the_redirect_itself_where_it_leads_nowhere() {
        for (answer, redirects) in
            [(status(301), 30), (leads(301, ""), 30), (leads(301, "/b"), 0), (leads(304, "/b"), 30)]
        {
            let (session, log) = site(vec![("/a", answer.clone())]);
            let response = session.get("http://h/a").redirects(redirects).send().unwrap();
            assert_eq!((response.status, notes(&log).len()), (answer.status, 1));
        }
    }

    #[test]
    fn tells_the_chain_of_redirects_that_cannot_be_followed() {
        let two = leads(302, "/x").header("Location", "/y").unwrap();
        for (answer, kind, expected) in [
            (
                leads(302, "/a"),
                ErrorKind::TooManyRedirects,
                "stopped after 3 redirects: GET http://h/start 301 -> GET http://h/a 302 -> GET http://h/a 302 -> GET http://h/a 302",
            ),
            (
                two,
                ErrorKind::Redirect,
                "a redirect leads to two places, `/x` and `/y`: GET http://h/start 301 -> GET http://h/a 302",
            ),
            (
                leads(302, "file:///etc/passwd"),
                ErrorKind::Redirect,
                "its scheme is neither http nor https: GET http://h/start 301 -> GET http://h/a 302",
            ),
            (leads(302, "http://[/"), ErrorKind::Redirect, "GET http://h/start 301 -> GET http://h/a 302"),
        ] {
            let (session, _) = site(vec![("/start", leads(301, "/a")), ("/a", answer)]);
            let error = session.get("http://h/start").redirects(3).send().unwrap_err();
            assert_eq!((error.kind(), error.url()), (kind, Some(&"http://h/a".parse().unwrap())));
            assert!(error.to_string().ends_with(expected), "{error}");
        }
    }

    #[test]
    fn shortens_the_chain_of_many_redirects() {
        let (session, _) = site(vec![("/a", leads(302, "/a"))]);
        let error = session.get("http://h/a").send().unwrap_err().to_string();
        assert!(error.starts_with("stopped after 30 redirects: GET http://h/a 302 -> "), "{error}");
        assert!(error.contains(" -> (23 more) -> "), "{error}");
    }
}
