//! The cookies of a session: those of its own jar, and those of files.

use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::super::cookies::Jars;
use super::super::{Cookie, CookieFiles, CookieJar, Error, PreparedRequest, Response, SetCookie};
use super::Session;

impl Session {
    /// The cookies that the session's own jar has now.
    pub fn cookies(&self) -> CookieJar {
        self.jars().own.clone()
    }

    /// Replaces the cookies of the session's own jar.
    pub fn set_cookies(&self, jar: CookieJar) {
        self.jars().own = jar;
    }

    /// Adds a cookie to the session's own jar.
    pub fn set_cookie(&self, cookie: Cookie) {
        self.jars().own.put(cookie);
    }

    /// Uses the cookies of files together with other sessions: see [`CookieFiles`].
    pub fn share_cookie_files(&mut self, files: Arc<CookieFiles>) {
        self.cookie_files = files;
    }

    /// Writes what became of the cookies that are kept in files: new and changed ones are put
    /// there, and those that are gone are taken away, whatever else has changed there since.
    ///
    /// ```
    /// use rqtest::client::{Answer, CookieJar, InMemory, Jar, Session};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("cookies.txt");
    ///
    /// let login = Answer::ok("").header("Set-Cookie", "sid=31d4; Max-Age=3600")?;
    /// let mut session = Session::with_adapter(InMemory::new(move |_| login.clone()));
    /// session.defaults.options.cookie_jar = Some(Jar::File(path.clone()));
    /// session.get("http://localhost/").send()?;
    /// session.save_cookies()?;
    /// assert_eq!(CookieJar::load(&path)?.get("sid"), Some("31d4"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If a file cannot be read or written any more, or a cookie cannot be said in its format.
    pub fn save_cookies(&self) -> Result<(), Error> {
        Ok(self.jars().save(&self.cookie_files, SystemTime::now())?)
    }

    pub(super) fn add_cookies(&self, request: &mut PreparedRequest) -> Result<(), Error> {
        let mut jars = self.jars();
        match jars.of(&request.delivery.cookie_jar, &self.cookie_files)? {
            Some(jar) if !jar.is_empty() => {
                let matching = jar.matching(&request.url, SystemTime::now());
                request.set_cookies(&matching)
            }
            _ => request.set_cookies(&[]),
        }
    }

    /// Keeps the cookies that a response sets, and says which of them it may not set.
    pub(super) fn keep_cookies(&self, response: &Response) -> Result<Vec<String>, Error> {
        let Response { request, headers, .. } = response;
        if !headers.contains("Set-Cookie") {
            return Ok(Vec::new());
        }
        let mut jars = self.jars();
        let Some(jar) = jars.of(&request.delivery.cookie_jar, &self.cookie_files)? else {
            return Ok(Vec::new());
        };
        let now = SystemTime::now();
        let cookies = headers.get_all("Set-Cookie").filter_map(|field| SetCookie::parse(&field.text()));
        let refused = cookies.filter_map(|cookie| {
            let name = cookie.name.clone();
            let refusal = jar.store(&request.url, cookie, now).err()?;
            Some(format!("the cookie `{name}` is not kept: {refusal}"))
        });
        Ok(refused.collect())
    }

    fn jars(&self) -> MutexGuard<'_, Jars> {
        // A panic elsewhere leaves a jar whole: each change of it is complete in itself.
        self.jars.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use crate::client::site::{leads, notes, site, status};
    use crate::client::{Jar, Options};

    use super::*;

    #[test]
    fn sends_the_cookies_that_belong_to_each_step() {
        let sets = leads(302, "http://other/b").header("Set-Cookie", "n=h; Path=/").unwrap();
        let back = leads(302, "http://h/c").header("Set-Cookie", "n=other; Path=/").unwrap();
        let (session, log) = site(vec![("/a", sets), ("/b", back)]);
        session.get("http://h/a").send().unwrap();
        assert_eq!(
            notes(&log),
            ["GET h:80/a | Host: h", "GET other:80/b | Host: other", "GET h:80/c | Host: h | Cookie: n=h"]
        );
        assert_eq!(session.cookies().iter().len(), 2);
        let alone = Options { cookie_jar: Some(Jar::Off), ..Options::default() };
        session.get("http://h/d").options(alone).send().unwrap();
        session.get("http://h/e").without_header("cookie").send().unwrap();
        session.set_cookies(CookieJar::new());
        session.get("http://h/f").send().unwrap();
        assert_eq!(notes(&log)[3..], ["GET h:80/d | Host: h", "GET h:80/e | Host: h", "GET h:80/f | Host: h"]);
    }

    #[test]
    fn warns_of_cookies_that_it_does_not_keep() {
        let sets = status(200).header("Set-Cookie", "n=v; Domain=other.org").unwrap();
        let (session, _) = site(vec![("/a", sets)]);
        let response = session.get("http://example.org/a").send().unwrap();
        let expected = "the cookie `n` is not kept: its domain is not one that this host may set it for";
        assert_eq!((response.warnings.as_slice(), session.cookies().is_empty()), (&[expected.to_owned()][..], true));
    }

    #[test]
    fn keeps_no_cookies_where_none_are_wanted() {
        let (mut session, _) = site(vec![("/a", status(200).header("Set-Cookie", "n=v").unwrap())]);
        session.defaults.options.cookie_jar = Some(Jar::Off);
        let response = session.get("http://h/a").send().unwrap();
        assert_eq!((response.cookies()[0].value.as_str(), session.cookies().is_empty()), ("v", true));
    }
}
