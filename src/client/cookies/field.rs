//! The `Cookie` field of a request: the cookies of its author, and those of a jar.

use crate::http::Headers;

use super::super::{Error, ErrorKind, PreparedRequest};
use super::Cookie;

/// How the `Cookie` fields of a request are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CookieFields {
    /// As one, with the cookies of the jar (RFC 6265, 5.4).
    #[default]
    Joined,
    /// As they are written, without the cookies of the jar. Where none is written, they are one.
    Separate,
}

/// What is kept out.
#[derive(Clone, Debug)]
pub(in crate::client) enum Omitted {
    All,
    /// That of these names.
    Named(Vec<String>),
}

impl PreparedRequest {
    /// Gives the request the cookies of its author and, where none of those has their
    /// name, of the jar.
    pub(in crate::client) fn set_cookies(&mut self, from_jar: &[&Cookie]) -> Result<(), Error> {
        if self.cookie_fields == CookieFields::Separate {
            return Ok(());
        }
        let mut cookies = String::new();
        for cookie in from_jar {
            if !self.omitted_cookies.holds(&cookie.name) && !names(&self.own_cookies).any(|name| name == cookie.name) {
                push_pair(&mut cookies, &cookie.name, &cookie.value);
            }
        }
        if cookies.is_empty() {
            cookies.clone_from(&self.own_cookies);
        } else if !self.own_cookies.is_empty() {
            cookies.push_str("; ");
            cookies.push_str(&self.own_cookies);
        }
        if cookies.is_empty() {
            self.headers.remove("Cookie");
            return Ok(());
        }
        Ok(self.headers.set("Cookie", cookies)?)
    }
}

impl Omitted {
    fn holds(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.iter().any(|omitted| omitted == name),
        }
    }
}

/// The `Cookie` lines that the author wrote, joined (RFC 6265bis, 4.2.1), and the cookies
/// given by name, each of which stays one cookie whatever its value came from.
pub(in crate::client) fn own_cookies(headers: &Headers, cookies: &[(String, String)]) -> Result<String, Error> {
    let mut own = String::new();
    for line in headers.get_all("Cookie") {
        if !own.is_empty() {
            own.push_str("; ");
        }
        own.push_str(&line.text());
    }
    for (name, value) in cookies {
        if let Some(wrong) =
            name.chars().find(|wrong| "=;".contains(*wrong)).or(value.chars().find(|wrong| *wrong == ';'))
        {
            return Err(Error::new(
                ErrorKind::Request,
                format!("the cookie `{name}` holds a `{wrong}`, which would end it"),
            ));
        }
        push_pair(&mut own, name, value);
    }
    Ok(own)
}

/// A cookie without a name is its value alone (RFC 6265bis, 5.8.3).
fn push_pair(cookies: &mut String, name: &str, value: &str) {
    if !cookies.is_empty() {
        cookies.push_str("; ");
    }
    cookies.push_str(name);
    if !name.is_empty() {
        cookies.push('=');
    }
    cookies.push_str(value);
}

fn names(cookies: &str) -> impl Iterator<Item = &str> {
    let pairs = cookies.split(';').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').map_or("", |(name, _)| name.trim()))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use crate::client::{CookieJar, Request, Session, SetCookie};
    use crate::http::Method;

    #[test]
    fn merges_cookies_of_jar_header_and_request() {
        let mut request = Request::new(Method::GET, "http://h/".parse().unwrap());
        for (name, value) in [("Cookie", "a=1; b=2"), ("X", "y"), ("cookie", "c=3")] {
            request.headers.append(name, value).unwrap();
        }
        request.cookies = vec![("d".to_owned(), "4".to_owned()), (String::new(), "5".to_owned())];
        let mut prepared = Session::new().prepare(request).unwrap();
        let cookie = |name: &str| {
            let mut jar = CookieJar::new();
            let cookie = SetCookie::parse(&format!("{name}=jar")).unwrap();
            jar.store(&"http://h/".parse().unwrap(), cookie, SystemTime::UNIX_EPOCH).unwrap();
            jar.iter().next().unwrap().clone()
        };
        prepared.set_cookies(&[]).unwrap();
        assert_eq!(prepared.headers.text("cookie").unwrap(), "a=1; b=2; c=3; d=4; 5");
        prepared.set_cookies(&[&cookie("b"), &cookie("j"), &cookie("")]).unwrap();
        assert_eq!(prepared.headers.text("cookie").unwrap(), "j=jar; a=1; b=2; c=3; d=4; 5");
        assert_eq!(prepared.headers.get_all("cookie").count(), 1);
    }
}
