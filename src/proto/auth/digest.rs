//! The Digest scheme (RFC 7616, and RFC 2617 and 2069 before it), for servers and proxies.
//!
//! ```text
//! response = H(H(A1):nonce:nc:cnonce:qop:H(A2)), or H(H(A1):nonce:H(A2)) without a qop
//! A1       = user:realm:password, or H(user:realm:password):nonce:cnonce for -sess
//! A2       = method:uri, or method:uri:H(body) for auth-int
//! ```

use md5::Md5;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha1::Sha1;
use sha2::{Sha256, Sha512, Sha512_256};

use super::{Challenge, Hasher, parameters};

/// A name, and what makes a hasher.
type Algorithm = (&'static str, fn() -> Hasher);

/// The hash functions, weakest first. RFC 7616 has three of them; the others are known to
/// Python's requests and to httpbin.
const ALGORITHMS: &[Algorithm] = &[
    ("MD5", Hasher::new::<Md5>),
    ("SHA", Hasher::new::<Sha1>),
    ("SHA-256", Hasher::new::<Sha256>),
    ("SHA-512-256", Hasher::new::<Sha512_256>),
    ("SHA-512", Hasher::new::<Sha512>),
];

/// All but `attr-char` (RFC 8187, 3.2.1).
const NOT_IN_EXTENDED_VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// A challenge to Digest that can be answered.
///
/// ```
/// use rqtest::proto::auth::{Challenge, DigestChallenge, DigestRequest};
///
/// let offered = Challenge::parse(r#"Basic realm=r, Digest realm=r, nonce=n, qop="auth", algorithm=SHA-256"#);
/// let challenge = DigestChallenge::strongest(&offered).expect("one of them is Digest");
/// let credentials = challenge.credentials(&DigestRequest {
///     user: "ada",
///     password: "lovelace",
///     method: "CONNECT",
///     uri: "example.org:443",
///     body_hash: None,
///     count: 1,
///     client_nonce: "c",
/// });
/// assert!(credentials.starts_with("Digest username=\"ada\", realm=\"r\", uri=\"example.org:443\", "));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestChallenge {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    domain: Vec<String>,
    is_stale: bool,
    /// As it was written, if it was.
    algorithm: Option<String>,
    /// Its place among [`ALGORITHMS`].
    strength: usize,
    is_session: bool,
    protection: Protection,
    is_utf8: bool,
    hides_user: bool,
}

/// What the response vouches for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protection {
    /// As RFC 2069 has it: no `qop`, no count, no nonce of the client.
    Legacy,
    Auth,
    AuthInt,
}

/// What credentials are made from, beside the challenge.
#[derive(Clone, Copy)]
pub struct DigestRequest<'a> {
    /// The user.
    pub user: &'a str,
    /// The password.
    pub password: &'a str,
    /// The method.
    pub method: &'a str,
    /// The request target as it stands on the request line.
    pub uri: &'a str,
    /// What [`DigestChallenge::body_hasher`] makes of the body, in hexadecimal; `None` stands for
    /// no body.
    pub body_hash: Option<&'a str>,
    /// How many requests the challenge's nonce has served, this one included.
    pub count: u32,
    /// A text that the client draws at random.
    pub client_nonce: &'a str,
}

impl DigestChallenge {
    /// The strongest of the challenges to Digest that can be answered, the first of several
    /// such. One with an unknown algorithm or `qop` cannot.
    pub fn strongest(challenges: &[Challenge]) -> Option<Self> {
        // Of equals `max_by_key` takes the last one.
        challenges.iter().rev().filter_map(Self::read).max_by_key(|challenge| challenge.strength)
    }

