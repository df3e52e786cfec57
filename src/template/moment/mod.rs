//! Points in time as values of templates: read, moved, compared and written.

mod format;
mod offset;

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use jiff::civil::Time;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::fmt::temporal::Pieces;
use jiff::fmt::{rfc2822, strtime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use minijinja::value::{DynObject, Object, ObjectRepr, Value};

use crate::diagnostic::nearest;

use super::value::text;

pub(super) use self::format::{ISO, directives, strftime, write, write_directives};
pub(super) use self::offset::{moved, shifted};

/// A point in time, which reads as ISO 8601.
#[derive(Debug)]
pub(super) struct Moment(Zoned);

impl Moment {
    /// A point in time as a value.
    pub(super) fn value(time: Zoned) -> Value {
        Value::from_object(Self(time))
    }
}

impl Object for Moment {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        other.downcast_ref::<Self>().map(|other| self.0.timestamp().cmp(&other.0.timestamp()))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&write(&self.0, ISO).map_err(|_| fmt::Error)?)
    }
}

/// The point in time that a value stands for: one, seconds since 1970, or a text. What does not
/// say its zone is in the one that is given, or else in UTC.
///
/// # Errors
/// If it stands for none: a lowercase fragment.
pub(super) fn read(value: &Value, zone: Option<&TimeZone>) -> Result<Zoned, String> {
    let unreadable = || {
        let written = text(value);
        format!(
            "`{written}` is no date: write it as 2024-05-01, as 2024-05-01T12:00:00Z or as \
             Wed, 01 May 2024 12:00:00 GMT, or as seconds since 1970"
        )
    };
    let time = match (value.downcast_object_ref::<Moment>(), value.as_i64(), value.as_str()) {
        (Some(Moment(time)), ..) => Some(time.clone()),
        (_, Some(seconds), _) => Timestamp::from_second(seconds).ok().map(|time| time.to_zoned(TimeZone::UTC)),
        (.., Some(text)) => return read_text(text.trim(), zone).map(|time| placed(time, zone)).ok_or_else(unreadable),
        _ => None,
    };
    time.map(|time| placed(time, zone)).ok_or_else(unreadable)
}

/// The point in time that a text of a format stands for.
///
/// # Errors
/// If it is not of that format: a lowercase fragment.
pub(super) fn read_as(text: &str, format: &str, zone: Option<&TimeZone>) -> Result<Zoned, String> {
    let parsed = strtime::parse(&*strftime(format), text).ok();
    let time = parsed.and_then(|parsed| from_parts(&parsed, zone));
    time.map(|time| placed(time, zone)).ok_or_else(|| format!("`{text}` is no date of the format `{format}`"))
}

fn from_parts(parsed: &BrokenDownTime, zone: Option<&TimeZone>) -> Option<Zoned> {
    if let Ok(time) = parsed.to_timestamp() {
        return Some(time.to_zoned(parsed.offset().map_or(TimeZone::UTC, fixed)));
    }
    parsed.to_datetime().ok()?.to_zoned(zone.cloned().unwrap_or(TimeZone::UTC)).ok()
}

fn read_text(text: &str, zone: Option<&TimeZone>) -> Option<Zoned> {
    let Ok(pieces) = Pieces::parse(text) else {
        let time = rfc2822::parse(text).ok()?;
        let offset = time.offset();
        return Some(time.with_time_zone(fixed(offset)));
    };
    let time = pieces.date().to_datetime(pieces.time().unwrap_or(Time::midnight()));
    match (pieces.to_time_zone().ok()?, pieces.to_numeric_offset()) {
        (Some(_), _) if pieces.time_zone_annotation().is_some() => text.parse().ok(),
        (_, Some(offset)) => Some(offset.to_timestamp(time).ok()?.to_zoned(fixed(offset))),
        _ => time.to_zoned(zone.cloned().unwrap_or(TimeZone::UTC)).ok(),
    }
}

/// The zone of an offset; that of none is UTC.
fn fixed(offset: jiff::tz::Offset) -> TimeZone {
    if offset.seconds() == 0 { TimeZone::UTC } else { TimeZone::fixed(offset) }
}

fn placed(time: Zoned, zone: Option<&TimeZone>) -> Zoned {
    match zone {
        Some(zone) => time.with_time_zone(zone.clone()),
        None => time,
    }
}

