//! Predicates: what must hold.

use pest::iterators::{Pair, Pairs};

use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};
use crate::spec::{
    Expected, JsonComparison, Node, Operand, Predicate, Query, Schema, SchemaSource, Snapshot, Subject, Text, TypeTest,
    Value,
};

use super::comparison::{IGNORING, UNORDERED};
use super::encoding::{decode_base64, decode_hex};
use super::filter::is_filter;
use super::status::of_status;
use super::types;
use super::{Reader, Rule};

/// Makes a predicate of its value.
type WithValue = fn(Operand) -> Predicate;

/// Predicates that take a value.
const WITH_VALUE: &[(&str, WithValue)] = &[
    ("==", Predicate::Equal),
    ("===", Predicate::Equal),
    ("!=", Predicate::NotEqual),
    ("!==", Predicate::NotEqual),
    (">", Predicate::Greater),
    (">=", Predicate::GreaterOrEqual),
    ("<", Predicate::Less),
    ("<=", Predicate::LessOrEqual),
    ("contains", Predicate::Contains),
    ("includes", Predicate::Contains),
    ("startsWith", Predicate::StartsWith),
    ("endsWith", Predicate::EndsWith),
    ("matches", Predicate::Matches),
    ("in", Predicate::In),
    ("sameLines", Predicate::SameLines),
    ("equals", |operand| Predicate::Equals(Box::new(JsonComparison::with(operand)))),
    ("containsJson", |operand| Predicate::ContainsJson(Box::new(JsonComparison::with(operand)))),
];

/// Predicates that stand alone, beside the tests of [`TypeTest::NAMES`].
const ALONE: &[(&str, Predicate)] = &[("exists", Predicate::Exists), ("isEmpty", Predicate::IsEmpty)];

/// The one predicate that takes two values.
const BETWEEN: &str = "between";

/// The predicate that holds a value against a JSON Schema.
const SCHEMA: &str = "schema";

/// The predicate that compares a value with what it was before.
const SNAPSHOT: &str = "snapshot";

/// httpYac's predicates that compare the body's digest, and the query that they stand for.
const DIGESTS: &[(&str, Query, usize)] =
    &[("sha256", Query::Sha256, 32), ("sha512", Query::Sha512, 64), ("md5", Query::Md5, 16)];

/// What other languages call an operator.
const OTHER_OPERATORS: &[(&str, &str)] = &[
    ("=", "=="),
    ("<>", "!="),
    ("=~", "matches"),
    ("~", "matches"),
    ("!", "not"),
    ("=>", ">="),
    ("=<", "<="),
    ("is", "=="),
    ("be", "=="),
    ("eq", "=="),
    ("equal", "=="),
    ("ne", "!="),
    ("neq", "!="),
    ("equalTo", "=="),
    ("notEqual", "!="),
    ("notEquals", "!="),
    ("greaterThan", ">"),
    ("greaterThanOrEqual", ">="),
    ("greaterThanOrEquals", ">="),
    ("lessThan", "<"),
    ("lessThanOrEqual", "<="),
    ("lessThanOrEquals", "<="),
    ("gt", ">"),
    ("gte", ">="),
    ("ge", ">="),
    ("lt", "<"),
    ("lte", "<="),
    ("le", "<="),
    ("has", "contains"),
    ("match", "matches"),
    ("regex", "matches"),
    ("isInt", "isInteger"),
    ("isBool", "isBoolean"),
    ("isNone", "isNull"),
    ("oneOf", "in"),
    ("ignore", "ignoring"),
    ("except", "ignoring"),
];

/// A predicate, and what it does to the query before it.
pub(super) struct Claim {
    pub(super) predicate: Spanned<Predicate>,
    pub(super) negated: bool,
    /// The query that takes the place of `body` or `bytes`.
    pub(super) digest: Option<Query>,
}

