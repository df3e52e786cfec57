//! Encodings and digests, as filters and as functions: `{{ x | sha256 }}`, `{{ sha256(x) }}`.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

use super::value::{octets, text};

/// All but the unreserved characters (RFC 3986, 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// All but what JavaScript's `encodeURIComponent` leaves as it is.
const COMPONENT: &AsciiSet = &RESERVED.remove(b'!').remove(b'*').remove(b'\'').remove(b'(').remove(b')');

/// A text as a part of a URL, the way editors encode it.
pub(super) fn url_component(text: &str) -> String {
    utf8_percent_encode(text, COMPONENT).to_string()
}

/// Adds every encoding and digest to an environment.
pub(super) fn register(environment: &mut Environment<'_>) {
    type Conversion = fn(&Value) -> Result<Value, Error>;
    const CONVERSIONS: &[(&str, Conversion)] = &[
        ("base64", |value| Ok(STANDARD.encode(octets(value)).into())),
        ("base64_decode", base64_decode),
        ("sha256", |value| Ok(hexadecimal(&Sha256::digest(octets(value))).into())),
        ("md5", |value| Ok(hexadecimal(&Md5::digest(octets(value))).into())),
        ("url_encode", |value| Ok(utf8_percent_encode(&text(value), RESERVED).to_string().into())),
        ("url_decode", |value| Ok(percent_decode_str(&text(value)).decode_utf8_lossy().into_owned().into())),
    ];
    for &(name, convert) in CONVERSIONS {
        let convert = move |value: &Value| if value.is_undefined() { undefined() } else { convert(value) };
        environment.add_filter(name, convert);
        environment.add_function(name, convert);
    }
    environment.add_function("hmac_sha256", hmac_sha256);
    environment.add_filter("hmac_sha256", |text: &Value, key: &Value, encoding: Option<&str>| {
        hmac_sha256(key, text, encoding)
    });
}

fn undefined() -> Result<Value, Error> {
    Err(ErrorKind::UndefinedError.into())
}

/// RFC 2104 with SHA-256, in hexadecimal, or in base64 where that is asked for.
fn hmac_sha256(key: &Value, text: &Value, encoding: Option<&str>) -> Result<Value, Error> {
    if key.is_undefined() || text.is_undefined() {
        return undefined();
    }
    let mut code = Hmac::<Sha256>::new_from_slice(&octets(key)).expect("HMAC takes keys of any length");
    code.update(&octets(text));
    let code = code.finalize().into_bytes();
    match encoding.unwrap_or("hex") {
        "hex" => Ok(hexadecimal(&code).into()),
        "base64" => Ok(STANDARD.encode(code).into()),
        other => Err(invalid(format!("`{other}` is no encoding: take \"hex\" or \"base64\""))),
    }
}

/// Reads both alphabets of base64 (RFC 4648, 4 and 5), padded or not.
fn base64_decode(value: &Value) -> Result<Value, Error> {
    let encoded: String = text(value).split_ascii_whitespace().collect();
    let decoded = [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD]
        .iter()
        .find_map(|alphabet| alphabet.decode(&encoded).ok())
        .ok_or_else(|| invalid("the value is not base64"))?;
    Ok(String::from_utf8(decoded).map_or_else(|error| Value::from_bytes(error.into_bytes()), Value::from))
}

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use crate::template::environment::ENVIRONMENT;

    #[test]
    fn encodes_and_digests() {
        for (expression, expected) in [
            ("'héllo' | base64", "aMOpbGxv"),
            ("base64('a')", "YQ=="),
            ("'YQ' | base64_decode", "a"),
            ("'_-8=' | base64_decode | base64", "/+8="),
            ("sha256('abc')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            ("'abc' | md5", "900150983cd24fb0d6963f7d28e17f72"),
            ("'a b&ü~' | url_encode", "a%20b%26%C3%BC~"),
            ("'a%20b' | url_decode", "a b"),
            (
                "hmac_sha256('key', 'The quick brown fox jumps over the lazy dog')",
                "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8",
            ),
            ("'x' | hmac_sha256('k', 'base64') | length", "44"),
        ] {
            let value = ENVIRONMENT.compile_expression(expression).unwrap().eval(()).unwrap();
            assert_eq!(value.to_string(), expected, "{expression}");
        }
    }

    #[test]
    fn refuses_what_cannot_be_decoded() {
        for expression in ["'*' | base64_decode", "hmac_sha256('a', 'b', 'c')", "sha256(missing)", "'a' | hmac_sha256"]
        {
            assert!(ENVIRONMENT.compile_expression(expression).unwrap().eval(()).is_err(), "{expression}");
        }
    }
}
