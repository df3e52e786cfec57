//! Random values.

use minijinja::value::Value;
use uuid::{Builder, Uuid};

use super::super::view::View;

/// The most characters that a random text may have.
pub(in crate::template) const LONGEST: usize = 1 << 20;

/// A random UUID (RFC 9562, 5.4).
pub(super) fn uuid(_: &[String], view: &View) -> Result<Value, String> {
    Ok(random_uuid(view).to_string().into())
}

/// A random UUID (RFC 9562, 5.4).
pub(in crate::template) fn random_uuid(view: &View) -> Uuid {
    let mut bytes = [0; 16];
    view.draw_random(|random| random.fill(&mut bytes));
    version_4(bytes)
}

/// A UUID that begins with the time, so that later ones are greater (RFC 9562, 5.7).
pub(in crate::template) fn ordered_uuid(view: &View) -> Uuid {
    let mut bytes = [0; 10];
    view.draw_random(|random| random.fill(&mut bytes));
    // A clock that stands before 1970 counts as one at its beginning.
    version_7(u64::try_from(view.clock().now().timestamp().as_millisecond()).unwrap_or_default(), bytes)
}

fn version_4(bytes: [u8; 16]) -> Uuid {
    Builder::from_random_bytes(bytes).into_uuid()
}

fn version_7(milliseconds: u64, bytes: [u8; 10]) -> Uuid {
    Builder::from_unix_timestamp_millis(milliseconds, &bytes).into_uuid()
}

/// An integer from 0 to 999, or from a minimum up to but without a maximum.
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
    let drawn = low + view.draw_random(fastrand::Rng::f64) * (high - low);
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
    let name: String = view.draw_random(|random| std::iter::repeat_with(|| random.lowercase()).take(10).collect());
    Ok(format!("{name}@example.com").into())
}

fn characters(arguments: &[String], view: &View, draw: fn(&mut fastrand::Rng) -> char) -> Result<Value, String> {
    let [length] = arguments else { return Err("it takes a length".to_owned()) };
    let length = length.parse().ok().filter(|&length| length <= LONGEST);
    let length = length.ok_or_else(|| format!("its length is a number up to {LONGEST}"))?;
    let text: String = view.draw_random(|random| std::iter::repeat_with(|| draw(random)).take(length).collect());
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
    Ok(Value::from(view.draw_random(|random| random.i64(low..high))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9562, A.3 and A.6.
    #[test]
    fn lays_out_uuids_as_the_rfc_does() {
        let bytes = 0x9191_08f7_52d1_3320_5bac_f847_db41_48a8_u128.to_be_bytes();
        assert_eq!(version_4(bytes).to_string(), "919108f7-52d1-4320-9bac-f847db4148a8");
        let bytes = [0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f];
        assert_eq!(version_7(0x017f_22e2_79b0, bytes).to_string(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    }
}
