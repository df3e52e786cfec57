//! Queries: what is asked of a response.

use pest::iterators::{Pair, Pairs};

use crate::diagnostic::{Diagnostic, nearest};
use crate::http::Phase;
use crate::source::{Span, Spanned};
use crate::spec::{CertificateField, Cookie, Percentile, Query, RequestPart, Subject, Text};

use super::{Reader, Rule, expect_pair};

/// Queries that are one word.
const PLAIN: &[(&str, Query)] = &[
    ("status", Query::Status),
    ("version", Query::Version),
    ("reason", Query::Reason),
    ("url", Query::Url),
    ("bytes", Query::Bytes),
    ("rawbytes", Query::RawBytes),
    ("size", Query::Size),
    ("sha256", Query::Sha256),
    ("sha512", Query::Sha512),
    ("md5", Query::Md5),
    ("redirects", Query::Redirects),
    ("ip", Query::Ip),
];

/// Queries that need something after their name, and what.
const WITH_ARGUMENT: &[(&str, &str)] = &[
    ("header", "the name of a header field: `header content-type`"),
    ("cookie", "the name of a cookie: `cookie session`, `cookie session[Secure]`"),
    ("certificate", "a field of the server's certificate: `certificate Subject`"),
    ("link", "the relation of a link: `link next`"),
    ("variable", "the name of a variable: `variable userId`"),
    ("request", "what is asked of it: `request method`, `request url`, `request header accept`, `request body`"),
    ("regex", "a pattern in slashes or quotes: `regex /id=(\\d+)/`"),
    ("jsonpath", "a path: `jsonpath $.id`"),
    ("xpath", "an expression: `xpath //item`, `xpath \"string(//item)\"`"),
];

/// Queries that may have something after their name.
const OPTIONAL_ARGUMENT: &[&str] = &["body", "duration"];

/// What other tools call a query.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("code", "status"),
    ("statusCode", "status"),
    ("status_code", "status"),
    ("json", "body $.…"),
    ("jsonBody", "body $.…"),
    ("content", "body"),
    ("text", "body"),
    ("response", "body"),
    ("time", "duration"),
    ("elapsed", "duration"),
    ("responseTime", "duration"),
    ("length", "size"),
];

/// The attributes of a cookie (RFC 6265, 5.2), and its value.
const COOKIE_ATTRIBUTES: &[&str] = &["Value", "Expires", "Max-Age", "Domain", "Path", "Secure", "HttpOnly", "SameSite"];

impl Reader {
    pub(super) fn subject(&self, pair: Pair<'_, Rule>) -> Result<Subject, Diagnostic> {
        let mut pairs = pair.into_inner();
        let query = self.query(expect_pair(&mut pairs, Rule::query))?;
        let filters = pairs.map(|filter| self.filter(filter)).collect::<Result<_, _>>()?;
        Ok(Subject { query, filters })
    }

    fn query(&self, pair: Pair<'_, Rule>) -> Result<Spanned<Query>, Diagnostic> {
        let span = self.span_of(&pair);
        let pair = first(pair);
        let query = match pair.as_rule() {
            Rule::path => Query::JsonPath(self.path(&pair)?),
            Rule::plain_query => plain(pair.as_str()).expect("the grammar lists the names of the table"),
            Rule::named_query => self.named_query(pair)?,
            Rule::body_query => self.body_query(pair)?,
            Rule::duration_query => self.duration_query(pair)?,
            Rule::request_query => Query::Request(self.request_part(pair)?),
            Rule::regex_query => Query::Regex(self.pattern_text(first(pair))?),
            Rule::path_query => Query::JsonPath(self.path_text(first(pair))?),
            Rule::xpath_query => Query::XPath(self.path_text(first(pair))?),
            _ => return Err(unknown_query(pair.as_str(), &span)),
        };
        Ok(span.with(query))
    }

