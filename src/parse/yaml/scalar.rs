//! What a scalar means: the core schema of YAML 1.2 (10.3.2), as far as JSON can say it.

use granit_parser::{ScalarStyle, Tag};
use serde_json::Number;

/// What the style and the tag of a scalar let it be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Whatever it looks like: it is plain and has no tag.
    Any,
    /// `!!null`
    Null,
    /// `!!bool`
    Bool,
    /// `!!int`
    Integer,
    /// `!!float`
    Float,
    /// `!!str`, `!`, and all that is quoted or a block.
    Text,
}

impl Kind {
    /// The kind of a scalar; none where the core schema does not know its tag.
    pub(super) fn of(style: ScalarStyle, tag: Option<&Tag>) -> Option<Self> {
        let Some(tag) = tag else {
            return Some(if style == ScalarStyle::Plain { Self::Any } else { Self::Text });
        };
        match tag.core_suffix() {
            Some("null") => Some(Self::Null),
            Some("bool") => Some(Self::Bool),
            Some("int") => Some(Self::Integer),
            Some("float") => Some(Self::Float),
            Some("str") => Some(Self::Text),
            Some(_) => None,
            None => (tag.original() == "!").then_some(Self::Text),
        }
    }

    /// What a text is.
    pub(super) fn read(self, text: &str) -> Result<Scalar, Unsayable> {
        if self == Self::Text {
            return Ok(Scalar::Text);
        }
        match (self, resolve(text)?) {
            (Self::Any, scalar) | (Self::Null, scalar @ Scalar::Null) | (Self::Bool, scalar @ Scalar::Bool(_)) => {
                Ok(scalar)
            }
            (Self::Integer, Scalar::Number(number)) if !number.is_f64() => Ok(Scalar::Number(number)),
            (Self::Float, Scalar::Number(number)) => float(&number.to_string()).map(Scalar::Number),
            _ => Err(Unsayable::NotOfTag),
        }
    }
}

/// What a plain scalar is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scalar {
    /// `null`, `~`, or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Anything else.
    Text,
}

/// Why a scalar cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unsayable {
    /// `.inf` or `.nan`.
    NotFinite,
    /// More than 64 bits, or a float over 1.8e308.
    TooLarge,
    /// Something else than its tag says.
    NotOfTag,
}

impl Unsayable {
    /// What is wrong with such a scalar.
    pub(super) fn message(self, text: &str) -> String {
        match self {
            Self::NotFinite => format!("JSON cannot say `{text}`"),
            Self::TooLarge => format!("the number `{text}` is too large"),
            Self::NotOfTag => format!("`{text}` is not what its tag says"),
        }
    }
}

/// What a plain scalar is:
///
/// ```text
/// null | Null | NULL | ~ | (empty)                                  null
/// true | True | TRUE | false | False | FALSE                        bool
/// [-+]? [0-9]+                                                      int, base 10
/// 0o [0-7]+                                                         int, base 8
/// 0x [0-9a-fA-F]+                                                   int, base 16
/// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?  float
/// [-+]? ( \.inf | \.Inf | \.INF )                                   infinity
/// \.nan | \.NaN | \.NAN                                             not a number
/// ```
pub(super) fn resolve(text: &str) -> Result<Scalar, Unsayable> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Ok(Scalar::Null),
        "true" | "True" | "TRUE" => Ok(Scalar::Bool(true)),
        "false" | "False" | "FALSE" => Ok(Scalar::Bool(false)),
        ".nan" | ".NaN" | ".NAN" => Err(Unsayable::NotFinite),
        _ => number(text),
    }
}

fn number(text: &str) -> Result<Scalar, Unsayable> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Err(Unsayable::NotFinite);
    }
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        if let Some(digits) = text.strip_prefix(prefix)
            && is_digits(digits, radix)
        {
            let number = u64::from_str_radix(digits, radix).map_err(|_| Unsayable::TooLarge)?;
            return Ok(Scalar::Number(number.into()));
        }
    }
    if is_digits(unsigned, 10) {
        return integer(text).map(Scalar::Number);
    }
    if is_float(unsigned) { float(text).map(Scalar::Number) } else { Ok(Scalar::Text) }
}

fn integer(text: &str) -> Result<Number, Unsayable> {
    let signed = text.parse::<i64>().map(Number::from);
    signed.or_else(|_| text.parse::<u64>().map(Number::from)).map_err(|_| Unsayable::TooLarge)
}

fn float(text: &str) -> Result<Number, Unsayable> {
    text.parse().ok().and_then(Number::from_f64).ok_or(Unsayable::TooLarge)
}

fn is_digits(text: &str, radix: u32) -> bool {
    !text.is_empty() && text.chars().all(|character| character.is_digit(radix))
}

fn is_float(unsigned: &str) -> bool {
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| is_digits(exponent, 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_core_schema_knows() {
        let number = |json: &str| Scalar::Number(json.parse().unwrap());
        let cases = [
            ("", Scalar::Null),
            ("~", Scalar::Null),
            ("True", Scalar::Bool(true)),
            ("false", Scalar::Bool(false)),
            ("017", number("17")),
            ("+1", number("1")),
            ("-9223372036854775808", number("-9223372036854775808")),
            ("18446744073709551615", number("18446744073709551615")),
            ("0x1F", number("31")),
            ("0o17", number("15")),
            ("1.", number("1.0")),
            (".5", number("0.5")),
            ("-1.5e3", number("-1500.0")),
            ("1E-2", number("0.01")),
        ];
        for (text, scalar) in cases {
            assert_eq!(resolve(text), Ok(scalar), "{text}");
        }
    }

    #[test]
    fn leaves_all_else_to_text() {
        for text in ["yes", "no", "on", "nUll", "0x", "0o8", "-0x1", "1_000", "1e", "e5", ".", "-", "1.2.3", "2xx", "٣"]
        {
            assert_eq!(resolve(text), Ok(Scalar::Text), "{text}");
        }
    }

    #[test]
    fn refuses_what_json_cannot_say() {
        for text in [".inf", "-.INF", "+.Inf", ".NaN"] {
            assert_eq!(resolve(text), Err(Unsayable::NotFinite), "{text}");
        }
        for text in ["18446744073709551616", "-9223372036854775809", "0x10000000000000000", "1e999"] {
            assert_eq!(resolve(text), Err(Unsayable::TooLarge), "{text}");
        }
    }
}
