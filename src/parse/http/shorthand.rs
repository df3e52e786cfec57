//! `Authorization: Basic user password`: credentials in words, which editors turn
//! into what the scheme demands. `Basic` is sent in its field; of other schemes that field
//! is made for each request, and what is written is none.

use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};
use crate::spec::{Auth, AwsSigV4, GrantName, HeaderField, NamedOAuth2, Text};

use super::grammar::{Rule, locate, read as read_rule};
use super::{text, unsupported};

/// Schemes whose shorthand is not supported yet, and how many words it has at least.
const UNSUPPORTED: &[(&str, usize)] = &[("cognito", 2), ("ntlm", 2)];

/// Schemes of httpYac: `openid`, and after it perhaps a grant and what the names of variables begin with.
const OPENID: &[&str] = &["openid", "oauth2"];

/// The grants of OpenID by their names; some cannot be had without a browser's page.
const GRANTS: &[(&str, Option<GrantName>)] = &[
    ("client_credentials", Some(GrantName::ClientCredentials)),
    ("client", Some(GrantName::ClientCredentials)),
    ("password", Some(GrantName::Password)),
    ("device_code", Some(GrantName::DeviceCode)),
    ("device", Some(GrantName::DeviceCode)),
    ("authorization_code", Some(GrantName::AuthorizationCode)),
    ("code", Some(GrantName::AuthorizationCode)),
    ("implicit", None),
    ("hybrid", None),
];

/// Credentials in words, where a scheme has them.
#[derive(Debug)]
struct Credentials {
    scheme: Span,
    words: Vec<Word>,
}

/// A word, and its two halves where a colon stands in it.
#[derive(Debug)]
struct Word {
    whole: Span,
    halves: Option<(Span, Span)>,
}

type Reader = fn(&Credentials) -> Option<Auth>;

/// What reads the words of a scheme.
const SCHEMES: &[(&str, Reader)] =
    &[("basic", Credentials::basic), ("digest", Credentials::digest), ("aws", Credentials::aws)];

/// The credentials that a request's header fields write in words. A header field that is
/// sent as it stands gives none; one that is not, is taken away.
///
/// # Errors
/// If they are for a scheme that is not supported.
pub(super) fn take(fields: &mut Vec<HeaderField>) -> Result<Option<Spanned<Auth>>, Diagnostic> {
    let Some(at) = fields.iter().position(|field| field.name.value.eq_ignore_ascii_case("authorization")) else {
        return Ok(None);
    };
    let Some(value) = fields[at].value.as_ref().map(|value| value.span.clone()) else { return Ok(None) };
    if let Some(named) = openid(&value)? {
        fields.remove(at);
        return Ok(Some(value.with(Auth::NamedOAuth2(named))));
    }
    let Some(credentials) = Credentials::read(&value) else { return Ok(None) };
    let scheme = credentials.scheme.text().to_ascii_lowercase();
    if UNSUPPORTED.iter().any(|&(name, words)| name == scheme && credentials.are_words(words)) {
        let construct = format!("the shorthand `Authorization: {} …`", credentials.scheme.text());
        return Err(unsupported::error(&construct, &value));
    }
    let read = SCHEMES.iter().find(|(name, _)| *name == scheme).map(|(_, read)| read);
    let auth = read.and_then(|read| read(&credentials));
    if auth.as_ref().is_some_and(|auth| !matches!(auth, Auth::Basic { .. })) {
        fields.remove(at);
    }
    Ok(auth.map(|auth| value.with(auth)))
}

