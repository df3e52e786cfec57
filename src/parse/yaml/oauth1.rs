//! `oauth1`: a consumer of OAuth 1.0.

use crate::diagnostic::Diagnostic;
use crate::source::Spanned;
use crate::spec::{Auth, OAuth1, OAuth1Place, PrivateKey, SignatureMethod, Text};

use super::Field;
use super::table::{Problems, Table, key};

/// What the map has been read into so far.
#[derive(Default)]
struct Draft {
    consumer_key: Option<Text>,
    consumer_secret: Option<Text>,
    token: Option<Text>,
    token_secret: Option<Text>,
    signature_method: Option<Spanned<Method>>,
    private_key: Option<(Text, PrivateKey<Text>)>,
    place: OAuth1Place,
    realm: Option<Text>,
    callback: Option<Text>,
    verifier: Option<Text>,
    timestamp: Option<Text>,
    nonce: Option<Text>,
    is_body_hashed: bool,
}

const OAUTH1: Table<Draft> = Table(&[
    key("consumer_key", |draft, field, problems| draft.consumer_key = problems.keep(field.text())),
    key("consumer_secret", |draft, field, problems| draft.consumer_secret = problems.keep(field.text())),
    key("token", |draft, field, problems| draft.token = problems.keep(field.text())),
    key("token_secret", |draft, field, problems| draft.token_secret = problems.keep(field.text())),
    key("signature_method", |draft, field, problems| draft.signature_method = problems.keep(method(field))),
    key("private_key", |draft, field, problems| {
        draft.private_key = problems.keep(private_key(field)).map(|key| (field.key.clone(), key));
    }),
    key("in", |draft, field, problems| draft.place = problems.keep(place(field)).unwrap_or_default()),
    key("realm", |draft, field, problems| draft.realm = problems.keep(field.text())),
    key("callback", |draft, field, problems| draft.callback = problems.keep(field.text())),
    key("verifier", |draft, field, problems| draft.verifier = problems.keep(field.text())),
    key("timestamp", |draft, field, problems| draft.timestamp = problems.keep(field.text())),
    key("nonce", |draft, field, problems| draft.nonce = problems.keep(field.text())),
    key("body_hash", |draft, field, problems| {
        draft.is_body_hashed = problems.keep(field.boolean()).is_some_and(|wanted| wanted.value);
    }),
]);

type Method = fn(Option<PrivateKey<Text>>) -> Option<SignatureMethod<Text>>;

/// The methods by name; that of RSA is none without its key.
const METHODS: &[(&str, Method)] = &[
    ("HMAC-SHA1", |_| Some(SignatureMethod::HmacSha1)),
    ("HMAC-SHA256", |_| Some(SignatureMethod::HmacSha256)),
    ("HMAC-SHA512", |_| Some(SignatureMethod::HmacSha512)),
    ("RSA-SHA256", |key| key.map(SignatureMethod::RsaSha256)),
    ("PLAINTEXT", |_| Some(SignatureMethod::Plaintext)),
];

/// Reads a map such as `{consumer_key: a, consumer_secret: b, token: c, token_secret: d}`.
pub(super) fn read(field: Field<'_>, problems: &mut Problems) -> Option<Auth> {
    let mut draft = Draft::default();
    OAUTH1.read_map(&mut draft, field, problems);
    field.require("consumer_key", problems);
    let signature_method = draft.finish_method(field, problems)?;
    Some(Auth::OAuth1(Box::new(OAuth1 {
        consumer_key: draft.consumer_key?,
        consumer_secret: draft.consumer_secret,
        token: draft.token,
        token_secret: draft.token_secret,
        signature_method,
        place: draft.place,
        realm: draft.realm,
        callback: draft.callback,
        verifier: draft.verifier,
        timestamp: draft.timestamp,
        nonce: draft.nonce,
        is_body_hashed: draft.is_body_hashed,
    })))
}

impl Draft {
    /// The method, with the key that the one of RSA needs, and no other can use.
    fn finish_method(&mut self, field: Field<'_>, problems: &mut Problems) -> Option<SignatureMethod<Text>> {
        let method = self.signature_method.take().map_or(METHODS[0].1, |method| method.value);
        let (name, key) = self.private_key.take().unzip();
        let method = method(key);
        match (&method, name) {
            (None, _) => field.require("private_key", problems),
            (Some(SignatureMethod::RsaSha256(_)), _) | (_, None) => {}
            (Some(_), Some(name)) => {
                let error = Diagnostic::error("`private_key` is of no use to this signature method");
                problems.push(error.at(&name.span, "").help("say `signature_method: RSA-SHA256`"));
            }
        }
        method
    }
}

fn method(field: Field<'_>) -> Result<Spanned<Method>, Diagnostic> {
    let name = field.string()?;
    match METHODS.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name.value)) {
        Some((_, method)) => Ok(name.map(|_| *method)),
        None => Err(Diagnostic::error(format!("there is no signature method `{}`", name.value))
            .at(&name.span, "")
            .suggest(&name.value, METHODS.iter().map(|(known, _)| *known))),
    }
}

fn place(field: Field<'_>) -> Result<OAuth1Place, Diagnostic> {
    match field.scalar().as_ref().map(|text| text.value.as_str()) {
        Some("header") => Ok(OAuth1Place::Header),
        Some("query") => Ok(OAuth1Place::Query),
        Some("body") => Ok(OAuth1Place::Body),
        _ => Err(field.expected("`header`, `query` or `body`")),
    }
}

fn private_key(field: Field<'_>) -> Result<PrivateKey<Text>, Diagnostic> {
    match (field.scalar(), field.only_entry()) {
        (Some(text), _) => Ok(PrivateKey::Text(text)),
        (None, Some(file)) if file.key.value == "file" => file.text().map(PrivateKey::File),
        _ => Err(field.expected("a private key in PEM, or `{file: path}`")),
    }
}
