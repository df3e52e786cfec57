//! Who sends a request, and how they prove it.

mod api_key;
mod aws;
mod basic;
mod bearer;
mod body;
mod digest;
mod netrc;
mod oauth1;

use std::fmt;

use super::{Error, PreparedRequest, Response, Session};

pub use api_key::{ApiKey, ApiKeyPlace};
pub use aws::AwsSigV4;
pub use basic::Basic;
pub use bearer::Bearer;
pub use digest::Digest;
pub(super) use digest::ProtectionSpaces;
pub use netrc::Netrc;
pub use oauth1::{OAuth1, OAuth1Place};

/// A way to prove who sends a request.
///
/// One's own sees each request before it is sent, and each response, which it may answer with
/// another request. This one signs with what the server asks to be signed:
///
/// ```
/// use std::sync::Mutex;
///
/// use rqtest::client::{Auth, Error, PreparedRequest, Response, Session};
/// use rqtest::http::Status;
/// # use rqtest::client::{Answer, InMemory};
/// # fn sign(key: &str, text: &str) -> String { format!("{key}({text})") }
///
/// #[derive(Debug)]
/// struct Signed {
///     key: String,
///     nonce: Mutex<Option<String>>,
/// }
///
/// impl Auth for Signed {
///     fn field(&self) -> Option<&str> {
///         Some("X-Signature")
///     }
///
///     fn authorize(&self, request: &mut PreparedRequest, _session: &Session) -> Result<(), Error> {
///         if let Some(nonce) = &*self.nonce.lock().unwrap() {
///             let text = format!("{} {} {nonce}", request.method, request.url.target());
///             request.headers.set("X-Signature", sign(&self.key, &text))?;
///         }
///         Ok(())
///     }
///
///     fn answer(&self, response: &Response, session: &Session) -> Result<Option<PreparedRequest>, Error> {
///         let nonce = response.headers.text("X-Nonce");
///         if response.status != Status::UNAUTHORIZED || nonce.is_none() || !response.history.is_empty() {
///             return Ok(None);
///         }
///         *self.nonce.lock().unwrap() = nonce.map(|nonce| nonce.into_owned());
///         session.again(&response.request).map(Some)
///     }
///
///     fn secrets(&self) -> Vec<String> {
///         vec![self.key.clone()]
///     }
/// }
///
/// # let session = Session::with_adapter(InMemory::new(|request| match request.headers.text("X-Signature") {
/// #     Some(signature) => Answer::ok(signature.into_owned()),
/// #     None => Answer::new(Status::UNAUTHORIZED).header("X-Nonce", "n7").unwrap(),
/// # }));
/// let auth = Signed { key: "key".to_owned(), nonce: Mutex::default() };
/// let response = session.get("http://localhost/me").auth(auth).send()?;
/// assert_eq!((response.text()?.as_ref(), response.history.len()), ("key(GET /me n7)", 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Auth: fmt::Debug + Send + Sync {
    /// The header field that carries the proof: where the author wrote or omitted it, the
    /// request goes without this.
    fn field(&self) -> Option<&str> {
        Some("Authorization")
    }

    /// Adds the proof to a request of which everything else stands, its cookies included.
    /// Called again for a redirect within the origin: what was added before is replaced.
    ///
    /// # Errors
    /// If there is no proof to be had.
    fn authorize(&self, request: &mut PreparedRequest, session: &Session) -> Result<(), Error>;

    /// Sees a response, and may have another request sent in answer to it: to a challenge
    /// (RFC 9110, 11.4), for example, and mostly the same [again](Session::again). The response
    /// then goes to the history.
    ///
    /// # Errors
    /// If the response cannot be answered and is of no use by itself.
    fn answer(&self, _response: &Response, _session: &Session) -> Result<Option<PreparedRequest>, Error> {
        Ok(None)
    }

    /// Whether it goes along where a redirect leaves the origin. What does must ask itself for
    /// whom its proof is.
    fn crosses_origins(&self) -> bool {
        false
    }

    /// What no output may show. A redirect that leaves the origin loses every header field that
    /// holds any of it.
    fn secrets(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Nobody, even where the session or the URL names somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoAuth;

impl Auth for NoAuth {
    fn field(&self) -> Option<&str> {
        None
    }

    fn authorize(&self, _request: &mut PreparedRequest, _session: &Session) -> Result<(), Error> {
        Ok(())
    }
}

/// A text that nobody can guess.
fn random() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}
