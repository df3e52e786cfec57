//! Status codes and their registered reason phrases.

use std::fmt;

/// A status code from 100 to 999 (RFC 9110, 15).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Status(u16);

impl Status {
    /// A status code.
    ///
    /// # Errors
    /// If it does not have three digits.
    pub fn new(code: u16) -> Result<Self, InvalidStatus> {
        if (100..=999).contains(&code) { Ok(Self(code)) } else { Err(InvalidStatus(code)) }
    }

    /// The number.
    pub fn code(self) -> u16 {
        self.0
    }

    /// The reason phrase of the IANA registry.
    pub fn reason(self) -> Option<&'static str> {
        let at = REASONS.binary_search_by_key(&self.0, |&(code, _)| code).ok()?;
        Some(REASONS[at].1)
    }

    /// 100 to 199.
    pub fn is_informational(self) -> bool {
        self.0 < 200
    }

    /// 200 to 299.
    pub fn is_success(self) -> bool {
        (200..300).contains(&self.0)
    }

    /// One that says where to go next (RFC 9110, 15.4): 301, 302, 303, 307 or 308.
    pub fn is_redirect(self) -> bool {
        matches!(self.0, 301 | 302 | 303 | 307 | 308)
    }

    /// 400 to 599.
    pub fn is_error(self) -> bool {
        (400..600).contains(&self.0)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A number that is no status code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidStatus(u16);

impl fmt::Display for InvalidStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not a status code: they go from 100 to 999", self.0)
    }
}

impl std::error::Error for InvalidStatus {}

/// The IANA HTTP Status Code Registry, in order.
const REASONS: &[(u16, &str)] = &[
    (100, "Continue"),
    (101, "Switching Protocols"),
    (102, "Processing"),
    (103, "Early Hints"),
    (200, "OK"),
    (201, "Created"),
    (202, "Accepted"),
    (203, "Non-Authoritative Information"),
    (204, "No Content"),
    (205, "Reset Content"),
    (206, "Partial Content"),
    (207, "Multi-Status"),
    (208, "Already Reported"),
    (226, "IM Used"),
    (300, "Multiple Choices"),
    (301, "Moved Permanently"),
    (302, "Found"),
    (303, "See Other"),
    (304, "Not Modified"),
    (305, "Use Proxy"),
    (307, "Temporary Redirect"),
    (308, "Permanent Redirect"),
    (400, "Bad Request"),
    (401, "Unauthorized"),
    (402, "Payment Required"),
    (403, "Forbidden"),
    (404, "Not Found"),
    (405, "Method Not Allowed"),
    (406, "Not Acceptable"),
    (407, "Proxy Authentication Required"),
    (408, "Request Timeout"),
    (409, "Conflict"),
    (410, "Gone"),
    (411, "Length Required"),
    (412, "Precondition Failed"),
    (413, "Content Too Large"),
    (414, "URI Too Long"),
    (415, "Unsupported Media Type"),
    (416, "Range Not Satisfiable"),
    (417, "Expectation Failed"),
    (418, "I'm a teapot"),
    (421, "Misdirected Request"),
    (422, "Unprocessable Content"),
    (423, "Locked"),
    (424, "Failed Dependency"),
    (425, "Too Early"),
    (426, "Upgrade Required"),
    (428, "Precondition Required"),
    (429, "Too Many Requests"),
    (431, "Request Header Fields Too Large"),
    (451, "Unavailable For Legal Reasons"),
    (500, "Internal Server Error"),
    (501, "Not Implemented"),
    (502, "Bad Gateway"),
    (503, "Service Unavailable"),
    (504, "Gateway Timeout"),
    (505, "HTTP Version Not Supported"),
    (506, "Variant Also Negotiates"),
    (507, "Insufficient Storage"),
    (508, "Loop Detected"),
    (510, "Not Extended"),
    (511, "Network Authentication Required"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_is_in_order() {
        assert!(REASONS.is_sorted_by_key(|&(code, _)| code));
    }

    #[test]
    fn knows_reasons_and_bounds() {
        assert_eq!(Status::new(404).unwrap().reason(), Some("Not Found"));
        assert_eq!(Status::new(599).unwrap().reason(), None);
        assert!(Status::new(99).is_err());
        assert!(Status::new(1000).is_err());
    }
}
