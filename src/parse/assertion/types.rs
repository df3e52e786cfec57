//! What can be told of the types in an assertion before there is a response: what has no
//! order, and units that are none.

use crate::diagnostic::Diagnostic;
use crate::spec::{
    Expected, FilterName, Node, Operand, Predicate, Query, Subject, Value, duration_units, parse_duration, parse_size,
    size_units,
};

use super::excerpt;

/// What a subject is known to be, whatever comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Number,
    /// A number of bytes.
    Size,
    Duration,
    Date,
    Bytes,
    /// What the response says.
    Unknown,
}

impl Kind {
    fn of(subject: &Subject) -> Self {
        match subject.filters.last() {
            Some(filter) => Self::of_filter(&filter.name),
            None => Self::of_query(&subject.query.value),
        }
    }

    fn of_filter(filter: &FilterName) -> Self {
        match filter {
            FilterName::Count | FilterName::ToInt | FilterName::ToFloat => Self::Number,
            FilterName::DaysAfterNow | FilterName::DaysBeforeNow => Self::Number,
            FilterName::ToDate => Self::Date,
            FilterName::Base64Decode | FilterName::Base64UrlSafeDecode | FilterName::Utf8Encode => Self::Bytes,
            _ => Self::Unknown,
        }
    }

    fn of_query(query: &Query) -> Self {
        match query {
            Query::Status | Query::Redirects => Self::Number,
            Query::Size => Self::Size,
            Query::Duration(_) | Query::Percentile(..) => Self::Duration,
            Query::Bytes | Query::RawBytes | Query::Sha256 | Query::Sha512 | Query::Md5 => Self::Bytes,
            _ => Self::Unknown,
        }
    }

    /// As messages name it.
    fn name(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Size => "a number of bytes",
            Self::Duration => "a duration",
            Self::Date => "a date",
            Self::Bytes => "bytes",
            Self::Unknown => "of any type",
        }
    }

    /// Whether it may have an order beside what is written; a text may be a number or a date of its own.
    fn may_order(self, literal: Literal) -> bool {
        match (self, literal) {
            (_, Literal::Unordered(_)) | (Self::Bytes, _) => false,
            (Self::Number | Self::Size, literal) => matches!(literal, Literal::Number | Literal::Size),
            (Self::Duration, literal) => matches!(literal, Literal::Number | Literal::Duration),
            (Self::Date, literal) => matches!(literal, Literal::Text),
            (Self::Unknown, _) => true,
        }
    }
}

/// What an operand is as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Literal {
    Number,
    Duration,
    Size,
    Text,
    /// What never has an order.
    Unordered(&'static str),
}

