//! The request line: `METHOD target VERSION`, and the lines that go on with the target.

use pest::iterators::Pair;

use crate::diagnostic::{Diagnostic, nearest};
use crate::http::{Method, Url, Version};
use crate::parse::protocol::Named;
use crate::source::{Span, Spanned};
use crate::spec::dialect::{Methods, ProtocolWords, RequestLineSpaces, Rules, VersionNames};
use crate::spec::{Format, Text};

use super::grammar::{self, Rule, locate, matches};
use super::line::outside_of_braces;
use super::{text, unsupported};

/// What a target begins with where nothing but its look tells it from other text.
const TARGET_STARTS: &[&str] = &["http://", "https://", "ws://", "wss://", "/", "{{"];

/// Words in the place of a method that mean another protocol.
const PROTOCOLS: &[(&str, Named)] = &[
    ("WEBSOCKET", Named::WebSocket),
    ("WS", Named::WebSocket),
    ("WSS", Named::WebSocket),
    ("SSE", Named::Events),
    ("EVENTSOURCE", Named::Events),
    ("GRAPHQL", Named::GraphQl),
];

/// Methods of WebDAV and its kin (RFC 4918, RFC 3253), which editors know beside those of HTTP.
const OTHERS: &[&str] = &[
    "ACL",
    "BASELINE-CONTROL",
    "CHECKIN",
    "CHECKOUT",
    "COPY",
    "LOCK",
    "MERGE",
    "MKACTIVITY",
    "MKCALENDAR",
    "MKCOL",
    "MKWORKSPACE",
    "MOVE",
    "PROPFIND",
    "PROPPATCH",
    "REPORT",
    "SEARCH",
    "UNLOCK",
    "VERSION-CONTROL",
];

/// What a request line says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RequestLine {
    /// The protocol, where its name stands in the place of a method, or its scheme before the target.
    pub protocol: Option<Named>,
    /// The method, where it is written.
    pub method: Option<Text>,
    /// The target, or the whole line where its version is a reference.
    pub target: Text,
    /// The version, where it is written.
    pub version: Option<Spanned<Version>>,
}

/// A request line as far as it has been read.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    line: Span,
    pub method: Option<Span>,
    pub target: Vec<Span>,
    pub version: Option<Span>,
    /// What stands between two words, where that is more than a space, or within one.
    pub spaces: Option<Span>,
}

/// Whether a line outside of a head is certainly meant as a request line.
pub(super) fn begins_request(line: &str) -> bool {
    let Some((method, target)) = line.split_once(' ') else { return false };
    Method::KNOWN.iter().any(|known| known.as_str() == method)
        && TARGET_STARTS.iter().any(|start| target.starts_with(start))
        && matches(Rule::request_line, line)
}

/// Why a line is no request line.
pub(super) fn mismatch(line: &Span) -> Diagnostic {
    let first_word = line.text().find([' ', '\t']).unwrap_or(line.text().len());
    if let Some(unsupported) = unsupported::protocol(&line.slice(0..first_word)) {
        return unsupported;
    }
    grammar::mismatch(Rule::request_line, line, "malformed request line")
        .help("write `METHOD url` with one space between; white space in a URL is written `%20`")
}

impl Draft {
    /// Takes up a line that matches the rule of request lines.
    pub(super) fn new(origin: &Span, pair: Pair<'_, Rule>) -> Self {
        let line = super::line::trimmed(&locate(origin, &pair));
        let mut draft = Self { line, method: None, target: Vec::new(), version: None, spaces: None };
        draft.go_on(origin, pair);
        draft
    }

    /// Takes up a line that goes on with the target.
    pub(super) fn go_on(&mut self, origin: &Span, pair: Pair<'_, Rule>) {
        for part in pair.into_inner() {
            let span = locate(origin, &part);
            match part.as_rule() {
                Rule::method => self.method = Some(span),
                Rule::target | Rule::rest_of_target => self.target.push(span),
                Rule::gap if span.text() != " " => self.spaces = Some(span),
                Rule::version => self.version = Some(span),
                _ => {}
            }
        }
    }

