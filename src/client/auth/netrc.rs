//! Users and passwords by host, as `.netrc` files keep them.

use std::path::{Path, PathBuf};
use std::str::Chars;

use crate::secret::Secret;
use crate::source;

use super::super::{Error, ErrorKind, PreparedRequest, Session};
use super::{Auth, Basic};

/// The users and passwords of a `.netrc` file, each for the host that it names: also where a
/// redirect leads to that host.
///
/// ```
/// use rqtest::client::{Answer, InMemory, Netrc, Session};
///
/// let echo = InMemory::new(|request| Answer::ok(&*request.headers.text("Authorization").unwrap_or_default()));
/// let netrc = Netrc::parse("machine api.example.org login ada password lovelace")?;
/// let session = Session::with_adapter(echo);
/// assert_eq!(session.get("https://api.example.org/").auth(netrc.clone()).send()?.body, b"Basic YWRhOmxvdmVsYWNl");
/// assert_eq!(session.get("https://example.org/").auth(netrc).send()?.body, b"");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Netrc {
    entries: Vec<Entry>,
    warning: Option<String>,
}

/// What one `machine` or `default` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Entry {
    /// None for all hosts that nothing else names.
    host: Option<String>,
    user: Option<String>,
    account: Option<String>,
    password: Option<Secret<String>>,
}

impl Netrc {
    /// Reads a file.
    ///
    /// # Errors
    /// If there is no such file, or it is malformed.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let file = source::read_private_source(path)?;
        let malformed = |reason| Error::new(ErrorKind::Request, format!("cannot read {}, {reason}", path.display()));
        let netrc = Self::read_entries(file.text()).map_err(malformed)?;
        Ok(Self { warning: warning(path)?, ..netrc })
    }

    /// Reads the text of such a file.
    ///
    /// # Errors
    /// If it is malformed, in words that say where.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::read_entries(text).map_err(|reason| Error::new(ErrorKind::Request, reason))
    }

    fn read_entries(text: &str) -> Result<Self, String> {
        let mut reader = Reader { whole: text, rest: text.chars() };
        let mut entries = Vec::new();
        while let Some(word) = reader.word() {
            match word.as_str() {
                "machine" => entries.push(Entry { host: Some(reader.value(&word)?), ..Entry::default() }),
                "default" => entries.push(Entry::default()),
                "macdef" => reader.skip_macro(),
                comment if comment.starts_with('#') => reader.skip_line(),
                other => match (other, entries.last_mut()) {
                    ("login", Some(entry)) => entry.user = Some(reader.value(other)?),
                    ("account", Some(entry)) => entry.account = Some(reader.value(other)?),
                    ("password", Some(entry)) => entry.password = Some(Secret::new(reader.value(other)?)),
                    ("login" | "account" | "password", None) => {
                        return Err(reader.error(&format!("`{other}` stands before any `machine`")));
                    }
                    // It may be a password that was cut in two, and so is not shown.
                    _ => return Err(reader.error("there is a word that begins nothing; quote values with spaces")),
                },
            }
        }
        Ok(Self { entries, warning: None })
    }

    /// Where the file is, given the variables of a process: at `NETRC`, or at `.netrc` or `_netrc` in
    /// the home folder.
    ///
    /// ```no_run
    /// use rqtest::client::Netrc;
    ///
    /// let path = Netrc::locate(|name| std::env::var(name).ok());
    /// let netrc = path.map(Netrc::read).transpose()?;
    /// # Ok::<(), rqtest::client::Error>(())
    /// ```
    pub fn locate(variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
        if let Some(path) = variable("NETRC").filter(|path| !path.is_empty()) {
            return Some(path.into());
        }
        let home = variable("HOME").or_else(|| variable("USERPROFILE")).filter(|home| !home.is_empty())?;
        [".netrc", "_netrc"].iter().map(|name| Path::new(&home).join(name)).find(|path| path.is_file())
    }

    /// What a person should know of the file: that others can read it.
    pub fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }

    fn find(&self, host: &str) -> Option<Basic> {
        let host = host.trim_matches(['[', ']']);
        let of_host = |entry: &&Entry| entry.host.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(host));
        let of_all = || self.entries.iter().find(|entry| entry.host.is_none());
        self.entries.iter().find(of_host).or_else(of_all).and_then(Entry::basic)
    }
}

