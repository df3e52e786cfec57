//! Signature Version 4 of Amazon Web Services, and of what is compatible with them: over
//! header fields, or in the query of a URL that is given away.
//!
//! ```text
//! canonical request  method, path, query, fields, names of the fields, hash of the body
//! string to sign     "AWS4-HMAC-SHA256", time, scope, SHA-256(canonical request)
//! key                HMAC(HMAC(HMAC(HMAC("AWS4" secret, date), region), service), "aws4_request")
//! signature          HMAC(key, string to sign)
//! ```

use hmac::Hmac;
use percent_encoding::{AsciiSet, percent_decode_str, percent_encode, utf8_percent_encode};
use sha2::Sha256;

use crate::http::Headers;

use super::RESERVED;
use super::hash::{hexadecimal, hmac, sha256};

/// Stands for the hash of a body that is not signed.
pub const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

const RESERVED_IN_PATH: &AsciiSet = &RESERVED.remove(b'/');

/// Fields that are added, removed or changed on the way, and so stay out of the signature.
const UNSIGNED_FIELDS: &[&str] = &[
    "Accept",
    "Accept-Encoding",
    "Authorization",
    "Connection",
    "Cookie",
    "Expect",
    "Keep-Alive",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "User-Agent",
    "X-Amzn-Trace-Id",
];

/// Whose signature it is, when it is made, and for what.
#[derive(Clone, Copy)]
pub struct SigV4<'a> {
    /// The name of the key.
    pub access_key: &'a str,
    /// The key.
    pub secret_key: &'a str,
    /// The region, as `us-east-1`.
    pub region: &'a str,
    /// The service, as `s3` or `execute-api`.
    pub service: &'a str,
    /// The time in UTC, as `20150830T123600Z`.
    pub time: &'a str,
    /// How the path is signed.
    pub path: SignedPath,
}

/// How a path is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedPath {
    /// Without dots and empty segments, and what is encoded in it is encoded again.
    Normalized,
    /// As it is sent, encoded once: objects of S3 may have any name.
    Verbatim,
}

/// What is signed.
#[derive(Clone, Copy, Debug)]
pub struct SignedRequest<'a> {
    /// The method.
    pub method: &'a str,
    /// Path and query as they stand on the request line.
    pub target: &'a str,
    /// The header fields.
    pub headers: &'a Headers,
    /// The names of those of them that are signed, in lower case, sorted.
    pub signed: &'a [String],
    /// The SHA-256 of the body in hexadecimal, or [`UNSIGNED_PAYLOAD`].
    pub payload_hash: &'a str,
}

impl SignedPath {
    /// How a service reads paths.
    pub fn of(service: &str) -> Self {
        match service {
            "s3" | "s3-object-lambda" | "s3-outposts" | "s3express" => Self::Verbatim,
            _ => Self::Normalized,
        }
    }
}

/// The names of the fields that can be signed, in lower case, sorted.
pub fn signable(headers: &Headers) -> Vec<String> {
    let names = headers.iter().filter(|field| !UNSIGNED_FIELDS.iter().any(|name| field.is(name)));
    let mut names: Vec<String> = names.map(|field| field.name().to_ascii_lowercase()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

impl SigV4<'_> {
    /// The value of the `Authorization` field.
    pub fn authorization(&self, request: &SignedRequest<'_>) -> String {
        format!(
            "{ALGORITHM} Credential={}, SignedHeaders={}, Signature={}",
            self.credential(),
            request.signed.join(";"),
            self.signature(request)
        )
    }

    /// The parameters that a URL carries in the place of that field, but for the last one,
    /// `X-Amz-Signature`, which is that of a request whose target has these.
    pub fn query(&self, signed: &[String], seconds: u64, token: Option<&str>) -> Vec<(&'static str, String)> {
        let mut parameters = vec![
            ("X-Amz-Algorithm", ALGORITHM.to_owned()),
            ("X-Amz-Credential", self.credential()),
            ("X-Amz-Date", self.time.to_owned()),
            ("X-Amz-SignedHeaders", signed.join(";")),
            ("X-Amz-Expires", seconds.to_string()),
        ];
        parameters.extend(token.map(|token| ("X-Amz-Security-Token", token.to_owned())));
        parameters
    }

    /// The signature in hexadecimal.
    pub fn signature(&self, request: &SignedRequest<'_>) -> String {
        let secret = format!("AWS4{}", self.secret_key);
        let parts = [self.date(), self.region, self.service, "aws4_request"];
        let key = parts.iter().fold(secret.into_bytes(), |key, part| hmac::<Hmac<Sha256>>(&key, part));
        hexadecimal(&hmac::<Hmac<Sha256>>(&key, &self.string_to_sign(&self.canonical_request(request))))
    }

    fn credential(&self) -> String {
        format!("{}/{}", self.access_key, self.scope())
    }

    fn scope(&self) -> String {
        format!("{}/{}/{}/aws4_request", self.date(), self.region, self.service)
    }

    fn date(&self) -> &str {
        self.time.split_once('T').map_or(self.time, |(date, _)| date)
    }

    pub(super) fn string_to_sign(&self, canonical_request: &str) -> String {
        let hash = sha256(canonical_request);
        format!("{ALGORITHM}\n{}\n{}\n{hash}", self.time, self.scope())
    }

    pub(super) fn canonical_request(&self, request: &SignedRequest<'_>) -> String {
        let (path, query) = request.target.split_once('?').unwrap_or((request.target, ""));
        let path = match self.path {
            SignedPath::Normalized => utf8_percent_encode(&normalized(path), RESERVED_IN_PATH).to_string(),
            SignedPath::Verbatim => encoded_once(path, RESERVED_IN_PATH),
        };
        let fields = request.signed.iter().map(|name| format!("{name}:{}\n", canonical_value(request.headers, name)));
        format!(
            "{}\n{path}\n{}\n{}\n{}\n{}",
            request.method,
            canonical_query(query),
            fields.collect::<String>(),
            request.signed.join(";"),
            request.payload_hash
        )
    }
}

/// A path without `.`, `..` and empty segments (RFC 3986, 5.2.4).
fn normalized(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            name => kept.push(name),
        }
    }
    let is_folder = matches!(path.rsplit('/').next(), Some("" | "." | ".."));
    let end = if is_folder && !kept.is_empty() { "/" } else { "" };
    format!("/{}{end}", kept.join("/"))
}

