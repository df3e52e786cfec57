//! Signatures of OAuth 1.0 (RFC 5849), and what they are made from.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::Hmac;
use percent_encoding::{percent_decode_str, utf8_percent_encode};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaEncoding, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::{self, PemObject as _};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use crate::http::Url;

use super::hash::hmac;
use super::{Hasher, RESERVED};

/// How a request is signed (RFC 5849, 3.4).
#[derive(Clone, Debug)]
pub enum OAuth1Method {
    /// HMAC-SHA1, the one that every server knows.
    HmacSha1,
    /// HMAC-SHA256.
    HmacSha256,
    /// HMAC-SHA512.
    HmacSha512,
    /// RSA-SHA256, with a key in the place of the secrets.
    RsaSha256(RsaKey),
    /// The secrets themselves: for TLS alone.
    Plaintext,
}

/// A private key of RSA.
#[derive(Clone)]
pub struct RsaKey(Arc<RsaKeyPair>);

/// Why a text is no private key that can sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRsaKey(String);

impl OAuth1Method {
    /// The value of `oauth_signature_method`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::HmacSha1 => "HMAC-SHA1",
            Self::HmacSha256 => "HMAC-SHA256",
            Self::HmacSha512 => "HMAC-SHA512",
            Self::RsaSha256(_) => "RSA-SHA256",
            Self::Plaintext => "PLAINTEXT",
        }
    }

    /// The value of `oauth_signature` (RFC 5849, 3.4.2 to 3.4.4).
    ///
    /// # Errors
    /// If the key of RSA is too short to sign with.
    pub fn sign(&self, base_string: &str, secret: &str, token_secret: &str) -> Result<String, InvalidRsaKey> {
        let key = format!("{}&{}", encode(secret), encode(token_secret));
        let signature = match self {
            Self::HmacSha1 => hmac::<Hmac<Sha1>>(key.as_bytes(), base_string),
            Self::HmacSha256 => hmac::<Hmac<Sha256>>(key.as_bytes(), base_string),
            Self::HmacSha512 => hmac::<Hmac<Sha512>>(key.as_bytes(), base_string),
            Self::RsaSha256(key) => key.sign(&RSA_PKCS1_SHA256, base_string)?,
            Self::Plaintext => return Ok(key),
        };
        Ok(STANDARD.encode(signature))
    }

    /// The hash of a body for `oauth_body_hash`, an extension to RFC 5849; a plain text vouches
    /// for nothing.
    pub fn body_hasher(&self) -> Option<Hasher> {
        match self {
            Self::HmacSha1 => Some(Hasher::new::<Sha1>()),
            Self::HmacSha256 | Self::RsaSha256(_) => Some(Hasher::sha256()),
            Self::HmacSha512 => Some(Hasher::new::<Sha512>()),
            Self::Plaintext => None,
        }
    }
}

/// What is signed (RFC 5849, 3.4.1), of all parameters decoded: those of the query, of a body
/// that is a form, and of the protocol, but for `realm` and `oauth_signature`.
pub fn base_string(method: &str, url: &Url, parameters: &[(String, String)]) -> String {
    let mut pairs: Vec<_> = parameters.iter().map(|(name, value)| (encode(name), encode(value))).collect();
    pairs.sort_unstable();
    let normalized: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{}&{}&{}", method.to_ascii_uppercase(), encode(&base_uri(url)), encode(&normalized.join("&")))
}

/// RFC 5849, 3.4.1.2.
fn base_uri(url: &Url) -> String {
    let (scheme, host, path) = (url.scheme(), url.host(), url.path());
    let port = if url.port() == scheme.default_port() { String::new() } else { format!(":{}", url.port()) };
    format!("{}://{host}{port}{path}", scheme.as_str())
}

/// The names and values of a query or a form, decoded.
pub fn form_pairs(text: &str) -> Vec<(String, String)> {
    let decode = |part: &str| percent_decode_str(&part.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(n, v)| (decode(n), decode(v))).collect()
}

