//! A token, as the token endpoint gives it (RFC 6749, 5.1).

use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use crate::http::{Headers, InvalidHeader};
use crate::secret::Secret;

use super::refusal::printable;

/// How long before its end a token is renewed, so that it is still good when it arrives …
const MARGIN: Duration = Duration::from_secs(30);

/// … but never before this part of its life is left.
const LAST_PART: u32 = 10;

/// A token that proves who sends a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) access: Secret<String>,
    pub(super) refresh: Option<Secret<String>>,
    /// Who the token is about (OpenID Connect Core, 3.1.3.3).
    pub(super) id: Option<Secret<String>>,
    /// When it shall be renewed; nothing where its end is not known.
    renew_at: Option<Instant>,
}

impl Token {
    /// What a response of the token endpoint gives.
    ///
    /// # Errors
    /// If it gives no token that can be used, in words.
    pub(super) fn read(members: &Map<String, Value>, now: Instant) -> Result<Self, String> {
        let text = |name: &str| members.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let access = text("access_token").ok_or("its `access_token` is missing, or no text")?;
        // Required by the RFC, left out by some servers, and in any case.
        let kind = text("token_type").unwrap_or("Bearer");
        if !kind.eq_ignore_ascii_case("bearer") {
            return Err(format!("its token is of the type `{}`: only `Bearer` is known", printable(kind)));
        }
        let secret = |text: &str| Secret::new(text.to_owned());
        let life = members.get("expires_in").map(seconds).transpose()?.flatten();
        Ok(Self {
            access: secret(access),
            refresh: text("refresh_token").map(secret),
            id: text("id_token").map(secret),
            renew_at: life.and_then(|life| now.checked_add(life.saturating_sub(MARGIN.min(life / LAST_PART)))),
        })
    }

    /// Whether it can be used for a while.
    pub(super) fn is_fresh(&self, now: Instant) -> bool {
        self.renew_at.is_none_or(|end| now < end)
    }

    /// This token with the refresh token that it came for, where it brought no other
    /// (RFC 6749, 6).
    pub(super) fn refreshed_by(self, refresh: Secret<String>) -> Self {
        Self { refresh: Some(self.refresh.unwrap_or(refresh)), ..self }
    }

    /// Gives a request the token (RFC 6750, 2.1).
    pub(super) fn authorize(&self, headers: &mut Headers) -> Result<(), InvalidHeader> {
        headers.set("Authorization", self.field())
    }

    /// Whether a request carries this token.
    pub(super) fn is_in(&self, headers: &Headers) -> bool {
        headers.text("Authorization").is_some_and(|field| field == self.field())
    }

    fn field(&self) -> String {
        format!("Bearer {}", self.access.expose())
    }
}

/// A number of seconds, which some servers write as a text.
fn seconds(value: &Value) -> Result<Option<Duration>, String> {
    let number = match value {
        Value::Null => return Ok(None),
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let life = number.and_then(|seconds: f64| Duration::try_from_secs_f64(seconds.max(0.0)).ok());
    life.map(Some).ok_or_else(|| "its `expires_in` is no number of seconds".to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value, now: Instant) -> Result<Token, String> {
        Token::read(value.as_object().unwrap(), now)
    }

    #[test]
    fn reads_what_servers_give() {
        let now = Instant::now();
        for (value, refresh, life) in [
            (json!({"access_token": "a1", "token_type": "bearer"}), None, None),
            (json!({"access_token": "a1", "expires_in": 3600, "refresh_token": "r1"}), Some("r1"), Some(3570)),
            (json!({"access_token": "a1", "expires_in": "100", "refresh_token": ""}), None, Some(90)),
            (json!({"access_token": "a1", "expires_in": 20.0}), None, Some(18)),
            (json!({"access_token": "a1", "expires_in": null}), None, None),
            (json!({"access_token": "a1", "expires_in": -5}), None, Some(0)),
        ] {
            let token = read(&value, now).unwrap();
            assert_eq!(token.refresh.as_ref().map(|token| token.expose().as_str()), refresh, "{value}");
            assert_eq!(token.renew_at, life.map(|life| now + Duration::from_secs(life)), "{value}");
        }
    }

    #[test]
    fn says_what_is_wrong_with_a_token() {
        for (value, expected) in [
            (json!({}), "its `access_token` is missing, or no text"),
            (json!({"access_token": 7}), "its `access_token` is missing, or no text"),
            (
                json!({"access_token": "a", "token_type": "mac"}),
                "its token is of the type `mac`: only `Bearer` is known",
            ),
            (json!({"access_token": "a", "expires_in": "soon"}), "its `expires_in` is no number of seconds"),
            (json!({"access_token": "a", "expires_in": []}), "its `expires_in` is no number of seconds"),
        ] {
            assert_eq!(read(&value, Instant::now()).unwrap_err(), expected, "{value}");
        }
    }

    #[test]
    fn is_renewed_before_its_end() {
        let now = Instant::now();
        let token = read(&json!({"access_token": "a", "expires_in": 100}), now).unwrap();
        for (seconds, fresh) in [(0, true), (89, true), (90, false), (200, false)] {
            assert_eq!(token.is_fresh(now + Duration::from_secs(seconds)), fresh, "{seconds}");
        }
    }

    #[test]
    fn keeps_its_refresh_token_where_it_gets_no_other() {
        let old = || Secret::new("old".to_owned());
        for (value, expected) in
            [(json!({"access_token": "a"}), "old"), (json!({"access_token": "a", "refresh_token": "new"}), "new")]
        {
            let token = read(&value, Instant::now()).unwrap().refreshed_by(old());
            assert_eq!(token.refresh.unwrap().expose(), expected);
        }
    }
}