impl Entry {
    fn basic(&self) -> Option<Basic> {
        let user = self.user.as_ref().or(self.account.as_ref());
        let password = self.password.as_ref().map(|password| password.expose().clone());
        (user.is_some() || password.is_some())
            .then(|| Basic::new(user.cloned().unwrap_or_default(), password.unwrap_or_default()))
    }
}

impl Auth for Netrc {
    fn authorize(&self, request: &mut PreparedRequest, session: &Session) -> Result<(), Error> {
        match self.find(request.url.host()) {
            Some(basic) => basic.authorize(request, session),
            None => {
                request.headers.remove("Authorization");
                Ok(())
            }
        }
    }

    fn crosses_origins(&self) -> bool {
        true
    }

    fn secrets(&self) -> Vec<String> {
        self.entries.iter().filter_map(Entry::basic).flat_map(|basic| basic.secrets()).collect()
    }
}

/// That others than its owner can read a file.
#[cfg(unix)]
fn warning(path: &Path) -> Result<Option<String>, Error> {
    use std::os::unix::fs::PermissionsExt as _;

    let unreadable = |error: std::io::Error| Error::new(ErrorKind::Request, error.to_string()).with_source(error);
    let mode = source::open(path)?.metadata().map_err(unreadable)?.permissions().mode() & 0o777;
    let shown = path.display();
    Ok((mode & 0o077 != 0)
        .then(|| format!("others can read {shown} (mode {mode:o}): `chmod 600` keeps it to its owner")))
}

#[cfg(not(unix))]
fn warning(_path: &Path) -> Result<Option<String>, Error> {
    Ok(None)
}

struct Reader<'a> {
    whole: &'a str,
    rest: Chars<'a>,
}

impl Reader<'_> {
    /// The next word: what stands between white space, or in quotes with escapes after `\`.
    fn word(&mut self) -> Option<String> {
        self.rest = self.rest.as_str().trim_start().chars();
        let first = self.rest.next()?;
        let mut word = String::new();
        if first != '"' {
            word.push(first);
            word.extend(std::iter::from_fn(|| self.next_unless(char::is_whitespace)));
            return Some(word);
        }
        while let Some(character) = self.rest.next().filter(|character| *character != '"') {
            match character {
                '\\' => word.extend(self.rest.next().map(unescaped)),
                other => word.push(other),
            }
        }
        Some(word)
    }

    fn next_unless(&mut self, is_end: impl Fn(char) -> bool) -> Option<char> {
        let mut ahead = self.rest.clone();
        let next = ahead.next().filter(|next| !is_end(*next))?;
        self.rest = ahead;
        Some(next)
    }

    fn value(&mut self, name: &str) -> Result<String, String> {
        self.word().ok_or_else(|| self.error(&format!("`{name}` has no value")))
    }

    fn skip_line(&mut self) {
        self.rest = self.rest.as_str().split_once('\n').map_or("", |(_, rest)| rest).chars();
    }

    /// A macro ends with a blank line.
    fn skip_macro(&mut self) {
        loop {
            self.skip_line();
            let line = self.rest.as_str().lines().next().unwrap_or_default();
            if line.trim().is_empty() {
                return;
            }
        }
    }

    fn error(&self, reason: &str) -> String {
        let read = &self.whole[..self.whole.len() - self.rest.as_str().len()];
        format!("line {}: {reason}", read.trim_end().matches('\n').count() + 1)
    }
}

