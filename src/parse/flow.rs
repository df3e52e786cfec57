//! What both formats say in the same words of whether and how often a request runs.

use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};
use crate::spec::{
    Assertion, Capture, Cell, Expression, Format, ITEM, Leads, MOST_REPEATS, Node, Repetition, Row, Skip, Text, Value,
};

use super::{parse_assertion, parse_subject, yaml};

/// Reads an expression, which may stand in braces: `a == 1`, `{{ a == 1 }}`.
///
/// # Errors
/// If there is nothing.
pub(super) fn expression(text: &Text) -> Result<Expression, Diagnostic> {
    let code = trimmed(text, 0..text.value.len());
    let inner = code.value.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    let code = match inner.filter(|inner| !inner.contains("{{")) {
        Some(inner) => trimmed(&code, 2..2 + inner.len()),
        None => code,
    };
    if code.value.is_empty() {
        return Err(Diagnostic::error("an expression is missing").at(&text.span, "").help("such as `user.id > 1`"));
    }
    if code.value.contains("{{") {
        let help = "names stand in it without braces and quotes, as in `stage == \"test\"`";
        return Err(Diagnostic::error("an expression holds no braces").at(&code.span, "").help(help));
    }
    Ok(Expression(code))
}

/// Why a request is left out, in words.
///
/// # Errors
/// If it holds a template: whether the request runs would not hang on its value.
pub(super) fn reason(written: Spanned<String>) -> Result<Spanned<Skip>, Diagnostic> {
    if written.value.contains("{{") {
        let help = "a condition stands in `if`, as in `if: not flag`";
        return Err(Diagnostic::error("the reason for a skip holds no braces").at(&written.span, "").help(help));
    }
    Ok(written.map(Skip::Yes))
}

/// Reads what is waited for: an assertion.
///
/// # Errors
/// If it is none.
pub(super) fn until(span: &Span, format: Format) -> Result<Box<Assertion>, Diagnostic> {
    let assertion = parse_assertion(span, format)?;
    let wording = format!("until {}", assertion.text()).into();
    Ok(Box::new(Assertion { wording: Some(wording), ..assertion }))
}

/// Reads what a loop lasts for: an expression that holds, `link next`, `next body $.next`, or
/// `next $.cursor as after`.
///
/// # Errors
/// If there is nothing, or what follows `next` is no query.
pub(super) fn lasting(text: &Text) -> Result<Repetition, Diagnostic> {
    let whole = trimmed(text, 0..text.value.len());
    let Some((word, rest)) = whole.value.split_once([' ', '\t']) else {
        return expression(text).map(Repetition::While);
    };
    let rest = trimmed(&whole, whole.value.len() - rest.len()..whole.value.len());
    match word {
        "link" if is_relation(&rest.value) => Ok(Repetition::Pages(Leads::Link(rest.span.with(rest.value)))),
        "next" if rest.is_verbatim() && begins_as_query(&rest.value) => {
            let (query, parameter) = split_parameter(&rest);
            let query = Box::new(Capture {
                name: query.span.clone().with("next".to_owned()),
                subject: parse_subject(&query.span, query.format)?,
                default: None,
                is_secret: false,
                span: query.span,
            });
            Ok(Repetition::Pages(match parameter {
                Some(parameter) => Leads::Cursor { query, parameter },
                None => Leads::Query(query),
            }))
        }
        _ => expression(text).map(Repetition::While),
    }
}

/// What stands before a last `as`, and the name of a parameter that stands after it.
fn split_parameter(text: &Text) -> (Text, Option<String>) {
    let is_name = |name: &str| {
        let in_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.$[]".contains(&byte);
        !name.is_empty() && name.bytes().all(in_name)
    };
    match text.value.rsplit_once(" as ").filter(|(_, name)| is_name(name.trim_start())) {
        Some((query, name)) => (trimmed(text, 0..query.len()), Some(name.trim_start().to_owned())),
        None => (text.clone(), None),
    }
}

