//! Status codes with their names and registered reason phrases.

use std::fmt;

/// A status code from 100 to 999 (RFC 9110, 15).
///
/// ```
/// use rqtest::http::Status;
///
/// assert_eq!(Status::NOT_FOUND.code(), 404);
/// assert_eq!(Status::from_name("not_found"), Some(Status::NOT_FOUND));
/// assert_eq!(Status::new(404)?.name(), Some("NOT_FOUND"));
/// assert_eq!(Status::NOT_FOUND.reason(), Some("Not Found"));
/// # Ok::<(), rqtest::http::InvalidStatus>(())
/// ```
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

    /// The status of a name: that of its constant here, of its reason phrase, or an older one
    /// that Python's `http` has; in any case, with `_`, `-` or a space between words.
    pub fn from_name(name: &str) -> Option<Self> {
        let is = |known: &str| {
            let plain = |byte| if matches!(byte, b'-' | b' ') { b'_' } else { byte };
            known.len() == name.len()
                && name.bytes().zip(known.bytes()).all(|(a, b)| plain(a).eq_ignore_ascii_case(&plain(b)))
        };
        let registered = REGISTRY.iter().find(|(_, name, reason)| is(name) || is(reason)).map(|&(code, ..)| code);
        let former = || FORMER_NAMES.iter().find(|(_, name)| is(name)).map(|&(code, _)| code);
        registered.or_else(former).map(Self)
    }

    /// The name of its constant, such as `NOT_FOUND`.
    pub fn name(self) -> Option<&'static str> {
        self.registered().map(|(_, name, _)| *name)
    }

    /// The reason phrase of the IANA registry.
    pub fn reason(self) -> Option<&'static str> {
        self.registered().map(|(_, _, reason)| *reason)
    }

    fn registered(self) -> Option<&'static (u16, &'static str, &'static str)> {
        REGISTRY.binary_search_by_key(&self.0, |&(code, ..)| code).ok().map(|at| &REGISTRY[at])
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

macro_rules! registry {
    ($($code:literal $name:ident $reason:literal)*) => {
        impl Status {
            $(
                #[doc = concat!("`", stringify!($code), " ", $reason, "`")]
                pub const $name: Self = Self($code);
            )*
        }

        /// Codes, names and reason phrases, in order.
        const REGISTRY: &[(u16, &str, &str)] = &[$(($code, stringify!($name), $reason)),*];
    };
}

