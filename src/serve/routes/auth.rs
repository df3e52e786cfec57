//! Basic and bearer authentication (RFC 7617, RFC 6750).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::serve::problem::Problem;
use crate::serve::request::Request;
use crate::serve::response::Response;
use crate::serve::router::{Answer, Call, GET, Route};

pub(super) const ROUTES: &[Route] = &[
    Route::new(GET, "/basic-auth/:user/:password", "200 for that user and password, else 401", basic),
    Route::new(GET, "/hidden-basic-auth/:user/:password", "the same, but 404 instead of 401", hidden_basic),
    Route::new(GET, "/bearer", "200 for any bearer token, else 401", bearer),
];

fn basic(call: &Call<'_>) -> Answer {
    check_basic(call).unwrap_or_else(|| {
        Err(Problem::new(401, "other credentials are needed")
            .with_header("WWW-Authenticate", "Basic realm=\"Fake Realm\""))
    })
}

fn hidden_basic(call: &Call<'_>) -> Answer {
    check_basic(call).unwrap_or_else(|| Err(Problem::not_found("there is nothing to be seen")))
}

fn check_basic(call: &Call<'_>) -> Option<Answer> {
    let decoded = STANDARD.decode(credentials(call.request, "Basic")?).ok()?;
    let user = call.text("user");
    let expected = format!("{user}:{}", call.text("password"));
    (decoded == expected.as_bytes()).then(|| Ok(Response::json(&json!({"authenticated": true, "user": user}))))
}

fn bearer(call: &Call<'_>) -> Answer {
    match credentials(call.request, "Bearer") {
        Some(token) => Ok(Response::json(&json!({"authenticated": true, "token": token}))),
        None => Err(Problem::new(401, "a bearer token is needed").with_header("WWW-Authenticate", "Bearer")),
    }
}

/// What follows the scheme in the `Authorization` field (RFC 9110, 11.4).
pub(super) fn credentials(request: &Request, scheme: &str) -> Option<String> {
    let field = request.header("Authorization")?;
    let (found, rest) = field.split_once(' ')?;
    let rest = rest.trim();
    (found.eq_ignore_ascii_case(scheme) && !rest.is_empty()).then(|| rest.to_owned())
}