    fn read(challenge: &Challenge) -> Option<Self> {
        if !challenge.is("Digest") {
            return None;
        }
        let owned = |name: &str| challenge.parameter(name).map(str::to_owned);
        let says = |name: &str, word: &str| challenge.parameter(name).is_some_and(|it| it.eq_ignore_ascii_case(word));
        let algorithm = owned("algorithm");
        let written = algorithm.as_deref().unwrap_or("MD5");
        let (name, is_session) = without_suffix(written, "-sess").map_or((written, false), |name| (name, true));
        Some(Self {
            realm: owned("realm").unwrap_or_default(),
            nonce: owned("nonce")?,
            opaque: owned("opaque"),
            domain: challenge.parameter("domain").unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
            is_stale: says("stale", "true"),
            strength: ALGORITHMS.iter().position(|(known, _)| known.eq_ignore_ascii_case(name))?,
            algorithm,
            is_session,
            protection: Protection::strongest_usual(challenge.parameter("qop"))?,
            is_utf8: says("charset", "UTF-8"),
            hides_user: says("userhash", "true"),
        })
    }

    /// The name of what is protected, which a person may be shown.
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// Whether only the nonce was too old: the same user and password will do.
    pub fn is_stale(&self) -> bool {
        self.is_stale
    }

    /// The URIs that the credentials serve; none stands for all of the origin (RFC 7616, 3.3).
    pub fn domain(&self) -> &[String] {
        &self.domain
    }

    /// The hash to put the body through, where the challenge asks for its integrity.
    pub fn body_hasher(&self) -> Option<Hasher> {
        (self.protection == Protection::AuthInt).then(|| self.hasher())
    }

    /// The same challenge with the nonce that a response hands out for the next request, in the
    /// value of `Authentication-Info` or `Proxy-Authentication-Info` (RFC 7616, 3.5).
    #[must_use]
    pub fn renewed(&self, info: &str) -> Option<Self> {
        let given = parameters(info).into_iter().find(|(name, _)| name.eq_ignore_ascii_case("nextnonce"));
        given.map(|(_, nonce)| Self { nonce, ..self.clone() })
    }

    /// The value of `Authorization` or `Proxy-Authorization` (RFC 7616, 3.4).
    pub fn credentials(&self, request: &DigestRequest<'_>) -> String {
        let count = format!("{:08x}", request.count);
        let mut fields = vec![self.username(request.user), quoted("realm", &self.realm), quoted("uri", request.uri)];
        fields.extend(self.algorithm.as_ref().map(|algorithm| format!("algorithm={algorithm}")));
        fields.push(quoted("nonce", &self.nonce));
        if let Some(qop) = self.protection.qop() {
            fields.extend([format!("qop={qop}"), format!("nc={count}")]);
        }
        if self.protection != Protection::Legacy || self.is_session {
            fields.push(quoted("cnonce", request.client_nonce));
        }
        fields.push(quoted("response", &self.response(request, &count)));
        fields.extend(self.opaque.as_ref().map(|opaque| quoted("opaque", opaque)));
        if self.hides_user {
            fields.push("userhash=true".to_owned());
        }
        format!("Digest {}", fields.join(", "))
    }

    fn username(&self, user: &str) -> String {
        if self.hides_user {
            return quoted("username", &self.hash(&[user, &self.realm]));
        }
        // RFC 7616, 3.4: a server that says what it reads beyond ASCII knows this form as well.
        if self.is_utf8 && !user.is_ascii() {
            return format!("username*=UTF-8''{}", utf8_percent_encode(user, NOT_IN_EXTENDED_VALUE));
        }
        quoted("username", user)
    }

    fn response(&self, request: &DigestRequest<'_>, count: &str) -> String {
        let mut first = self.hash(&[request.user, &self.realm, request.password]);
        if self.is_session {
            first = self.hash(&[&first, &self.nonce, request.client_nonce]);
        }
        let second = match (self.protection, request.body_hash) {
            (Protection::AuthInt, Some(body)) => self.hash(&[request.method, request.uri, body]),
            (Protection::AuthInt, None) => self.hash(&[request.method, request.uri, &self.hash(&[])]),
            (Protection::Auth | Protection::Legacy, _) => self.hash(&[request.method, request.uri]),
        };
        match self.protection.qop() {
            Some(qop) => self.hash(&[&first, &self.nonce, count, request.client_nonce, qop, &second]),
            None => self.hash(&[&first, &self.nonce, &second]),
        }
    }