    fn named_query(&self, pair: Pair<'_, Rule>) -> Result<Query, Diagnostic> {
        let mut pairs = pair.into_inner();
        let kind = expect_pair(&mut pairs, Rule::named_query_name).as_str();
        let text = self.name(expect_pair(&mut pairs, Rule::name));
        match kind {
            "header" => Ok(Query::Header(text)),
            "cookie" => cookie(text).map(|cookie| Query::Cookie(Box::new(cookie))),
            "certificate" => certificate(&text),
            "link" => Ok(Query::Link(text)),
            "variable" => Ok(Query::Variable(text)),
            other => Err(unknown_query(other, &text.span)),
        }
    }

    fn duration_query(&self, pair: Pair<'_, Rule>) -> Result<Query, Diagnostic> {
        let mut parts = pair.into_inner().peekable();
        let written = parts.next_if(|part| part.as_rule() == Rule::phase);
        let phase = written
            .map_or(Phase::Total, |written| phase(written.as_str()).expect("the grammar lists the names of the table"));
        let Some(part) = parts.next() else { return Ok(Query::Duration(phase)) };
        match Percentile::parse(part.as_str()) {
            Some(percentile) => Ok(Query::Percentile(phase, percentile)),
            None => {
                let error = Diagnostic::error(format!("`{}` is no percentile", part.as_str()));
                Err(error
                    .at(&self.span_of(&part), "")
                    .help("they go from `p0` to `p100`, as in `duration p95 < 200ms`"))
            }
        }
    }

    fn request_part(&self, pair: Pair<'_, Rule>) -> Result<RequestPart, Diagnostic> {
        let span = self.span_of(&pair);
        let mut pairs = pair.into_inner();
        let part = first_of(&mut pairs);
        Ok(match (part.as_rule(), part.as_str()) {
            (Rule::request_header, _) => RequestPart::Header(self.name(expect_pair(&mut pairs, Rule::name))),
            (_, "method") => RequestPart::Method,
            (_, "url") => RequestPart::Url,
            (_, "body") => RequestPart::Body,
            (_, other) => return Err(unknown_query(other, &span)),
        })
    }

    /// A `name`, with or without quotes.
    fn name(&self, pair: Pair<'_, Rule>) -> Text {
        let name = first(pair);
        match name.as_rule() {
            Rule::quoted => self.quoted(name),
            _ => self.verbatim(&name),
        }
    }

    fn body_query(&self, pair: Pair<'_, Rule>) -> Result<Query, Diagnostic> {
        match pair.into_inner().next() {
            None => Ok(Query::Body),
            Some(path) if path.as_rule() == Rule::path => Ok(Query::JsonPath(self.path(&path)?)),
            Some(path) if path.as_rule() == Rule::property => Ok(Query::JsonPath(self.property_path(path))),
            Some(path) => Ok(Query::XPath(self.path(&path)?)),
        }
    }

    /// The JSONPath that httpYac's `user.ids[0]` stands for.
    fn property_path(&self, pair: Pair<'_, Rule>) -> Text {
        let span = self.span_of(&pair);
        let step = |step: Pair<'_, Rule>| match step.as_rule() {
            Rule::property_index => format!("[{}]", step.as_str()),
            Rule::quoted => format!("[{}]", serde_json::Value::from(self.quoted(step).value)),
            _ => format!(".{}", step.as_str()),
        };
        let path = format!("${}", pair.into_inner().map(step).collect::<String>());
        Text::new(span.with(path), self.format)
    }

    /// The text of a `path`, an `xpath` or a quoted one.
    fn path_text(&self, pair: Pair<'_, Rule>) -> Result<Text, Diagnostic> {
        match pair.as_rule() {
            Rule::quoted => Ok(self.quoted(pair)),
            _ => self.path(&pair),
        }
    }

    /// A path. A bracket that is not closed takes in all that follows.
    fn path(&self, pair: &Pair<'_, Rule>) -> Result<Text, Diagnostic> {
        let Some(at) = open_bracket(pair.as_str()) else { return Ok(self.verbatim(pair)) };
        let bracket = &pair.as_str()[at..=at];
        let kind = if pair.as_rule() == Rule::xpath { "XPath" } else { "JSONPath" };
        let message = format!("the `{bracket}` of this {kind} is not closed");
        Err(Diagnostic::error(message).at(&self.span_of(pair).slice(at..at + 1), ""))
    }
}

