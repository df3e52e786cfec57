//! Request methods (RFC 9110, 9).

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use super::is_token_byte;

/// A request method: one of the well-known ones, or any other token, which is
/// sent as it is written.
///
/// ```
/// use rqtest::http::Method;
///
/// assert_eq!("get".parse::<Method>().unwrap(), Method::GET);
/// assert_eq!("Purge".parse::<Method>().unwrap().as_str(), "Purge");
/// assert!("NO SPACE".parse::<Method>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Method(Cow<'static, str>);

macro_rules! known_methods {
    ($($name:ident)*) => {
        impl Method {
            $(
                #[doc = concat!("`", stringify!($name), "`")]
                pub const $name: Self = Self(Cow::Borrowed(stringify!($name)));
            )*

            /// The methods that are usually read in any letter case.
            pub const KNOWN: &[Self] = &[$(Self::$name),*];
        }
    };
}

known_methods!(GET HEAD POST PUT PATCH DELETE OPTIONS TRACE CONNECT);

impl Method {
    /// The method as it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads a method of which these are known in any letter case, and all others are sent as
    /// they are written.
    ///
    /// # Errors
    /// If it is no token.
    pub fn parse_knowing(text: &str, known: &[Self]) -> Result<Self, InvalidMethod> {
        if let Some(known) = known.iter().find(|known| known.as_str().eq_ignore_ascii_case(text)) {
            return Ok(known.clone());
        }
        if text.is_empty() || !text.bytes().all(is_token_byte) {
            return Err(InvalidMethod(text.to_owned()));
        }
        Ok(Self(Cow::Owned(text.to_owned())))
    }

    /// Whether sending it twice means the same as once (RFC 9110, 9.2.2).
    pub fn is_idempotent(&self) -> bool {
        matches!(self.as_str(), "GET" | "HEAD" | "PUT" | "DELETE" | "OPTIONS" | "TRACE")
    }

    /// Whether a request of this method usually has a body, so that an empty
    /// one is announced with `Content-Length: 0` (RFC 9110, 8.6).
    pub fn expects_body(&self) -> bool {
        matches!(self.as_str(), "POST" | "PUT" | "PATCH")
    }
}

impl FromStr for Method {
    type Err = InvalidMethod;

    fn from_str(text: &str) -> Result<Self, InvalidMethod> {
        Self::parse_knowing(text, Self::KNOWN)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no token, and so no method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidMethod(String);

impl fmt::Display for InvalidMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a method: letters, digits and !#$%&'*+-.^_`|~ are allowed", self.0.escape_debug())
    }
}

impl std::error::Error for InvalidMethod {}