fn unescaped(character: char) -> char {
    match character {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::client::site::{leads, notes, site};

    use super::*;

    /// `user:password` for a host.
    fn found(text: &str, host: &str) -> Option<String> {
        Netrc::parse(text).unwrap().find(host).map(|basic| basic.secrets()[1].clone())
    }

    #[test]
    fn finds_the_entry_of_a_host() {
        for (text, expected) in [
            ("machine h login a password b", Some("a:b")),
            ("machine\n  H\n\tlogin a\n\tpassword b\n", Some("a:b")),
            ("machine other login x password y machine h login a password b", Some("a:b")),
            ("default login d password e machine h login a password b", Some("a:b")),
            ("machine other login x password y default login d password e", Some("d:e")),
            ("machine h login a password b machine h login c password d", Some("a:b")),
            ("machine h account a password b", Some("a:b")),
            ("machine h login a", Some("a:")),
            ("machine h password b", Some(":b")),
            ("machine h", None),
            ("machine h login \"a b\" password \"c\\\"d\\\\e\\tf\"", Some("a b:c\"d\\e\tf")),
            ("# machine h login x\nmachine h login a password #b # login x\n", Some("a:#b")),
            ("macdef m\nmachine h login x\n\nmachine h login a password b", Some("a:b")),
            ("machine h login a password b macdef m\nlogin x\n", Some("a:b")),
            ("", None),
        ] {
            assert_eq!(found(text, "h").as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn says_what_is_malformed_and_where() {
        for (text, expected) in [
            ("login a", "line 1: `login` stands before any `machine`"),
            ("machine h\n\nlogin", "line 3: `login` has no value"),
            ("machine", "line 1: `machine` has no value"),
            (
                "machine h\nlogin a password my secret\n",
                "line 2: there is a word that begins nothing; quote values with spaces",
            ),
        ] {
            assert_eq!(Netrc::parse(text).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn is_asked_anew_for_each_host() {
        let netrc = Netrc::parse("machine h login a password b machine other login c password d").unwrap();
        let (session, log) = site(vec![("/a", leads(302, "http://other/b")), ("/b", leads(302, "http://third/c"))]);
        session.get("http://h:8080/a").auth(netrc).send().unwrap();
        let expected = [
            "GET h:8080/a | Host: h:8080 | Authorization: Basic YTpi",
            "GET other:80/b | Host: other | Authorization: Basic Yzpk",
            "GET third:80/c | Host: third",
        ];
        assert_eq!(notes(&log), expected);
    }

    #[test]
    fn is_found_where_people_keep_it() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().to_str().unwrap();
        let locate = |variables: &[(&str, &str)]| {
            Netrc::locate(|name| {
                variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(locate(&[("HOME", home)]), None);
        std::fs::File::options().create(true).append(true).open(folder.path().join("_netrc")).unwrap();
        assert_eq!(locate(&[("USERPROFILE", home)]), Some(folder.path().join("_netrc")));
        std::fs::File::options().create(true).append(true).open(folder.path().join(".netrc")).unwrap();
        assert_eq!(locate(&[("HOME", home)]), Some(folder.path().join(".netrc")));
        assert_eq!(locate(&[("HOME", home), ("NETRC", "/n")]), Some("/n".into()));
        assert_eq!(locate(&[]), None);
    }

    #[cfg(unix)]
    #[test]
    fn warns_of_a_file_that_others_can_read() {
        use std::io::Write as _;
        use std::os::unix::fs::PermissionsExt as _;

        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"machine h login a password b").unwrap();
        for (mode, expected) in [(0o600, false), (0o644, true)] {
            file.as_file().set_permissions(std::fs::Permissions::from_mode(mode)).unwrap();
            let netrc = Netrc::read(file.path()).unwrap();
            assert_eq!(netrc.warning().is_some_and(|warning| warning.contains("(mode 644)")), expected, "{mode:o}");
        }
        assert!(Netrc::read("/none/such").unwrap_err().to_string().starts_with("there is no file /none/such"));
    }

    proptest! {
        #[test]
        fn never_panics(text in "(machine |login |password |macdef |default |#|\"|\\\\|\n| |é|a){0,24}") {
            let _ = Netrc::parse(&text);
        }
    }
}
