//! How a request is sent: what a request, a file's `defaults` and the project's
//! configuration can each say, the nearest winning.

use std::time::Duration;

use crate::http::Version;
use crate::source::{Existing, Spanned};

use super::{Cert, Route, Silent, Text, Tls};

/// How many redirects are followed where an author only says that they are.
pub const DEFAULT_REDIRECTS: usize = 30;

/// Settings of one level; `None` leaves a setting to the level above.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// What the URL of a request begins with that is only a path.
    pub base_url: Option<Text>,
    /// The time for all of it, redirects included.
    pub timeout: Option<Spanned<Duration>>,
    /// The time to open a connection, name look-up and TLS included.
    pub connect_timeout: Option<Spanned<Duration>>,
    /// The time to wait for the next bytes.
    pub read_timeout: Option<Spanned<Duration>>,
    /// How many redirects are followed; with 0 a redirect is the response.
    pub redirects: Option<Spanned<usize>>,
    /// How the server's certificate is checked.
    pub verify: Option<Spanned<Verify>>,
    /// The way that it takes.
    pub route: Route,
    /// Who the client is, where a server asks for its certificate.
    pub cert: Option<Spanned<Cert>>,
    /// How TLS is spoken.
    pub tls: Tls,
    /// The protocol version.
    pub http_version: Option<Spanned<Version>>,
    /// Whether the body is decoded as `Content-Encoding` says.
    pub decompress: Option<Spanned<bool>>,
    /// The character set of the response, where its own word is not to be trusted.
    pub encoding: Option<Spanned<String>>,
    /// Where cookies are kept.
    pub cookie_jar: Option<Spanned<Jar>>,
    /// The most bytes that a response body may have, decoded.
    pub max_body: Option<Spanned<u64>>,
    /// The file that the response body goes to.
    pub output: Option<Spanned<Output>>,
    /// The tokens of a JSON response whose claims are put beside them; none means all.
    pub jwt: Option<Spanned<Vec<String>>>,
    /// The keys of which no level above is asked: their defaults are taken away.
    pub removed: Vec<&'static str>,
}

/// Makes one setting silent.
type Forget = fn(&mut Settings);

/// The keys that null takes a default of away, each with what forgets it.
const REMOVABLE: &[(&str, Forget)] = &[
    ("base_url", |settings| settings.base_url = None),
    ("timeout", |settings| settings.timeout = None),
    ("connect_timeout", |settings| settings.connect_timeout = None),
    ("read_timeout", |settings| settings.read_timeout = None),
    ("redirects", |settings| settings.redirects = None),
    ("verify", |settings| settings.verify = None),
    ("unix_socket", |settings| settings.route.unix_socket = None),
    ("resolve", |settings| settings.route.resolve = None),
    ("local_address", |settings| settings.route.local_address = None),
    ("ip_version", |settings| settings.route.ip_version = None),
    ("tls", |settings| settings.tls = Tls::SILENT),
    ("http_version", |settings| settings.http_version = None),
    ("decompress", |settings| settings.decompress = None),
    ("encoding", |settings| settings.encoding = None),
    ("cookie_jar", |settings| settings.cookie_jar = None),
    ("max_body", |settings| settings.max_body = None),
    ("output", |settings| settings.output = None),
    ("jwt", |settings| settings.jwt = None),
];

/// A file that a response body goes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// Its path, relative to the spec file.
    pub path: Text,
    /// What becomes of a file that is there.
    pub existing: Existing,
}

/// How the server's certificate is checked.
#[derive(Clone, Debug, PartialEq)]
pub enum Verify {
    /// Against the roots of the platform.
    On,
    /// Not at all.
    Off,
    /// Against the certificates in a PEM file, or in those of a folder.
    Roots(Text),
}

/// Where cookies are kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Jar {
    /// In that of the file's session.
    Session,
    /// Nowhere: none are sent, and none are kept.
    Off,
    /// In a file, relative to the spec file.
    File(Text),
}

impl Silent for Settings {
    const SILENT: &'static Self = &Self {
        base_url: None,
        timeout: None,
        connect_timeout: None,
        read_timeout: None,
        redirects: None,
        verify: None,
        route: Route::SILENT,
        cert: None,
        tls: Tls::SILENT,
        http_version: None,
        decompress: None,
        encoding: None,
        cookie_jar: None,
        max_body: None,
        output: None,
        jwt: None,
        removed: Vec::new(),
    };
}

impl Settings {
    /// Forgets a setting, and lets no level above say it, so that the client's own default
    /// holds; whether the key is one that can be taken away like this.
    pub fn remove(&mut self, key: &str) -> bool {
        let found = REMOVABLE.iter().find(|(name, _)| *name == key);
        if let Some((name, forget)) = found {
            forget(self);
            self.removed.push(name);
        }
        found.is_some()
    }

    /// These settings, and those of the level above where these are silent.
    #[must_use]
    pub fn or(&self, above: &Self) -> Self {
        if self.removed.is_empty() {
            return self.nearest(above);
        }
        let mut left = above.clone();
        for key in &self.removed {
            left.remove(key);
        }
        self.nearest(&left)
    }

    fn nearest(&self, above: &Self) -> Self {
        macro_rules! nearest {
            ($($field:ident),* $(,)?) => {
                Self {
                    route: self.route.or(&above.route),
                    tls: self.tls.or(&above.tls),
                    removed: self.removed.iter().chain(&above.removed).copied().collect(),
                    $($field: self.$field.clone().or_else(|| above.$field.clone())),*
                }
            };
        }
        nearest!(
            base_url,
            timeout,
            connect_timeout,
            read_timeout,
            redirects,
            verify,
            cert,
            http_version,
            decompress,
            encoding,
            cookie_jar,
            max_body,
            output,
            jwt,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::IpVersion;

    fn level(timeout: u64) -> Settings {
        let source = crate::source::SourceFile::new("a.yaml", "5");
        let span = source.span(0..1);
        let route = Route { ip_version: Some(span.clone().with(IpVersion::V6)), ..Route::SILENT };
        Settings { timeout: Some(span.with(Duration::from_secs(timeout))), route, ..Settings::default() }
    }

    #[test]
    fn what_is_taken_away_comes_back_from_no_level_above() {
        let mut file = Settings::default();
        assert!(file.remove("timeout") && !file.remove("name"));
        let merged = Settings::default().or(&file).or(&level(1));
        assert_eq!((merged.timeout, merged.route.ip_version.is_some()), (None, true));
        let nearer = level(2).or(&file).or(&level(1));
        assert_eq!(nearer.timeout.map(|timeout| timeout.value), Some(Duration::from_secs(2)));
    }
}