impl Claim {
    /// Joins the predicate to its subject: `body sha256 …` asks for the digest, and
    /// `status == 2xx` for a class.
    ///
    /// # Errors
    /// If a digest is not asked of the body.
    pub(super) fn applied_to(mut self, mut subject: Subject) -> Result<(Subject, Self), Diagnostic> {
        if let Some(digest) = self.digest.take() {
            if !matches!(subject.query.value, Query::Body | Query::Bytes) || !subject.filters.is_empty() {
                let error = Diagnostic::error("only the body has a digest").at(&self.predicate.span, "");
                return Err(error.help("a filter gives that of another text, as in `| sha256 == …`"));
            }
            subject.query.value = digest;
        }
        if subject.query.value == Query::Status && subject.filters.is_empty() {
            let (predicate, differs) = of_status(self.predicate.value)?;
            self.predicate.value = predicate;
            self.negated ^= differs;
        }
        types::check(&subject, &self.predicate.value)?;
        Ok((subject, self))
    }
}

impl Reader {
    pub(super) fn predicate(&self, pair: Pair<'_, Rule>) -> Result<Claim, Diagnostic> {
        let span = self.span_of(&pair);
        let mut pairs = pair.into_inner().peekable();
        let negated = pairs.next_if(|pair| pair.as_rule() == Rule::negation).is_some();
        let pair = pairs.next().expect("the grammar demands a predicate");
        let rule = pair.as_rule();
        let start = pair.as_span().start() - (span.range().start - self.span.range().start);
        let span = span.slice(start..span.text().len());
        let mut parts = pair.into_inner();
        let name = parts.next().expect("the grammar demands a predicate's name");
        let (predicate, digest) = match rule {
            Rule::between => (self.between(&name, parts)?, None),
            Rule::json_predicate => {
                let mut parts = parts.peekable();
                let value = parts.next_if(|part| part.as_rule() == Rule::json_value);
                let (predicate, digest) = self.with_value(&name, value)?;
                (self.with_options(predicate, parts)?, digest)
            }
            Rule::snapshot => (self.snapshot(parts)?, None),
            Rule::plain_predicate => {
                let unknown = || unknown_predicate(name.as_str(), &self.span_of(&name));
                (lone_predicate(name.as_str()).ok_or_else(unknown)?, None)
            }
            _ => self.with_value(&name, parts.next())?,
        };
        if negated {
            refuse_denial(&predicate, &span)?;
        }
        Ok(Claim { predicate: span.with(predicate), negated, digest })
    }

    /// What follows `snapshot`: a name, and what is redacted.
    fn snapshot(&self, parts: Pairs<'_, Rule>) -> Result<Predicate, Diagnostic> {
        let mut snapshot = Snapshot::default();
        for part in parts {
            if part.as_rule() == Rule::snapshot_name {
                let name = super::query::first(part);
                let name = if name.as_rule() == Rule::quoted { self.quoted(name) } else { self.verbatim(&name) };
                snapshot.name = Some(name);
                continue;
            }
            let place = self.span_of(&part);
            snapshot.redacted = part.into_inner().skip(1).map(|path| self.verbatim(&path)).collect();
            if snapshot.redacted.is_empty() {
                let error = Diagnostic::error("`redact` needs an argument").at(&place, "a JSONPath is missing");
                return Err(error.help("write what may be anything, as in `redact $.id, $.createdAt`"));
            }
        }
        Ok(Predicate::Snapshot(snapshot))
    }

