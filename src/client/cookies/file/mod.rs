//! Cookie jars as text files, which other tools read and write too.

mod jetbrains;
mod netscape;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::source::{self, Access, ReadError, SourceFile};

use super::super::{Error, ErrorKind};
use super::{Cookie, CookieJar};

/// The name of the file that JetBrains' editors keep their cookies in.
const JETBRAINS_NAME: &str = "http-client.cookies";

/// How a file holds cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieFormat {
    /// `cookies.txt`, as Netscape had it, and as curl, wget, browsers' extensions and
    /// Python have it: all of a cookie but its `SameSite`.
    Netscape,
    /// `http-client.cookies`, as JetBrains' editors have it: neither `Secure` nor
    /// `HttpOnly` nor `SameSite`.
    JetBrains,
}

impl CookieFormat {
    /// The format of a text that holds cookies; nothing where it holds none and does not say.
    pub fn of(text: &str) -> Option<Self> {
        let comments = text.lines().take_while(|line| line.starts_with('#') || line.trim().is_empty());
        for line in comments {
            if line.contains("HTTP Cookie File") || netscape::is_cookie(line) {
                return Some(Self::Netscape);
            }
            if line.trim_start_matches('#').split_whitespace().eq(jetbrains::COLUMNS) {
                return Some(Self::JetBrains);
            }
        }
        let first = text.lines().find(|line| !line.starts_with('#') && !line.trim().is_empty())?;
        Some(if netscape::is_cookie(first) { Self::Netscape } else { Self::JetBrains })
    }

    /// The format that a file of this name is usually in.
    pub fn of_name(path: &Path) -> Self {
        if path.file_name().is_some_and(|name| name == JETBRAINS_NAME) { Self::JetBrains } else { Self::Netscape }
    }
}

/// Reading and writing files.
impl CookieJar {
    /// Reads the cookies of a file, whichever format it is in.
    ///
    /// # Errors
    /// If there is no such file, or a line of it is no cookie.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, CookieFileError> {
        let path = path.as_ref();
        let source = source::read_private_source(path).map_err(CookieFileError::Read)?;
        Self::read(&source).map_err(|Wrong { line, reason }| CookieFileError::Line {
            path: path.to_owned(),
            line,
            reason,
        })
    }

    /// Writes the cookies to a file that its owner alone may read: in the format of the file
    /// that is there, else in the one that its name stands for. The file is replaced as a
    /// whole or not at all.
    ///
    /// ```
    /// use rqtest::client::{CookieJar, SetCookie};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("cookies.txt");
    ///
    /// let mut jar = CookieJar::new();
    /// let cookie = SetCookie::parse("sid=31d4; Secure; HttpOnly").expect("a cookie");
    /// jar.store(&"https://example.org/".parse()?, cookie, std::time::SystemTime::now())?;
    /// jar.save(&path)?;
    /// assert_eq!(CookieJar::load(&path)?, jar);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If the file cannot be written, or a cookie cannot be said in its format.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), CookieFileError> {
        let path = path.as_ref();
        let existing = source::read_private_source(path).ok();
        let format = existing.and_then(|source| CookieFormat::of(source.text()));
        self.save_as(path, format.unwrap_or_else(|| CookieFormat::of_name(path)))
    }

    /// As [`CookieJar::save`], in a format of one's choice.
    ///
    /// # Errors
    /// As [`CookieJar::save`].
    pub fn save_as(&self, path: impl AsRef<Path>, format: CookieFormat) -> Result<(), CookieFileError> {
        let path = path.as_ref();
        let text = self
            .text(format)
            .map_err(|cookie| CookieFileError::Cookie { path: path.to_owned(), name: cookie.name.clone() })?;
        source::replace(path, Access::Private, |file| file.write_all(text.as_bytes()))
            .map_err(|error| CookieFileError::Write { path: path.to_owned(), error })
    }

    fn read(source: &SourceFile) -> Result<Self, Wrong> {
        let text = source.text().trim_start_matches('\u{feff}');
        match CookieFormat::of(text) {
            Some(CookieFormat::Netscape) => netscape::read(text),
            Some(CookieFormat::JetBrains) => jetbrains::read(text),
            None => Ok(Vec::new()),
        }
        .map(Self::from_iter)
    }

    /// The cookies in a format, or the one that cannot be said in it: both separate by tabs.
    fn text(&self, format: CookieFormat) -> Result<String, &Cookie> {
        let has_tab =
            |cookie: &&Cookie| [&cookie.name, &cookie.path, &cookie.domain].iter().any(|it| it.contains('\t'));
        match self.iter().find(has_tab) {
            Some(cookie) => Err(cookie),
            None if format == CookieFormat::Netscape => Ok(netscape::write(self.iter())),
            None => Ok(jetbrains::write(self.iter())),
        }
    }
}

/// A line that is no cookie.
#[derive(Debug, PartialEq, Eq)]
struct Wrong {
    /// Counted from 1.
    line: usize,
    reason: String,
}

