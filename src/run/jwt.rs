//! The claims of tokens in a JSON response, put beside them: `access_token_parsed`.
//!
//! Nothing is verified: it is for looking at what a server issues.

use serde_json::{Map, Value};

use crate::client::{JsonWebToken, Response};

/// Puts the claims of tokens beside them: of those with these names, or of all.
pub(super) fn decode(response: &mut Response, names: &[String]) {
    let Ok(Value::Object(mut body)) = response.json_value() else { return };
    let is_meant = |name: &str| names.is_empty() || names.iter().any(|known| known == name);
    let tokens = body.iter().filter(|(name, _)| is_meant(name));
    let parsed: Map<_, _> =
        tokens.filter_map(|(name, value)| Some((format!("{name}_parsed"), claims(value.as_str()?)?))).collect();
    if !parsed.is_empty() {
        body.extend(parsed);
        response.headers.remove("Content-Encoding");
        response.body = Value::Object(body).to_string().into_bytes();
    }
}

fn claims(token: &str) -> Option<Value> {
    JsonWebToken::parse(token).ok().map(|token| token.claims)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;

    use super::*;
    use crate::client::{Answer, InMemory, Session};
    use crate::http::Status;

    #[test]
    fn claims_stand_beside_their_tokens() {
        let payload = URL_SAFE_NO_PAD.encode(r#"{"sub":"ada?"}"#);
        let token = format!("e30.{payload}.x");
        for (names, expected) in [
            (
                &[][..],
                json!({"a": token, "b": token, "c": 1, "a_parsed": {"sub": "ada?"}, "b_parsed": {"sub": "ada?"}}),
            ),
            (&["b".to_owned()], json!({"a": token, "b": token, "c": 1, "b_parsed": {"sub": "ada?"}})),
            (&["c".to_owned()], json!({"a": token, "b": token, "c": 1})),
        ] {
            let body = json!({"a": token, "b": token, "c": 1}).to_string().into_bytes();
            let answer = Answer { body, ..Answer::new(Status::OK) };
            let session = Session::with_adapter(InMemory::new(move |_| answer.clone()));
            let mut response = session.get("http://h/").send().unwrap();
            decode(&mut response, names);
            assert_eq!(response.json_value().unwrap(), expected);
        }
    }
}