    fn hash(&self, parts: &[&str]) -> String {
        let mut hasher = self.hasher();
        hasher.update(parts.join(":").as_bytes());
        hasher.hexadecimal()
    }

    fn hasher(&self) -> Hasher {
        let (_, new) = ALGORITHMS[self.strength];
        new()
    }
}

impl Protection {
    /// What to answer with: integrity only where nothing else will do, as every client has it.
    fn strongest_usual(qop: Option<&str>) -> Option<Self> {
        let offered = qop.unwrap_or_default();
        let mut words = offered.split([',', ' ']).filter(|word| !word.is_empty()).peekable();
        if words.peek().is_none() {
            return Some(Self::Legacy);
        }
        let known = words.filter_map(|word| {
            let mut known = [Self::Auth, Self::AuthInt].into_iter();
            known.find(|known| known.qop().is_some_and(|qop| qop.eq_ignore_ascii_case(word)))
        });
        known.min_by_key(|known| *known == Self::AuthInt)
    }

    fn qop(self) -> Option<&'static str> {
        match self {
            Self::Legacy => None,
            Self::Auth => Some("auth"),
            Self::AuthInt => Some("auth-int"),
        }
    }
}

fn quoted(name: &str, value: &str) -> String {
    format!("{name}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

fn without_suffix<'a>(text: &'a str, suffix: &str) -> Option<&'a str> {
    let (start, end) = text.split_at_checked(text.len().checked_sub(suffix.len())?)?;
    end.eq_ignore_ascii_case(suffix).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(field: &str) -> DigestChallenge {
        DigestChallenge::strongest(&Challenge::parse(field)).unwrap()
    }

    fn parameter(credentials: &str, name: &str) -> Option<String> {
        Challenge::parse(credentials)[0].parameter(name).map(str::to_owned)
    }

    /// The request of the examples in RFC 7616, 3.9.1, and RFC 2617, 3.5.
    fn mufasa<'a>(password: &'a str, client_nonce: &'a str) -> DigestRequest<'a> {
        DigestRequest {
            user: "Mufasa",
            password,
            method: "GET",
            uri: "/dir/index.html",
            body_hash: None,
            count: 1,
            client_nonce,
        }
    }

    const RFC_7616: &str = r#"realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#;

    #[test]
    fn computes_the_examples_of_the_rfcs() {
        let rfc_7616 = mufasa("Circle of Life", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ");
        let rfc_2617 = r#"Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41""#;
        // With the corrections of erratum 749.
        let rfc_2069 = r#"Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093""#;
        for (field, request, expected) in [
            (format!("Digest {RFC_7616}, algorithm=MD5"), rfc_7616, "8ca523f5e9506fed4657c9700eebdbec"),
            (
                format!("Digest {RFC_7616}, algorithm=SHA-256"),
                rfc_7616,
                "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
            ),
            (rfc_2617.to_owned(), mufasa("Circle Of Life", "0a4f113b"), "6629fae49393a05397450978507c4ef1"),
            (rfc_2069.to_owned(), mufasa("CircleOfLife", ""), "1949323746fe6a43ef61f9606e7febea"),
        ] {
            let credentials = challenge(&field).credentials(&request);
            assert_eq!(parameter(&credentials, "response").as_deref(), Some(expected), "{field}");
        }
    }

    /// RFC 7616, 3.9.2, with the hashes that erratum 4897 corrects.
    #[test]
    fn hides_the_user_where_it_is_asked_to() {
        let offered = challenge(
            r#"Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true"#,
        );
        let credentials = offered.credentials(&DigestRequest {
            user: "Jäsøn Doe",
            password: "Secret, or not?",
            method: "GET",
            uri: "/doe.json",
            body_hash: None,
            count: 1,
            client_nonce: "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
        });
        for (name, expected) in [
            ("username", "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b"),
            ("response", "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"),
            ("userhash", "true"),
        ] {
            assert_eq!(parameter(&credentials, name).as_deref(), Some(expected), "{name}");
        }
    }

    #[test]
    fn writes_what_a_server_reads() {
        let field = challenge(&format!("Digest {RFC_7616}, algorithm=\"md5\"")).credentials(&mufasa("p", "c\"\\"));
        let (start, end) = field.split_once("response=\"").unwrap();
        assert_eq!(
            start,
            "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", uri=\"/dir/index.html\", algorithm=md5, \
             nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", qop=auth, nc=00000001, cnonce=\"c\\\"\\\\\", "
        );
        assert_eq!(&end[32..], "\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"");
        let plain = challenge("Digest realm=r, nonce=n").credentials(&mufasa("p", "c"));
        assert_eq!(
            [parameter(&plain, "qop"), parameter(&plain, "nc"), parameter(&plain, "cnonce")],
            [None, None, None]
        );
    }

    #[test]
    fn writes_users_beyond_ascii_as_the_server_reads_them() {
        let jäsøn = DigestRequest { user: "Jäsøn D'oe", ..mufasa("p", "c") };
        for (offered, expected) in [
            ("Digest realm=r, nonce=n, charset=UTF-8", "username*=UTF-8''J%C3%A4s%C3%B8n%20D%27oe, "),
            ("Digest realm=r, nonce=n", "username=\"Jäsøn D'oe\", "),
        ] {
            let credentials = challenge(offered).credentials(&jäsøn);
            assert!(credentials["Digest ".len()..].starts_with(expected), "{credentials}");
        }
    }

    #[test]
    fn takes_the_strongest_algorithm_and_leaves_what_it_does_not_know() {
        for (field, expected) in [
            ("Digest nonce=a, algorithm=MD5, Digest nonce=b, algorithm=SHA-256", Some("b")),
            ("Digest nonce=a, algorithm=SHA-512-256, Digest nonce=b, algorithm=SHA-256", Some("a")),
            ("Digest nonce=a, Digest nonce=b, algorithm=MD5-SESS", Some("a")),
            ("Digest nonce=a, algorithm=SHA3-256, Digest nonce=b", Some("b")),
            ("Digest nonce=a, qop=\"auth-conf\"", None),
            ("Digest realm=a, Basic realm=b", None),
        ] {
            let taken = DigestChallenge::strongest(&Challenge::parse(field));
            assert_eq!(taken.as_ref().map(|challenge| &*challenge.nonce), expected, "{field}");
        }
    }

    #[test]
    fn vouches_for_the_body_only_where_nothing_else_will_do() {
        for (qop, expected) in [("auth", None), ("auth-int,auth", None), ("Auth-Int", Some("auth-int"))] {
            let offered = challenge(&format!("Digest nonce=n, qop=\"{qop}\""));
            let hash = offered.body_hasher().map(|mut hash| {
                hash.update(b"ab");
                hash.update(b"c");
                hash.hexadecimal()
            });
            assert_eq!(hash.is_some(), expected.is_some(), "{qop}");
            let request = DigestRequest { body_hash: hash.as_deref(), ..mufasa("p", "c") };
            let found = parameter(&offered.credentials(&request), "qop").unwrap();
            assert_eq!(found, expected.unwrap_or("auth"), "{qop}");
        }
    }

    #[test]
    fn goes_on_with_the_nonce_that_it_is_given() {
        let offered = challenge("Digest realm=r, nonce=n, opaque=o, stale=TRUE, domain=\"/a /b\"");
        assert_eq!(
            (offered.realm(), offered.is_stale(), offered.domain()),
            ("r", true, &["/a", "/b"].map(str::to_owned)[..])
        );
        let renewed = offered.renewed("rspauth=\"x\", nextnonce=\"m\"").unwrap();
        assert_eq!((&*renewed.nonce, renewed.opaque.as_deref()), ("m", Some("o")));
        assert_eq!(offered.renewed("rspauth=\"x\""), None);
    }
}
