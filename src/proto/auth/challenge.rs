//! Challenges: what `WWW-Authenticate` and `Proxy-Authenticate` ask for (RFC 9110, 11.3 and
//! 11.6.1). Credentials in `Authorization` have the same form.

use crate::http::{Headers, is_token_byte};

/// An authentication scheme, and what goes with it.
///
/// ```
/// use rqtest::http::Headers;
/// use rqtest::proto::auth::Challenge;
///
/// let mut headers = Headers::new();
/// headers.append("WWW-Authenticate", r#"Negotiate, Digest realm="a, \"b\"", nonce=x"#)?;
/// headers.append("WWW-Authenticate", "Basic realm=c")?;
/// let challenges = Challenge::of(&headers, "WWW-Authenticate");
/// let schemes: Vec<&str> = challenges.iter().map(|challenge| &*challenge.scheme).collect();
/// assert_eq!(schemes, ["Negotiate", "Digest", "Basic"]);
/// assert_eq!(challenges[1].parameter("realm"), Some(r#"a, "b""#));
/// # Ok::<(), rqtest::http::InvalidHeader>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The scheme as it was written; its case means nothing.
    pub scheme: String,
    /// The one value of schemes that have no parameters.
    pub token68: Option<String>,
    /// Names and values, unquoted, in order.
    pub parameters: Vec<(String, String)>,
}

impl Challenge {
    /// The challenges in all fields of a name, in order.
    pub fn of(headers: &Headers, field: &str) -> Vec<Self> {
        headers.get_all(field).flat_map(|value| Self::parse(&value.text())).collect()
    }

    /// The challenges in one field. What is malformed is passed over, as far as the next word
    /// that can be read: a server that writes one of its challenges badly may still offer
    /// another one.
    ///
    /// ```text
    /// field     = #( scheme [ 1*SP ( token68 / #parameter ) ] )
    /// parameter = token BWS "=" BWS ( token / quoted-string )
    /// ```
    pub fn parse(field: &str) -> Vec<Self> {
        let mut reader = Reader { rest: field };
        let mut challenges: Vec<Self> = Vec::new();
        while let Some(word) = reader.next_word() {
            match reader.parameter_value() {
                Some(value) => {
                    if let Some(current) = challenges.last_mut() {
                        current.parameters.push((word.to_owned(), value));
                    }
                }
                None => challenges.push(Self {
                    scheme: word.to_owned(),
                    token68: reader.token68().map(str::to_owned),
                    parameters: Vec::new(),
                }),
            }
        }
        challenges
    }

    /// Whether it asks for this scheme, in any case.
    pub fn is(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }

    /// The value of the first parameter of a name, in any case.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// Parameters without a scheme, as `Authentication-Info` has them (RFC 9110, 11.6.3).
pub fn parameters(field: &str) -> Vec<(String, String)> {
    let mut reader = Reader { rest: field };
    let mut found = Vec::new();
    while let Some(name) = reader.next_word() {
        if let Some(value) = reader.parameter_value() {
            found.push((name.to_owned(), value));
        }
    }
    found
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    /// The next token, whatever stands before it.
    fn next_word(&mut self) -> Option<&'a str> {
        loop {
            let word = self.take_while(is_token_byte);
            if !word.is_empty() {
                return Some(word);
            }
            if self.quoted().is_none() {
                self.rest = self.rest.strip_prefix(|_: char| true)?;
            }
        }
    }

    /// What stands behind a `=`. A value that should have been quoted goes as far as the next
    /// comma or white space.
    fn parameter_value(&mut self) -> Option<String> {
        self.rest = self.rest.trim_ascii_start().strip_prefix('=')?.trim_ascii_start();
        let unquoted = |byte: u8| byte != b',' && !byte.is_ascii_whitespace();
        Some(self.quoted().unwrap_or_else(|| self.take_while(unquoted).to_owned()))
    }