fn plain(name: &str) -> Option<Query> {
    PLAIN.iter().find(|(known, _)| *known == name).map(|(_, query)| query.clone())
}

/// What httpYac calls two of the phases.
const OTHER_PHASES: &[(&str, Phase)] = &[("tcp", Phase::Connect), ("firstByte", Phase::Wait)];

fn phase(name: &str) -> Option<Phase> {
    Phase::NAMES.iter().chain(OTHER_PHASES).find(|(known, _)| *known == name).map(|&(_, phase)| phase)
}

/// What is no predicate behind `duration` is perhaps one of its phases.
pub(super) fn near_phase(subject: &Subject, problem: Diagnostic) -> Diagnostic {
    let is_whole = subject.query.value == Query::Duration(Phase::Total) && subject.filters.is_empty();
    let names = Phase::NAMES.iter().chain(OTHER_PHASES).map(|&(name, _)| name);
    let word = problem.span().map(Span::text).filter(|_| is_whole && problem.help.is_none());
    match word.and_then(|word| nearest(word, names)) {
        Some(phase) => problem.help(format!("did you mean the phase `{phase}`, as in `duration {phase} < 1s`?")),
        None => problem,
    }
}

/// Where the first bracket of a path stands that is not closed; quotes within are heeded.
fn open_bracket(path: &str) -> Option<usize> {
    let (mut open, mut quote, mut escaped) = (Vec::new(), None, false);
    for (at, byte) in path.bytes().enumerate() {
        match (quote, byte) {
            _ if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(closing), _) if byte == closing => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') if !open.is_empty() => quote = Some(byte),
            (None, b'[' | b'(') => open.push(at),
            (None, b']' | b')') => drop(open.pop()),
            _ => {}
        }
    }
    open.first().copied()
}

/// Reads `NAME` or `NAME[ATTRIBUTE]`.
///
/// # Errors
/// If a cookie has no such attribute.
pub(in crate::parse) fn cookie(text: Text) -> Result<Cookie, Diagnostic> {
    let Some((name, written)) = text.value.strip_suffix(']').and_then(|inside| inside.rsplit_once('[')) else {
        return Ok(Cookie { name: text, attribute: None });
    };
    let place = if text.is_verbatim() {
        text.span.slice(name.len() + 1..name.len() + 1 + written.len())
    } else {
        text.span.clone()
    };
    let Some(known) = COOKIE_ATTRIBUTES.iter().find(|known| known.eq_ignore_ascii_case(written)) else {
        return Err(Diagnostic::error(format!("a cookie has no attribute `{written}`"))
            .at(&place, "")
            .suggest(written, COOKIE_ATTRIBUTES.iter().copied())
            .note(format!("there are {}", COOKIE_ATTRIBUTES.join(", "))));
    };
    let name_span = if text.is_verbatim() { text.span.slice(0..name.len()) } else { text.span.clone() };
    let name = Text::new(name_span.with(name.to_owned()), text.format);
    Ok(Cookie { name, attribute: Some(place.with((*known).to_owned())) })
}

/// Reads what is asked of the server's certificate.
///
/// # Errors
/// If a certificate has no such field.
pub(in crate::parse) fn certificate(field: &Text) -> Result<Query, Diagnostic> {
    let known = CertificateField::NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(&field.value));
    let names = CertificateField::NAMES.iter().map(|&(name, _)| name);
    known.map(|&(_, field)| Query::Certificate(field)).ok_or_else(|| {
        Diagnostic::error(format!("a certificate has no field `{}`", field.value))
            .at(&field.span, "")
            .suggest(&field.value, names.clone())
            .note(format!("there are {}", names.collect::<Vec<_>>().join(", ")))
    })
}

