//! Values: what a result is compared with, and what a filter takes.

use pest::Parser as _;
use pest::iterators::Pair;

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::spec::{Expected, Node, Operand, Text, Value, parse_duration, parse_size};

use super::comparison::suggest_option;
use super::encoding::{decode_base64, decode_hex, unescape};
use super::query::first;
use super::{Grammar, Reader, Rule, excerpt};

/// The flags of a regular expression, and what the `regex` crate calls them; `g`, `u`
/// and `y` of JavaScript change nothing here.
const REGEX_FLAGS: &[(char, &str)] =
    &[('i', "i"), ('m', "m"), ('s', "s"), ('x', "x"), ('U', "U"), ('g', ""), ('u', ""), ('y', "")];

impl Reader {
    /// A `value`: the rest of the text.
    pub(super) fn value(&self, pair: Pair<'_, Rule>) -> Result<Operand, Diagnostic> {
        let pair = first(pair);
        match pair.as_rule() {
            Rule::text | Rule::json_text => self.rest(&pair),
            _ => self.item(pair),
        }
    }

    /// A `pattern`: what `matches` takes.
    pub(super) fn pattern(&self, pair: Pair<'_, Rule>) -> Result<Operand, Diagnostic> {
        let pair = first(pair);
        if pair.as_rule() == Rule::text && pair.as_str().starts_with('/') {
            return Err(Diagnostic::error(format!("`{}` is no regular expression", excerpt(pair.as_str())))
                .at(&self.span_of(&pair), "")
                .help("write `/pattern/flags`, and `\\/` for a slash within it"));
        }
        match pair.as_rule() {
            Rule::text => {
                self.refuse_comment(&pair)?;
                Ok(self.operand(&pair, Expected::Value(self.text_value(&pair))))
            }
            _ => self.item(pair),
        }
    }

    /// A comment behind a text without quotes would be a part of it, which may be meant or not.
    fn refuse_comment(&self, text: &Pair<'_, Rule>) -> Result<(), Diagnostic> {
        let Some(at) = text.as_str().find(" # ").map(|at| at + 1) else { return Ok(()) };
        let message = "a text without quotes goes to the end of the line, `#` included";
        let place = self.span_of(text).slice(at..text.as_str().len());
        Err(Diagnostic::error(message)
            .at(&place, "")
            .help("put the text in quotes, with or without what follows the `#`"))
    }

    /// Any one value that has an end of its own.
    pub(super) fn item(&self, pair: Pair<'_, Rule>) -> Result<Operand, Diagnostic> {
        let expected = match pair.as_rule() {
            Rule::scalar => self.scalar(&pair)?,
            Rule::regex => self.regex(pair.clone())?,
            Rule::bytes => self.bytes(pair.clone())?,
            Rule::file | Rule::json_file => Expected::File(self.verbatim(&first(pair.clone()))),
            _ => Expected::Value(self.tree(pair.clone())?),
        };
        Ok(self.operand(&pair, expected))
    }

    fn operand(&self, pair: &Pair<'_, Rule>, value: Expected) -> Operand {
        Operand { value, span: self.span_of(pair) }
    }

    /// A text without quotes; one that begins like JSON or a quoted text must be that.
    fn rest(&self, pair: &Pair<'_, Rule>) -> Result<Operand, Diagnostic> {
        let text = pair.as_str();
        let structure = text.starts_with('[') || text.starts_with('{') && !text.starts_with("{{");
        if structure {
            let inner = Reader { span: self.span_of(pair), format: self.format };
            if let Err(error) = Grammar::parse(Rule::lone_structure, text) {
                let problem = inner.syntax_error(&error, Rule::lone_structure);
                return Err(match template_in_quotes(text) {
                    Some(template) => {
                        problem.help(format!("write {template} without the quotes around it, or with `'` within"))
                    }
                    None => suggest_option(problem, text, pair.as_rule() == Rule::json_text),
                });
            }
        }
        if let Some((encoding @ ("base64" | "hex"), payload)) = text.split_once(',')
            && !payload.contains(char::is_whitespace)
        {
            let message = format!("`{}` is not {encoding}", excerpt(payload));
            return Err(Diagnostic::error(message).at(&self.span_of(pair), "").help("quote it to say a text"));
        }
        if let Some(rest) = text.strip_prefix('"') {
            let span = self.span_of(pair);
            return Err(if rest.contains('"') {
                Diagnostic::error("a quoted text does not end where the value ends")
                    .at(&span, "")
                    .help("write `\\\"` for a quote within it")
            } else {
                Diagnostic::error("the quote is not closed").at(&span.slice(0..1), "")
            });
        }
        self.refuse_comment(pair)?;
        Ok(self.operand(pair, Expected::Value(self.text_value(pair))))
    }

