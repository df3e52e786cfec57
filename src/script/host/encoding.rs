//! Encodings and digests. Bytes go to and fro in hexadecimal.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use encoding_rs::Encoding;
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use rquickjs::prelude::{Func, Opt};
use rquickjs::{Ctx, Object};
use serde_json::json;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use url::{Url, form_urlencoded};

use super::thrown;

/// Makes a digest of bytes, and with a secret a code (RFC 2104).
struct Algorithm {
    name: &'static str,
    digest: fn(&[u8]) -> Vec<u8>,
    code: fn(&[u8], &[u8]) -> Vec<u8>,
}

const ALGORITHMS: &[Algorithm] = &[
    Algorithm { name: "md5", digest: digest::<Md5>, code: code::<Hmac<Md5>> },
    Algorithm { name: "sha1", digest: digest::<Sha1>, code: code::<Hmac<Sha1>> },
    Algorithm { name: "sha256", digest: digest::<Sha256>, code: code::<Hmac<Sha256>> },
    Algorithm { name: "sha384", digest: digest::<Sha384>, code: code::<Hmac<Sha384>> },
    Algorithm { name: "sha512", digest: digest::<Sha512>, code: code::<Hmac<Sha512>> },
];

fn digest<D: Digest>(bytes: &[u8]) -> Vec<u8> {
    D::digest(bytes).to_vec()
}

fn code<M: Mac + KeyInit>(secret: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut code = <M as KeyInit>::new_from_slice(secret).expect("HMAC takes keys of any length");
    code.update(bytes);
    code.finalize().into_bytes().to_vec()
}

/// What makes a text of a text.
type Conversion = fn(&str) -> Result<String, String>;

const CONVERSIONS: &[(&str, Conversion)] = &[
    ("hexBytes", |text| from_hexadecimal(text).map(|bytes| hexadecimal(&bytes))),
    ("btoa", btoa),
    ("atob", |text| base64(text).map(|bytes| bytes.into_iter().map(char::from).collect())),
    ("formDecode", |text| Ok(json!(form_urlencoded::parse(text.as_bytes()).collect::<Vec<_>>()).to_string())),
    ("formEncode", form_encode),
];

pub(super) fn register(object: &Object<'_>) -> rquickjs::Result<()> {
    for &(name, convert) in CONVERSIONS {
        object.set(name, Func::from(move |ctx: Ctx<'_>, text: String| or_throw(&ctx, convert(&text))))?;
    }
    let text_bytes = |ctx: Ctx<'_>, text: String, encoding: String| or_throw(&ctx, text_bytes(&text, &encoding));
    object.set("textBytes", Func::from(text_bytes))?;
    // Both alphabets are read, whichever is named.
    let base64_bytes = |ctx: Ctx<'_>, text: String| or_throw(&ctx, base64(&text).map(|bytes| hexadecimal(&bytes)));
    object.set("base64Bytes", Func::from(base64_bytes))?;
    object
        .set("toBase64", Func::from(|ctx: Ctx<'_>, bytes: String, url: bool| or_throw(&ctx, to_base64(&bytes, url))))?;
    let digest = |ctx: Ctx<'_>, name: String, bytes: String, secret: Opt<Option<String>>| {
        or_throw(&ctx, digest_of(&name, &bytes, secret.0.flatten().as_deref()))
    };
    object.set("digest", Func::from(digest))?;
    let parse_url = |ctx: Ctx<'_>, url: String, base: Opt<Option<String>>| {
        or_throw(&ctx, parse_url(&url, base.0.flatten().as_deref()))
    };
    object.set("parseUrl", Func::from(parse_url))
}

fn or_throw<T>(ctx: &Ctx<'_>, result: Result<T, String>) -> rquickjs::Result<T> {
    result.map_err(|reason| thrown(ctx, reason))
}

fn digest_of(name: &str, bytes: &str, secret: Option<&str>) -> Result<String, String> {
    let algorithm = ALGORITHMS.iter().find(|algorithm| algorithm.name == name);
    let algorithm = algorithm.ok_or_else(|| format!("there is no digest `{name}`"))?;
    let bytes = from_hexadecimal(bytes)?;
    Ok(hexadecimal(&match secret {
        Some(secret) => (algorithm.code)(&from_hexadecimal(secret)?, &bytes),
        None => (algorithm.digest)(&bytes),
    }))
}

fn text_bytes(text: &str, encoding: &str) -> Result<String, String> {
    let label = match encoding.to_ascii_uppercase().as_str() {
        "UTF8" => "utf-8".to_owned(),
        other => other.to_owned(),
    };
    let encoding = Encoding::for_label(label.as_bytes()).ok_or_else(|| format!("there is no encoding `{encoding}`"))?;
    match encoding.encode(text) {
        (bytes, _, false) => Ok(hexadecimal(&bytes)),
        (_, encoding, true) => Err(format!("the text has characters that {} has not", encoding.name())),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hexadecimal(text: &str) -> Result<Vec<u8>, String> {
    let digits = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    let bytes = digits.map(|pair| pair.filter(|pair| pair.len() == 2 && !pair.starts_with('+')));
    let bytes = bytes.map(|pair| u8::from_str_radix(pair?, 16).ok());
    bytes.collect::<Option<_>>().ok_or_else(|| "the text is not hexadecimal".to_owned())
}

/// Reads both alphabets (RFC 4648, 4 and 5), padded or not.
fn base64(text: &str) -> Result<Vec<u8>, String> {
    let text: String = text.split_ascii_whitespace().collect();
    let read =
        [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD].iter().find_map(|engine| engine.decode(&text).ok());
    read.ok_or_else(|| "the text is not base64".to_owned())
}

fn to_base64(bytes: &str, url_safe: bool) -> Result<String, String> {
    let engine = if url_safe { URL_SAFE } else { STANDARD };
    from_hexadecimal(bytes).map(|bytes| engine.encode(bytes))
}

/// Of a text whose characters stand for bytes, as browsers have it.
fn btoa(text: &str) -> Result<String, String> {
    let bytes = text.chars().map(|character| u8::try_from(character).ok()).collect::<Option<Vec<_>>>();
    let bytes = bytes.ok_or_else(|| "the text has characters that are no bytes: encode them first".to_owned())?;
    Ok(STANDARD.encode(bytes))
}

fn form_encode(pairs: &str) -> Result<String, String> {
    let pairs: Vec<(String, String)> = serde_json::from_str(pairs).map_err(|error| error.to_string())?;
    Ok(form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
}

fn parse_url(url: &str, base: Option<&str>) -> Result<String, String> {
    let parse = |text: &str| Url::parse(text).map_err(|error| format!("`{text}` is no URL: {error}"));
    let url = match base {
        Some(base) => parse(base)?.join(url).map_err(|error| format!("`{url}` is no URL: {error}"))?,
        None => parse(url)?,
    };
    let marked = |mark: char, part: Option<&str>| match part {
        Some(part) if !part.is_empty() => format!("{mark}{part}"),
        _ => String::new(),
    };
    let port = url.port().map(|port| port.to_string()).unwrap_or_default();
    let host = url.host_str().unwrap_or_default();
    let parts = json!({
        "href": url.as_str(),
        "origin": url.origin().ascii_serialization(),
        "protocol": format!("{}:", url.scheme()),
        "username": url.username(),
        "password": url.password().unwrap_or_default(),
        "host": format!("{host}{}", marked(':', Some(&port))),
        "hostname": host,
        "port": port,
        "pathname": url.path(),
        "search": marked('?', url.query()),
        "hash": marked('#', url.fragment()),
    });
    Ok(parts.to_string())
}