/// The value of the `Authorization` field (RFC 5849, 3.5.1).
pub fn authorization(realm: Option<&str>, parameters: &[(String, String)]) -> String {
    let realm = realm.map(|realm| format!("realm=\"{}\"", realm.replace('\\', "\\\\").replace('"', "\\\"")));
    let parameters = parameters.iter().map(|(name, value)| format!("{}=\"{}\"", encode(name), encode(value)));
    format!("OAuth {}", realm.into_iter().chain(parameters).collect::<Vec<_>>().join(", "))
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

impl RsaKey {
    /// Reads a key in PEM, of PKCS#8 or PKCS#1.
    ///
    /// # Errors
    /// If there is none in it, or it is not one of RSA with 2048 to 8192 bits.
    pub fn from_pem(text: &str) -> Result<Self, InvalidRsaKey> {
        let key = PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|error| match error {
            pem::Error::NoItemsFound => InvalidRsaKey("there is none in it in PEM".to_owned()),
            other => InvalidRsaKey(other.to_string()),
        })?;
        let pair = match &key {
            PrivateKeyDer::Pkcs8(key) => RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()).map_err(Some),
            PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()).map_err(Some),
            _ => Err(None),
        };
        pair.map(|pair| Self(Arc::new(pair))).map_err(|error| {
            let reason = error.map(|error| format!(" ({error})")).unwrap_or_default();
            InvalidRsaKey(format!("it is not one of RSA with 2048 to 8192 bits{reason}"))
        })
    }

    /// The public key that belongs to it (RFC 8017, A.1.1).
    pub(super) fn public(&self) -> &[u8] {
        self.0.public().as_ref()
    }

    pub(super) fn sign(&self, encoding: &'static dyn RsaEncoding, text: &str) -> Result<Vec<u8>, InvalidRsaKey> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        let signed = self.0.sign(encoding, &SystemRandom::new(), text.as_bytes(), &mut signature);
        signed.map_err(|_| InvalidRsaKey("it is too short to sign with".to_owned()))?;
        Ok(signature)
    }
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaKey(***)")
    }
}

impl fmt::Display for InvalidRsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the private key cannot be used: {}", self.0)
    }
}

