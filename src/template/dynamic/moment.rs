//! Points in time, and how they are written.

use jiff::Zoned;
use minijinja::value::Value;

use super::super::moment::{directives, shifted as moved, write_directives};
use super::super::view::View;

/// Seconds since 1970-01-01T00:00:00Z.
pub(super) fn timestamp(arguments: &[String], view: &View) -> Result<Value, String> {
    let time = shifted(view.clock().now(), arguments)?;
    Ok(Value::from(time.timestamp().as_second()))
}

/// The time in UTC, as ISO 8601 has it.
pub(super) fn iso_timestamp(arguments: &[String], view: &View) -> Result<Value, String> {
    written(&shifted(view.clock().now(), arguments)?, "%Y-%m-%dT%H:%M:%S.%3fZ")
}

/// The date where the run takes place.
pub(super) fn date(_: &[String], view: &View) -> Result<Value, String> {
    written(&view.clock().local(), "%Y-%m-%d")
}

/// The time in UTC, in a format.
pub(super) fn datetime(arguments: &[String], view: &View) -> Result<Value, String> {
    let (format, offset) = format_and_offset(arguments);
    let time = shifted(view.clock().now(), offset)?;
    match format {
        "rfc1123" => written(&time, "%a, %d %b %Y %H:%M:%S GMT"),
        "iso8601" => written(&time, "%Y-%m-%dT%H:%M:%S.%3fZ"),
        custom => written(&time, &directives(custom)),
    }
}

/// The time where the run takes place, in a format.
pub(super) fn local_datetime(arguments: &[String], view: &View) -> Result<Value, String> {
    let (format, offset) = format_and_offset(arguments);
    let time = shifted(view.clock().local(), offset)?;
    match format {
        "rfc1123" => written(&time, "%a, %d %b %Y %H:%M:%S %z"),
        "iso8601" => written(&time, "%Y-%m-%dT%H:%M:%S%:z"),
        custom => written(&time, &directives(custom)),
    }
}

fn format_and_offset(arguments: &[String]) -> (&str, &[String]) {
    match arguments {
        [] => ("iso8601", &[]),
        [format, offset @ ..] => (format, offset),
    }
}

fn written(time: &Zoned, format: &str) -> Result<Value, String> {
    write_directives(time, format).map(Value::from)
}

/// Moves a time by pairs of a number and a unit.
fn shifted(time: Zoned, offsets: &[String]) -> Result<Zoned, String> {
    offsets.chunks(2).try_fold(time, |time, offset| {
        let [amount, unit] = offset else { return Err(format!("the offset {} has no unit", offset[0])) };
        let amount: i64 = amount.parse().map_err(|_| format!("the offset `{amount}` is not a whole number"))?;
        moved(time, amount, unit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong_with_an_offset() {
        for (offset, expected) in [
            ("1", "the offset 1 has no unit"),
            ("x d", "the offset `x` is not a whole number"),
            ("1 dayz", "`dayz` is no unit of time: they are y, Q, M, w, d, h, m, s, ms"),
        ] {
            let offsets: Vec<String> = offset.split(' ').map(str::to_owned).collect();
            assert_eq!(shifted(Zoned::now(), &offsets).unwrap_err(), expected);
        }
    }
}