/// Reads each line that is neither empty nor a comment.
fn read_lines(
    text: &str,
    is_cookie: impl Fn(&str) -> bool,
    read: impl Fn(&str) -> Result<Cookie, String>,
) -> Result<Vec<Cookie>, Wrong> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && is_cookie(line));
    lines.map(|(index, line)| read(line).map_err(|reason| Wrong { line: index + 1, reason })).collect()
}

/// A domain without the dot before it, and whether there was one.
fn undotted(domain: &str) -> Result<(String, bool), String> {
    let name = domain.strip_prefix('.').unwrap_or(domain);
    if name.is_empty() {
        return Err("its domain is empty".to_owned());
    }
    // RFC 3986, 3.2.2: URLs have IPv6 addresses in brackets, and files of cookies have not.
    let is_bare_address = name.contains(':') && !name.starts_with('[');
    let name = if is_bare_address { format!("[{name}]") } else { name.to_ascii_lowercase() };
    Ok((name, domain.starts_with('.')))
}

/// A domain with a dot before it where it covers the hosts below it.
fn dotted(cookie: &Cookie) -> String {
    let domain = cookie.domain.trim_start_matches('[').trim_end_matches(']');
    if cookie.host_only { domain.to_owned() } else { format!(".{domain}") }
}

/// A path; one that does not begin with a slash would match nothing.
fn absolute(path: &str) -> Result<String, String> {
    match path {
        "" => Ok("/".to_owned()),
        path if path.starts_with('/') => Ok(path.to_owned()),
        path => Err(format!("its path `{path}` does not begin with a slash")),
    }
}

/// Why cookies could not be read from a file, or written to it.
#[derive(Debug)]
pub enum CookieFileError {
    /// The file cannot be had.
    Read(ReadError),
    /// A line is no cookie.
    Line {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// The format cannot hold a cookie.
    Cookie {
        /// The file.
        path: PathBuf,
        /// The name of the cookie.
        name: String,
    },
    /// The file cannot be written.
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

impl CookieFileError {
    /// Whether there is no such file.
    pub(super) fn is_not_found(&self) -> bool {
        matches!(self, Self::Read(error) if error.is_not_found())
    }
}

impl fmt::Display for CookieFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => error.fmt(f),
            Self::Line { path, line, reason } => {
                write!(f, "line {line} of the cookie file {} is no cookie: {reason}", path.display())
            }
            Self::Cookie { path, name } => {
                let name = name.escape_debug();
                write!(
                    f,
                    "the cookie `{name}` cannot be written to {}: it holds a tab, which separates",
                    path.display()
                )
            }
            Self::Write { path, error } => write!(f, "cannot write the cookie file {}: {error}", path.display()),
        }
    }
}

impl std::error::Error for CookieFileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Read(error) => Some(error),
            Self::Write { error, .. } => Some(error),
            Self::Line { .. } | Self::Cookie { .. } => None,
        }
    }
}

