//! Parts of a request line, and header fields, that dialects read differently.

use crate::http::Method;
use crate::source::Span;
use crate::spec::{Conflict, HeaderField, Rule};

use super::super::line::outside_of_braces;
use super::super::request_line::{self, Draft};

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

/// Notes the conflicts of a request line, be it one in its dialect or not.
pub(in super::super) fn read(line: &Draft, fields: &[HeaderField], conflicts: &mut Vec<Conflict>) {
    if let Some(word) = &line.method {
        let is_known = Method::KNOWN.iter().any(|known| known.as_str() == word.text());
        if request_line::protocol(word).is_some() {
            conflicts.push(Rule::ProtocolWord.at(word));
        } else if !is_known && !word.text().contains("{{") {
            conflicts.push(Rule::Method.at(word));
        }
    }
    conflicts.extend(line.extra_space().map(|space| Rule::RequestLineSpace.at(&space)));
    if let Some(target) = line.target.first() {
        read_target(target, fields, conflicts);
    }
    let version = line.version.as_ref();
    conflicts.extend(
        version
            .filter(|version| version.text().ends_with("3.0") || version.text().ends_with("2.0"))
            .map(|version| Rule::VersionName.at(version)),
    );
}

fn read_target(target: &Span, fields: &[HeaderField], conflicts: &mut Vec<Conflict>) {
    let written = outside_of_braces(target.text());
    let is_whole = written.contains("://") || target.text().starts_with("{{");
    if !is_whole {
        conflicts.push(Rule::DefaultScheme.at(target));
    }
    let host = fields.iter().find(|field| field.name.value.eq_ignore_ascii_case("host"));
    match host {
        Some(host) if !target.text().starts_with('/') => conflicts.push(Rule::HostField.at(&host.name.span)),
        None if target.text().starts_with('/') => conflicts.push(Rule::LonePath.at(target)),
        _ => {}
    }
    if written.contains(|character: char| ILLEGAL.contains(&character) || !character.is_ascii()) {
        conflicts.push(Rule::TargetOctets.at(target));
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
