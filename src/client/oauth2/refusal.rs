//! What a server says where it gives no token (RFC 6749, 4.1.2.1 and 5.2; RFC 8628, 3.5;
//! RFC 8707, 2), in words.

use std::fmt;

use serde_json::{Map, Value};

/// The most characters of a server's words that an error repeats.
const LONGEST: usize = 500;

/// The errors that have a meaning, and what each means.
const MEANINGS: &[(&str, &str)] = &[
    ("access_denied", "whoever was asked did not agree"),
    ("authorization_pending", "nobody has agreed yet"),
    ("expired_token", "nobody agreed in time"),
    ("invalid_client", "the client is not known, or does not prove who it is as it must"),
    ("invalid_grant", "what the token is asked for is wrong or has expired: a password, a code, a refresh token"),
    ("invalid_request", "a parameter is missing, repeated or wrong"),
    ("invalid_scope", "the scope is not known, wrong, or more than may be asked for"),
    ("invalid_target", "the resource or the audience is not known"),
    ("server_error", "the server has failed"),
    ("slow_down", "the server is asked too often"),
    ("temporarily_unavailable", "the server is too busy"),
    ("unauthorized_client", "the client may not ask in this way"),
    ("unsupported_grant_type", "the server does not know this grant"),
    ("unsupported_response_type", "the server gives no codes"),
];

/// An error that a server names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: String,
    description: Option<String>,
    uri: Option<String>,
}

impl Refusal {
    /// The error that these members name, if they name one.
    pub(super) fn read(members: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        Self::from_parameters(text)
    }

    /// The error that these parameters name, if they name one.
    pub(super) fn from_parameters<'a>(text: impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        let owned = |name: &str| text(name).map(printable).filter(|text| !text.is_empty());
        Some(Self { code: owned("error")?, description: owned("error_description"), uri: owned("error_uri") })
    }
}

/// What a server wrote, on one line: control characters could forge what is shown.
pub(super) fn printable(text: &str) -> String {
    let visible = |character: char| if character.is_control() { ' ' } else { character };
    let end = text.char_indices().nth(LONGEST).map(|(end, _)| end);
    let shown = text[..end.unwrap_or(text.len())].chars().map(visible);
    shown.chain(end.map(|_| '…')).collect()
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code)?;
        if let Some((_, meaning)) = MEANINGS.iter().find(|(code, _)| *code == self.code) {
            write!(f, " ({meaning})")?;
        }
        if let Some(description) = &self.description {
            write!(f, ": {description}")?;
        }
        match &self.uri {
            Some(uri) => write!(f, ", see {uri}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn says_errors_in_words() {
        for (value, expected) in [
            (
                json!({"error": "invalid_client"}),
                Some("invalid_client (the client is not known, or does not prove who it is as it must)"),
            ),
            (
                json!({"error": "invalid_scope", "error_description": "no\nadmin", "error_uri": "https://h/e"}),
                Some(
                    "invalid_scope (the scope is not known, wrong, or more than may be asked for): no admin, \
                     see https://h/e",
                ),
            ),
            (json!({"error": "odd", "error_description": ""}), Some("odd")),
            (json!({"error": ""}), None),
            (json!({"message": "no"}), None),
        ] {
            let refusal = Refusal::read(value.as_object().unwrap()).map(|refusal| refusal.to_string());
            assert_eq!(refusal.as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn repeats_a_server_at_no_great_length() {
        let value = json!({"error": "é".repeat(1000), "error_description": "x".repeat(900_000)});
        let refusal = Refusal::read(value.as_object().unwrap()).unwrap().to_string();
        assert_eq!(refusal, format!("{}…: {}…", "é".repeat(LONGEST), "x".repeat(LONGEST)));
    }

    #[test]
    fn knows_each_error_once() {
        assert!(MEANINGS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
