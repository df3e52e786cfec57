//! Values that no output may show.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::RwLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What stands in the place of a secret.
pub const MASK: &str = "***";

/// What stands where a text was cut.
const CUT: &str = "…";

/// Shorter values are not redacted: they would blot out unrelated text.
const SHORTEST: usize = 4;

/// What queries and forms encode, as this client sends them; browsers differ in `*` and `~`.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What may not stand in a URL, and is encoded in what is otherwise sent as it is written.
const ILLEGAL: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'\\').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');

/// Header fields whose values are credentials, after the scheme if there is one.
const CREDENTIAL_FIELDS: &[&str] = &["Authorization", "Proxy-Authorization", "X-Api-Key", "Api-Key", "X-Auth-Token"];

/// Whether a header field of this name holds credentials.
pub fn is_credential_field(name: &str) -> bool {
    CREDENTIAL_FIELDS.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Parameters of queries that let whoever has them in (RFC 6750, 2.3): tokens, keys, and the
/// signatures of URLs that clouds hand out.
const CREDENTIAL_PARAMETERS: &[&str] = &[
    "access_token",
    "api_key",
    "apikey",
    "client_secret",
    "refresh_token",
    "sig",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Goog-Signature",
];

/// Whether a parameter of a query of this name holds credentials.
pub fn is_credential_parameter(name: &str) -> bool {
    CREDENTIAL_PARAMETERS.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// A value that prints as `***`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Hides a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for the one who sends it.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// Knows the secrets of a run, and takes them out of text, in clear and as
/// base64, URL, JSON and HTML encode them.
#[derive(Debug, Default)]
pub struct Redactor {
    /// Longest first, so that a secret that holds another goes whole.
    forms: RwLock<BTreeSet<(std::cmp::Reverse<usize>, String)>>,
}

impl Redactor {
    /// Learns a secret; values of under four bytes are too common to redact.
    pub fn learn(&self, secret: &str) {
        if secret.len() < SHORTEST {
            return;
        }
        let mut forms = self.forms.write().expect("no holder of this lock panics");
        for form in encoded_forms(secret) {
            forms.insert((std::cmp::Reverse(form.len()), form));
        }
    }

    /// Learns the credentials of a query.
    pub fn learn_query(&self, query: &str) {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        for (_, written) in pairs.filter(|(name, _)| is_credential_parameter(name)) {
            self.learn(written);
            self.learn(&percent_decode_str(written).decode_utf8_lossy());
        }
    }

    /// Whether a text holds a secret.
    pub fn finds(&self, text: &str) -> bool {
        matches!(self.redact(text), Cow::Owned(_))
    }

    /// The text without the secrets.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let forms = self.forms.read().expect("no holder of this lock panics");
        let mut redacted = Cow::Borrowed(text);
        for (_, form) in forms.iter() {
            if redacted.contains(form.as_str()) {
                redacted = redacted.replace(form.as_str(), MASK).into();
            }
        }
        if redacted.contains(CUT) {
            let forms: Vec<&str> = forms.iter().map(|(_, form)| form.as_str()).collect();
            return redact_beside_cuts(redacted, &forms);
        }
        redacted
    }

    /// The text with every byte of the secrets overwritten by `*`, so that offsets into it stay true.
    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let forms = self.forms.read().expect("no holder of this lock panics");
        let mut masked = Cow::Borrowed(text);
        for (_, form) in forms.iter() {
            if masked.contains(form.as_str()) {
                masked = masked.replace(form.as_str(), &"*".repeat(form.len())).into();
            }
        }
        masked
    }
}

/// The text without what is left of secrets where it was cut.
fn redact_beside_cuts<'a>(text: Cow<'a, str>, forms: &[&str]) -> Cow<'a, str> {
    let last = text.matches(CUT).count();
    let part = |(place, part): (usize, &str)| {
        let end = if place < last { beginning_at_end(part, forms) } else { 0 };
        let start = if place > 0 { end_at_beginning(&part[..part.len() - end], forms) } else { 0 };
        let mask = |length: usize| if length > 0 { MASK } else { "" };
        format!("{}{}{}", mask(start), &part[start..part.len() - end], mask(end))
    };
    let redacted = text.split(CUT).enumerate().map(part).collect::<Vec<_>>().join(CUT);
    if redacted == *text { text } else { redacted.into() }
}