    /// The white space that a strict dialect has no place for.
    pub(super) fn extra_space(&self) -> Option<Span> {
        let within = self.target.first().filter(|first| outside_of_braces(first.text()).contains([' ', '\t']));
        self.spaces.as_ref().or(within).cloned()
    }

    /// Whether the target so far ends in a way that more of it must follow.
    pub(super) fn is_open(&self) -> bool {
        self.target.last().is_some_and(|last| last.text().ends_with(['?', '&'])) && self.version.is_none()
    }

    /// The line that reports point at.
    pub(super) fn line(&self) -> &Span {
        &self.line
    }

    /// What the lines say together.
    ///
    /// # Errors
    /// What is wrong with the method or the version.
    pub(super) fn finish(self, rules: &Rules) -> Result<RequestLine, Diagnostic> {
        if let Some(space) = self.extra_space().filter(|_| rules.request_line_spaces == RequestLineSpaces::Malformed) {
            return Err(Diagnostic::error("malformed request line")
                .at(&space, "")
                .help("write `METHOD url` with one space between; white space in a URL is written `%20`"));
        }
        let target = joined(&self.target);
        match &self.method {
            Some(method) => check_method(method, &target, rules)?,
            None => check_lone_target(&target)?,
        }
        let protocol = match rules.protocol_words {
            ProtocolWords::Protocol => {
                self.method.as_ref().and_then(protocol).or_else(|| implied(&self.method, &target))
            }
            ProtocolWords::Method => None,
        };
        if protocol == Some(Named::GraphQl) && Url::begins_as_websocket(&target.value) {
            return Err(unsupported::error("a GraphQL subscription over a WebSocket", &self.line));
        }
        let method = self.method.as_ref().and_then(|word| method(word, protocol));
        match &self.version {
            None => Ok(RequestLine { protocol, method, target, version: None }),
            Some(version) if version.text().contains("{{") => {
                let target = whole_line(method, target, version);
                Ok(RequestLine { protocol, method: None, target, version: None })
            }
            Some(version) => Ok(RequestLine { protocol, method, target, version: Some(read_version(version, rules)?) }),
        }
    }
}

impl RequestLine {
    /// A warning of a method that is sent as it is, and was perhaps meant as a known one.
    pub(super) fn doubt(&self) -> Option<Diagnostic> {
        let method = self.method.as_ref().filter(|method| !method.value.contains("{{"))?;
        let known = Method::KNOWN.iter().map(Method::as_str);
        if known.clone().any(|known| known.eq_ignore_ascii_case(&method.value)) {
            return None;
        }
        let near = nearest(&method.value, known)?;
        let message = format!("the method `{}` is not known, and is sent as it is", method.value);
        Some(Diagnostic::warning(message).at(&method.span, "").help(format!("did you mean `{near}`?")))
    }
}

/// The method that is sent for the word in its place.
fn method(word: &Span, protocol: Option<Named>) -> Option<Text> {
    match protocol {
        None => Some(text(word)),
        Some(Named::GraphQl) => Some(Text::new(word.clone().with("POST".to_owned()), Format::Http)),
        Some(Named::WebSocket | Named::Events) => None,
    }
}

/// The protocol that a word in the place of a method means.
pub(super) fn protocol(word: &Span) -> Option<Named> {
    PROTOCOLS.iter().find(|(name, _)| *name == word.text()).map(|&(_, protocol)| protocol)
}

/// The protocol of a target without a method.
fn implied(method: &Option<Span>, target: &Text) -> Option<Named> {
    (method.is_none() && Url::begins_as_websocket(&target.value)).then_some(Named::WebSocket)
}