    /// `true`, `5`, `500ms`, `10KiB`; what has an unknown unit is a text.
    fn scalar(&self, pair: &Pair<'_, Rule>) -> Result<Expected, Diagnostic> {
        let has_unit = pair.clone().into_inner().any(|part| part.as_rule() == Rule::unit);
        if !has_unit {
            return self.tree(first(pair.clone())).map(Expected::Value);
        }
        let text = pair.as_str();
        let quantity = parse_duration(text).map(Expected::Duration).or_else(|| parse_size(text).map(Expected::Size));
        Ok(quantity.unwrap_or_else(|| Expected::Value(self.text_value(pair))))
    }

    fn tree(&self, pair: Pair<'_, Rule>) -> Result<Value, Diagnostic> {
        let span = self.span_of(&pair);
        let node = match pair.as_rule() {
            Rule::keyword | Rule::json_keyword => keyword(pair.as_str()),
            Rule::number | Rule::json_number => Node::Number(number(pair.as_str(), &span)?),
            Rule::quoted => Node::Text(self.quoted(pair)),
            Rule::structure | Rule::element | Rule::json => return self.tree(first(pair)),
            Rule::list => Node::List(pair.into_inner().map(|element| self.tree(element)).collect::<Result<_, _>>()?),
            Rule::object => Node::Map(pair.into_inner().map(|member| self.member(member)).collect::<Result<_, _>>()?),
            _ => Node::Text(self.verbatim(&pair)),
        };
        Ok(Value { node, span })
    }

    fn member(&self, pair: Pair<'_, Rule>) -> Result<(Text, Value), Diagnostic> {
        let mut parts = pair.into_inner();
        let key = parts.next().expect("the grammar demands a key");
        let value = parts.next().expect("the grammar demands a value");
        Ok((self.quoted(key), self.tree(value)?))
    }

    /// A `regex`; one with a template in it is a text, which becomes a pattern later.
    fn regex(&self, pair: Pair<'_, Rule>) -> Result<Expected, Diagnostic> {
        let span = self.span_of(&pair);
        let text = self.pattern_text(pair)?;
        if text.value.contains("{{") {
            return Ok(Expected::Value(Value { node: Node::Text(text), span }));
        }
        Ok(Expected::Regex(text.value))
    }

    /// The pattern of a `regex`, flags written into it, or of a quoted text.
    pub(super) fn pattern_text(&self, pair: Pair<'_, Rule>) -> Result<Text, Diagnostic> {
        if pair.as_rule() != Rule::regex {
            return Ok(self.quoted(pair));
        }
        let mut parts = pair.into_inner();
        let pattern = parts.next().expect("the grammar demands a pattern");
        let flags = parts.next().expect("the grammar demands flags, which may be empty");
        let prefix = inline_flags(flags.as_str(), &self.span_of(&flags))?;
        let value = format!("{prefix}{}", pattern.as_str().replace("\\/", "/"));
        Ok(Text::new(self.span_of(&pattern).with(value), self.format))
    }

    fn bytes(&self, pair: Pair<'_, Rule>) -> Result<Expected, Diagnostic> {
        let span = self.span_of(&pair);
        let mut parts = pair.into_inner();
        let encoding = parts.next().expect("the grammar demands an encoding").as_str();
        let payload = parts.next().expect("the grammar demands a payload, which may be empty").as_str();
        let decoded = if encoding == "hex" { decode_hex(payload) } else { decode_base64(payload) };
        decoded
            .map(Expected::Bytes)
            .ok_or_else(|| Diagnostic::error(format!("`{}` is not {encoding}", excerpt(payload))).at(&span, ""))
    }