/// Whether it is the name of a relation, or a URL.
fn is_relation(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether a word stands there, and no operator.
fn begins_as_query(text: &str) -> bool {
    let word = text.split(|next: char| !next.is_ascii_alphanumeric() && next != '-').next().unwrap_or_default();
    text.starts_with('$') || (!word.is_empty() && !["and", "or", "not", "is", "in", "if"].contains(&word))
}

/// Reads `item in list` or `item of list`. A list of JSON is known before the run.
///
/// # Errors
/// If it has another form.
pub(super) fn items(text: &Text) -> Result<Repetition, Diagnostic> {
    let wrong = || {
        Diagnostic::error(format!("`{}` does not say what a loop goes over", text.value))
            .at(&text.span, "")
            .help("write `user in users`, or `id in [1, 2, 3]`")
    };
    let is_space = |character: char| character == ' ' || character == '\t';
    let start = text.value.len() - text.value.trim_start().len();
    let end = text.value[start..].find(is_space).ok_or_else(wrong)? + start;
    let name = trimmed(text, start..end);
    let rest = text.value[end..].trim_start();
    let list = ["in", "of"].iter().find_map(|word| rest.strip_prefix(word).filter(|list| list.starts_with(is_space)));
    let list = trimmed(text, text.value.len() - list.ok_or_else(wrong)?.len()..text.value.len());
    if !is_name(&name.value) {
        return Err(wrong());
    }
    let name = name.span.with(name.value);
    match literal(&list) {
        Some(value) => rows(&value, Some(&name)).map(Repetition::Rows),
        None => Ok(Repetition::Items { name: Some(name), list: expression(&list)? }),
    }
}

/// Reads a list that stands in the spec as rows: an item that is a map as its members, any
/// other as one variable.
///
/// # Errors
/// If there is no row, there are too many, or they do not have the same columns.
pub(super) fn rows(list: &Value, name: Option<&Spanned<String>>) -> Result<Vec<Row>, Diagnostic> {
    let Node::List(items) = &list.node else { return Err(Diagnostic::error("this is no list").at(&list.span, "")) };
    let rows: Vec<Row> = items.iter().map(|item| row(item, name)).collect();
    if rows.is_empty() {
        return Err(Diagnostic::error("there is nothing to go over: the list is empty").at(&list.span, ""));
    }
    if rows.len() > MOST_REPEATS as usize {
        let message = format!("a list may have {MOST_REPEATS} items at most, and not {}", rows.len());
        return Err(Diagnostic::error(message).at(&list.span, ""));
    }
    match lacking(&rows) {
        Some(error) => Err(error),
        None => Ok(rows),
    }
}

fn row(item: &Value, name: Option<&Spanned<String>>) -> Row {
    let cells = match (&item.node, name) {
        (Node::Map(members), None) => {
            let cell =
                |(key, value): &(Text, Value)| (key.span.clone().with(key.value.clone()), Cell::Written(value.clone()));
            members.iter().map(cell).collect()
        }
        _ => {
            let name = name.cloned().unwrap_or_else(|| item.span.clone().with(ITEM.to_owned()));
            vec![(name, Cell::Written(item.clone()))]
        }
    };
    Row { span: item.span.clone(), cells }
}

/// The error that a row lacks what another one has, lest a variable from elsewhere takes its place.
pub(super) fn lacking(rows: &[Row]) -> Option<Diagnostic> {
    let widest = rows.iter().max_by_key(|row| row.cells.len())?;
    rows.iter().find_map(|row| {
        let has = |name: &str| row.cells.iter().any(|(own, _)| own.value == name);
        let (name, _) = widest.cells.iter().find(|(name, _)| !has(&name.value))?;
        let error = Diagnostic::error(format!("this row lacks `{}`", name.value)).at(&row.span, "");
        Some(error.at(&name.span, "another has it").help("give it to each row: `null` where there is none"))
    })
}

/// The value of a text that is JSON.
fn literal(text: &Text) -> Option<Value> {
    let is_list = text.value.starts_with('[') && serde_json::from_str::<serde::de::IgnoredAny>(&text.value).is_ok();
    if !is_list || !text.is_verbatim() {
        return None;
    }
    yaml::load_part(&text.span, text.format)
}

/// A part of a text without the white space at its ends.
pub(super) fn trimmed(text: &Text, range: Range<usize>) -> Text {
    let part = &text.value[range.clone()];
    let start = range.start + part.len() - part.trim_start().len();
    let value = part.trim().to_owned();
    let span = if text.is_verbatim() { text.span.slice(start..start + value.len()) } else { text.span.clone() };
    Text { value, span, format: text.format }
}

fn is_name(text: &str) -> bool {
    let in_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    text.bytes().next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_') && text.bytes().all(in_name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    fn text(value: &str) -> Text {
        let source = SourceFile::new("a.http", value);
        Text::new(source.span(0..value.len()).with(value.to_owned()), Format::Http)
    }

    #[test]
    fn an_expression_may_stand_in_braces() {
        for (written, expected) in
            [("a == 1", "a == 1"), (" {{ a == 1 }} ", "a == 1"), ("{{ {'a': 1}.a }}", "{'a': 1}.a")]
        {
            let Expression(code) = expression(&text(written)).unwrap();
            assert_eq!((code.value.as_str(), code.span.text()), (expected, expected));
        }
        for none in [" ", "{{ }}", "{{a}} == {{b}}", "'{{a}}' == b"] {
            assert!(expression(&text(none)).is_err(), "{none}");
        }
    }

    #[test]
    fn a_loop_lasts_while_something_holds_or_a_page_follows() {
        for (written, shown) in [
            ("link next", "link next"),
            (" link  next ", "link next"),
            ("next body $.next", "query body $.next"),
            ("next header X-Next", "query header X-Next"),
            ("next body $.next as after", "query body $.next as after"),
            ("next $.next | first  as  page[after]", "query $.next | first as page[after]"),
            ("next $['a as b']", "query $['a as b']"),
            ("next", "while next"),
            ("link == 1", "while link == 1"),
            ("next is defined", "while next is defined"),
            ("next == \"body\"", "while next == \"body\""),
            ("{{ link }}", "while link"),
        ] {
            let read = match lasting(&text(written)).unwrap() {
                Repetition::While(Expression(code)) => format!("while {}", code.value),
                Repetition::Pages(Leads::Link(relation)) => format!("link {}", relation.value),
                Repetition::Pages(Leads::Query(query)) => format!("query {}", query.span.text()),
                Repetition::Pages(Leads::Cursor { query, parameter }) => {
                    format!("query {} as {parameter}", query.span.text())
                }
                other => panic!("{other:?}"),
            };
            assert_eq!(read, shown);
        }
        for written in ["", "next nonsense $.next", "next body $.next =="] {
            assert!(lasting(&text(written)).is_err(), "{written}");
        }
    }

    #[test]
    fn a_loop_names_its_item_and_its_list() {
        for written in ["user in users", "user  of\tusers", " user in {{ users }} "] {
            let Ok(Repetition::Items { name: Some(name), list: Expression(list) }) = items(&text(written)) else {
                panic!("{written}");
            };
            assert_eq!((name.value.as_str(), list.value.as_str()), ("user", "users"));
        }
        for written in ["", "user", "user on users", "users in", "1 in users", "$x of users", "a b in c", "in list"] {
            assert!(items(&text(written)).is_err(), "{written}");
        }
    }

    #[test]
    fn a_list_of_json_is_known_before_the_run() {
        let Ok(Repetition::Rows(rows)) = items(&text("id of [1, \"b\", {\"c\": 2}]")) else { panic!("it is JSON") };
        let shown: Vec<_> = rows.iter().map(|row| (row.cells[0].0.value.as_str(), row.span.text())).collect();
        assert_eq!(shown, [("id", "1"), ("id", "\"b\""), ("id", "{\"c\": 2}")]);
        assert!(matches!(items(&text("id of [a, b]")), Ok(Repetition::Items { .. })));
        assert!(items(&text("id of []")).is_err());
    }
}