/// The text of a target that stands on one line or on several.
fn joined(pieces: &[Span]) -> Text {
    let [first, .., last] = pieces else {
        return text(pieces.first().expect("every request line has a target"));
    };
    let value = pieces.iter().map(Span::text).collect();
    Text::new(first.to(last).with(value), Format::Http)
}

/// The text of a line whose version shows only once it is rendered.
fn whole_line(method: Option<Text>, target: Text, version: &Span) -> Text {
    let span = method.as_ref().map_or(&target.span, |method| &method.span).to(version);
    let words: Vec<_> = method.into_iter().map(|method| method.value).chain([target.value]).collect();
    Text::new(span.with(format!("{} {}", words.join(" "), version.text())), Format::Http)
}

/// Tells a method from the first word of some other text: known ones are read in
/// any case, others in upper case, and in any case where a URL follows.
fn check_method(method: &Span, target: &Text, rules: &Rules) -> Result<(), Diagnostic> {
    let word = method.text();
    if let Some(unsupported) = unsupported::protocol(method).filter(|_| rules.protocol_words == ProtocolWords::Protocol)
    {
        return Err(unsupported);
    }
    let known = Method::KNOWN.iter().map(Method::as_str);
    let is_method = match rules.methods {
        Methods::AnyToken => true,
        Methods::Plausible => is_plausible(word, target),
        Methods::KnownInUpperCase => known.clone().chain(OTHERS.iter().copied()).any(|known| known == word),
        Methods::Known => known.clone().chain(OTHERS.iter().copied()).any(|known| known.eq_ignore_ascii_case(word)),
    };
    let is_protocol = rules.protocol_words == ProtocolWords::Protocol && protocol(method).is_some();
    if is_method || is_protocol || word.contains("{{") {
        return Ok(());
    }
    Err(Diagnostic::error("malformed request line")
        .at(method, "neither a URL nor a method")
        .help("write `METHOD url`, or the URL alone")
        .suggest(word, known))
}

fn is_plausible(word: &str, target: &Text) -> bool {
    let is_upper = !word.bytes().any(|byte| byte.is_ascii_lowercase());
    let before_url = !word.contains('.') && TARGET_STARTS.iter().any(|start| target.value.starts_with(start));
    is_upper || before_url || Method::KNOWN.iter().any(|known| known.as_str().eq_ignore_ascii_case(word))
}

fn check_lone_target(target: &Text) -> Result<(), Diagnostic> {
    let word = target.value.as_str();
    let is_method = word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_uppercase())
        || Method::KNOWN.iter().any(|known| known.as_str().eq_ignore_ascii_case(word));
    if !is_method {
        return Ok(());
    }
    Err(Diagnostic::error("a method without a URL")
        .at(&target.span, "")
        .help(format!("write the URL after it: `{word} https://example.org/`")))
}

