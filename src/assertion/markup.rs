//! What an XPath finds in a body.

use std::borrow::Cow;

use serde_json::{Number, Value as Json};

use crate::xpath::{self, Document, Expression};

use super::value::Value;

/// The largest whole number that a fraction's type holds exactly.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;

/// Nodes are their texts, which have no type of their own; several are a list.
pub(super) fn find<'a>(expression: &Expression, document: &Document) -> Result<Value<'a>, xpath::Error> {
    Ok(match expression.evaluate(document)? {
        xpath::Value::Nodes(nodes) => {
            Value::Nodes(nodes.into_iter().map(|node| Value::raw(node.text().into_owned())).collect())
        }
        xpath::Value::Text(text) => Value::raw(text),
        xpath::Value::Boolean(boolean) => Value::Json(Cow::Owned(Json::Bool(boolean))),
        xpath::Value::Number(number) => as_json(number),
    })
}

/// JSON has no infinite numbers.
fn as_json<'a>(number: f64) -> Value<'a> {
    if number.fract() == 0.0 && number.abs() <= LARGEST_WHOLE {
        return Value::number(number as i64);
    }
    Number::from_f64(number).map_or_else(|| Value::raw(xpath::Value::Number(number).text()), Value::number)
}