/// The zone of a name: `Europe/Berlin`, `UTC`, `+02:00`, or `local`, which is that of a time here.
///
/// # Errors
/// If there is none: a lowercase fragment.
pub(super) fn zone(name: &str, here: &Zoned) -> Result<TimeZone, String> {
    match name {
        "UTC" | "Z" => return Ok(TimeZone::UTC),
        "local" => return Ok(here.time_zone().clone()),
        _ => {}
    }
    if name.starts_with(['+', '-']) {
        let parsed = strtime::parse("%:z", name).or_else(|_| strtime::parse("%z", name)).ok();
        let offset = parsed.and_then(|parsed| parsed.offset());
        return offset.map(fixed).ok_or_else(|| format!("`{name}` is no offset from UTC: it is written as +02:00"));
    }
    TimeZone::get(name).map_err(|_| {
        let names: Vec<String> = jiff::tz::db().available().map(|known| known.to_string()).collect();
        let near = nearest(name, names.iter().map(String::as_str).chain(["UTC", "local"]));
        let hint = near.map_or_else(
            || "take one such as Europe/Berlin, +02:00, UTC or local".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        format!("there is no time zone `{name}`: {hint}")
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    #[test]
    fn reads_dates_as_they_are_written() {
        for (written, expected) in [
            ("2024-05-01", "2024-05-01T00:00:00.000Z"),
            ("2024-05-01T12:30", "2024-05-01T12:30:00.000Z"),
            ("2024-05-01 12:30:15.25", "2024-05-01T12:30:15.250Z"),
            ("2024-05-01T12:00:00Z", "2024-05-01T12:00:00.000Z"),
            ("2024-05-01T12:00:00+00:00", "2024-05-01T12:00:00.000Z"),
            ("2024-05-01T12:00:00-05:30", "2024-05-01T12:00:00.000-05:30"),
            ("2024-05-01T12:00:00+02:00[Europe/Berlin]", "2024-05-01T12:00:00.000+02:00"),
            ("Wed, 01 May 2024 12:00:00 GMT", "2024-05-01T12:00:00.000Z"),
            ("Wed, 01 May 2024 12:00:00 +0200", "2024-05-01T12:00:00.000+02:00"),
        ] {
            let time = read(&Value::from(written), None).unwrap();
            assert_eq!(Moment::value(time).to_string(), expected, "{written}");
        }
        let time = read(&Value::from(1_714_564_800), Some(&berlin())).unwrap();
        assert_eq!(write(&time, ISO).unwrap(), "2024-05-01T14:00:00.000+02:00");
    }

    #[test]
    fn puts_what_has_no_zone_into_the_one_that_is_given() {
        for (written, expected) in
            [("2024-05-01", "2024-05-01T00:00:00.000+02:00"), ("2024-05-01T12:00:00Z", "2024-05-01T14:00:00.000+02:00")]
        {
            let time = read(&Value::from(written), Some(&berlin())).unwrap();
            assert_eq!(write(&time, ISO).unwrap(), expected, "{written}");
        }
    }

    #[test]
    fn reads_a_format() {
        for (written, format, expected) in [
            ("01.05.2024", "DD.MM.YYYY", Some("2024-05-01T00:00:00.000Z")),
            ("5/1/24 3:04 pm", "M/D/YY h:mm a", Some("2024-05-01T15:04:00.000Z")),
            ("2024-05-01 12:00 +02:00", "yyyy-MM-dd HH:mm xxx", Some("2024-05-01T12:00:00.000+02:00")),
            ("2024", "DD.MM.YYYY", None),
        ] {
            let time = read_as(written, format, None).ok().map(|time| write(&time, ISO).unwrap());
            assert_eq!(time.as_deref(), expected, "{written}");
        }
    }

    #[test]
    fn knows_zones_by_name_and_by_offset() {
        let here: Zoned = "2024-05-01T12:00:00-04:00[America/New_York]".parse().unwrap();
        for (name, expected) in [
            ("UTC", "2024-05-01T16:00:00.000Z"),
            ("local", "2024-05-01T12:00:00.000-04:00"),
            ("Asia/Kathmandu", "2024-05-01T21:45:00.000+05:45"),
            ("+02:00", "2024-05-01T18:00:00.000+02:00"),
            ("-0330", "2024-05-01T12:30:00.000-03:30"),
        ] {
            let time = here.with_time_zone(zone(name, &here).unwrap());
            assert_eq!(write(&time, ISO).unwrap(), expected, "{name}");
        }
        for (name, problem) in [
            ("Europe/Berln", "there is no time zone `Europe/Berln`: did you mean `Europe/Berlin`?"),
            ("+x", "`+x` is no offset from UTC: it is written as +02:00"),
        ] {
            assert_eq!(zone(name, &here).unwrap_err(), problem);
        }
    }

    proptest! {
        #[test]
        fn never_panics(written in "([-+:.TZ 0-9,]|May|GMT|\\[Europe/Berlin\\]|é){0,24}", format in "([YMDHhmsSaAZXd%. ]|\\[|\\]|')*") {
            let _ = (read(&Value::from(written.as_str()), None), read_as(&written, &format, None), zone(&written, &Zoned::now()));
        }
    }
}