    /// A text that stands as it is.
    pub(super) fn verbatim(&self, pair: &Pair<'_, Rule>) -> Text {
        Text::new(self.span_of(pair).with(pair.as_str().to_owned()), self.format)
    }

    fn text_value(&self, pair: &Pair<'_, Rule>) -> Value {
        Value { node: Node::Text(self.verbatim(pair)), span: self.span_of(pair) }
    }

    /// What stands between quotes, escapes undone.
    pub(super) fn quoted(&self, pair: Pair<'_, Rule>) -> Text {
        let inner = first(pair);
        Text::new(self.span_of(&inner).with(unescape(inner.as_str())), self.format)
    }
}

/// A template in quotes that holds quotes itself, which end the text before it does.
fn template_in_quotes(text: &str) -> Option<&str> {
    let begins = text.match_indices("\"{{").map(|(at, _)| &text[at + 1..]);
    let whole = |rest: &'_ str| rest.find("}}").map(|end| end + "}}".len());
    let mut templates = begins.filter_map(|rest| Some(&rest[..whole(rest)?]));
    templates.find(|template| template.replace("\\\"", "").contains('"'))
}

/// What stands before a pattern for the flags that are written after it: `(?i)`.
///
/// # Errors
/// If a regular expression has no such flag.
pub(in crate::parse) fn inline_flags(flags: &str, place: &Span) -> Result<String, Diagnostic> {
    let mut known = String::new();
    for flag in flags.chars() {
        let Some((_, name)) = REGEX_FLAGS.iter().find(|(name, _)| *name == flag) else {
            return Err(Diagnostic::error(format!("a regular expression has no flag `{flag}`"))
                .at(place, "")
                .help("the flags are `i`, `m`, `s`, `x`, `U`; write `\\/` for a slash within the pattern"));
        };
        known.push_str(name);
    }
    Ok(if known.is_empty() { known } else { format!("(?{known})") })
}

fn keyword(word: &str) -> Node {
    match word {
        "true" => Node::Bool(true),
        "false" => Node::Bool(false),
        _ => Node::Null,
    }
}