impl std::error::Error for InvalidRsaKey {}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// RFC 5849, 3.4.1.1.
    #[test]
    fn collects_what_is_signed_as_the_rfc_does() {
        let url: Url = "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b".parse().unwrap();
        let mut parameters = form_pairs(url.query().unwrap());
        parameters.extend(owned(&[
            ("oauth_consumer_key", "9djdj82h48djs9d2"),
            ("oauth_token", "kkk9d7dh3k39sjv7"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "137131201"),
            ("oauth_nonce", "7d8f3e4a"),
        ]));
        parameters.extend(form_pairs("c2&a3=2+q"));
        assert_eq!(
            base_string("post", &url, &parameters),
            "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D\
             %26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a\
             %26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
        );
    }

    /// RFC 5849, 1.2.
    #[test]
    fn signs_the_examples_of_the_rfc() {
        for (method, url, extra, token_secret, expected) in [
            (
                "POST",
                "https://photos.example.net/initiate",
                &[
                    ("oauth_timestamp", "137131200"),
                    ("oauth_nonce", "wIjqoS"),
                    ("oauth_callback", "http://printer.example.com/ready"),
                ][..],
                "",
                "74KNZJeDHnMBp0EMJ9ZHt/XKycU=",
            ),
            (
                "POST",
                "https://photos.example.net/token",
                &[
                    ("oauth_token", "hh5s93j4hdidpola"),
                    ("oauth_timestamp", "137131201"),
                    ("oauth_nonce", "walatlh"),
                    ("oauth_verifier", "hfdp7dh39dks9884"),
                ],
                "hdhd0244k9j7ao03",
                "gKgrFCywp7rO0OXSjdot/IHF7IU=",
            ),
            (
                "GET",
                "http://photos.example.net/photos?file=vacation.jpg&size=original",
                &[("oauth_token", "nnch734d00sl2jdk"), ("oauth_timestamp", "137131202"), ("oauth_nonce", "chapoH")],
                "pfkkdhi9sl3r4s00",
                "MdpQcU8iPSUjWoN/UDMsK2sui9I=",
            ),
        ] {
            let url: Url = url.parse().unwrap();
            let mut parameters = form_pairs(url.query().unwrap_or_default());
            parameters
                .extend(owned(&[("oauth_consumer_key", "dpf43f3p2l4k3l03"), ("oauth_signature_method", "HMAC-SHA1")]));
            parameters.extend(owned(extra));
            let base_string = base_string(method, &url, &parameters);
            let signature = OAuth1Method::HmacSha1.sign(&base_string, "kd94hf93k423kf44", token_secret);
            assert_eq!(signature.as_deref(), Ok(expected), "{url}");
        }
    }

    #[test]
    fn writes_secrets_and_field_with_what_they_need_encoded() {
        assert_eq!(OAuth1Method::Plaintext.sign("", "a&b", "").as_deref(), Ok("a%26b&"));
        let field = authorization(Some("a \"b\""), &owned(&[("oauth_token", "x y"), ("oauth_nonce", "/")]));
        assert_eq!(field, r#"OAuth realm="a \"b\"", oauth_token="x%20y", oauth_nonce="%2F""#);
    }

    #[test]
    fn names_the_port_where_it_is_not_the_usual_one() {
        for (url, expected) in [
            ("https://h:443/a?b", "https://h/a"),
            ("https://h:80", "https://h:80/"),
            ("http://[::1]:8/", "http://[::1]:8/"),
        ] {
            assert_eq!(base_uri(&url.parse().unwrap()), expected);
        }
    }

    /// The signature is that of `openssl dgst -sha256 -sign`.
    #[test]
    fn signs_with_keys_of_rsa() {
        let expected = "WSDL9DXCFwRxx/WrTzJU6ODWkReJuYohOZwKBrjfFcYfGuxrazoMZ6GG+XNhr+0fsVrxMWVp50jC1+xF2F62uL00zYrlLCCzuI85/Dy1I6trcraVMRi8bZ+DMPF0tixyL2I+gL+pwc4NutuKaO/LbvXY6DiyGrdj5usvGCSn/RCuGWiFAwA9fv4QcdUZL5d8Roe+Phkvy7C4skR0EOaQdgXHrWR6hZvaWjkloVfRQsQISAR0JTwtVLxdaFJ9gA10zNCKW+djyq1Wyhmw8YWUosjerN5FxxtwgQ058KFtld2nZb/Tge3xEQU8ElTlCnNuSns3I4nuq61xoVq85NRMFw==";
        for name in ["rsa", "rsa-pkcs1"] {
            let path = format!("{}/tests/inputs/keys/{name}.pem", env!("CARGO_MANIFEST_DIR"));
            let text = crate::source::read_source(path.as_ref()).unwrap();
            let key = RsaKey::from_pem(text.text()).unwrap();
            assert_eq!(format!("{key:?}"), "RsaKey(***)");
            let signature = OAuth1Method::RsaSha256(key).sign("GET&http%3A%2F%2Fh%2F&a%3Db", "", "");
            assert_eq!(signature.as_deref(), Ok(expected), "{name}");
        }
    }

    #[test]
    fn says_why_a_key_is_of_no_use() {
        let of_another_kind = rcgen::KeyPair::generate().unwrap().serialize_pem();
        for (text, expected) in [("", "there is none in it in PEM"), (&of_another_kind, "it is not one of RSA")] {
            let message = RsaKey::from_pem(text).unwrap_err().to_string();
            assert!(message.starts_with("the private key cannot be used: ") && message.contains(expected), "{message}");
        }
    }
}
