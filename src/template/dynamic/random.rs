//! Random values.

use minijinja::value::Value;
use uuid::{Builder, Uuid};

use super::super::view::View;

/// The most characters that a random text may have.
const LONGEST: usize = 1 << 20;

/// A random UUID (RFC 9562, 5.4).
pub(super) fn uuid(_: &[String], view: &View) -> Result<Value, String> {
    Ok(random_uuid(view).to_string().into())
}

/// A random UUID (RFC 9562, 5.4).
pub(in crate::template) fn random_uuid(view: &View) -> Uuid {
    let mut bytes = [0; 16];
    view.random().fill(&mut bytes);
    Builder::from_random_bytes(bytes).into_uuid()
}

/// A UUID that begins with the time, so that later ones are greater (RFC 9562, 5.7).
pub(in crate::template) fn ordered_uuid(view: &View) -> Uuid {
    let mut bytes = [0; 10];
    view.random().fill(&mut bytes);
    let milliseconds = u64::try_from(view.clock().now().timestamp().as_millisecond()).unwrap_or_default();
    Builder::from_unix_timestamp_millis(milliseconds, &bytes).into_uuid()
}

/// An integer from 0 to 999, or from a minimum up to but without a maximum.
pub(super) fn small_integer(arguments: &[String], view: &View) -> Result<Value, String> {
    let (low, high) = bounds(arguments, (0, 1000))?;
    between(low, high, view)
}

/// An integer from one number up to but without another.
pub(super) fn integer(arguments: &[String], view: &View) -> Result<Value, String> {
    let (low, high) = bounds(arguments, (0, 1000))?;
    between(low, high, view)
}

/// A number from one up to but without another.
pub(super) fn float(arguments: &[String], view: &View) -> Result<Value, String> {
    let (low, high) = bounds(arguments, (0.0, 1000.0))?;
    if !(low < high && f64::is_finite(high - low)) {
        return Err(format!("there is no number from {low} up to but without {high}"));
    }
    let drawn = low + view.random().f64() * (high - low);
    Ok(Value::from(drawn.clamp(low, high.next_down())))
}

/// Letters.
pub(super) fn alphabetic(arguments: &[String], view: &View) -> Result<Value, String> {
    characters(arguments, view, fastrand::Rng::alphabetic)
}

/// Letters and digits.
pub(super) fn alphanumeric(arguments: &[String], view: &View) -> Result<Value, String> {
    characters(arguments, view, fastrand::Rng::alphanumeric)
}

/// Hexadecimal digits.
pub(super) fn hexadecimal(arguments: &[String], view: &View) -> Result<Value, String> {
    characters(arguments, view, |random| random.digit(16))
}

/// An address in a domain that is reserved for examples (RFC 2606, 3).
pub(super) fn email(_: &[String], view: &View) -> Result<Value, String> {
    let mut random = view.random();
    let name: String = std::iter::repeat_with(|| random.lowercase()).take(10).collect();
    Ok(format!("{name}@example.com").into())
}

fn characters(arguments: &[String], view: &View, draw: fn(&mut fastrand::Rng) -> char) -> Result<Value, String> {
    let [length] = arguments else { return Err("it takes a length".to_owned()) };
    let length = length.parse().ok().filter(|&length| length <= LONGEST);
    let length = length.ok_or_else(|| format!("its length is a number up to {LONGEST}"))?;
    let mut random = view.random();
    let text: String = std::iter::repeat_with(|| draw(&mut random)).take(length).collect();
    Ok(text.into())
}

fn bounds<T: std::str::FromStr + Copy>(arguments: &[String], default: (T, T)) -> Result<(T, T), String> {
    let number = |text: &String| text.parse().map_err(|_| format!("`{text}` is not a number that can be a bound"));
    match arguments {
        [] => Ok(default),
        [low, high] => Ok((number(low)?, number(high)?)),
        _ => Err("it takes a minimum and a maximum, or nothing".to_owned()),
    }
}

fn between(low: i64, high: i64, view: &View) -> Result<Value, String> {
    if low >= high {
        return Err(format!("there is no integer from {low} up to but without {high}"));
    }
    Ok(Value::from(view.random().i64(low..high)))
}
