//! JSON Web Tokens: signed, read and verified.

use minijinja::value::{Value, ValueKind};
use serde_json::{Map, Value as Json};

use crate::client::JsonWebToken;

use super::super::value::{from_json, to_json};
use super::arguments::{Arguments, shown};
use super::{Function, function};

pub(super) const FUNCTIONS: &[Function] = &[
    function("jwt_sign", &["claims", "key", "alg?", "headers?"], sign),
    function("jwt_decode", &["token"], decode),
    function("jwt_verify", &["token", "key"], verify),
];

/// A token that claims what it is given, by HMAC with SHA-256 where nothing else is said.
fn sign(arguments: &Arguments<'_>) -> Result<Value, String> {
    let claims = object(arguments.value("claims"), "claims")?;
    let headers = arguments.optional("headers").map_or_else(|| Ok(Map::new()), |given| object(given, "headers"))?;
    let algorithm = arguments.optional_text("alg").unwrap_or_else(|| "HS256".to_owned());
    let token = JsonWebToken::sign(&Json::Object(claims), &arguments.key("key"), &algorithm, headers);
    token.map(Value::from).map_err(|error| error.to_string())
}

/// Nothing is verified: it is for looking at what a server issues.
fn decode(arguments: &Arguments<'_>) -> Result<Value, String> {
    let JsonWebToken { header, claims, signature, .. } = token(arguments)?;
    let parts = [("header", header), ("payload", claims), ("signature", signature.into())];
    let parts: Map<String, Json> = parts.into_iter().map(|(name, part)| (name.to_owned(), part)).collect();
    Ok(from_json(&Json::Object(parts)))
}

fn verify(arguments: &Arguments<'_>) -> Result<Value, String> {
    let verified = token(arguments)?.is_signed_by(&arguments.key("key"));
    verified.map(Value::from).map_err(|error| error.to_string())
}

fn token(arguments: &Arguments<'_>) -> Result<JsonWebToken, String> {
    JsonWebToken::parse(&arguments.text("token")).map_err(|error| error.to_string())
}

fn object(value: &Value, name: &str) -> Result<Map<String, Json>, String> {
    match (value.kind(), to_json(value)) {
        (ValueKind::Map, Json::Object(object)) => Ok(object),
        _ => Err(format!("`{name}` is an object, and not {}", shown(value))),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::secret::Redactor;
    use crate::spec::Format;
    use crate::template::fixture::{evaluate, file};
    use crate::template::{Providers, Variables};

    #[test]
    fn signs_reads_and_verifies() {
        let file = file(Variables::default(), Format::Yaml, &["t = {{ jwt_sign({'sub': '7'}, 'hunter22') }}"]);
        for (expression, expected) in [
            ("(t | jwt_decode).header | tojson", r#"{"alg":"HS256","typ":"JWT"}"#),
            ("jwt_decode(t).payload.sub", "7"),
            ("jwt_verify(t, 'hunter22')", "true"),
            ("jwt_verify(t, key='hunter23')", "false"),
            ("jwt_decode(jwt_sign({}, 'k', alg='HS512', headers={'kid': 1})).header.kid", "1"),
            ("{'a': 1} | jwt_sign('k', 'HS384') | jwt_verify('k')", "true"),
            (
                "(t | split('.'))[2] == (t | regex_replace('[.][^.]*$', '') | hmac_sha256('hunter22', 'base64url'))",
                "true",
            ),
        ] {
            let value = evaluate(&file, &format!("{{{{ {expression} }}}}")).unwrap();
            assert_eq!(value.to_string().trim_matches('"').replace('\\', ""), expected, "{expression}");
        }
    }

    #[test]
    fn says_what_it_takes() {
        let file = file(Variables::default(), Format::Yaml, &[]);
        for (expression, problem) in [
            ("jwt_sign('x', 'k')", "`jwt_sign(claims, key, alg?, headers?)`: `claims` is an object, and not \"x\""),
            ("jwt_sign({}, 'k', 'HS1')", "`jwt_sign(claims, key, alg?, headers?)`: there is no algorithm `HS1` here"),
            ("jwt_sign({})", "`jwt_sign(claims, key, alg?, headers?)`: `key` is missing"),
            ("jwt_decode('x')", "`jwt_decode(token)`: the value is no token"),
        ] {
            let error = evaluate(&file, &format!("{{{{ {expression} }}}}")).unwrap_err();
            assert!(error.message.starts_with(problem), "{}", error.message);
        }
    }

    #[test]
    fn keys_are_learnt_as_secrets() {
        let redactor = Arc::new(Redactor::default());
        let file = file(Variables::default(), Format::Yaml, &[])
            .provided_by(Providers { secrets: Some(Arc::clone(&redactor)), ..Providers::default() });
        for expression in
            ["jwt_sign({}, 'secret-1')", "'a' | hmac_sha1('secret-2')", "hmac_md5(key='secret-3', text=1)"]
        {
            evaluate(&file, &format!("{{{{ {expression} }}}}")).unwrap();
        }
        assert_eq!(redactor.redact("secret-1 secret-2 secret-3 secret-4"), "*** *** *** secret-4");
    }
}