/// `openid [grant] [name]`.
///
/// # Errors
/// If the grant, or what stands after the name, is not supported.
fn openid(value: &Span) -> Result<Option<NamedOAuth2>, Diagnostic> {
    let words: Vec<&str> = value.text().split_whitespace().collect();
    let [scheme, words @ ..] = words.as_slice() else { return Ok(None) };
    let is_openid = OPENID.iter().any(|name| name.eq_ignore_ascii_case(scheme));
    // A token in clear is no name of variables.
    let is_name = |word: &str| word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if !is_openid || !words.iter().all(|word| is_name(word)) {
        return Ok(None);
    }
    let first = words.first().and_then(|word| GRANTS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)));
    let (grant, rest) = match first {
        Some((name, None)) => {
            return Err(unsupported::error(&format!("the grant `{name}`"), value));
        }
        Some((_, Some(grant))) => (*grant, &words[1..]),
        None => (GrantName::ClientCredentials, words),
    };
    match rest {
        [] => Ok(Some(NamedOAuth2 { grant, prefix: "oauth2".to_owned() })),
        [prefix] => Ok(Some(NamedOAuth2 { grant, prefix: (*prefix).to_owned() })),
        [.., "token_exchange", _] => Err(unsupported::error("`token_exchange`", value)),
        _ => Ok(None),
    }
}

impl Credentials {
    fn read(span: &Span) -> Option<Self> {
        let pairs: Vec<_> = read_rule(Rule::credentials, span).ok()?.flat_map(|pair| pair.into_inner()).collect();
        let scheme = pairs.iter().find(|pair| pair.as_rule() == Rule::scheme)?;
        let words = pairs.iter().filter(|pair| pair.as_rule() == Rule::word).map(|word| {
            let mut halves = word.clone().into_inner().filter(|half| half.as_rule() != Rule::reference);
            let user = halves.next().map(|user| locate(span, &user));
            let password = halves.next().map(|password| locate(span, &password));
            Word { whole: locate(span, word), halves: user.zip(password) }
        });
        Some(Self { scheme: locate(span, scheme), words: words.collect() })
    }

    /// `user password`, where the password may hold white space, or `user:password`;
    /// one word without a colon is base64, which is sent as it stands (RFC 7617).
    fn basic(&self) -> Option<Auth> {
        self.pair().map(|(user, password)| Auth::Basic { user, password })
    }

    /// As of `Basic`, where it is not what is sent: `Digest username="ada", …`.
    fn digest(&self) -> Option<Auth> {
        self.pair().filter(|_| self.are_words(1)).map(|(user, password)| Auth::Digest { user, password })
    }

    fn pair(&self) -> Option<(Text, Text)> {
        let (user, password) = match self.words.as_slice() {
            [Word { halves: Some((user, password)), .. }] => (user.clone(), password.clone()),
            [user, password] => (user.whole.clone(), password.whole.clone()),
            [user, password, .., last] => (user.whole.clone(), password.whole.to(&last.whole)),
            _ => return None,
        };
        Some((text(&user), text(&password)))
    }

    /// `id key`, and then `token:…`, `region:…` and `service:…` in any order.
    fn aws(&self) -> Option<Auth> {
        let [access_key, secret_key, others @ ..] = self.words.as_slice() else { return None };
        let named = |name: &str| {
            let halves = others.iter().filter_map(|word| word.halves.as_ref());
            halves.filter(|(key, _)| key.text() == name).map(|(_, value)| text(value)).next()
        };
        self.are_words(2).then(|| {
            Auth::AwsSigV4(Box::new(AwsSigV4 {
                access_key: text(&access_key.whole),
                secret_key: text(&secret_key.whole),
                token: named("token"),
                region: named("region"),
                service: named("service"),
                is_payload_unsigned: false,
                expires: None,
            }))
        })
    }