/// Names and values in order, encoded the one way that is signed. A `+` is a space, as in forms.
fn canonical_query(query: &str) -> String {
    let canonical = |text: &str| encoded_once(&text.replace('+', " "), RESERVED);
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let mut pairs: Vec<(String, String)> = pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (canonical(name), canonical(value)))
        .collect();
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// A text of which any part may be encoded already.
fn encoded_once(text: &str, reserved: &'static AsciiSet) -> String {
    let decoded: Vec<u8> = percent_decode_str(text).collect();
    percent_encode(&decoded, reserved).to_string()
}

/// The values of a field joined, each with single spaces.
fn canonical_value(headers: &Headers, name: &str) -> String {
    let values = headers.get_all(name).map(|value| value.text().split_whitespace().collect::<Vec<_>>().join(" "));
    values.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of Amazon's manual for S3, "Signature Calculations".
    #[test]
    fn signs_the_examples_of_s3() {
        let signer = SigV4 {
            access_key: "AKIAIOSFODNN7EXAMPLE",
            secret_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            region: "us-east-1",
            service: "s3",
            time: "20130524T000000Z",
            path: SignedPath::of("s3"),
        };
        let empty = sha256("");
        let welcome = sha256("Welcome to Amazon S3.");
        for (method, target, fields, payload_hash, expected) in [
            (
                "GET",
                "/test.txt",
                &[("Range", "bytes=0-9")][..],
                &empty,
                "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
            ),
            (
                "PUT",
                "/test$file.text",
                &[("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")],
                &welcome,
                "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
            ),
            (
                "GET",
                "/?prefix=J&max-keys=2",
                &[],
                &empty,
                "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
            ),
        ] {
            let mut headers = Headers::new();
            headers.append("Host", "examplebucket.s3.amazonaws.com").unwrap();
            headers.append("x-amz-content-sha256", payload_hash).unwrap();
            headers.append("x-amz-date", signer.time).unwrap();
            headers.append("User-Agent", "not signed").unwrap();
            for (name, value) in fields {
                headers.append(name, value).unwrap();
            }
            let signed = signable(&headers);
            let request = SignedRequest { method, target, headers: &headers, signed: &signed, payload_hash };
            assert_eq!(signer.signature(&request), expected, "{target}");
        }
    }

    #[test]
    fn takes_dots_and_empty_segments_out_of_a_path() {
        for (path, expected) in
            [("/", "/"), ("//a//b/", "/a/b/"), ("/a/./b/..", "/a/"), ("/../a", "/a"), ("/.", "/"), ("/a/.b", "/a/.b")]
        {
            assert_eq!(normalized(path), expected, "{path}");
        }
    }

    #[test]
    fn encodes_queries_and_paths_the_one_way_that_is_signed() {
        assert_eq!(canonical_query("b=2&a=x+y%20z&a=%7e!&c&&d=e=f"), "a=x%20y%20z&a=~%21&b=2&c=&d=e%3Df");
        let path = |path| SigV4 { access_key: "", secret_key: "", region: "", service: "", time: "", path };
        let (headers, target) = (Headers::new(), "/a%20b(//c");
        let request =
            SignedRequest { method: "GET", target, headers: &headers, signed: &[], payload_hash: UNSIGNED_PAYLOAD };
        for (how, expected) in [(SignedPath::Normalized, "/a%2520b%28/c"), (SignedPath::Verbatim, "/a%20b%28//c")] {
            let canonical = path(how).canonical_request(&request);
            assert_eq!(canonical, format!("GET\n{expected}\n\n\n\n{UNSIGNED_PAYLOAD}"));
        }
    }
}
