//! Status codes, several at once.

use std::fmt;

/// The status codes from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusRange {
    low: u16,
    high: u16,
}

impl StatusRange {
    /// Reads `2xx`, `200-204` or `404`.
    pub fn parse(text: &str) -> Option<Self> {
        if let [class @ b'1'..=b'5', b'x' | b'X', b'x' | b'X'] = text.as_bytes() {
            let low = u16::from(class - b'0') * 100;
            return Some(Self { low, high: low + 99 });
        }
        let (low, high) = text.split_once('-').unwrap_or((text, text));
        let (low, high) = (code(low)?, code(high)?);
        (low <= high).then_some(Self { low, high })
    }

    /// Whether a code is among them.
    pub fn contains(self, code: u64) -> bool {
        (u64::from(self.low)..=u64::from(self.high)).contains(&code)
    }
}

/// What can stand on a status line (RFC 9112, 4): three digits.
fn code(text: &str) -> Option<u16> {
    let is_code = text.len() == 3 && text.bytes().all(|digit| digit.is_ascii_digit());
    is_code.then(|| text.parse().ok())?.filter(|code| *code >= 100)
}

impl fmt::Display for StatusRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.low, self.high) {
            (low, high) if low == high => write!(f, "{low}"),
            (low, high) if low.is_multiple_of(100) && high == low + 99 => write!(f, "{}xx", low / 100),
            (low, high) => write!(f, "{low}-{high}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_codes_classes_and_ranges() {
        for (text, shown, within, beyond) in [
            ("404", "404", 404, 405),
            ("2xx", "2xx", 299, 300),
            ("4XX", "4xx", 400, 399),
            ("200-204", "200-204", 204, 205),
            ("500-599", "5xx", 599, 600),
        ] {
            let range = StatusRange::parse(text).unwrap();
            assert_eq!(range.to_string(), shown);
            assert!(range.contains(within) && !range.contains(beyond), "{text}");
        }
        for text in ["", "6xx", "20x", "99", "1000", "204-200", "200-", "-204", "+20", "200-2xx", "é"] {
            assert_eq!(StatusRange::parse(text), None, "{text}");
        }
    }
}