    /// Whether they are so many words at least, and not parameters: `name="value", …` (RFC 9110, 11.4).
    fn are_words(&self, least: usize) -> bool {
        self.words.len() >= least && !self.words[0].whole.text().contains('=')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    fn of(value: &str) -> Result<Option<Auth<String>>, Diagnostic> {
        let value = SourceFile::new("a.http", value).span(0..value.len());
        let field = HeaderField {
            name: text(&SourceFile::new("b.http", "authorization").span(0..13)),
            value: Some(text(&value)),
        };
        let mut fields = vec![field];
        let auth = take(&mut fields)?.map(|auth| auth.value.map(|text| text.value.clone()));
        assert_eq!(fields.is_empty(), auth.as_ref().is_some_and(|auth| !matches!(auth, Auth::Basic { .. })));
        Ok(auth)
    }

    #[test]
    fn basic_in_words_is_a_user_and_a_password() {
        let cases = [
            ("Basic ada secret", Some(("ada", "secret"))),
            ("basic ada  a long secret", Some(("ada", "a long secret"))),
            ("Basic ada:sec:ret", Some(("ada", "sec:ret"))),
            ("Basic ada:", Some(("ada", ""))),
            ("Basic {{user}} {{ secret | trim }}", Some(("{{user}}", "{{ secret | trim }}"))),
            ("Basic {{a:b}}:{{ c }}", Some(("{{a:b}}", "{{ c }}"))),
            ("Basic YWRhOnNlY3JldA==", None),
            ("Basic {{token}}", None),
            ("Bearer a b", None),
            ("Basic", None),
        ];
        for (value, expected) in cases {
            let expected =
                expected.map(|(user, password)| Auth::Basic { user: user.to_owned(), password: password.to_owned() });
            assert_eq!(of(value), Ok(expected), "{value}");
        }
    }

    #[test]
    fn digest_in_words_is_a_user_and_a_password() {
        for (value, user, password) in [
            ("Digest ada a secret", "ada", "a secret"),
            ("digest ada:a:secret", "ada", "a:secret"),
            ("Digest {{user}} {{password}}", "{{user}}", "{{password}}"),
        ] {
            let expected = Auth::Digest { user: user.to_owned(), password: password.to_owned() };
            assert_eq!(of(value), Ok(Some(expected)), "{value}");
        }
    }

    #[test]
    fn aws_in_words_is_a_key_with_its_scope() {
        let key = |token: Option<&str>, region: Option<&str>, service: Option<&str>| {
            let owned = |text: Option<&str>| text.map(str::to_owned);
            Auth::AwsSigV4(Box::new(AwsSigV4 {
                access_key: "id".to_owned(),
                secret_key: "k/e+y".to_owned(),
                token: owned(token),
                region: owned(region),
                service: owned(service),
                is_payload_unsigned: false,
                expires: None,
            }))
        };
        for (value, expected) in [
            ("AWS id k/e+y", key(None, None, None)),
            ("aws id k/e+y region:eu-west-1 service:s3", key(None, Some("eu-west-1"), Some("s3"))),
            ("AWS id k/e+y token:{{ t:1 }} region:{{r}}", key(Some("{{ t:1 }}"), Some("{{r}}"), None)),
        ] {
            assert_eq!(of(value), Ok(Some(expected)), "{value}");
        }
    }

    #[test]
    fn openid_in_words_names_a_grant_and_variables() {
        for (value, grant, prefix) in [
            ("openid", GrantName::ClientCredentials, "oauth2"),
            ("OAuth2 client_credentials", GrantName::ClientCredentials, "oauth2"),
            ("openid password my-service", GrantName::Password, "my-service"),
            ("oauth2 code", GrantName::AuthorizationCode, "oauth2"),
            ("openid device_code x_1", GrantName::DeviceCode, "x_1"),
            ("openid x", GrantName::ClientCredentials, "x"),
        ] {
            let named = NamedOAuth2 { grant, prefix: prefix.to_owned() };
            assert_eq!(of(value), Ok(Some(Auth::NamedOAuth2(named))), "{value}");
        }
    }

    #[test]
    fn other_schemes_in_words_are_not_supported() {
        for value in [
            "NTLM ada secret",
            "COGNITO ada secret eu-west-1 pool id",
            "openid implicit",
            "oauth2 code a token_exchange b",
        ] {
            assert!(of(value).is_err(), "{value}");
        }
        for value in [
            "Digest username=\"ada\", realm=\"r\"",
            "AWS id:signature",
            "OAuth realm=\"a\"",
            "OAuth2 00Dxx!AQ.token",
            "OAuth2 {{token}}",
        ] {
            assert_eq!(of(value), Ok(None), "{value}");
        }
    }
}