impl From<CookieFileError> for Error {
    fn from(error: CookieFileError) -> Self {
        Self::new(ErrorKind::Request, error.to_string()).with_source(error)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<CookieJar, Wrong> {
        CookieJar::read(&SourceFile::private("cookies.txt", text))
    }

    /// Each cookie with all that a file can say of it.
    fn shown(jar: &CookieJar) -> Vec<String> {
        let show = |cookie: &Cookie| {
            let Cookie { name, value, domain, path, .. } = cookie;
            let until = cookie.expires.map_or_else(String::new, |time| {
                format!(" until {}", time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs())
            });
            let flags = [(cookie.host_only, " alone"), (cookie.secure, " secure"), (cookie.http_only, " http")];
            let flags: String = flags.iter().filter(|(set, _)| *set).map(|(_, word)| *word).collect();
            format!("{name}={value} for {domain}{path}{until}{flags}")
        };
        jar.iter().map(show).collect()
    }

    const NETSCAPE: &str = "# Netscape HTTP Cookie File\n\n#HttpOnly_.Example.org\tTRUE\t/\tTRUE\t2000000000\tsid\ta=b c\n\
        # a comment\r\nlocalhost\tFALSE\t/a\tFALSE\t0\tn\t\r\n::1\tfalse\t\tfalse\t\tempty\n10.0.0.1\tFALSE\t/\tFALSE\t1.5\tx\ta\tb\n";

    const JETBRAINS: &str = "# domain\tpath\tname\tvalue\tdate\nlocalhost\t/\tsid\ta=b c\t-1\n\
        .example.org\t/a\tn\t\tWed, 18-May-2033 03:33:20\n";

    #[test]
    fn reads_what_curl_and_browsers_write() {
        assert_eq!(
            shown(&read(NETSCAPE).unwrap()),
            [
                "sid=a=b c for example.org/ until 2000000000 secure http",
                "n= for localhost/a alone",
                "empty= for [::1]/ alone",
                "x=a\tb for 10.0.0.1/ until 1 alone",
            ]
        );
    }

    #[test]
    fn reads_what_jetbrains_editors_write() {
        let expected = ["sid=a=b c for localhost/ alone", "n= for example.org/a until 2000000000"];
        assert_eq!(shown(&read(JETBRAINS).unwrap()), expected);
    }

    #[test]
    fn tells_the_format_by_what_stands_in_it() {
        for (text, expected) in [
            ("", None),
            ("# notes\n", None),
            ("# HTTP Cookie File\n", Some(CookieFormat::Netscape)),
            ("#HttpOnly_h\tTRUE\t/\tTRUE\t0\ta\tb", Some(CookieFormat::Netscape)),
            ("# notes\nh\tTRUE\t/\tTRUE\t0\ta\tb", Some(CookieFormat::Netscape)),
            ("# domain path name value date", Some(CookieFormat::JetBrains)),
            ("h\t/\ta\tb\t-1", Some(CookieFormat::JetBrains)),
        ] {
            assert_eq!(CookieFormat::of(text), expected, "{text}");
        }
        assert_eq!(CookieFormat::of_name(Path::new("a/http-client.cookies")), CookieFormat::JetBrains);
        assert_eq!(CookieFormat::of_name(Path::new("a/cookies")), CookieFormat::Netscape);
    }

    #[test]
    fn says_which_line_is_no_cookie_and_why() {
        for (text, line, reason) in [
            ("# HTTP Cookie File\n\nh\tTRUE\t/\tTRUE\t0", 3, "it has 5 of the 7 fields that tabs separate"),
            ("h\tTRUE\t/\tTRUE\tsoon\ta\tb", 1, "its time `soon` is no number of seconds since 1970"),
            ("# HTTP Cookie File\nh\tyes\t/\tTRUE\t0\ta\tb", 2, "`yes` is neither TRUE nor FALSE"),
            ("h\tTRUE\ta\tTRUE\t0\ta\tb", 1, "its path `a` does not begin with a slash"),
            (".\tTRUE\t/\tTRUE\t0\ta\tb", 1, "its domain is empty"),
            ("h\t/\ta\tb", 1, "it has 4 of the 5 fields that tabs separate"),
            ("h\t/\ta\tb\tsoon", 1, "its date `soon` is neither -1 nor a date"),
        ] {
            assert_eq!(read(text).unwrap_err(), Wrong { line, reason: reason.to_owned() }, "{text}");
        }
        let error = CookieJar::load("/none/at all").unwrap_err();
        assert_eq!(error.to_string(), "there is no file /none/at all");
    }

    #[test]
    fn keeps_the_format_of_the_file_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("http-client.cookies");
        let jar = read(NETSCAPE).unwrap();
        jar.save(&path).unwrap();
        assert!(source::read_source(&path).unwrap().text().starts_with("# domain\tpath\tname\tvalue\tdate\n"));
        jar.save_as(&path, CookieFormat::Netscape).unwrap();
        jar.save(&path).unwrap();
        assert_eq!(CookieJar::load(&path).unwrap(), jar);
    }

    #[test]
    fn refuses_to_write_what_it_could_not_read_again() {
        let mut jar = read(NETSCAPE).unwrap();
        let cookie = Cookie { name: "a\tb".to_owned(), ..jar.iter().next().unwrap().clone() };
        jar.put(cookie);
        let error = jar.save("/none/cookies.txt").unwrap_err().to_string();
        assert_eq!(error, "the cookie `a\\tb` cannot be written to /none/cookies.txt: it holds a tab, which separates");
    }

    fn cookies() -> impl Strategy<Value = Cookie> {
        let texts = (
            "[!-~&&[^;=#]][ -~&&[^;=]]{0,8}",
            "[ -~&&[^;]]{0,12}[!-~&&[^;]]|",
            "[a-z]{1,5}(\\.[a-z]{1,5}){0,2}",
            "/[!-~&&[^;]]{0,8}",
        );
        (texts, any::<(bool, bool, bool)>(), prop::option::of(1_u64..4_000_000_000)).prop_map(
            |((name, value, domain, path), (host_only, secure, http_only), expires)| Cookie {
                name,
                value,
                domain,
                host_only,
                path,
                expires: expires.map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)),
                secure,
                http_only,
                same_site: None,
            },
        )
    }

    proptest! {
        #[test]
        fn reads_again_what_it_wrote(cookies in prop::collection::vec(cookies(), 0..5)) {
            let jar: CookieJar = cookies.into_iter().collect();
            prop_assert_eq!(&read(&jar.text(CookieFormat::Netscape).unwrap()).unwrap(), &jar);
            let plain = |cookie: &Cookie| Cookie { secure: false, http_only: false, ..cookie.clone() };
            let plain: CookieJar = jar.iter().map(plain).collect();
            prop_assert_eq!(read(&jar.text(CookieFormat::JetBrains).unwrap()).unwrap(), plain);
        }

        #[test]
        fn never_panics(text in "\\PC{0,80}|([#a-zA-Z0-9_.\t/ -]{0,40}\r?\n){0,4}") {
            let _ = read(&text);
        }
    }
}
