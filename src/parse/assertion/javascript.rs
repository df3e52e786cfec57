//! Assertions in the words of httpYac: `?? js expression predicate value`, and all `??` lines
//! of its dialect.
//!
//! The last predicate on the line is the one that is meant. A value has no type of its own: it
//! takes that of what it is compared with.

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::spec::{
    Assertion, Expected, Format, JsonComparison, Operand, Predicate, Query, Severity, Subject, Text, TypeTest,
};

use super::predicate::{Claim, digest_claim, is_digest};
use super::{Reader, Rule, expect_pair, lone_predicate, parse_subject, predicate_with_value};

/// The predicates that httpYac has, longer ones before those that they begin with.
const PREDICATES: &[&str] = &[
    "startsWith",
    "endsWith",
    "includes",
    "contains",
    "isBoolean",
    "isNumber",
    "isString",
    "isArray",
    "isFalse",
    "matches",
    "isTrue",
    "equals",
    "exists",
    "sha256",
    "sha512",
    "md5",
    "===",
    "!==",
    "==",
    "!=",
    ">=",
    "<=",
    ">",
    "<",
];

/// Whether an assertion asks for the value of an expression in JavaScript.
pub(super) fn asks(text: &str) -> bool {
    text.strip_prefix("js").is_some_and(|rest| rest.starts_with([' ', '\t']))
}

/// Reads `js expression predicate value`.
///
/// # Errors
/// If it has no predicate, or one that is none.
pub(super) fn read(reader: &Reader) -> Result<Assertion, Diagnostic> {
    let (subject, claimed) = split(&reader.span).ok_or_else(|| reader.no_predicate(&reader.span))?;
    let subject = expression(&subject);
    let inner = Reader { span: claimed, format: reader.format };
    let mut pairs = inner.parse(Rule::lone_predicate)?;
    let claim = inner.predicate(expect_pair(&mut pairs, Rule::predicate))?;
    inner.refuse_leftover(&mut pairs)?;
    let claim = Claim { predicate: claim.predicate.map(|predicate| retyped(predicate, is_bare)), ..claim };
    assertion(reader, subject, lenient(claim))
}

/// Reads a `??` line as httpYac does.
///
/// # Errors
/// If it has no predicate, or asks for nothing that is known.
pub fn parse_httpyac_assertion(span: &Span) -> Result<Assertion, Diagnostic> {
    let reader = Reader::new(span, Format::Http);
    let (subject, claimed) = split(&reader.span).ok_or_else(|| reader.no_predicate(&reader.span))?;
    let subject = match asks(subject.text()) {
        true => expression(&subject),
        false => member(&subject).map_or_else(|| parse_subject(&subject, Format::Http), Ok)?,
    };
    let claim = lenient(claim(&claimed)?);
    assertion(&reader, subject, claim)
}

fn assertion(reader: &Reader, subject: Subject, claim: Claim) -> Result<Assertion, Diagnostic> {
    let (subject, claim) = claim.applied_to(subject)?;
    let Claim { predicate, negated, .. } = claim;
    let severity = Severity::default();
    Ok(Assertion { subject, predicate, negated, severity, wording: None, span: reader.span.clone() })
}

/// The subject that the code after `js` stands for.
fn expression(subject: &Span) -> Subject {
    let text = subject.text();
    let start = text.len() - text["js".len()..].trim_start().len();
    let query = Query::JavaScript(subject.slice(start..text.len()));
    Subject { query: subject.clone().with(query), filters: Vec::new() }
}

/// What `body name` asks for, since nothing that follows can tell the name from a predicate.
fn member(subject: &Span) -> Option<Subject> {
    let text = subject.text();
    let name = text.strip_prefix("body")?.trim_start();
    let is_name = !name.is_empty() && name.chars().all(|next| next.is_ascii_alphanumeric() || next == '_');
    (is_name && name.len() + "body".len() < text.len()).then(|| {
        let place = subject.slice(text.len() - name.len()..text.len());
        let path = Text::new(place.with(format!("$.{name}")), Format::Http);
        Subject { query: subject.clone().with(Query::JsonPath(path)), filters: Vec::new() }
    })
}

/// What is asked, and what is claimed of it: the last predicate on the line begins the claim.
fn split(span: &Span) -> Option<(Span, Span)> {
    let text = span.text();
    let mut words = text.rmatch_indices([' ', '\t']).map(|(at, _)| at + 1);
    let last = words.find(|&at| predicate_at(&text[at..]).is_some())?;
    let negated = text[..last].trim_end().strip_suffix("not").filter(|before| before.ends_with([' ', '\t']));
    let at = negated.map_or(last, str::len);
    let subject = text[..at].trim_end().len();
    (subject > 0).then(|| (span.slice(0..subject), span.slice(at..text.len())))
}

/// The predicate that a text begins with.
fn predicate_at(text: &str) -> Option<&'static str> {
    PREDICATES.iter().copied().find(|predicate| {
        let is_word = predicate.ends_with(|last: char| last.is_alphanumeric());
        let rest = text.strip_prefix(predicate);
        rest.is_some_and(|rest| !is_word || rest.is_empty() || rest.starts_with([' ', '\t']))
    })
}

