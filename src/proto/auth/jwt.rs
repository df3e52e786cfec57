//! JSON Web Tokens (RFC 7519): read, signed as RFC 7515 and RFC 7518 say, and verified.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Hmac;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding,
    UnparsedPublicKey, VerificationAlgorithm,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, SubjectPublicKeyInfoDer};
use serde_json::{Map, Value};
use sha2::{Sha256, Sha384, Sha512};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::x509::SubjectPublicKeyInfo;

use super::RsaKey;
use super::hash::hmac;

/// A token, taken apart. That it is one says nothing of its signature.
#[derive(Clone, Debug, PartialEq)]
pub struct JsonWebToken {
    /// Its header.
    pub header: Value,
    /// What it claims.
    pub claims: Value,
    /// The signature, in base64url.
    pub signature: String,
    /// What is signed.
    signed: String,
}

/// Why a text is no token, or a key does not sign one: a lowercase fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidToken(String);

/// An algorithm of RFC 7518, 3.1.
struct Algorithm {
    name: &'static str,
    scheme: Scheme,
}

enum Scheme {
    Hmac(fn(&[u8], &str) -> Vec<u8>),
    Rsa(&'static dyn RsaEncoding, &'static dyn VerificationAlgorithm),
    Ecdsa(&'static EcdsaSigningAlgorithm, &'static dyn VerificationAlgorithm),
}

static ALGORITHMS: &[Algorithm] = &[
    Algorithm { name: "HS256", scheme: Scheme::Hmac(hmac::<Hmac<Sha256>>) },
    Algorithm { name: "HS384", scheme: Scheme::Hmac(hmac::<Hmac<Sha384>>) },
    Algorithm { name: "HS512", scheme: Scheme::Hmac(hmac::<Hmac<Sha512>>) },
    Algorithm { name: "RS256", scheme: Scheme::Rsa(&RSA_PKCS1_SHA256, &RSA_PKCS1_2048_8192_SHA256) },
    Algorithm { name: "RS384", scheme: Scheme::Rsa(&RSA_PKCS1_SHA384, &RSA_PKCS1_2048_8192_SHA384) },
    Algorithm { name: "RS512", scheme: Scheme::Rsa(&RSA_PKCS1_SHA512, &RSA_PKCS1_2048_8192_SHA512) },
    Algorithm { name: "PS256", scheme: Scheme::Rsa(&RSA_PSS_SHA256, &RSA_PSS_2048_8192_SHA256) },
    Algorithm { name: "PS384", scheme: Scheme::Rsa(&RSA_PSS_SHA384, &RSA_PSS_2048_8192_SHA384) },
    Algorithm { name: "PS512", scheme: Scheme::Rsa(&RSA_PSS_SHA512, &RSA_PSS_2048_8192_SHA512) },
    Algorithm { name: "ES256", scheme: Scheme::Ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING, &ECDSA_P256_SHA256_FIXED) },
    Algorithm { name: "ES384", scheme: Scheme::Ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING, &ECDSA_P384_SHA384_FIXED) },
];

impl JsonWebToken {
    /// The names of the algorithms that tokens can be signed by.
    pub fn algorithms() -> impl Iterator<Item = &'static str> {
        ALGORITHMS.iter().map(|algorithm| algorithm.name)
    }

    /// Takes a token apart.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse(text: &str) -> Result<Self, InvalidToken> {
        let text = text.trim();
        let [header, claims, signature] = text
            .split('.')
            .collect::<Vec<_>>()
            .try_into()
            .map_err(|_| InvalidToken("the value is no token: it has not three parts between dots".to_owned()))?;
        let signed = text[..header.len() + 1 + claims.len()].to_owned();
        let (header, claims) = (json(header, "header")?, json(claims, "payload")?);
        Ok(Self { header, claims, signature: signature.to_owned(), signed })
    }

    /// Signs claims: with the octets of a secret, or with a private key in PEM. The header says the
    /// algorithm, and what else is given.
    ///
    /// # Errors
    /// If there is no such algorithm, or the key is none for it.
    pub fn sign(
        claims: &Value,
        key: &[u8],
        algorithm: &str,
        headers: Map<String, Value>,
    ) -> Result<String, InvalidToken> {
        let algorithm = named(algorithm)?;
        let mut header =
            Map::from_iter([("alg".to_owned(), Value::from(algorithm.name)), ("typ".to_owned(), Value::from("JWT"))]);
        header.extend(headers.into_iter().filter(|(name, _)| name != "alg"));
        let encode = |value: String| URL_SAFE_NO_PAD.encode(value);
        let signed = format!("{}.{}", encode(Value::Object(header).to_string()), encode(claims.to_string()));
        let signature = algorithm.scheme.sign(key, &signed)?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// Whether the signature is that of a secret, or that of a key in PEM: a private one, a public
    /// one, or that of a certificate.
    ///
    /// # Errors
    /// If the algorithm that the header names is not known, or the key is none for it.
    pub fn is_signed_by(&self, key: &[u8]) -> Result<bool, InvalidToken> {
        let algorithm = named(self.header["alg"].as_str().unwrap_or_default())?;
        let Ok(signature) = URL_SAFE_NO_PAD.decode(self.signature.trim_end_matches('=')) else { return Ok(false) };
        match &algorithm.scheme {
            Scheme::Hmac(_) if is_pem(key) => {
                Err(InvalidToken(format!("a key in PEM is no secret of {}", algorithm.name)))
            }
            Scheme::Hmac(code) => Ok(code(key, &self.signed) == signature),
            Scheme::Rsa(_, verification) => {
                let public = match public_key(key) {
                    Some(public) => public,
                    None => rsa_key(key)?.public().to_vec(),
                };
                Ok(UnparsedPublicKey::new(*verification, public).verify(self.signed.as_bytes(), &signature).is_ok())
            }
            Scheme::Ecdsa(signing, verification) => {
                let public = match public_key(key) {
                    Some(public) => public,
                    None => ecdsa_key(key, signing)?.public_key().as_ref().to_vec(),
                };
                Ok(UnparsedPublicKey::new(*verification, public).verify(self.signed.as_bytes(), &signature).is_ok())
            }
        }
    }
}