// The registry of IANA; 306 is unused in it, 104 is registered for a time, and 418 is there
// so that nobody else takes it.
registry! {
    100 CONTINUE "Continue"
    101 SWITCHING_PROTOCOLS "Switching Protocols"
    102 PROCESSING "Processing"
    103 EARLY_HINTS "Early Hints"
    104 UPLOAD_RESUMPTION_SUPPORTED "Upload Resumption Supported"
    200 OK "OK"
    201 CREATED "Created"
    202 ACCEPTED "Accepted"
    203 NON_AUTHORITATIVE_INFORMATION "Non-Authoritative Information"
    204 NO_CONTENT "No Content"
    205 RESET_CONTENT "Reset Content"
    206 PARTIAL_CONTENT "Partial Content"
    207 MULTI_STATUS "Multi-Status"
    208 ALREADY_REPORTED "Already Reported"
    226 IM_USED "IM Used"
    300 MULTIPLE_CHOICES "Multiple Choices"
    301 MOVED_PERMANENTLY "Moved Permanently"
    302 FOUND "Found"
    303 SEE_OTHER "See Other"
    304 NOT_MODIFIED "Not Modified"
    305 USE_PROXY "Use Proxy"
    307 TEMPORARY_REDIRECT "Temporary Redirect"
    308 PERMANENT_REDIRECT "Permanent Redirect"
    400 BAD_REQUEST "Bad Request"
    401 UNAUTHORIZED "Unauthorized"
    402 PAYMENT_REQUIRED "Payment Required"
    403 FORBIDDEN "Forbidden"
    404 NOT_FOUND "Not Found"
    405 METHOD_NOT_ALLOWED "Method Not Allowed"
    406 NOT_ACCEPTABLE "Not Acceptable"
    407 PROXY_AUTHENTICATION_REQUIRED "Proxy Authentication Required"
    408 REQUEST_TIMEOUT "Request Timeout"
    409 CONFLICT "Conflict"
    410 GONE "Gone"
    411 LENGTH_REQUIRED "Length Required"
    412 PRECONDITION_FAILED "Precondition Failed"
    413 CONTENT_TOO_LARGE "Content Too Large"
    414 URI_TOO_LONG "URI Too Long"
    415 UNSUPPORTED_MEDIA_TYPE "Unsupported Media Type"
    416 RANGE_NOT_SATISFIABLE "Range Not Satisfiable"
    417 EXPECTATION_FAILED "Expectation Failed"
    418 IM_A_TEAPOT "I'm a teapot"
    421 MISDIRECTED_REQUEST "Misdirected Request"
    422 UNPROCESSABLE_CONTENT "Unprocessable Content"
    423 LOCKED "Locked"
    424 FAILED_DEPENDENCY "Failed Dependency"
    425 TOO_EARLY "Too Early"
    426 UPGRADE_REQUIRED "Upgrade Required"
    428 PRECONDITION_REQUIRED "Precondition Required"
    429 TOO_MANY_REQUESTS "Too Many Requests"
    431 REQUEST_HEADER_FIELDS_TOO_LARGE "Request Header Fields Too Large"
    451 UNAVAILABLE_FOR_LEGAL_REASONS "Unavailable For Legal Reasons"
    500 INTERNAL_SERVER_ERROR "Internal Server Error"
    501 NOT_IMPLEMENTED "Not Implemented"
    502 BAD_GATEWAY "Bad Gateway"
    503 SERVICE_UNAVAILABLE "Service Unavailable"
    504 GATEWAY_TIMEOUT "Gateway Timeout"
    505 HTTP_VERSION_NOT_SUPPORTED "HTTP Version Not Supported"
    506 VARIANT_ALSO_NEGOTIATES "Variant Also Negotiates"
    507 INSUFFICIENT_STORAGE "Insufficient Storage"
    508 LOOP_DETECTED "Loop Detected"
    510 NOT_EXTENDED "Not Extended"
    511 NETWORK_AUTHENTICATION_REQUIRED "Network Authentication Required"
}

/// What codes were called before, as Python's `http` still knows them.
const FORMER_NAMES: &[(u16, &str)] = &[
    (413, "REQUEST_ENTITY_TOO_LARGE"),
    (414, "REQUEST_URI_TOO_LONG"),
    (416, "REQUESTED_RANGE_NOT_SATISFIABLE"),
    (422, "UNPROCESSABLE_ENTITY"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_is_in_order() {
        assert!(REGISTRY.is_sorted_by_key(|&(code, ..)| code));
    }

    #[test]
    fn knows_reasons_and_bounds() {
        assert_eq!(Status::new(404).unwrap().reason(), Some("Not Found"));
        assert_eq!(Status::new(599).unwrap().reason(), None);
        assert!(Status::new(99).is_err());
        assert!(Status::new(1000).is_err());
    }

    #[test]
    fn finds_every_status_by_its_names() {
        for &(code, name, reason) in REGISTRY {
            let status = Some(Status(code));
            assert_eq!(Status::from_name(name), status);
            assert_eq!(Status::from_name(&name.to_lowercase()), status);
            assert_eq!(Status::from_name(reason), status);
        }
        assert_eq!(Status::from_name("Request-URI Too Long"), Some(Status::URI_TOO_LONG));
        for unknown in ["", "404", "NOT", "NOT_FOUND_", "ÖK"] {
            assert_eq!(Status::from_name(unknown), None);
        }
    }
}
