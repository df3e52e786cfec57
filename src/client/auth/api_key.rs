//! A key in every request.

use crate::secret::Secret;

use super::super::{Error, ErrorKind, PreparedRequest, Session};
use super::Auth;

/// A key under a name, in a header field, a parameter or a cookie.
///
/// ```
/// use rqtest::client::{Answer, ApiKey, InMemory, Session};
///
/// let session = Session::with_adapter(InMemory::new(|request| Answer::ok(request.target)));
/// let response = session.get("http://localhost/?q=1").auth(ApiKey::in_query("key", "s3cr3t")).send()?;
/// assert_eq!(response.text()?, "/?q=1&key=s3cr3t");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    place: ApiKeyPlace,
    name: String,
    value: Secret<String>,
}

/// Where an [`ApiKey`] stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiKeyPlace {
    /// In a header field.
    Header,
    /// In the query of the URL.
    Query,
    /// In a cookie.
    Cookie,
}

impl ApiKey {
    /// A key under this name.
    pub fn new(place: ApiKeyPlace, name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { place, name: name.into(), value: Secret::new(value.into()) }
    }

    /// A header field.
    pub fn in_header(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::new(ApiKeyPlace::Header, name, value)
    }

    /// A parameter in the query of the URL.
    pub fn in_query(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::new(ApiKeyPlace::Query, name, value)
    }

    /// A cookie.
    pub fn in_cookie(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::new(ApiKeyPlace::Cookie, name, value)
    }

    /// The cookies with the key in the place of one of its name.
    fn cookies(&self, others: Option<&str>) -> Result<String, Error> {
        let value = self.value.expose();
        if let Some(wrong) =
            self.name.chars().find(|wrong| "=;".contains(*wrong)).or(value.chars().find(|it| *it == ';'))
        {
            let message = format!("the cookie `{}` holds a `{wrong}`, which would end it", self.name);
            return Err(Error::new(ErrorKind::Request, message));
        }
        let others = others.unwrap_or_default().split("; ").filter(|pair| !pair.is_empty());
        let others = others.filter(|pair| pair.split_once('=').is_none_or(|(name, _)| name != self.name));
        let own = format!("{}={value}", self.name);
        Ok(others.chain([own.as_str()]).collect::<Vec<_>>().join("; "))
    }
}

impl Auth for ApiKey {
    fn field(&self) -> Option<&str> {
        (self.place == ApiKeyPlace::Header).then_some(self.name.as_str())
    }

    fn authorize(&self, request: &mut PreparedRequest, _session: &Session) -> Result<(), Error> {
        match self.place {
            ApiKeyPlace::Header => request.headers.set(&self.name, self.value.expose())?,
            ApiKeyPlace::Query => {
                request.url.retain_query(|name| name != self.name);
                request.url.append_query([(self.name.as_str(), self.value.expose().as_str())]);
            }
            ApiKeyPlace::Cookie => {
                let cookies = self.cookies(request.headers.text("Cookie").as_deref())?;
                request.headers.set("Cookie", cookies)?;
            }
        }
        Ok(())
    }

    fn secrets(&self) -> Vec<String> {
        vec![self.value.expose().clone()]
    }
}

#[cfg(test)]
mod tests {
    use crate::client::site::{leads, notes, site};

    use super::*;

    #[test]
    fn stands_where_it_is_told() {
        for (auth, expected) in [
            (ApiKey::in_header("Authorization", "k=1"), "GET h:80/?q=1 | Host: h | Cookie: a=b | Authorization: k=1"),
            (ApiKey::in_query("the key", "k&1"), "GET h:80/?q=1&the+key=k%261 | Host: h | Cookie: a=b"),
            (ApiKey::in_query("q", "2"), "GET h:80/?q=2 | Host: h | Cookie: a=b"),
            (ApiKey::in_cookie("key", "k=1"), "GET h:80/?q=1 | Host: h | Cookie: a=b; key=k=1"),
            (ApiKey::in_cookie("a", "c"), "GET h:80/?q=1 | Host: h | Cookie: a=c"),
        ] {
            let (session, log) = site(vec![]);
            session.get("http://h/?q=1").header("Cookie", "a=b").auth(auth).send().unwrap();
            assert_eq!(notes(&log), [expected]);
        }
    }

    #[test]
    fn stands_there_once_after_a_redirect_and_nowhere_on_another_origin() {
        for (auth, expected) in [
            (ApiKey::in_header("Authorization", "key1"), "GET h:80/b | Host: h | Authorization: key1"),
            (ApiKey::in_query("k", "key1"), "GET h:80/b?k=key1 | Host: h"),
            (ApiKey::in_cookie("k", "key1"), "GET h:80/b | Host: h | Cookie: k=key1"),
        ] {
            let (session, log) = site(vec![
                ("/a", leads(302, "/b")),
                ("/a?k=key1", leads(302, "/b")),
                ("/b", leads(302, "http://other/c")),
                ("/b?k=key1", leads(302, "http://other/c")),
            ]);
            session.get("http://h/a").auth(auth).send().unwrap();
            assert_eq!(notes(&log)[1..], [expected, "GET other:80/c | Host: other"]);
        }
    }

    #[test]
    fn refuses_what_would_end_a_cookie() {
        let (session, _) = site(vec![]);
        let error = session.get("http://h/").auth(ApiKey::in_cookie("a", "b;c")).send().unwrap_err();
        assert_eq!(error.to_string(), "the cookie `a` holds a `;`, which would end it");
    }
}