impl Literal {
    /// Nothing, where it shows but when it is used.
    fn of(operand: &Operand) -> Option<Self> {
        Some(match &operand.value {
            Expected::Duration(_) => Self::Duration,
            Expected::Size(_) => Self::Size,
            Expected::Bytes(_) => Self::Unordered("bytes"),
            Expected::Regex(_) => Self::Unordered("a regular expression"),
            Expected::Untyped(_) | Expected::File(_) => return None,
            Expected::Value(value) => match &value.node {
                Node::Number(_) => Self::Number,
                Node::Text(text) if text.value.contains("{{") || text.value.contains("{%") => return None,
                Node::Text(_) => Self::Text,
                Node::Null => Self::Unordered("null"),
                Node::Bool(_) => Self::Unordered("a boolean"),
                Node::List(_) => Self::Unordered("a list"),
                Node::Map(_) => Self::Unordered("an object"),
            },
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Duration => "a duration",
            Self::Size => "a size",
            Self::Text => "a text",
            Self::Unordered(name) => name,
        }
    }
}

/// Refuses what can never be compared, whatever the response is.
///
/// # Errors
/// Both types, at the operand.
pub(in crate::parse) fn check(subject: &Subject, predicate: &Predicate) -> Result<(), Diagnostic> {
    let kind = Kind::of(subject);
    match predicate {
        Predicate::Greater(operand)
        | Predicate::GreaterOrEqual(operand)
        | Predicate::Less(operand)
        | Predicate::LessOrEqual(operand) => check_order(subject, kind, operand),
        Predicate::Between(bounds) => {
            bounds.iter().try_for_each(|bound| check_order(subject, kind, bound))?;
            check_range(bounds)
        }
        Predicate::Equal(operand) | Predicate::NotEqual(operand) => {
            check_quantity(kind, operand)?;
            check_number(subject, kind, operand)
        }
        Predicate::In(operand) | Predicate::StatusIn(operand) => {
            check_list(operand)?;
            check_units(kind, operand)
        }
        _ => Ok(()),
    }
}

fn check_order(subject: &Subject, kind: Kind, operand: &Operand) -> Result<(), Diagnostic> {
    check_quantity(kind, operand)?;
    let Some(literal) = Literal::of(operand).filter(|literal| !kind.may_order(*literal) && !is_duration(kind, operand))
    else {
        return Ok(());
    };
    let last = subject.filters.last().map_or(&subject.query.span, |filter| &filter.span);
    let asked = excerpt(subject.query.span.to(last).text());
    let written = excerpt(operand.span.text());
    let message = match kind {
        Kind::Unknown | Kind::Bytes if matches!(literal, Literal::Unordered(_)) => {
            format!("`{written}` is {}, which has no order", literal.name())
        }
        Kind::Bytes => format!("`{asked}` is bytes, which have no order"),
        _ => format!("`{asked}` is {}, which cannot be ordered against `{written}`, {}", kind.name(), literal.name()),
    };
    Err(Diagnostic::error(message).at(&operand.span, ""))
}

/// A range that holds nothing: `between 9 1`.
fn check_range(bounds @ [low, high]: &[Operand; 2]) -> Result<(), Diagnostic> {
    let [Some(least), Some(most)] = bounds.each_ref().map(amount) else { return Ok(()) };
    if least <= most {
        return Ok(());
    }
    let (low, high) = (&low.span, &high.span);
    let message = format!("nothing is between {} and {}", excerpt(low.text()), excerpt(high.text()));
    let help = format!("write the lower bound first: `between {} {}`", high.text(), low.text());
    Err(Diagnostic::error(message).at(&low.to(high), "").help(help))
}

/// How much an operand is, where that is written: durations in milliseconds.
fn amount(operand: &Operand) -> Option<f64> {
    match &operand.value {
        Expected::Duration(duration) => Some(duration.as_secs_f64() * 1000.0),
        Expected::Size(size) => Some(*size as f64),
        Expected::Value(Value { node: Node::Number(number), .. }) => number.as_f64(),
        _ => None,
    }
}

/// A quoted duration is a duration beside one.
fn is_duration(kind: Kind, operand: &Operand) -> bool {
    kind == Kind::Duration && text(operand).is_some_and(|text| parse_duration(text).is_some())
}

/// A number with a unit that is none: `duration < 5x`.
fn check_quantity(kind: Kind, operand: &Operand) -> Result<(), Diagnostic> {
    let Some(written) = text(operand).filter(|text| text.starts_with(|first: char| first.is_ascii_digit())) else {
        return Ok(());
    };
    let (is_known, what, units) = match kind {
        Kind::Duration => (parse_duration(written).is_some(), "duration", duration_units()),
        Kind::Size => (parse_size(written).is_some(), "size", size_units()),
        _ => return Ok(()),
    };
    if is_known {
        return Ok(());
    }
    let message = format!("`{}` is no {what}", excerpt(written));
    Err(Diagnostic::error(message).at(&operand.span, "").help(format!("write a number with a unit: {units}")))
}

/// A number that is compared with what is none: `status != 5x`.
fn check_number(subject: &Subject, kind: Kind, operand: &Operand) -> Result<(), Diagnostic> {
    let is_number = |text: &str| text.parse::<f64>().is_ok();
    let Some(written) = text(operand).filter(|written| kind == Kind::Number && !is_number(written)) else {
        return Ok(());
    };
    let last = subject.filters.last().map_or(&subject.query.span, |filter| &filter.span);
    let asked = excerpt(subject.query.span.to(last).text());
    let message = format!("`{asked}` is a number, and never `{}`, a text", excerpt(written));
    Err(Diagnostic::error(message).at(&operand.span, ""))
}

/// What stands in a list has no unit: `size in [2KiB]`.
fn check_units(kind: Kind, operand: &Operand) -> Result<(), Diagnostic> {
    let Expected::Value(Value { node: Node::List(items), .. }) = &operand.value else { return Ok(()) };
    let has_unit = |text: &str| match kind {
        Kind::Size => parse_size(text).is_some() && text.parse::<f64>().is_err(),
        Kind::Duration => parse_duration(text).is_some() && text.parse::<f64>().is_err(),
        _ => false,
    };
    let found = items.iter().find(|item| matches!(&item.node, Node::Text(text) if has_unit(&text.value)));
    match found {
        Some(item) => Err(Diagnostic::error(format!("`{}` in a list is a text", excerpt(item.span.text())))
            .at(&item.span, "")
            .help("write a number of bytes or milliseconds, or compare with `between`")),
        None => Ok(()),
    }
}

/// The text that an operand is, without templates.
fn text(operand: &Operand) -> Option<&str> {
    match &operand.value {
        Expected::Value(Value { node: Node::Text(text), .. }) => {
            (Literal::of(operand) == Some(Literal::Text)).then_some(text.value.as_str())
        }
        _ => None,
    }
}

/// What `in` takes is a list.
fn check_list(operand: &Operand) -> Result<(), Diagnostic> {
    match Literal::of(operand) {
        None | Some(Literal::Unordered("a list")) => Ok(()),
        Some(literal) => {
            let written = excerpt(operand.span.text());
            Err(Diagnostic::error(format!("`{written}` is {}, and `in` takes a list", literal.name()))
                .at(&operand.span, "")
                .help(format!("write the values in brackets, as in `in [{written}]`")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{error, read};

    #[test]
    fn says_what_can_never_be_compared() {
        for (text, message, place) in [
            ("duration < 5x", "`5x` is no duration", "5x"),
            ("duration == 5 seconds", "`5 seconds` is no duration", "5 seconds"),
            ("size < 10Kib", "`10Kib` is no size", "10Kib"),
            ("size < soon", "`size` is a number of bytes, which cannot be ordered against `soon`, a text", "soon"),
            (
                "duration wait < 1KiB",
                "`duration wait` is a duration, which cannot be ordered against `1KiB`, a size",
                "1KiB",
            ),
            ("status < 500ms", "`status` is a number, which cannot be ordered against `500ms`, a duration", "500ms"),
            (
                "$.a | count > \"2\"",
                "`$.a | count` is a number, which cannot be ordered against `\"2\"`, a text",
                "\"2\"",
            ),
            ("$.a | toDate > 5", "`$.a | toDate` is a date, which cannot be ordered against `5`, a number", "5"),
            ("$.a between 1 true", "`true` is a boolean, which has no order", "true"),
            ("$.a < [1]", "`[1]` is a list, which has no order", "[1]"),
            ("sha256 < 5", "`sha256` is bytes, which have no order", "5"),
            ("status in 200", "`200` is a number, and `in` takes a list", "200"),
            ("$.a in 5ms", "`5ms` is a duration, and `in` takes a list", "5ms"),
            ("status != 5x", "`status` is a number, and never `5x`, a text", "5x"),
            ("status != 200 not yet", "`status` is a number, and never `200 not yet`, a text", "200 not yet"),
            ("size not in [2KiB]", "`2KiB` in a list is a text", "2KiB"),
        ] {
            let (actual, at, _) = error(text);
            assert_eq!((actual.as_str(), at.as_str()), (message, place), "{text}");
        }
        assert_eq!(error("duration < 5x").2, "write a number with a unit: ns, us, ms, s, m, min, h");
        assert_eq!(error("status in 200").2, "write the values in brackets, as in `in [200]`");
    }

    #[test]
    fn leaves_what_the_response_decides() {
        for text in [
            "$.a < 5x",
            "$.a < a",
            "header age > 5",
            "duration < \"5ms\"",
            "duration < {{limit}}",
            "duration between 5 10",
            "size < 10",
            "bytes | count < 1KiB",
            "status in {{codes}}",
            "$.a | toDate < 2026-11-21",
        ] {
            read(text);
        }
    }
}
