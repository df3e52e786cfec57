//! Filters of texts: conversions and pieces.

use std::borrow::Cow;

use serde_json::{Number, Value as Json};

use super::super::value::{Value, read_number};
use super::Applied;

/// Another text, with a type of its own where the first has one.
pub(super) fn change<'a>(value: &Value<'a>, change: impl FnOnce(&str) -> String) -> Applied<'a> {
    let changed = change(&value.readable().ok_or("a text")?);
    Ok(match value.alone() {
        Value::Json(_) => Value::Json(Cow::Owned(Json::String(changed))),
        _ => Value::raw(changed),
    })
}

/// The pieces between a separator, which have no type of their own.
pub(super) fn split<'a>(value: &Value<'a>, separator: &str) -> Applied<'a> {
    let text = value.readable().ok_or("a text")?;
    Ok(Value::List(text.split(separator).map(|piece| Value::raw(piece.to_owned())).collect()))
}

/// An integer: of a number, without its fraction.
pub(super) fn to_int<'a>(value: &Value<'a>) -> Applied<'a> {
    const WANTED: &str = "a number or a text that is an integer";
    let number = read(value).ok_or(WANTED)?;
    if number.is_i64() || number.is_u64() {
        return Ok(Value::number(number));
    }
    let is_text = value.alone().as_text().is_some();
    let whole = number.as_f64().map(f64::trunc).filter(|whole| !is_text && whole.abs() < 2_f64.powi(63));
    whole.map(|whole| Value::number(whole as i64)).ok_or(WANTED)
}

/// A number with a fraction.
pub(super) fn to_float<'a>(value: &Value<'a>) -> Applied<'a> {
    let number = read(value).and_then(|number| Number::from_f64(number.as_f64()?));
    number.map(Value::number).ok_or("a number or a text that is one")
}

fn read(value: &Value<'_>) -> Option<Number> {
    match value.alone() {
        Value::Duration(duration) => Some(super::super::value::milliseconds(*duration)),
        other => other.as_number().map(Cow::into_owned).or_else(|| read_number(&other.readable()?)),
    }
}

/// A text with a type of its own: of a tree, its JSON.
pub(super) fn to_string<'a>(value: &Value<'a>) -> Applied<'a> {
    if value.is_absent() {
        return Err("a value");
    }
    let text = value.readable().map(Cow::into_owned);
    let text = text.unwrap_or_else(|| match value.alone().clone().into_json() {
        Json::String(text) => text,
        other => other.to_string(),
    });
    Ok(Value::Json(Cow::Owned(Json::String(text))))
}