    fn with_value(
        &self,
        name: &Pair<'_, Rule>,
        value: Option<Pair<'_, Rule>>,
    ) -> Result<(Predicate, Option<Query>), Diagnostic> {
        let span = self.span_of(name);
        let word = name.as_str();
        let digest = DIGESTS.iter().find(|(known, _, _)| *known == word);
        let make = predicate_with_value(word);
        if digest.is_none() && make.is_none() && word != SCHEMA {
            return Err(unknown_predicate(word, &span));
        }
        let Some(value) = value else {
            let help =
                if word == "==" { "write `\"\"` or `isEmpty` for an empty text" } else { "write a value after it" };
            return Err(Diagnostic::error(format!("`{word}` needs an argument"))
                .at(&span, "a value is missing")
                .help(help));
        };
        if word == SCHEMA {
            return Ok((schema(self.value(value)?)?, None));
        }
        let operand = if value.as_rule() == Rule::pattern { self.pattern(value)? } else { self.value(value)? };
        match (digest, make) {
            (Some((_, query, length)), _) => {
                Ok((Predicate::Equal(digest_operand(operand, *length)?), Some(query.clone())))
            }
            (None, Some(make)) => Ok((make(operand), None)),
            (None, None) => Err(unknown_predicate(word, &span)),
        }
    }

    fn between(&self, name: &Pair<'_, Rule>, mut bounds: Pairs<'_, Rule>) -> Result<Predicate, Diagnostic> {
        let (Some(low), Some(high)) = (bounds.next(), bounds.next()) else {
            return Err(Diagnostic::error("`between` needs two values")
                .at(&self.span_of(name), "")
                .help("write both bounds, as in `between 1 5`"));
        };
        let bounds = [self.item(super::query::first(low))?, self.item(super::query::first(high))?];
        Ok(Predicate::Between(Box::new(bounds)))
    }
}

/// Refuses that a predicate is denied of which that makes no sense.
pub(in crate::parse) fn refuse_denial(predicate: &Predicate, place: &Span) -> Result<(), Diagnostic> {
    match predicate {
        Predicate::Snapshot(_) => {
            let error = Diagnostic::error("`not` cannot be used with `snapshot`").at(place, "");
            Err(error.help("say what must not be with another predicate, as in `!=`"))
        }
        _ => Ok(()),
    }
}

/// The predicate that a value is as a schema says: one in a file, or one that stands here.
///
/// # Errors
/// If the operand is neither.
pub(in crate::parse) fn schema(operand: Operand) -> Result<Predicate, Diagnostic> {
    let source = match operand.value {
        Expected::File(path) | Expected::Untyped(path) => SchemaSource::File(path),
        Expected::Value(value) => match value.node {
            Node::Text(path) => SchemaSource::File(path),
            Node::Map(_) | Node::Bool(_) => SchemaSource::Inline(value),
            Node::Null | Node::Number(_) | Node::List(_) => return Err(no_schema(&operand.span)),
        },
        Expected::Regex(_) | Expected::Bytes(_) | Expected::Duration(_) | Expected::Size(_) => {
            return Err(no_schema(&operand.span));
        }
    };
    if let SchemaSource::File(path) = &source
        && path.value.contains("{{")
    {
        let message = "the path of a schema holds no template, as schemas are read before the run";
        return Err(Diagnostic::error(message).at(&path.span, ""));
    }
    Ok(Predicate::Schema(Schema { source, compiled: None }))
}

fn no_schema(place: &Span) -> Diagnostic {
    Diagnostic::error(format!("`{}` is no schema", super::excerpt(place.text()))).at(place, "").help(
        "write the path of a file, as in `schema user.schema.json`, or the schema itself: `{\"type\": \"object\"}`",
    )
}

/// What makes the predicate of a name that takes a value.
pub(in crate::parse) fn predicate_with_value(name: &str) -> Option<WithValue> {
    WITH_VALUE.iter().find(|(known, _)| *known == name).map(|&(_, make)| make)
}

/// The predicate of a name that takes none.
pub(in crate::parse) fn lone_predicate(name: &str) -> Option<Predicate> {
    let alone = ALONE.iter().find(|(known, _)| *known == name).map(|(_, predicate)| predicate.clone());
    let test = || TypeTest::NAMES.iter().find(|(known, _)| *known == name).map(|&(_, test)| Predicate::Is(test));
    alone.or_else(test)
}

