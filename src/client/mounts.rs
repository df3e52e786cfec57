//! Which adapter carries a request.

use crate::http::{Scheme, Url};

use super::{Adapter, Error, ErrorKind};

/// Adapters by the beginnings of URLs.
#[derive(Debug)]
pub(super) struct Mounts {
    /// The longest prefix first.
    mounted: Vec<(Prefix, Box<dyn Adapter>)>,
    otherwise: Box<dyn Adapter>,
}

/// The beginning of a URL: `scheme://`, `scheme://host`, `scheme://host:port`, and each
/// with the beginning of a path.
#[derive(Debug, PartialEq, Eq)]
struct Prefix {
    scheme: Scheme,
    /// Any host where there is none.
    host: Option<String>,
    /// Any port where there is none.
    port: Option<u16>,
    /// The beginning of the request target, or nothing.
    target: String,
}

impl Mounts {
    pub(super) fn new(otherwise: impl Adapter + 'static) -> Self {
        Self { mounted: Vec::new(), otherwise: Box::new(otherwise) }
    }

    /// Has an adapter carry what begins like this, in the place of one that did so before.
    pub(super) fn mount(&mut self, prefix: &str, adapter: impl Adapter + 'static) -> Result<(), Error> {
        let prefix = Prefix::parse(prefix)?;
        self.mounted.retain(|(known, _)| *known != prefix);
        let at = self.mounted.partition_point(|(known, _)| known.length() >= prefix.length());
        self.mounted.insert(at, (prefix, Box::new(adapter)));
        Ok(())
    }

    /// The adapter of the longest prefix that a URL begins with.
    pub(super) fn of(&self, url: &Url) -> &dyn Adapter {
        let mounted = self.mounted.iter().find(|(prefix, _)| prefix.begins(url));
        mounted.map_or(&*self.otherwise, |(_, adapter)| &**adapter)
    }
}

impl Prefix {
    fn parse(text: &str) -> Result<Self, Error> {
        for scheme in [Scheme::Http, Scheme::Https] {
            let bare = text.strip_suffix("://").is_some_and(|name| name.eq_ignore_ascii_case(scheme.as_str()));
            if bare {
                return Ok(Self { scheme, host: None, port: None, target: String::new() });
            }
        }
        let url: Url = text.parse()?;
        if url.credentials().is_some() || url.fragment().is_some() {
            let message =
                format!("`{text}` is not the beginning of URLs: leave out what stands before `@` and after `#`");
            return Err(Error::new(ErrorKind::InvalidUrl, message));
        }
        let rest = text.split_once("://").map_or("", |(_, rest)| rest);
        let (authority, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let target = if target.is_empty() { String::new() } else { url.target().to_owned() };
        let port = has_port(authority).then(|| url.port());
        Ok(Self { scheme: url.scheme(), host: Some(url.host().to_owned()), port, target })
    }

    fn begins(&self, url: &Url) -> bool {
        self.scheme == url.scheme()
            && self.host.as_deref().is_none_or(|host| host == url.host())
            && self.port.is_none_or(|port| port == url.port())
            && url.target().starts_with(&self.target)
    }

    /// How much it says: a longer one counts more.
    fn length(&self) -> (bool, bool, usize) {
        (self.host.is_some(), self.port.is_some(), self.target.len())
    }
}

/// Whether an authority names a port; the colons in an IPv6 address do not.
fn has_port(authority: &str) -> bool {
    authority
        .rsplit_once(':')
        .is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use crate::client::{Answer, ErrorKind, InMemory, Session};

    fn answering(name: &'static str) -> InMemory {
        InMemory::new(move |_| Answer::ok(name))
    }

    #[test]
    fn the_longest_prefix_wins() {
        let mut session = Session::with_adapter(answering("default"));
        for prefix in [
            "https://",
            "http://Example.org",
            "http://example.org:8080/",
            "http://example.org/v1",
            "http://example.org/v1/users?",
            "http://[::1]",
            "http://[::1]:81",
            "http://example.org:80",
        ] {
            session.mount(prefix, answering(prefix)).unwrap();
        }
        for (url, expected) in [
            ("http://other/", "default"),
            ("https://other/", "https://"),
            ("http://example.org.evil.com/", "default"),
            ("http://EXAMPLE.org:81/v2", "http://Example.org"),
            ("http://example.org/v2", "http://example.org:80"),
            ("http://example.org:8080/v1", "http://example.org:8080/"),
            ("http://example.org:81/v12", "http://example.org/v1"),
            ("http://example.org:81/v1/users?a", "http://example.org/v1/users?"),
            ("http://[::1]/", "http://[::1]"),
            ("http://[::1]:81/", "http://[::1]:81"),
        ] {
            assert_eq!(session.get(url).send().unwrap().text().unwrap(), expected, "{url}");
        }
    }

    #[test]
    fn a_prefix_has_one_adapter() {
        let mut session = Session::with_adapter(answering("default"));
        session.mount("http://h", answering("first")).unwrap();
        session.mount("HTTP://H", answering("second")).unwrap();
        assert_eq!(session.get("http://h/").send().unwrap().body, b"second");
    }

    #[test]
    fn says_what_is_no_beginning_of_a_url() {
        let mut session = Session::new();
        for (prefix, kind) in [
            ("ftp://", ErrorKind::InvalidScheme),
            ("host", ErrorKind::MissingScheme),
            ("http://u:p@h", ErrorKind::InvalidUrl),
            ("http://h/#a", ErrorKind::InvalidUrl),
        ] {
            assert_eq!(session.mount(prefix, answering("")).unwrap_err().kind(), kind, "{prefix}");
        }
    }
}