impl Scheme {
    fn sign(&self, key: &[u8], text: &str) -> Result<Vec<u8>, InvalidToken> {
        match self {
            Self::Hmac(code) => Ok(code(key, text)),
            Self::Rsa(encoding, _) => {
                rsa_key(key)?.sign(*encoding, text).map_err(|error| InvalidToken(error.to_string()))
            }
            Self::Ecdsa(signing, _) => {
                let signature = ecdsa_key(key, signing)?.sign(&SystemRandom::new(), text.as_bytes());
                let signature = signature.map_err(|_| InvalidToken("the private key did not sign".to_owned()))?;
                Ok(signature.as_ref().to_vec())
            }
        }
    }
}

fn named(name: &str) -> Result<&'static Algorithm, InvalidToken> {
    ALGORITHMS.iter().find(|algorithm| algorithm.name == name).ok_or_else(|| {
        let known: Vec<_> = JsonWebToken::algorithms().collect();
        InvalidToken(format!("there is no algorithm `{name}` here: they are {}", known.join(", ")))
    })
}

/// A part of a token.
fn json(part: &str, name: &str) -> Result<Value, InvalidToken> {
    let octets = URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok();
    let value = octets.and_then(|octets| serde_json::from_slice(&octets).ok());
    value.ok_or_else(|| InvalidToken(format!("the value is no token: its {name} is not JSON in base64url")))
}

fn is_pem(key: &[u8]) -> bool {
    key.trim_ascii_start().starts_with(b"-----BEGIN ")
}

fn rsa_key(pem: &[u8]) -> Result<RsaKey, InvalidToken> {
    RsaKey::from_pem(&String::from_utf8_lossy(pem)).map_err(|error| InvalidToken(error.to_string()))
}

fn ecdsa_key(pem: &[u8], algorithm: &'static EcdsaSigningAlgorithm) -> Result<EcdsaKeyPair, InvalidToken> {
    let unusable = |reason: &str| InvalidToken(format!("the private key cannot be used: {reason}"));
    match PrivateKeyDer::from_pem_slice(pem) {
        Ok(PrivateKeyDer::Pkcs8(key)) => {
            EcdsaKeyPair::from_pkcs8(algorithm, key.secret_pkcs8_der(), &SystemRandom::new())
                .map_err(|error| unusable(&format!("it is not one of that curve ({error})")))
        }
        Ok(PrivateKeyDer::Sec1(_)) => {
            Err(unusable("it is in the old form: `openssl pkcs8 -topk8 -nocrypt` makes PKCS#8 of it"))
        }
        Ok(_) => Err(unusable("it is not one of an elliptic curve")),
        Err(_) => Err(unusable("there is none in it in PEM")),
    }
}

/// The public key of PEM that holds one, be it in a certificate.
fn public_key(pem: &[u8]) -> Option<Vec<u8>> {
    if let Ok(info) = SubjectPublicKeyInfoDer::from_pem_slice(pem) {
        let (_, info) = SubjectPublicKeyInfo::from_der(info.as_ref()).ok()?;
        return Some(info.subject_public_key.data.into_owned());
    }
    let certificate = CertificateDer::from_pem_slice(pem).ok()?;
    let (_, certificate) = X509Certificate::from_der(&certificate).ok()?;
    Some(certificate.public_key().subject_public_key.data.to_vec())
}