/// What is claimed, the value as it stands.
fn claim(span: &Span) -> Result<Claim, Diagnostic> {
    let positive = span.text().strip_prefix("not").map_or(span.text(), str::trim_start);
    let negated = positive.len() < span.text().len();
    let word = predicate_at(positive).expect("the claim has a predicate");
    let rest = positive[word.len()..].trim_start();
    let value = span.slice(span.text().len() - rest.len()..span.text().len());
    let operand = Operand { value: Expected::Untyped(text(&value)), span: value.clone() };
    if is_digest(word) {
        return digest_claim(word, operand, span);
    }
    let made = predicate_with_value(word).map(|make| make(operand)).or_else(|| lone_predicate(word));
    let predicate = made.expect("each of the predicates is known");
    Ok(Claim { predicate: span.clone().with(predicate), negated, digest: None })
}

fn text(span: &Span) -> Text {
    Text::new(span.clone().with(span.text().to_owned()), Format::Http)
}

/// `exists`, `isTrue` and `isFalse` as JavaScript has it: 0, `""` and null are false.
fn lenient(claim: Claim) -> Claim {
    let truthy = |negated: bool, claim: Claim| Claim {
        predicate: claim.predicate.map(|_| Predicate::Truthy),
        negated: claim.negated != negated,
        ..claim
    };
    match claim.predicate.value {
        Predicate::Exists | Predicate::Is(TypeTest::True) => truthy(false, claim),
        Predicate::Is(TypeTest::False) => truthy(true, claim),
        _ => claim,
    }
}

/// Whether a value stands there without quotes and brackets.
fn is_bare(operand: &Operand) -> bool {
    let is_plain = matches!(operand.value, Expected::Value(_) | Expected::Duration(_) | Expected::Size(_));
    is_plain && !operand.span.text().starts_with(['"', '\'', '[', '{'])
}

/// The predicate, its value without a type where `is_untyped` says so.
fn retyped(predicate: Predicate, is_untyped: fn(&Operand) -> bool) -> Predicate {
    let change = |operand: Operand| match is_untyped(&operand) {
        true => Operand { value: Expected::Untyped(text(&operand.span)), span: operand.span },
        false => operand,
    };
    match predicate {
        Predicate::Equal(operand) => Predicate::Equal(change(operand)),
        Predicate::NotEqual(operand) => Predicate::NotEqual(change(operand)),
        Predicate::Greater(operand) => Predicate::Greater(change(operand)),
        Predicate::GreaterOrEqual(operand) => Predicate::GreaterOrEqual(change(operand)),
        Predicate::Less(operand) => Predicate::Less(change(operand)),
        Predicate::LessOrEqual(operand) => Predicate::LessOrEqual(change(operand)),
        Predicate::Contains(operand) => Predicate::Contains(change(operand)),
        Predicate::Equals(comparison) => {
            Predicate::Equals(Box::new(JsonComparison { expected: change(comparison.expected), ..*comparison }))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{error, read, span};
    use super::*;

    /// The query and the value of an assertion, and whether it is negated.
    fn shown(assertion: &Assertion) -> (String, String, bool) {
        let value = match &assertion.predicate.value {
            Predicate::Equal(operand) | Predicate::Greater(operand) | Predicate::Contains(operand) => {
                match &operand.value {
                    Expected::Untyped(text) => format!("~{}", text.value),
                    _ => operand.span.text().to_owned(),
                }
            }
            other => format!("{other:?}"),
        };
        let query = match &assertion.subject.query.value {
            Query::JavaScript(code) => format!("js {}", code.text()),
            other => format!("{other:?}"),
        };
        (query, value, assertion.negated)
    }

    #[test]
    fn the_last_predicate_is_the_one_that_is_meant() {
        for (text, query, value, negated) in [
            ("js response.parsedBody.a == 1", "js response.parsedBody.a", "~1", false),
            ("js  a === \"b\" == true", "js a === \"b\"", "~true", false),
            ("js a == b > c", "js a == b", "~c", false),
            ("js a == \"b c\"", "js a", "\"b c\"", false),
            ("js a == [1]", "js a", "[1]", false),
            ("js a exists", "js a", "Truthy", false),
            ("js a isFalse", "js a", "Truthy", true),
            ("js a not contains 5ms", "js a", "~5ms", true),
            ("js a.includes('x') isTrue", "js a.includes('x')", "Truthy", false),
        ] {
            assert_eq!(shown(&read(text)), (query.to_owned(), value.to_owned(), negated), "{text}");
        }
        assert_eq!(error("js a").0, "`js a` has no predicate");
        assert_eq!(error("js a isinteger").0, "`js a isinteger` has no predicate");
    }

    #[test]
    fn values_of_the_dialect_stand_as_they_are() {
        for (text, query, value, negated) in [
            ("status == 200", "Status", "~200", false),
            ("body == \"a\"", "Body", "~\"a\"", false),
            ("status not equals 200", "Status", "Equals(JsonComparison", true),
            ("header a exists", "Header(", "Truthy", false),
            ("js a == b", "js a", "~b", false),
            ("body token isString", "JsonPath(\"$.token\"", "Is(String)", false),
            ("body token == 5", "JsonPath(\"$.token\"", "~5", false),
        ] {
            let found = shown(&parse_httpyac_assertion(&span(text)).unwrap());
            let matches = found.0.starts_with(query) && found.1.starts_with(value) && found.2 == negated;
            assert!(matches, "{text}: {found:?}");
        }
    }
}
