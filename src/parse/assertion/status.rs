//! What is claimed of a status: codes, classes, ranges, and lists of these.

use crate::diagnostic::Diagnostic;
use crate::spec::{Expected, Node, Operand, Predicate, StatusRange, Value};

use super::excerpt;

/// The predicate as it is meant of a status, and whether it must not hold: there are classes and ranges.
///
/// # Errors
/// If something in a list is no status.
pub(in crate::parse) fn of_status(predicate: Predicate) -> Result<(Predicate, bool), Diagnostic> {
    Ok(match predicate {
        Predicate::In(operand) => {
            check_statuses(&operand)?;
            (Predicate::StatusIn(operand), false)
        }
        Predicate::Equal(operand) => match statuses(&operand) {
            Some(range) => (Predicate::Status(range), false),
            None => (Predicate::Equal(operand), false),
        },
        Predicate::NotEqual(operand) => match statuses(&operand) {
            Some(range) => (Predicate::Status(range), true),
            None => (Predicate::NotEqual(operand), false),
        },
        other => (other, false),
    })
}

/// `2xx` or `200-204`, and `"200"`: a text is the status that it reads as, as it is in a list.
fn statuses(operand: &Operand) -> Option<StatusRange> {
    match &operand.value {
        Expected::Value(Value { node: Node::Text(text), .. }) => StatusRange::parse(&text.value),
        // What has no type is the number by itself.
        Expected::Untyped(text) if text.value.parse::<u16>().is_err() => StatusRange::parse(&text.value),
        _ => None,
    }
}

fn check_statuses(operand: &Operand) -> Result<(), Diagnostic> {
    let Expected::Value(Value { node: Node::List(elements), .. }) = &operand.value else { return Ok(()) };
    let is_status = |element: &&Value| match &element.node {
        Node::Number(number) => StatusRange::parse(&number.to_string()).is_some(),
        Node::Text(text) => text.value.contains("{{") || StatusRange::parse(&text.value).is_some(),
        _ => false,
    };
    match elements.iter().find(|element| !is_status(element)) {
        None => Ok(()),
        Some(wrong) => Err(Diagnostic::error(format!("`{}` is no status", excerpt(wrong.span.text())))
            .at(&wrong.span, "")
            .help("write codes, classes and ranges, as in `[200, 3xx, 400-404]`")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{error, read};
    use super::*;

    #[test]
    fn reads_classes_ranges_and_lists_of_statuses() {
        let range = |text: &str| Predicate::Status(StatusRange::parse(text).unwrap());
        assert_eq!(read("status == 2xx").predicate.value, range("2xx"));
        assert_eq!(read("status == 200-204").predicate.value, range("200-204"));
        let differs = read("status != 5XX");
        assert_eq!((differs.predicate.value, differs.negated), (range("5xx"), true));
        assert!(matches!(read("body == 2xx").predicate.value, Predicate::Equal(_)));
        assert_eq!(error("status == 6xx").0, "`status` is a number, and never `6xx`, a text");
        assert_eq!(read("status == \"200\"").predicate.value, range("200"));
        assert!(matches!(read("status == 200").predicate.value, Predicate::Equal(_)));
        assert!(matches!(read("status not in [200, 3xx, {{x}}, 500-504]").predicate.value, Predicate::StatusIn(_)));
        let (message, place, _) = error("status in [200, 20x]");
        assert_eq!((message.as_str(), place.as_str()), ("`20x` is no status", "20x"));
    }
}
