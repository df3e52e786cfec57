//! Logging in and out, with a cookie or a bearer token.

use serde_json::{Value, json};

use super::auth::credentials;
use super::cookies::set_cookie;
use crate::serve::echo;
use crate::serve::problem::Problem;
use crate::serve::request::Request;
use crate::serve::response::Response;
use crate::serve::router::{Answer, Call, GET, Route};

pub(super) const ROUTES: &[Route] = &[
    Route::new(&["POST"], "/login", "user and password, as a form or JSON, for a cookie and a token", login),
    Route::new(&["POST"], "/logout", "ends the session", logout),
    Route::new(GET, "/me", "who is logged in, else 401", me),
];

/// Users and passwords.
pub(super) const ACCOUNTS: &[(&str, &str)] = &[("ada", "lovelace"), ("alan", "turing"), ("grace", "hopper")];

const COOKIE: &str = "session";

fn login(call: &Call<'_>) -> Answer {
    let [user, password] = read_fields(call.request, ["user", "password"])?;
    if !ACCOUNTS.contains(&(&user, &password)) {
        return Err(Problem::new(401, "user and password do not belong together"));
    }
    let token = call.state.token();
    let response = Response::json(&json!({"user": user, "token": token, "token_type": "Bearer"}));
    *call.state.sessions().get_or_default(&token) = user;
    set_cookie(response, COOKIE, &token, "; HttpOnly; SameSite=Lax")
}

fn logout(call: &Call<'_>) -> Answer {
    if let Some((_, token)) = session_token(call.request) {
        call.state.sessions().remove(&token);
    }
    set_cookie(Response::empty().with_status(204), COOKIE, "", "; Max-Age=0")
}

fn me(call: &Call<'_>) -> Answer {
    let found = session_token(call.request)
        .and_then(|(means, token)| Some((means, call.state.sessions().get(&token)?.clone())));
    match found {
        Some((means, user)) => Ok(Response::json(&json!({"user": user, "authenticated_by": means}))),
        None => Err(Problem::new(401, "log in at /login first").with_header("WWW-Authenticate", "Bearer")),
    }
}

/// The token of a session, and what brought it. A bearer token goes before a cookie.
fn session_token(request: &Request) -> Option<(&'static str, String)> {
    let cookie = || request.cookies().into_iter().find(|(name, _)| name == COOKIE).map(|(_, value)| value);
    let bearer = credentials(request, "Bearer").map(|token| ("token", token));
    bearer.or_else(|| cookie().map(|token| ("cookie", token)))
}

/// The texts of these fields, of a form or a JSON object.
fn read_fields<const N: usize>(request: &Request, names: [&str; N]) -> Result<[String; N], Problem> {
    let fields = match &*request.media_type() {
        "application/json" => {
            serde_json::from_slice(&request.body).map_err(|error| Problem::bad_request(error.to_string()))?
        }
        "application/x-www-form-urlencoded" => echo::gather(echo::form_pairs(&request.body)),
        _ => return Err(Problem::new(415, "a form or JSON is needed")),
    };
    let missing: Vec<Value> = names
        .iter()
        .filter(|name| !fields[**name].is_string())
        .map(|name| json!({"field": name, "message": "must be given once, as a text"}))
        .collect();
    if !missing.is_empty() {
        return Err(Problem::new(422, "fields are missing").with_errors(Value::Array(missing)));
    }
    Ok(names.map(|name| fields[name].as_str().unwrap_or_default().to_owned()))
}
