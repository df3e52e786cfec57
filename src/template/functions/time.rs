//! Points in time: now or written down, moved, and written in formats.

use jiff::Zoned;
use jiff::tz::TimeZone;
use minijinja::value::Value;

use super::super::bounded;
use super::super::engine::Clock;
use super::super::moment::{Moment, moved, read, read_as, write, zone};
use super::super::value::text;
use super::arguments::{Arguments, shown};
use super::{Function, function};

pub(super) const FUNCTIONS: &[Function] = &[
    function("now", &["format?", "offset?", "zone?"], now),
    function("date", &["value", "format?", "zone?"], date),
    function("timestamp", &["date?", "unit?"], timestamp),
    function("add", &["date", "offset"], add),
    function("format", &["value", "arguments*"], format),
];

/// The time in UTC, or in a zone; as a text where a format is given.
fn now(arguments: &Arguments<'_>) -> Result<Value, String> {
    let zone = asked_zone(arguments)?.unwrap_or(TimeZone::UTC);
    let time = clock(arguments).now().with_time_zone(zone);
    let time = match arguments.optional_text("offset") {
        Some(offset) => moved(time, &offset)?,
        None => time,
    };
    match arguments.optional_text("format") {
        Some(format) => write(&time, &format).map(Value::from),
        None => Ok(Moment::value(time)),
    }
}

/// A date that is written down, in the zone that it says, or in the one that is given.
fn date(arguments: &Arguments<'_>) -> Result<Value, String> {
    let zone = asked_zone(arguments)?;
    let time = match arguments.optional_text("format") {
        Some(format) => read_as(&arguments.text("value"), &format, zone.as_ref()),
        None => read(arguments.value("value"), zone.as_ref()),
    };
    time.map(Moment::value)
}

/// Seconds since 1970, or milliseconds.
fn timestamp(arguments: &Arguments<'_>) -> Result<Value, String> {
    let time = match arguments.optional("date") {
        Some(date) => read(date, None)?,
        None => clock(arguments).now(),
    };
    match arguments.optional_text("unit").as_deref().unwrap_or("s") {
        "s" => Ok(Value::from(time.timestamp().as_second())),
        "ms" => Ok(Value::from(time.timestamp().as_millisecond())),
        other => Err(format!("`{other}` is no unit of timestamps: take \"s\" or \"ms\"")),
    }
}

fn add(arguments: &Arguments<'_>) -> Result<Value, String> {
    moved(read(arguments.value("date"), None)?, &arguments.text("offset")).map(Moment::value)
}

/// A date in a format; else what the language's own filter makes of a pattern such as `%03d`.
fn format(arguments: &Arguments<'_>) -> Result<Value, String> {
    let (value, rest) = (arguments.value("value"), arguments.list("arguments")?);
    if let Some(pattern) = value.as_str().filter(|text| text.contains('%') || rest.is_empty()) {
        let given: Vec<Value> = std::iter::once(Value::from(pattern)).chain(rest).collect();
        return bounded::format(&given)
            .map_err(|error| error.detail().map_or_else(|| error.to_string(), str::to_owned));
    }
    match rest.as_slice() {
        [format] => write(&read(value, None)?, &text(format)).map(Value::from),
        _ => Err(format!("{} takes one format of dates", shown(value))),
    }
}

fn asked_zone(arguments: &Arguments<'_>) -> Result<Option<TimeZone>, String> {
    let name = arguments.optional_text("zone");
    name.map(|name| zone(&name, &here(arguments))).transpose()
}

fn here(arguments: &Arguments<'_>) -> Zoned {
    clock(arguments).local()
}

/// What tells the time: the machine, where the call takes place outside of a request.
fn clock(arguments: &Arguments<'_>) -> Clock {
    arguments.view().map_or_else(|_| Clock::default(), |view| view.clock().clone())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use crate::diagnostic::Diagnostic;
    use crate::spec::Format;
    use crate::template::Variables;
    use crate::template::fixture::{evaluate as evaluate_in, file};

    /// At 2024-03-05T14:07:09.042+01:00[Europe/Paris].
    fn evaluate(expression: &str) -> Result<Json, Diagnostic> {
        evaluate_in(
            &file(Variables::default(), Format::Yaml, &["day = 2024-05-01"]),
            &format!("{{{{ {expression} }}}}"),
        )
    }

    #[test]
    fn moves_places_and_writes_dates() {
        for (expression, expected) in [
            ("now()", json!("2024-03-05T13:07:09.042Z")),
            ("now('YYYY-MM-DD')", json!("2024-03-05")),
            ("now('iso8601', offset='-1 d', zone='Europe/Berlin')", json!("2024-03-04T14:07:09.042+01:00")),
            ("now('rfc1123', '2 hours')", json!("Tue, 05 Mar 2024 15:07:09 GMT")),
            ("now(zone='local')", json!("2024-03-05T14:07:09.042+01:00")),
            ("now(zone='local') | format('HH:mm VV yyyy')", json!("14:07 Europe/Paris 2024")),
            ("now() | add('1 M') | format('DD.MM.YYYY')", json!("05.04.2024")),
            ("date('2024-05-01') | add('2 days') | format('DD.MM.YYYY')", json!("03.05.2024")),
            ("day | add('-1 d')", json!("2024-04-30T00:00:00.000Z")),
            ("day | format('D.M.YY')", json!("1.5.24")),
            ("format(date(day, zone='Asia/Tokyo'), 'iso8601')", json!("2024-05-01T00:00:00.000+09:00")),
            ("date('01.05.2024', 'DD.MM.YYYY') == date(day)", json!(true)),
            ("date(day) < now()", json!(false)),
            ("date('2024-05-01T02:00:00+02:00') == date(day)", json!(true)),
            ("now() | date(zone='+05:30')", json!("2024-03-05T18:37:09.042+05:30")),
            ("timestamp()", json!(1_709_644_029)),
            ("timestamp(unit='ms')", json!(1_709_644_029_042_i64)),
            ("date(day) | timestamp", json!(1_714_521_600)),
            ("timestamp(day) - timestamp('2024-04-30')", json!(86_400)),
            ("{'at': date(day)} | tojson", json!(r#"{"at":"2024-05-01T00:00:00.000Z"}"#)),
            ("'%03d-%s' | format(7, 'a')", json!("007-a")),
        ] {
            assert_eq!(evaluate(expression).unwrap(), expected, "{expression}");
        }
    }

    #[test]
    fn says_what_is_no_date() {
        for (expression, problem) in [
            ("date('tomorrow')", "`date(value, format?, zone?)`: `tomorrow` is no date: write it as 2024-05-01"),
            ("date('1', 'DD.MM.YYYY')", "`date(value, format?, zone?)`: `1` is no date of the format `DD.MM.YYYY`"),
            ("now(zone='Europe/Berln')", "there is no time zone `Europe/Berln`: did you mean `Europe/Berlin`?"),
            ("now() | add('2 dayz')", "`add(date, offset)`: `dayz` is no unit of time"),
            ("now() | add", "`add(date, offset)`: `offset` is missing"),
            ("day | format('a', 'b')", "`format(value, arguments*)`: \"2024-05-01\" takes one format of dates"),
            ("timestamp(unit='h')", "`h` is no unit of timestamps: take \"s\" or \"ms\""),
        ] {
            let error = evaluate(expression).unwrap_err();
            assert!(error.message.contains(problem), "{expression}: {}", error.message);
        }
    }
}
