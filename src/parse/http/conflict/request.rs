//! Parts of a request line, and header fields, that dialects read differently.

use crate::http::{Method, Version};
use crate::spec::{Conflict, Rule};

use super::super::request_line::RequestLine;

/// Characters that may not stand in a URL (RFC 3986, 2), beside those outside of ASCII.
const ILLEGAL: [char; 9] = ['"', '<', '>', '\\', '^', '`', '{', '|', '}'];

/// A field's name, and which of its values a rule concerns.
type FieldRule = (&'static str, Rule, fn(&str) -> bool);

/// Header fields that mean more than a field to some.
pub(super) const FIELDS: &[FieldRule] = &[
    ("Authorization", Rule::Credentials, is_in_words),
    ("X-Request-Type", Rule::GraphQlField, |_| true),
    ("Accept-Encoding", Rule::ResponseDecoding, |_| true),
];

/// Notes the conflicts of a request line.
pub(super) fn read(line: &RequestLine, conflicts: &mut Vec<Conflict>) {
    let word = line.protocol_word.as_ref();
    conflicts.extend(word.map(|word| Rule::ProtocolWord.at(word)));
    if let Some(method) = &line.method {
        let is_known = Method::KNOWN.iter().any(|known| known.as_str() == method.value);
        if !is_known && !method.value.contains("{{") {
            conflicts.push(Rule::Method.at(&method.span));
        }
    }
    let target = outside_of_braces(&line.target.value);
    let is_whole = target.contains("://") || line.target.value.starts_with("{{");
    if !is_whole {
        conflicts.push(Rule::DefaultScheme.at(&line.target.span));
    }
    if target.contains(|character: char| ILLEGAL.contains(&character) || !character.is_ascii()) {
        conflicts.push(Rule::TargetOctets.at(&line.target.span));
    }
    if let Some(version) = &line.version
        && matches!(version.value, Version::Http2 | Version::Http3)
        && version.span.text().ends_with(".0")
    {
        conflicts.push(Rule::VersionName.at(&version.span));
    }
}

/// `Basic user password`, `Digest user password`, `AWS id key`.
fn is_in_words(value: &str) -> bool {
    let mut words = value.split_ascii_whitespace();
    let scheme = words.next().unwrap_or_default();
    let is_known = ["basic", "digest", "aws"].iter().any(|known| known.eq_ignore_ascii_case(scheme));
    let first = words.next().unwrap_or_default();
    is_known && !first.contains('=') && (words.next().is_some() || first.contains(':'))
}

/// A target without its references, whose values nobody knows yet.
fn outside_of_braces(target: &str) -> String {
    let mut left = String::with_capacity(target.len());
    let mut rest = target;
    while let Some((before, after)) = rest.split_once("{{") {
        left.push_str(before);
        match after.split_once("}}") {
            Some((_, after)) => rest = after,
            None => return left + "{{" + after,
        }
    }
    left + rest
}