fn number(text: &str, span: &Span) -> Result<serde_json::Number, Diagnostic> {
    serde_json::from_str(text).map_err(|_| Diagnostic::error(format!("the number {text} is too large")).at(span, ""))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::tests::{error, read, span};
    use super::*;
    use crate::parse::parse_operand;
    use crate::spec::{Format, Predicate};

    fn value(text: &str) -> Expected {
        match read(&format!("body == {text}")).predicate.value {
            Predicate::Equal(operand) => {
                assert_eq!(operand.span.text(), text);
                operand.value
            }
            other => panic!("{other:?}"),
        }
    }

    /// The value as JSON, templates as they are written.
    fn json(text: &str) -> serde_json::Value {
        match value(text) {
            Expected::Value(value) => plain(&value),
            other => panic!("{text}: {other:?}"),
        }
    }

    fn plain(value: &Value) -> serde_json::Value {
        match &value.node {
            Node::Null => serde_json::Value::Null,
            Node::Bool(flag) => (*flag).into(),
            Node::Number(number) => number.clone().into(),
            Node::Text(text) => text.value.clone().into(),
            Node::List(elements) => elements.iter().map(plain).collect(),
            Node::Map(members) => members.iter().map(|(key, value)| (key.value.clone(), plain(value))).collect(),
        }
    }

    #[test]
    fn reads_values_as_what_they_look_like() {
        use serde_json::json;
        for (text, expected) in [
            ("200", json!(200)),
            ("-1.5e3", json!(-1500.0)),
            ("18446744073709551615", json!(u64::MAX)),
            ("true", json!(true)),
            ("null", json!(null)),
            ("truely", json!("truely")),
            ("007", json!("007")),
            ("12 apples", json!("12 apples")),
            ("5 ms", json!("5 ms")),
            ("5px", json!("5px")),
            ("Ada Lovelace", json!("Ada Lovelace")),
            ("\"200\"", json!("200")),
            ("'a \"b\"'", json!("a \"b\"")),
            ("'tis", json!("'tis")),
            (r#""a\n\u00e9\ud83d\ude00\"\d""#, json!("a\n\u{e9}\u{1f600}\"\\d")),
            ("/api/users", json!("/api/users")),
            ("{{id}}", json!("{{id}}")),
            ("{\"a\": [1, {\"b\": {{x}}}], \"c\": \"{{y}}\"}", json!({"a": [1, {"b": "{{x}}"}], "c": "{{y}}"})),
            ("{}", json!({})),
            ("[]", json!([])),
            ("[a, b c, 1, true, \"x,y\", {{z}}]", json!(["a", "b c", 1, true, "x,y", "{{z}}"])),
        ] {
            assert_eq!(json(text), expected, "{text}");
        }
    }

    #[test]
    fn reads_quantities_bytes_and_files() {
        assert_eq!(value("500ms"), Expected::Duration(Duration::from_millis(500)));
        assert_eq!(value("10KiB"), Expected::Size(10_240));
        assert_eq!(value("base64,SGk="), Expected::Bytes(b"Hi".to_vec()));
        assert_eq!(value("base64,SGk;"), Expected::Bytes(b"Hi".to_vec()));
        assert_eq!(value("hex,4869"), Expected::Bytes(b"Hi".to_vec()));
        for text in ["file,a b.json", "file,a b.json;"] {
            assert!(matches!(value(text), Expected::File(path) if path.value == "a b.json"), "{text}");
        }
    }

    #[test]
    fn reads_patterns() {
        let pattern = |text: &str| match read(&format!("body matches {text}")).predicate.value {
            Predicate::Matches(operand) => operand.value,
            other => panic!("{other:?}"),
        };
        assert_eq!(pattern("/^a\\/b c$/gi"), Expected::Regex("(?i)^a/b c$".into()));
        assert!(
            matches!(pattern("\"^\\d+$\""), Expected::Value(Value { node: Node::Text(text), .. }) if text.value == "^\\d+$")
        );
        assert!(
            matches!(pattern("^a b"), Expected::Value(Value { node: Node::Text(text), .. }) if text.value == "^a b")
        );
        assert!(
            matches!(pattern("/{{x}}/i"), Expected::Value(Value { node: Node::Text(text), .. }) if text.value == "(?i){{x}}")
        );
    }

    #[test]
    fn text_in_quotes_knows_its_exact_place() {
        let operand = parse_operand(&span("\"{{a}} b\""), Format::Http).unwrap();
        let Expected::Value(Value { node: Node::Text(text), .. }) = operand.value else { panic!() };
        assert!(text.is_verbatim());
        assert_eq!(operand.span.text(), "\"{{a}} b\"");
    }

    #[test]
    fn says_how_a_template_with_quotes_is_written() {
        for text in ["body equals {\"a\": \"{{any.matches(\"^B\")}}\"}", "body == {\"a\": \"{{any.matches(\"^B\")}}\"}"]
        {
            let help = "write {{any.matches(\"^B\")}} without the quotes around it, or with `'` within";
            assert_eq!(error(text).2, help, "{text}");
        }
        read("body == {\"a\": {{any.matches(\"^B\")}}, \"b\": \"{{any.matches('^B')}}\"}");
    }

    #[test]
    fn says_where_a_value_breaks_off() {
        for (text, message, place) in [
            ("body == {\"a\": }", "`{\"a\": }` is not JSON", "}"),
            ("body == [1, 2", "`[1, 2` is not JSON", "2"),
            ("body == {a: 1}", "`{a: 1}` is not JSON", "a"),
            ("body == \"a\" b", "a quoted text does not end where the value ends", "\"a\" b"),
            ("body == 1e999", "the number 1e999 is too large", "1e999"),
            ("body == hex,4g", "`4g` is not hex", "hex,4g"),
            ("body == base64,a", "`a` is not base64", "base64,a"),
            (
                "body == {\"a\": \"{{any.matches(\"^B\")}}\"}",
                "`{\"a\": \"{{any.matches(\"^B\")}}\"}` is not JSON",
                "\"",
            ),
            ("body matches /a/b/", "`/a/b/` is no regular expression", "/a/b/"),
            ("body matches /a/q", "a regular expression has no flag `q`", "q"),
        ] {
            let (actual, at, _) = error(text);
            assert_eq!((actual.as_str(), at.as_str()), (message, place), "{text}");
        }
    }
}
