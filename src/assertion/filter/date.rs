//! Filters of dates: read, written, and how far they are.

use jiff::{SignedDuration, Timestamp};

use super::super::date::{self, DateFormat};
use super::super::value::Value;
use super::Applied;

const DATE: &str = "a date, or a text that is one";

/// A date, read by a format, or by itself where there is none.
pub(super) fn to_date<'a>(value: &Value<'a>, format: Option<&DateFormat>) -> Applied<'a> {
    let Some(format) = format else {
        return date::of(value.alone()).map(Value::Date).ok_or("a text that is a date");
    };
    let text = value.readable().ok_or("a text")?;
    format.read(&text).map(Value::Date).ok_or("a text of that format")
}

/// The text of a date by a format.
pub(super) fn written<'a>(value: &Value<'a>, format: &DateFormat) -> Applied<'a> {
    let date = date::of(value.alone()).ok_or(DATE)?;
    Ok(Value::raw(format.write(date)))
}

/// How many whole days a date lies ahead; fewer than 0 where it lies back.
pub(super) fn days_after<'a>(value: &Value<'a>, now: Timestamp) -> Applied<'a> {
    let date = date::of(value.alone()).ok_or(DATE)?;
    Ok(Value::number(days(date.duration_since(now))))
}

/// How many whole days a date lies back; fewer than 0 where it lies ahead.
pub(super) fn days_before<'a>(value: &Value<'a>, now: Timestamp) -> Applied<'a> {
    let date = date::of(value.alone()).ok_or(DATE)?;
    Ok(Value::number(days(now.duration_since(date))))
}

fn days(time: SignedDuration) -> i64 {
    time.as_secs() / (24 * 60 * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_whole_days() {
        let now = Timestamp::UNIX_EPOCH;
        for (date, after, before) in
            [("1970-01-03T12:00:00Z", "2", "-2"), ("1969-12-31T12:00:00Z", "0", "0"), ("1969-01-01", "-365", "365")]
        {
            let date = Value::raw(date);
            assert_eq!(days_after(&date, now).unwrap().brief(), after);
            assert_eq!(days_before(&date, now).unwrap().brief(), before);
        }
        assert!(days_after(&Value::number(5), now).is_err());
    }
}