impl fmt::Display for InvalidToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidToken {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const RSA: &str = include_str!("../../../tests/inputs/keys/rsa.pem");

    /// RFC 7515, A.1.
    const EXAMPLE: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9\
        .eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ\
        .dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    /// RFC 7515, A.1.
    const SECRET: &str = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

    fn signed(key: &[u8], algorithm: &str) -> JsonWebToken {
        let headers = Map::from_iter([("kid".to_owned(), json!("k1")), ("alg".to_owned(), json!("none"))]);
        let token = JsonWebToken::sign(&json!({"sub": "7"}), key, algorithm, headers).unwrap();
        JsonWebToken::parse(&token).unwrap()
    }

    /// A private key of ECDSA in PEM, and its public one.
    fn curve(algorithm: &'static rcgen::SignatureAlgorithm) -> (String, String) {
        let pair = rcgen::KeyPair::generate_for(algorithm).unwrap();
        (pair.serialize_pem(), pair.public_key_pem())
    }

    #[test]
    fn reads_and_verifies_the_example_of_the_rfc() {
        let token = JsonWebToken::parse(EXAMPLE).unwrap();
        assert_eq!(token.header, json!({"typ": "JWT", "alg": "HS256"}));
        assert_eq!(token.claims, json!({"iss": "joe", "exp": 1_300_819_380, "http://example.com/is_root": true}));
        let secret = URL_SAFE_NO_PAD.decode(SECRET).unwrap();
        assert_eq!(token.is_signed_by(&secret), Ok(true));
        assert_eq!(token.is_signed_by(b"another"), Ok(false));
    }

    #[test]
    fn what_it_signs_is_verified_with_each_algorithm() {
        let (p256, public_p256) = curve(&rcgen::PKCS_ECDSA_P256_SHA256);
        let (p384, public_p384) = curve(&rcgen::PKCS_ECDSA_P384_SHA384);
        for name in JsonWebToken::algorithms() {
            let (key, other) = match &name[..2] {
                "HS" => ("secret", "other"),
                "ES" if name == "ES256" => (p256.as_str(), public_p256.as_str()),
                "ES" => (p384.as_str(), public_p384.as_str()),
                _ => (RSA, RSA),
            };
            let token = signed(key.as_bytes(), name);
            assert_eq!(token.header, json!({"alg": name, "typ": "JWT", "kid": "k1"}));
            assert_eq!(token.claims, json!({"sub": "7"}));
            assert_eq!(token.is_signed_by(key.as_bytes()), Ok(true), "{name}");
            assert_eq!(token.is_signed_by(other.as_bytes()), Ok(!name.starts_with("HS")), "{name}");
        }
    }

    #[test]
    fn verifies_with_a_certificate() {
        let pair = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::new(vec![]).unwrap().self_signed(&pair).unwrap();
        let token = signed(pair.serialize_pem().as_bytes(), "ES256");
        assert_eq!(token.is_signed_by(certificate.pem().as_bytes()), Ok(true));
    }

    #[test]
    fn says_what_is_wrong_with_a_token_or_a_key() {
        let part = URL_SAFE_NO_PAD.encode("{}");
        for (token, problem) in [
            ("a.b", "the value is no token: it has not three parts between dots"),
            ("a.b.c", "the value is no token: its header is not JSON in base64url"),
            (&format!("{part}.b.c"), "the value is no token: its payload is not JSON in base64url"),
        ] {
            assert_eq!(JsonWebToken::parse(token).unwrap_err().to_string(), problem);
        }
        for (key, algorithm, problem) in [
            ("k", "HS1", "there is no algorithm `HS1` here: they are HS256, HS384, HS512, RS256"),
            ("k", "RS256", "the private key cannot be used: there is none in it in PEM"),
            ("k", "ES256", "the private key cannot be used: there is none in it in PEM"),
            (RSA, "ES256", "the private key cannot be used: it is not one of that curve"),
        ] {
            let error = JsonWebToken::sign(&json!({}), key.as_bytes(), algorithm, Map::new()).unwrap_err();
            assert!(error.to_string().starts_with(problem), "{error}");
        }
        // A public key that everybody has must not count as a secret.
        let confused = signed(RSA.as_bytes(), "HS256");
        assert_eq!(
            confused.is_signed_by(RSA.as_bytes()),
            Err(InvalidToken("a key in PEM is no secret of HS256".to_owned()))
        );
    }

    proptest! {
        #[test]
        fn never_panics(token in "([a-zA-Z0-9_=-]|\\.|e30){0,30}", key in "(-----BEGIN PUBLIC KEY-----\n|[a-z\n]){0,5}") {
            if let Ok(token) = JsonWebToken::parse(&token) {
                let _ = token.is_signed_by(key.as_bytes());
            }
        }
    }
}
