//! Numbers as XPath writes them (XPath 1.0, 4.4).

/// The number that a text is: digits, a dot, a minus; nothing else is one.
pub(super) fn from_text(text: &str) -> f64 {
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_written_so = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_written_so { text.parse().unwrap_or(f64::NAN) } else { f64::NAN }
}

/// As text: without an exponent, and without a fraction where there is none.
pub(super) fn to_text(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    // Zero has no sign.
    if number == 0.0 { "0".to_owned() } else { number.to_string() }
}

/// The nearest integer; of two, the greater.
pub(super) fn round(number: f64) -> f64 {
    (number + 0.5).floor()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_digits_alone() {
        for (text, expected) in [(" 12\n", 12.0), ("-.5", -0.5), ("5.", 5.0), ("007", 7.0)] {
            assert_eq!(from_text(text), expected, "{text}");
        }
        for text in ["", "+1", "1e3", "0x1", "1 2", "inf", "NaN", "--1", "."] {
            assert!(from_text(text).is_nan(), "{text}");
        }
    }

    #[test]
    fn writes_no_exponent_and_no_needless_fraction() {
        for (number, expected) in [
            (1.0, "1"),
            (-0.0, "0"),
            (1.5, "1.5"),
            (1e21, "1000000000000000000000"),
            (1e-7, "0.0000001"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(to_text(number), expected);
        }
    }

    #[test]
    fn rounds_halves_up() {
        for (number, expected) in [(2.5, 3.0), (-2.5, -2.0), (2.4, 2.0), (-0.6, -1.0)] {
            assert_eq!(round(number), expected);
        }
    }
}