/// The length of the longest beginning of a secret that a text ends with.
fn beginning_at_end(text: &str, forms: &[&str]) -> usize {
    // Most lengths are ruled out by one byte: a text may be cut in many places.
    let last = text.as_bytes().last().copied();
    let of_form = |form: &&str| {
        let is_there = |&length: &usize| {
            form.as_bytes().get(length - 1).copied() == last
                && form.get(..length).is_some_and(|part| text.ends_with(part))
        };
        (SHORTEST..form.len().min(text.len() + 1)).rev().find(is_there)
    };
    forms.iter().filter_map(of_form).max().unwrap_or(0)
}

/// The length of the longest end of a secret that a text begins with.
fn end_at_beginning(text: &str, forms: &[&str]) -> usize {
    let of_form = |form: &&str| {
        let is_there = |&length: &usize| {
            form.as_bytes().get(form.len() - length) == text.as_bytes().first()
                && form.get(form.len() - length..).is_some_and(|part| text.starts_with(part))
        };
        (SHORTEST..form.len().min(text.len() + 1)).rev().find(is_there)
    };
    forms.iter().filter_map(of_form).max().unwrap_or(0)
}

fn encoded_forms(secret: &str) -> Vec<String> {
    let json = json_content(secret);
    let html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    vec![
        secret.to_owned(),
        // JSON in a string of JSON, as echoes of a body have it.
        json_content(&json),
        json,
        html,
        utf8_percent_encode(secret, ILLEGAL).to_string(),
        utf8_percent_encode(secret, ILLEGAL).to_string().replace("%20", "+"),
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        utf8_percent_encode(secret, RESERVED).to_string(),
        utf8_percent_encode(secret, RESERVED).to_string().replace("%20", "+"),
        url::form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        // Hosts are sent in lower case, and filters may change the case.
        secret.to_lowercase(),
        secret.to_uppercase(),
        hex(secret.as_bytes()),
        hex(secret.as_bytes()).to_uppercase(),
        STANDARD.encode(secret),
        STANDARD_NO_PAD.encode(secret),
        URL_SAFE.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
    ]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |hex, byte| hex + &format!("{byte:02x}"))
}

/// A text as it stands between the quotes of JSON.
fn json_content(text: &str) -> String {
    let json = serde_json::to_string(text).expect("a string is JSON");
    json[1..json.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redacts_every_encoded_form() {
        let redactor = Redactor::default();
        for secret in ["p&ss \"word\"", "~p*ss word~"] {
            redactor.learn(secret);
            for form in encoded_forms(secret) {
                assert_eq!(redactor.redact(&format!("a {form} b")), "a *** b");
            }
        }
        assert_eq!(redactor.redact("?q=~p%2Ass+word~&x, ~P*SS WORD~, 7E702A737320776F72647E"), "?q=***&x, ***, ***");
    }

    #[test]
    fn learns_what_lets_in_from_a_query() {
        let redactor = Redactor::default();
        redactor.learn_query("a=first&x-amz-signature=5ec2et&access_token=a%2Fb%3Dc&flag&sig=");
        assert_eq!(redactor.redact("first 5ec2et a%2Fb%3Dc a/b=c"), "first *** *** ***");
    }

    #[test]
    fn masks_without_moving_what_follows() {
        let redactor = Redactor::default();
        redactor.learn("hunter2é");
        assert_eq!(redactor.mask("a hunter2é b"), "a ********* b");
    }

    #[test]
    fn redacts_what_a_cut_leaves_of_a_secret() {
        let redactor = Redactor::default();
        redactor.learn("hunter2é");
        for (text, expected) in [
            ("a hunter2…", "a ***…"),
            ("a hunt… (30 characters)", "a ***… (30 characters)"),
            ("…ter2é b…", "…*** b…"),
            ("…hunter2é… hun…", "…***… hun…"),
            ("…er2hunt…", "…er2***…"),
            ("hunter b…", "hunter b…"),
        ] {
            assert_eq!(redactor.redact(text), expected, "{text}");
        }
    }

    #[test]
    fn leaves_short_values_alone() {
        let redactor = Redactor::default();
        redactor.learn("1");
        assert_eq!(redactor.redact("1 of 1"), "1 of 1");
    }
}