    /// ```text
    /// token68 = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="
    /// ```
    /// What goes on with anything but a comma is the name of a parameter.
    fn token68(&mut self) -> Option<&'a str> {
        let mut ahead = Self { rest: self.rest.strip_prefix(' ')?.trim_start_matches(' ') };
        let start = ahead.rest;
        let is_value = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
        if ahead.take_while(is_value).is_empty() {
            return None;
        }
        ahead.take_while(|byte| byte == b'=');
        let value = &start[..start.len() - ahead.rest.len()];
        let after = ahead.rest.trim_ascii_start();
        if !after.is_empty() && !after.starts_with(',') {
            return None;
        }
        self.rest = after;
        Some(value)
    }

    /// A quoted string without its quotes and escapes (RFC 9110, 5.6.4); one that does not end
    /// is all that is left.
    fn quoted(&mut self) -> Option<String> {
        let content = self.rest.strip_prefix('"')?;
        let mut value = String::new();
        let mut characters = content.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.rest = &content[at + 1..];
                    return Some(value);
                }
                '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
                other => value.push(other),
            }
        }
        self.rest = "";
        Some(value)
    }

    fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'a str {
        let end = self.rest.bytes().position(|byte| !wanted(byte)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `scheme token68 [name=value]`, challenges apart by ` | `.
    fn shown(field: &str) -> String {
        let challenges = Challenge::parse(field).into_iter().map(|challenge| {
            let value = challenge.token68.map(|value| format!(" {value}")).unwrap_or_default();
            let parameters = challenge.parameters.iter().map(|(name, value)| format!(" [{name}={value}]"));
            format!("{}{value}{}", challenge.scheme, parameters.collect::<String>())
        });
        challenges.collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn reads_what_the_grammar_allows() {
        for (field, expected) in [
            ("", ""),
            ("Basic", "Basic"),
            ("Negotiate a+/b==", "Negotiate a+/b=="),
            ("Basic realm=\"a b\"", "Basic [realm=a b]"),
            ("Basic realm = \"a\" , charset=\"UTF-8\"", "Basic [realm=a] [charset=UTF-8]"),
            ("Negotiate, Basic realm=x", "Negotiate | Basic [realm=x]"),
            (
                "Newauth realm=\"apps\", type=1, title=\"Login to \\\"apps\\\"\", Basic realm=\"simple\"",
                "Newauth [realm=apps] [type=1] [title=Login to \"apps\"] | Basic [realm=simple]",
            ),
            ("Digest realm=\"a, Basic b=c\", nonce=n", "Digest [realm=a, Basic b=c] [nonce=n]"),
            ("NTLM TlRM=, Basic realm=x", "NTLM TlRM= | Basic [realm=x]"),
            (", ,Basic ,, realm=x,", "Basic [realm=x]"),
            ("Basic realm=\"\"", "Basic [realm=]"),
            ("Basic realm=\"é\"", "Basic [realm=é]"),
        ] {
            assert_eq!(shown(field), expected, "{field}");
        }
    }

    #[test]
    fn passes_over_what_it_does_not() {
        for (field, expected) in [
            ("Digest nonce=a/b==, qop=auth", "Digest [nonce=a/b==] [qop=auth]"),
            ("Digest realm=a nonce=b", "Digest [realm=a] [nonce=b]"),
            ("Basic realm=\"open", "Basic [realm=open]"),
            ("Basic realm=\"open\\", "Basic [realm=open]"),
            ("realm=x, Basic", "Basic"),
            ("\"quoted, Basic\", Basic", "Basic"),
            ("=?(é, Basic realm=x", "Basic [realm=x]"),
            ("Basic\trealm=x", "Basic [realm=x]"),
        ] {
            assert_eq!(shown(field), expected, "{field}");
        }
    }

    #[test]
    fn finds_schemes_and_parameters_in_any_case() {
        let challenges = Challenge::parse("DIGEST Realm=a, realm=b");
        assert!(challenges[0].is("Digest"));
        assert_eq!((challenges[0].parameter("REALM"), challenges[0].parameter("nonce")), (Some("a"), None));
    }

    #[test]
    fn reads_parameters_without_a_scheme() {
        let expected = [("nextnonce", "a=b"), ("nc", "1")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(parameters("nextnonce=\"a=b\", odd, nc=1"), expected);
    }

    fn quote(value: &str) -> String {
        format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn reads_back_whatever_is_written(
            challenges in proptest::collection::vec(
                ("[A-Za-z][A-Za-z0-9-]{0,8}", proptest::collection::vec(("[a-z*]{1,8}", "\\PC{0,12}"), 0..4)),
                0..4,
            ),
        ) {
            let written = challenges.iter().map(|(scheme, parameters)| {
                let parameters = parameters.iter().map(|(name, value)| format!("{name}={}", quote(value)));
                format!("{scheme} {}", parameters.collect::<Vec<_>>().join(", "))
            });
            let field = written.collect::<Vec<_>>().join(", ");
            let read = Challenge::parse(&field).into_iter().map(|challenge| (challenge.scheme, challenge.parameters));
            prop_assert_eq!(read.collect::<Vec<_>>(), challenges);
        }

        #[test]
        fn never_panics(field in "[A-Za-z=\",\\\\ é/]{0,64}") {
            let _ = Challenge::parse(&field);
            let _ = parameters(&field);
        }
    }
}