/// The error of a name that no predicate has.
pub(in crate::parse) fn unknown_predicate(name: &str, span: &Span) -> Diagnostic {
    let diagnostic = Diagnostic::error(format!("there is no predicate `{name}`")).at(span, "");
    if let Some((_, known)) = OTHER_OPERATORS.iter().find(|(other, _)| *other == name) {
        return diagnostic.help(format!("did you mean `{known}`?"));
    }
    if is_filter(name) {
        return diagnostic
            .help(format!("`{name}` is a filter, which stands behind a query and a `|`: `$.list | {name}`"));
    }
    let known = WITH_VALUE.iter().map(|&(name, _)| name).chain(ALONE.iter().map(|&(name, _)| name));
    let tests = TypeTest::NAMES.iter().map(|&(name, _)| name);
    diagnostic.suggest(name, known.chain(tests).chain([BETWEEN, SCHEMA, SNAPSHOT, "not", IGNORING, UNORDERED]))
}

/// Whether a predicate compares the body's digest.
pub(super) fn is_digest(name: &str) -> bool {
    DIGESTS.iter().any(|(known, ..)| *known == name)
}

/// The claim that the body has a digest.
///
/// # Errors
/// If the operand is none.
pub(super) fn digest_claim(name: &str, operand: Operand, span: &Span) -> Result<Claim, Diagnostic> {
    let found = DIGESTS.iter().find(|(known, ..)| *known == name);
    let (_, query, length) = found.expect("the name is one of a digest");
    let predicate = Predicate::Equal(digest_operand(operand, *length)?);
    Ok(Claim { predicate: span.clone().with(predicate), negated: false, digest: Some(query.clone()) })
}

/// The digest that httpYac's `sha256 …` names.
fn digest_operand(operand: Operand, length: usize) -> Result<Operand, Diagnostic> {
    let (Expected::Value(Value { node: Node::Text(text), .. }) | Expected::Untyped(text)) = &operand.value else {
        return Ok(operand);
    };
    Ok(Operand { value: Expected::Bytes(digest(text, length)?), span: operand.span })
}

