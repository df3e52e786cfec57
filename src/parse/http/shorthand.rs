//! `Authorization: Basic user password`: credentials in words, which editors turn
//! into what the scheme demands.

use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};
use crate::spec::{Auth, HeaderField};

use super::grammar::{Rule, locate, read as read_rule};
use super::{text, unsupported};

/// Schemes whose shorthand is not supported yet, and how many words it has at least.
const UNSUPPORTED: &[(&str, usize)] =
    &[("aws", 2), ("cognito", 2), ("digest", 2), ("ntlm", 2), ("oauth2", 1), ("openid", 1)];

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

/// The credentials that a request's header fields write in words. A header field
/// that is sent as it stands gives none.
///
/// # Errors
/// If they are for a scheme that is not supported.
pub(super) fn read(fields: &[HeaderField]) -> Result<Option<Spanned<Auth>>, Diagnostic> {
    let field = fields.iter().find(|field| field.name.value.eq_ignore_ascii_case("authorization"));
    let Some(value) = field.and_then(|field| field.value.as_ref()) else { return Ok(None) };
    let Some(credentials) = Credentials::read(&value.span) else { return Ok(None) };
    let scheme = credentials.scheme.text().to_ascii_lowercase();
    if scheme == "basic" {
        return Ok(credentials.basic().map(|auth| value.span.clone().with(auth)));
    }
    if UNSUPPORTED.iter().any(|&(name, words)| name == scheme && credentials.are_words(words)) {
        let construct = format!("the shorthand `Authorization: {} …`", credentials.scheme.text());
        return Err(unsupported::error(&construct, &value.span));
    }
    Ok(None)
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
        let (user, password) = match self.words.as_slice() {
            [Word { halves: Some((user, password)), .. }] => (user.clone(), password.clone()),
            [user, password] => (user.whole.clone(), password.whole.clone()),
            [user, password, .., last] => (user.whole.clone(), password.whole.to(&last.whole)),
            _ => return None,
        };
        Some(Auth::Basic { user: text(&user), password: text(&password) })
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

    fn of(value: &str) -> Result<Option<(String, String)>, Diagnostic> {
        let value = SourceFile::new("a.http", value).span(0..value.len());
        let field = HeaderField {
            name: text(&SourceFile::new("b.http", "authorization").span(0..13)),
            value: Some(text(&value)),
        };
        Ok(read(&[field])?.map(|auth| match auth.value {
            Auth::Basic { user, password } => (user.value, password.value),
            other => panic!("{other:?}"),
        }))
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
            let expected = expected.map(|(user, password)| (user.to_owned(), password.to_owned()));
            assert_eq!(of(value), Ok(expected), "{value}");
        }
    }

    #[test]
    fn other_schemes_in_words_are_not_supported() {
        for value in ["Digest ada secret", "AWS id key region:eu", "openid client_credentials"] {
            assert!(of(value).is_err(), "{value}");
        }
        for value in ["Digest username=\"ada\", realm=\"r\"", "AWS id:signature", "OAuth realm=\"a\""] {
            assert_eq!(of(value), Ok(None), "{value}");
        }
    }
}
