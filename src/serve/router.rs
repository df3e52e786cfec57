//! From a method and a path to the handler that answers.

use std::collections::HashMap;
use std::str::FromStr;

use percent_encoding::percent_decode_str;

use super::problem::Problem;
use super::request::Request;
use super::response::Response;
use super::routes::FAMILIES;
use super::state::State;

/// What a handler gives.
pub(super) type Answer = Result<Response, Problem>;

/// Answers the requests of one route.
pub(super) type Handler = fn(&Call<'_>) -> Answer;

/// A line of the table of routes.
#[derive(Debug)]
pub(super) struct Route {
    methods: &'static [&'static str],
    pattern: &'static str,
    summary: &'static str,
    handler: Handler,
}

/// The methods of a route that only reads. `HEAD` goes wherever `GET` goes.
pub(super) const GET: &[&str] = &["GET"];

/// The methods of a route that answers to all.
pub(super) const ANY: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"];

impl Route {
    /// A route. A segment `:name` of the pattern takes one segment of a path, and
    /// `*name` at its end takes all that are left, if any.
    pub(super) const fn new(
        methods: &'static [&'static str],
        pattern: &'static str,
        summary: &'static str,
        handler: Handler,
    ) -> Self {
        Self { methods, pattern, summary, handler }
    }

    /// The pattern.
    pub(super) fn pattern(&self) -> &'static str {
        self.pattern
    }

    /// The methods.
    pub(super) fn methods(&self) -> &'static [&'static str] {
        self.methods
    }

    /// What it does, in a few words.
    pub(super) fn summary(&self) -> &'static str {
        self.summary
    }

    fn allows(&self, method: &str) -> bool {
        self.methods.contains(&method) || (method == "HEAD" && self.methods.contains(&"GET"))
    }

    /// The parameters, if the path is one of this route.
    fn matches(&self, path: &str) -> Option<Parameters> {
        let mut parameters = Vec::new();
        let mut rest = Some(path.strip_prefix('/')?);
        for expected in self.pattern[1..].split('/') {
            if let Some(name) = expected.strip_prefix('*') {
                parameters.push((name, decode(rest.unwrap_or_default())));
                return Some(Parameters(parameters));
            }
            let (segment, after) = match rest?.split_once('/') {
                Some((segment, after)) => (segment, Some(after)),
                None => (rest?, None),
            };
            match expected.strip_prefix(':') {
                Some(name) if !segment.is_empty() => parameters.push((name, decode(segment))),
                _ if segment == expected => {}
                _ => return None,
            }
            rest = after;
        }
        rest.is_none().then_some(Parameters(parameters))
    }
}

fn decode(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

/// What a path gave for the parameters of a pattern, decoded.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parameters(Vec<(&'static str, String)>);

/// A request on its way to its handler.
pub(super) struct Call<'a> {
    /// The request.
    pub(super) request: &'a Request,
    /// What the server remembers.
    pub(super) state: &'a State,
    parameters: Parameters,
}

impl Call<'_> {
    /// A parameter of the path, or nothing if the pattern has none of that name.
    pub(super) fn text(&self, name: &str) -> &str {
        let found = self.parameters.0.iter().find(|(other, _)| *other == name);
        found.map_or("", |(_, value)| value)
    }

    /// A parameter of the path as a number.
    ///
    /// # Errors
    /// 404 if it is none, since then there is no such resource.
    pub(super) fn number<T: FromStr>(&self, name: &str) -> Result<T, Problem> {
        let text = self.text(name);
        text.parse().map_err(|_| Problem::not_found(format!("`{text}` is not a valid number here")))
    }
}

/// The table of routes, by the first segment of their patterns.
#[derive(Debug)]
pub(super) struct Router {
    by_first_segment: HashMap<&'static str, Vec<&'static Route>>,
}

impl Router {
    pub(super) fn new() -> Self {
        let mut by_first_segment: HashMap<_, Vec<_>> = HashMap::new();
        for route in FAMILIES.iter().flat_map(|family| family.routes) {
            by_first_segment.entry(first_segment(route.pattern)).or_default().push(route);
        }
        Self { by_first_segment }
    }

    /// Has a request answered by the first route that matches.
    ///
    /// # Errors
    /// 404 and 405 if there is none, or as the handler has it.
    pub(super) fn answer(&self, request: &Request, state: &State) -> Answer {
        let method = &*request.head.method;
        let path = request.path();
        let candidates = self.by_first_segment.get(first_segment(path)).map_or(&[][..], Vec::as_slice);
        let mut allowed = Vec::new();
        for route in candidates {
            let Some(parameters) = route.matches(path) else { continue };
            if route.allows(method) {
                return (route.handler)(&Call { request, state, parameters });
            }
            allowed.extend_from_slice(route.methods);
        }
        match (method, path) {
            ("OPTIONS", "*") => options(request, ANY),
            _ if allowed.is_empty() => Err(Problem::not_found(format!("there is nothing at {path}"))),
            ("OPTIONS", _) => options(request, &allowed),
            _ => Err(Problem::new(405, format!("{method} is not allowed here")).with_header("Allow", allow(&allowed))),
        }
    }
}

fn first_segment(path: &str) -> &str {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.split_once('/').map_or(path, |(first, _)| first)
}

fn allow(methods: &[&str]) -> String {
    let mut all = vec!["OPTIONS"];
    if methods.contains(&"GET") {
        all.push("HEAD");
    }
    for method in methods {
        if !all.contains(method) {
            all.push(method);
        }
    }
    all.join(", ")
}

/// What a resource can do, also as the preflight of a browser asks for it.
fn options(request: &Request, methods: &[&str]) -> Answer {
    let response = Response::empty()
        .with_header("Allow", allow(methods))?
        .with_header("Access-Control-Allow-Methods", allow(methods))?
        .with_header("Access-Control-Max-Age", "3600")?;
    match request.header("Access-Control-Request-Headers") {
        Some(names) => response.with_header("Access-Control-Allow-Headers", names.as_bytes()),
        None => Ok(response),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_paths_segment_by_segment() {
        for (pattern, path, expected) in [
            ("/", "/", Some(vec![])),
            ("/", "/a", None),
            ("/a", "/a", Some(vec![])),
            ("/a", "/a/", None),
            ("/a/:b", "/a/c%20d", Some(vec!["c d"])),
            ("/a/:b", "/a/", None),
            ("/a/:b", "/a", None),
            ("/a/:b", "/a/b/c", None),
            ("/a/:b/c/:d", "/a/1/c/2", Some(vec!["1", "2"])),
            ("/a/*b", "/a", Some(vec![""])),
            ("/a/*b", "/a/", Some(vec![""])),
            ("/a/*b", "/a/1/2", Some(vec!["1/2"])),
            ("/a/*b", "/ab", None),
            ("/a", "*", None),
        ] {
            let route = Route::new(GET, pattern, "", |_| Ok(Response::empty()));
            let parameters = route.matches(path);
            let values = parameters.as_ref().map(|found| found.0.iter().map(|(_, value)| &**value).collect());
            assert_eq!(values, expected, "{pattern} {path}");
        }
    }

    #[test]
    fn lists_allowed_methods_once() {
        assert_eq!(allow(&["GET", "POST", "GET"]), "OPTIONS, HEAD, GET, POST");
    }
}