/// Reads a digest in base64 or in hexadecimal.
///
/// # Errors
/// If it is none, or has another length.
pub(in crate::parse) fn digest(text: &Text, length: usize) -> Result<Vec<u8>, Diagnostic> {
    let decoded = decode_hex(&text.value).or_else(|| decode_base64(&text.value));
    decoded.filter(|bytes| bytes.len() == length).ok_or_else(|| {
        Diagnostic::error(format!("`{}` is no digest of {length} bytes", super::excerpt(&text.value)))
            .at(&text.span, "")
            .help("write it in base64 or in hexadecimal")
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{error, read};
    use super::*;

    #[test]
    fn the_grammar_reads_every_predicate() {
        for (name, _) in WITH_VALUE {
            let value = if *name == "in" { "[a]" } else { "\"a\"" };
            let assertion = read(&format!("body {name} {value}"));
            assert_eq!(assertion.predicate.span.text(), format!("{name} {value}"));
        }
        for (name, predicate) in ALONE {
            assert_eq!(read(&format!("body {name}")).predicate.value, *predicate);
        }
        for (name, test) in TypeTest::NAMES {
            assert_eq!(read(&format!("body {name}")).predicate.value, Predicate::Is(*test));
        }
        assert!(matches!(read("body between 1 5ms").predicate.value, Predicate::Between(..)));
    }

    #[test]
    fn negates() {
        let assertion = read("header content-type not contains json");
        assert!(assertion.negated);
        assert_eq!(assertion.predicate.span.text(), "contains json");
        assert!(read("status not == 200").negated);
        assert!(!read("body == not").negated);
    }

    #[test]
    fn reads_schemas_and_the_paths_of_schemas() {
        for text in ["./user.schema.json", "\"a b.json\"", "file,user.yaml"] {
            let Predicate::Schema(schema) = read(&format!("$.user schema {text}")).predicate.value else {
                panic!("{text}")
            };
            assert!(matches!(schema.source, SchemaSource::File(_)), "{text}");
        }
        for text in ["{\"type\": \"object\"}", "true", "{}"] {
            let Predicate::Schema(schema) = read(&format!("body schema {text}")).predicate.value else {
                panic!("{text}")
            };
            assert!(matches!(schema.source, SchemaSource::Inline(_)), "{text}");
        }
    }

    #[test]
    fn reads_snapshots_their_names_and_what_is_redacted() {
        for (text, name, redacted) in [
            ("body snapshot", None, &[][..]),
            ("body snapshot users.json", Some("users.json"), &[]),
            ("$.user snapshot \"a b.json\" redact $.id", Some("a b.json"), &["$.id"]),
            ("body user snapshot redact $.id, $..at ,$['a b']", None, &["$.id", "$..at", "$['a b']"]),
            ("body snapshot {{name}}.json", Some("{{name}}.json"), &[]),
        ] {
            let Predicate::Snapshot(snapshot) = read(text).predicate.value else { panic!("{text}") };
            assert_eq!(snapshot.name.as_ref().map(|name| name.value.as_str()), name, "{text}");
            let paths: Vec<&str> = snapshot.redacted.iter().map(|path| path.value.as_str()).collect();
            assert_eq!(paths, redacted, "{text}");
        }
    }

    #[test]
    fn reads_digests_the_way_of_httpyac() {
        for value in [
            "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ] {
            let assertion = read(&format!("body sha256 {value}"));
            assert_eq!(assertion.subject.query.value, Query::Sha256);
            assert!(
                matches!(assertion.predicate.value, Predicate::Equal(Operand { value: Expected::Bytes(bytes), .. }) if bytes.len() == 32)
            );
        }
        assert_eq!(error("body md5 abc").0, "`abc` is no digest of 16 bytes");
        assert_eq!(error("body sha512 abc").0, "`abc` is no digest of 64 bytes");
        assert_eq!(error("header a md5 abc").0, "`abc` is no digest of 16 bytes");
        assert_eq!(error("header a md5 ungWv48Bz+pBQUDeXa4iIw==").0, "only the body has a digest");
    }

    #[test]
    fn says_what_is_wrong_with_a_predicate() {
        for (text, message, help) in [
            ("status = 200", "there is no predicate `=`", "did you mean `==`?"),
            ("status ==== 200", "there is no predicate `====`", "did you mean `===`?"),
            ("body contain x", "there is no predicate `contain`", "did you mean `contains`?"),
            ("body isinteger", "there is no predicate `isinteger`", "did you mean `isInteger`?"),
            (
                "jsonpath \"$.x\" count == 3",
                "there is no predicate `count`",
                "`count` is a filter, which stands behind a query and a `|`: `$.list | count`",
            ),
            ("body exist", "there is no predicate `exist`", "did you mean `exists`?"),
            ("body shema a.json", "there is no predicate `shema`", "did you mean `schema`?"),
            ("body schema", "`schema` needs an argument", "write a value after it"),
            (
                "body schema {{kind}}.json",
                "the path of a schema holds no template, as schemas are read before the run",
                "",
            ),
            (
                "body schema [1]",
                "`[1]` is no schema",
                "write the path of a file, as in `schema user.schema.json`, or the schema itself: `{\"type\": \"object\"}`",
            ),
            (
                "body not snapshot",
                "`not` cannot be used with `snapshot`",
                "say what must not be with another predicate, as in `!=`",
            ),
            (
                "body snapshot redact",
                "`redact` needs an argument",
                "write what may be anything, as in `redact $.id, $.createdAt`",
            ),
            ("body snapshot a.json b", "unexpected `b`", ""),
            ("body contains", "`contains` needs an argument", "write a value after it"),
            ("body between 1", "`between` needs two values", "write both bounds, as in `between 1 5`"),
        ] {
            let (actual, _, hint) = error(text);
            assert_eq!((actual.as_str(), hint.as_str()), (message, help), "{text}");
        }
    }
}