fn unknown_query(name: &str, span: &Span) -> Diagnostic {
    if let Some((_, needed)) = WITH_ARGUMENT.iter().find(|(known, _)| *known == name) {
        return Diagnostic::error(format!("`{name}` needs an argument")).at(span, format!("it needs {needed}"));
    }
    if let Some((_, known)) = OTHER_NAMES.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)) {
        return Diagnostic::error(format!("there is no query `{name}`"))
            .at(span, "")
            .help(format!("did you mean `{known}`?"));
    }
    if name == "not" {
        return Diagnostic::error("a query is missing before `not`")
            .at(span, "")
            .help("it stands before the predicate: `$.id not == 1`");
    }
    let plain = PLAIN.iter().map(|&(name, _)| name);
    let others = WITH_ARGUMENT.iter().map(|&(name, _)| name).chain(OPTIONAL_ARGUMENT.iter().copied());
    Diagnostic::error(format!("there is no query `{name}`")).at(span, "").suggest(name, plain.chain(others))
}

/// The first pair within one that the grammar does not leave empty.
pub(super) fn first(pair: Pair<'_, Rule>) -> Pair<'_, Rule> {
    first_of(&mut pair.into_inner())
}

fn first_of<'i>(pairs: &mut Pairs<'i, Rule>) -> Pair<'i, Rule> {
    pairs.next().expect("the grammar demands a pair here")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{error, read};
    use super::*;

    fn query(text: &str) -> Query {
        read(&format!("{text} exists")).subject.query.value
    }

    #[test]
    fn the_grammar_reads_every_plain_query() {
        for (name, expected) in PLAIN {
            assert_eq!(query(name), *expected, "{name}");
        }
    }

    #[test]
    fn reads_names_with_and_without_quotes() {
        for (text, expected, span) in [
            ("header content-type", "content-type", "content-type"),
            ("header \"x a\"", "x a", "x a"),
            ("header {{ name }}-x", "{{ name }}-x", "{{ name }}-x"),
            ("header 'a\\'b'", "a'b", "a\\'b"),
        ] {
            let Query::Header(name) = query(text) else { panic!("{text}") };
            assert_eq!((name.value.as_str(), name.span.text()), (expected, span), "{text}");
        }
        for (text, field) in [
            ("certificate Subject", CertificateField::Subject),
            ("certificate \"Expire-Date\"", CertificateField::ExpireDate),
            ("certificate serial-number", CertificateField::SerialNumber),
        ] {
            assert!(matches!(query(text), Query::Certificate(found) if found == field), "{text}");
        }
        assert!(matches!(query("link next"), Query::Link(relation) if relation.value == "next"));
        assert!(matches!(query("variable userId"), Query::Variable(name) if name.value == "userId"));
    }

    #[test]
    fn a_path_ends_at_white_space_outside_of_brackets() {
        for (text, expected) in [
            ("$.a", "$.a"),
            ("body $.a[?@.b == \"x ]\"].c", "$.a[?@.b == \"x ]\"].c"),
            ("body $.a[?(@.b && match(@.c, 'a b'))]", "$.a[?(@.b && match(@.c, 'a b'))]"),
            ("jsonpath \"$.a b\"", "$.a b"),
            ("jsonpath $.items[{{ i }}].{{ name }}", "$.items[{{ i }}].{{ name }}"),
        ] {
            assert!(matches!(query(text), Query::JsonPath(path) if path.value == expected), "{text}");
        }
        assert!(matches!(read("$.a==1").subject.query.value, Query::JsonPath(path) if path.value == "$.a"));
    }

    #[test]
    fn an_xpath_is_read_like_a_path() {
        for (text, expected) in [
            ("body //a", "//a"),
            ("body /a/b[@c = 'x ]']/text()", "/a/b[@c = 'x ]']/text()"),
            ("xpath //a[{{ i }}]/@b", "//a[{{ i }}]/@b"),
            ("xpath \"count(//a) > 1\"", "count(//a) > 1"),
        ] {
            assert!(matches!(query(text), Query::XPath(path) if path.value == expected), "{text}");
        }
        assert!(matches!(read("body //a==1").subject.query.value, Query::XPath(path) if path.value == "//a"));
    }

    #[test]
    fn reads_body_duration_and_regex() {
        assert_eq!(query("body"), Query::Body);
        assert_eq!(query("duration"), Query::Duration(Phase::Total));
        assert_eq!(query("duration wait"), Query::Duration(Phase::Wait));
        for (text, phase, name) in
            [("duration p95", Phase::Total, "p95"), ("duration wait p99.9", Phase::Wait, "p99.9")]
        {
            assert_eq!(query(text), Query::Percentile(phase, Percentile::parse(name).unwrap()));
        }
        assert_eq!(error("duration p101 < 5ms").0, "`p101` is no percentile");
        assert_eq!(error("duration hello < 5ms").0, "there is no predicate `hello`");
        assert!(matches!(query("regex /a\\/ b/i"), Query::Regex(pattern) if pattern.value == "(?i)a/ b"));
        assert!(matches!(query("regex \"a\\\\d\""), Query::Regex(pattern) if pattern.value == "a\\d"));
    }

    #[test]
    fn asks_what_was_sent() {
        assert_eq!(query("request method"), Query::Request(RequestPart::Method));
        assert_eq!(query("request url"), Query::Request(RequestPart::Url));
        assert_eq!(query("request body"), Query::Request(RequestPart::Body));
        for text in ["request header accept", "request header \"accept\""] {
            assert!(matches!(query(text), Query::Request(RequestPart::Header(name)) if name.value == "accept"));
        }
        assert_eq!(error("request == 1").0, "`request` needs an argument");
    }

    #[test]
    fn properties_of_the_body_are_paths() {
        for (text, expected) in [
            ("body user.name == Ada", "$.user.name"),
            ("body ids[0]?.id | toString == 1", "$.ids[0].id"),
            ("body a['b c'].d exists", "$.a[\"b c\"].d"),
            ("body name == Ada", "$.name"),
            ("body name not exists", "$.name"),
        ] {
            assert!(
                matches!(read(text).subject.query.value, Query::JsonPath(path) if path.value == expected),
                "{text}"
            );
        }
        for text in ["body contains x", "body not contains x", "body isString", "body exists"] {
            assert_eq!(read(text).subject.query.value, Query::Body, "{text}");
        }
    }

    #[test]
    fn reads_cookies_with_attributes() {
        for text in ["cookie session[httponly]", "cookie \"session[HttpOnly]\""] {
            let Query::Cookie(cookie) = query(text) else { panic!("{text}") };
            assert_eq!(cookie.name.value, "session");
            assert_eq!(cookie.name.span.text(), "session");
            assert_eq!(cookie.attribute.unwrap().value, "HttpOnly");
        }
        let (message, place, help) = error("cookie session[Secur] exists");
        assert_eq!(message, "a cookie has no attribute `Secur`");
        assert_eq!((place.as_str(), help.as_str()), ("Secur", "did you mean `Secure`?"));
    }

    #[test]
    fn names_what_is_near_or_missing() {
        for (text, message, help) in [
            ("statu == 200", "there is no query `statu`", "did you mean `status`?"),
            ("headers x == 1", "there is no query `headers`", "did you mean `header`?"),
            ("header == 1", "`header` needs an argument", ""),
            ("xpath == 1", "`xpath` needs an argument", ""),
            ("body //a[1 exists", "the `[` of this XPath is not closed", ""),
            ("certificate Subjects exists", "a certificate has no field `Subjects`", "did you mean `Subject`?"),
        ] {
            let (actual, _, hint) = error(text);
            assert_eq!((actual.as_str(), hint.as_str()), (message, help), "{text}");
        }
    }
}