/// Reads `HTTP/1.0`, `HTTP/1.1`, `HTTP/2`, `HTTP/3`.
fn read_version(span: &Span, rules: &Rules) -> Result<Spanned<Version>, Diagnostic> {
    let is_read = |version: &Version| rules.version_names == VersionNames::Read || version.as_str() == span.text();
    match Version::parse(span.text()).filter(is_read) {
        Some(version) => Ok(span.clone().with(version)),
        None => Err(Diagnostic::error(format!("`{}` is not a version of HTTP", span.text()))
            .at(span, "")
            .help("write `HTTP/1.0`, `HTTP/1.1`, `HTTP/2` or `HTTP/3`, or nothing")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    /// Method, target and version of a head that is nothing but a request line.
    fn of(line: &str) -> Result<(Option<String>, String, Option<Version>), Vec<String>> {
        let head = super::super::head::read(&SourceFile::new("a.http", line).span(0..line.len()), <&Rules>::default());
        let read = |line: RequestLine| {
            (line.method.map(|method| method.value), line.target.value, line.version.map(|version| version.value))
        };
        let messages = head.diagnostics.into_iter().map(|diagnostic| diagnostic.message).collect();
        head.request_line.map(read).ok_or(messages)
    }

    #[test]
    fn reads_every_form_of_a_request_line() {
        let cases = [
            ("GET /", Some("GET"), "/", None),
            ("  post http://a HTTP/1.0  ", Some("post"), "http://a", Some(Version::Http10)),
            ("http://a", None, "http://a", None),
            ("a.example HTTP/2", None, "a.example", Some(Version::Http2)),
            ("localhost:80/a HTTP/3", None, "localhost:80/a", Some(Version::Http3)),
            ("M-SEARCH * HTTP/1.1", Some("M-SEARCH"), "*", Some(Version::Http11)),
            ("{{line}}", None, "{{line}}", None),
            ("{{line}} HTTP/1.1", None, "{{line}}", Some(Version::Http11)),
            ("{{ a b }} {{ c d }}", Some("{{ a b }}"), "{{ c d }}", None),
            ("GET {{a}} {{b}}", None, "GET {{a}} {{b}}", None),
            ("GET /\n\t/a\n  ?b\n  {{c}} HTTP/1.1", Some("GET"), "//a?b{{c}}", Some(Version::Http11)),
            ("GET /\n?a=b  c {{d}}\t\n&e=f ", Some("GET"), "/?a=b  c {{d}}&e=f", None),
            ("GET http://[::1]/", Some("GET"), "http://[::1]/", None),
            ("GET  \t/  HTTP/1.1", Some("GET"), "/", Some(Version::Http11)),
            ("GET /?a=b c  d HTTP/1.1", Some("GET"), "/?a=b c  d", Some(Version::Http11)),
            ("GET /\n  ?\n  a=1\n  &b=2", Some("GET"), "/?a=1&b=2", None),
        ];
        for (line, method, target, version) in cases {
            assert_eq!(of(line), Ok((method.map(str::to_owned), target.to_owned(), version)), "{line:?}");
        }
    }

    #[test]
    fn says_what_is_wrong_with_any_other_line() {
        let cases = [
            ("GET", "a method without a URL"),
            ("get HTTP/1.1", "a method without a URL"),
            ("GET / HTTP/1.1 a", "malformed request line"),
            ("Hello world", "malformed request line"),
            ("GET / HTTP/4", "`HTTP/4` is not a version of HTTP"),
            ("WEBSOCKET", "a method without a URL"),
            ("GRPC a/b", "a gRPC request is not supported yet"),
            ("curl -X GET http://a", "a curl command is not supported yet"),
        ];
        for (line, message) in cases {
            assert_eq!(of(line), Err(vec![message.to_owned()]), "{line:?}");
        }
    }

    #[test]
    fn tells_other_protocols_by_their_names() {
        for (line, protocol, method) in [
            ("WEBSOCKET ws://h/", Some(Named::WebSocket), None),
            ("WS {{host}}/a", Some(Named::WebSocket), None),
            ("wss://h/", Some(Named::WebSocket), None),
            ("SSE https://h/", Some(Named::Events), None),
            ("EVENTSOURCE /a HTTP/1.1", Some(Named::Events), None),
            ("GET ws://h/", None, Some("GET")),
            ("https://h/?ws://", None, None),
        ] {
            let head =
                super::super::head::read(&SourceFile::new("a.http", line).span(0..line.len()), <&Rules>::default());
            let read = head.request_line.unwrap();
            assert_eq!(
                (read.protocol, read.method.map(|method| method.value).as_deref()),
                (protocol, method),
                "{line}"
            );
        }
    }

    #[test]
    fn only_a_known_method_and_a_url_begin_a_request_by_themselves() {
        for line in ["GET /", "POST {{a}}", "DELETE https://a HTTP/1.1"] {
            assert!(begins_request(line), "{line:?}");
        }
        for line in ["GET it", "get /", " GET /", "PURGE /", "GET / or not", "https://a"] {
            assert!(!begins_request(line), "{line:?}");
        }
    }
}
