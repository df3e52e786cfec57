//! Digest authentication (RFC 7616).

use md5::{Digest, Md5};
use serde_json::json;
use sha2::{Sha256, Sha512, Sha512_256};

use crate::proto::auth::Challenge;
use crate::serve::problem::Problem;
use crate::serve::response::Response;
use crate::serve::router::{ANY, Answer, Call, Route};

pub(super) const ROUTES: &[Route] = &[
    Route::new(ANY, "/digest-auth/:qop/:user/:password", "200 for that user and password, else 401", digest),
    Route::new(ANY, "/digest-auth/:qop/:user/:password/:algorithm", "the same with MD5-sess, SHA-256, …", digest),
    Route::new(
        ANY,
        "/digest-auth/:qop/:user/:password/:algorithm/:stale_after",
        "the same with nonces that serve so often, or never end",
        digest,
    ),
];

const REALM: &str = "practice@rqtest";

type Hash = fn(&[u8]) -> String;

/// The algorithms of RFC 7616, 6.1, and SHA-512, which httpbin has. Each also as `-sess`.
const ALGORITHMS: &[(&str, Hash)] = &[
    ("MD5", hash::<Md5>),
    ("SHA-256", hash::<Sha256>),
    ("SHA-512-256", hash::<Sha512_256>),
    ("SHA-512", hash::<Sha512>),
];

fn hash<D: Digest>(bytes: &[u8]) -> String {
    D::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn digest(call: &Call<'_>) -> Answer {
    let scheme = Scheme::of(call)?;
    let field = call.request.header("Authorization").unwrap_or_default();
    let Some(given) = Challenge::parse(&field).into_iter().find(|given| given.is("Digest")) else {
        return Err(scheme.challenge(call, false));
    };
    if !scheme.accepts(call, &given) {
        return Err(scheme.challenge(call, false));
    }
    if !scheme.count_use(call, &given) {
        return Err(scheme.challenge(call, true));
    }
    Ok(Response::json(&json!({"authenticated": true, "user": call.text("user")})))
}

/// What the path asks the client to do.
struct Scheme {
    qop: &'static [&'static str],
    algorithm: String,
    hash: Hash,
    is_session: bool,
    uses: u32,
}

impl Scheme {
    fn of(call: &Call<'_>) -> Result<Self, Problem> {
        let qop: &[_] = match call.text("qop") {
            "auth" => &["auth"],
            "auth-int" => &["auth-int"],
            _ => &["auth", "auth-int"],
        };
        let algorithm = match call.text("algorithm") {
            "" => "MD5",
            named => named,
        };
        let (base, is_session) = match algorithm.strip_suffix("-sess") {
            Some(base) => (base, true),
            None => (algorithm, false),
        };
        let (_, hash) = ALGORITHMS.iter().find(|(name, _)| name.eq_ignore_ascii_case(base)).ok_or_else(|| {
            Problem::not_found("the algorithms are MD5, SHA-256, SHA-512-256 and SHA-512, each also with -sess")
        })?;
        let uses = match call.text("stale_after") {
            "" | "never" => u32::MAX,
            _ => call.number("stale_after")?,
        };
        Ok(Self { qop, algorithm: algorithm.to_owned(), hash: *hash, is_session, uses })
    }

    fn challenge(&self, call: &Call<'_>, is_stale: bool) -> Problem {
        let (nonce, opaque) = (call.state.token(), call.state.token());
        call.state.nonces().get_or_default(&nonce);
        let (qop, algorithm) = (self.qop.join(", "), &self.algorithm);
        Problem::new(401, "other credentials are needed").with_header(
            "WWW-Authenticate",
            format!(
                "Digest realm=\"{REALM}\", nonce=\"{nonce}\", qop=\"{qop}\", opaque=\"{opaque}\", \
                 algorithm={algorithm}, stale={}",
                if is_stale { "TRUE" } else { "FALSE" }
            ),
        )
    }

    fn accepts(&self, call: &Call<'_>, given: &Challenge) -> bool {
        let qop = value(given, "qop");
        value(given, "username") == call.text("user")
            && value(given, "realm") == REALM
            && value(given, "uri") == call.request.head.target
            && (qop.is_empty() || self.qop.contains(&qop))
            && value(given, "response").eq_ignore_ascii_case(&self.expected(call, given))
    }

    /// ```text
    /// response = H(H(A1):nonce:nc:cnonce:qop:H(A2))
    /// A1 = user:realm:password, or H(user:realm:password):nonce:cnonce for -sess
    /// A2 = method:uri, or method:uri:H(body) for auth-int
    /// ```
    /// RFC 7616, 3.4.1 to 3.4.3; without `qop` as in RFC 2069.
    fn expected(&self, call: &Call<'_>, given: &Challenge) -> String {
        let hash = |parts: &[&str]| (self.hash)(parts.join(":").as_bytes());
        let [nonce, count, client_nonce, qop, uri] =
            ["nonce", "nc", "cnonce", "qop", "uri"].map(|name| value(given, name));
        let mut first = hash(&[call.text("user"), REALM, call.text("password")]);
        if self.is_session {
            first = hash(&[&first, nonce, client_nonce]);
        }
        let method = &*call.request.head.method;
        let second = match qop {
            "auth-int" => hash(&[method, uri, &(self.hash)(&call.request.body)]),
            _ => hash(&[method, uri]),
        };
        match qop {
            "" => hash(&[&first, nonce, &second]),
            _ => hash(&[&first, nonce, count, client_nonce, qop, &second]),
        }
    }

    /// Counts a use of a nonce, and says whether it could be used once more.
    fn count_use(&self, call: &Call<'_>, given: &Challenge) -> bool {
        let mut nonces = call.state.nonces();
        match nonces.get_mut(value(given, "nonce")) {
            Some(used) if *used < self.uses => {
                *used += 1;
                true
            }
            _ => false,
        }
    }
}

fn value<'a>(given: &'a Challenge, name: &str) -> &'a str {
    given.parameter(name).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_to_hexadecimal() {
        let (_, md5) = ALGORITHMS[0];
        assert_eq!(md5(b""), "d41d8cd98f00b204e9800998ecf8427e");
    }
}
