//! An authorization server (RFC 6749) that asks nobody, and a resource that takes its tokens.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::form_urlencoded;

use super::account::ACCOUNTS;
use super::auth::credentials;
use super::redirect::found;
use crate::serve::problem::Problem;
use crate::serve::response::Response;
use crate::serve::router::{Answer, Call, GET, Route};
use crate::serve::state::{Code, Consent, Device, Reply};

const POST: &[&str] = &["POST"];

pub(super) const ROUTES: &[Route] = &[
    Route::new(POST, "/oauth2/token", "a token by any grant of OAuth 2.0, for expires_in seconds", token),
    Route::new(
        GET,
        "/oauth2/authorize",
        "leads to redirect_uri with a code (PKCE), or with ?deny= without one",
        authorize,
    ),
    Route::new(POST, "/oauth2/device", "a device code, and a user code that is to be agreed to", device),
    Route::new(GET, "/oauth2/agree", "agrees to ?user_code=, or with ?deny= does not", agree),
    Route::new(POST, "/oauth2/revoke", "takes an access token back", revoke),
    Route::new(GET, "/oauth2/resource", "who a token was given to, and what for, else 401", resource),
];

/// Clients and their secrets; a public one has none.
const CLIENTS: &[(&str, Option<&str>)] = &[("practice", Some("practice-secret")), ("practice-public", None)];

/// What tokens can be good for.
const SCOPES: &[&str] = &["read", "write"];

/// Who agrees in the place of a person.
const USER: &str = "ada";

/// How long a token is said to live, in seconds.
const LIFE: u64 = 3600;

/// How often a device may ask, in seconds.
const INTERVAL: u64 = 1;

type Fields = HashMap<String, String>;

/// Why there is no token (RFC 6749, 5.2).
struct Refusal {
    status: u16,
    error: &'static str,
    description: &'static str,
}

type Granted = Result<Consent, Refusal>;

/// What a client's request is granted.
type Grant = fn(&Call<'_>, &Fields, &str) -> Granted;

/// The grants by their names.
const GRANTS: &[(&str, Grant)] = &[
    ("client_credentials", by_client),
    ("password", by_password),
    ("refresh_token", by_refresh_token),
    ("authorization_code", by_code),
    ("urn:ietf:params:oauth:grant-type:device_code", by_device),
];

const fn refused(error: &'static str, description: &'static str) -> Refusal {
    Refusal { status: 400, error, description }
}

fn token(call: &Call<'_>) -> Answer {
    let fields = fields(&call.request.body);
    let granted = client(call, &fields).and_then(|client| {
        let grant = GRANTS.iter().find(|(name, _)| *name == text(&fields, "grant_type"));
        let (_, grant) = grant.ok_or(refused("unsupported_grant_type", "there is no such grant here"))?;
        grant(call, &fields, &client)
    });
    match granted {
        Ok(consent) => issue(call, &fields, consent),
        Err(refusal) => refusal.into_answer(),
    }
}

/// RFC 6749, 5.1.
fn issue(call: &Call<'_>, fields: &Fields, consent: Consent) -> Answer {
    let access = call.state.token();
    let life = fields.get("expires_in").and_then(|text| text.parse().ok()).unwrap_or(LIFE);
    let mut body = json!({"access_token": access, "token_type": "Bearer", "expires_in": life, "scope": consent.scope});
    let mut grants = call.state.grants();
    if consent.user.is_some() {
        let refresh = call.state.token();
        body["refresh_token"] = refresh.as_str().into();
        *grants.refresh_tokens.get_or_default(&refresh) = consent.clone();
    }
    *grants.tokens.get_or_default(&access) = consent;
    Response::json(&body).with_header("Cache-Control", "no-store")
}

/// The client, which proves who it is in one of two ways (RFC 6749, 2.3.1).
fn client(call: &Call<'_>, fields: &Fields) -> Result<String, Refusal> {
    let unknown = Refusal { status: 401, ..refused("invalid_client", "there is no such client with that secret") };
    let (id, secret) = match credentials(call.request, "Basic") {
        Some(encoded) => basic(&encoded).unwrap_or_default(),
        None => (text(fields, "client_id").to_owned(), fields.get("client_secret").cloned()),
    };
    let known = CLIENTS.iter().any(|&(known, expected)| known == id && expected == secret.as_deref());
    if known { Ok(id) } else { Err(unknown) }
}

fn basic(encoded: &str) -> Option<(String, Option<String>)> {
    let pair = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let decode = |text: &str| {
        let mut pairs = form_urlencoded::parse(text.as_bytes());
        pairs.next().map(|(name, _)| name.into_owned()).unwrap_or_default()
    };
    Some((decode(id), Some(decode(secret)).filter(|secret| !secret.is_empty())))
}

fn by_client(_: &Call<'_>, fields: &Fields, client: &str) -> Granted {
    match CLIENTS.iter().find(|(id, _)| *id == client) {
        Some((_, Some(_))) => consent(fields, client, None),
        _ => Err(refused("unauthorized_client", "a public client cannot speak for itself")),
    }
}

fn by_password(_: &Call<'_>, fields: &Fields, client: &str) -> Granted {
    let (user, password) = (text(fields, "username"), text(fields, "password"));
    if !ACCOUNTS.contains(&(user, password)) {
        return Err(refused("invalid_grant", "user and password do not belong together"));
    }
    consent(fields, client, Some(user))
}

fn by_refresh_token(call: &Call<'_>, fields: &Fields, client: &str) -> Granted {
    let consent = call.state.grants().refresh_tokens.remove(text(fields, "refresh_token"));
    consent
        .filter(|consent| consent.client == client)
        .ok_or(refused("invalid_grant", "there is no such refresh token, or it was used before"))
}

/// RFC 6749, 4.1.3; RFC 7636, 4.6.
fn by_code(call: &Call<'_>, fields: &Fields, client: &str) -> Granted {
    let code = call.state.grants().codes.remove(text(fields, "code"));
    let code = code.ok_or(refused("invalid_grant", "there is no such code, or it was used before"))?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(text(fields, "code_verifier").as_bytes()));
    if code.consent.client != client || code.redirect_uri != text(fields, "redirect_uri") {
        return Err(refused("invalid_grant", "the code was given to another client, or carried elsewhere"));
    }
    if code.challenge != challenge {
        return Err(refused("invalid_grant", "the verifier is not that of the challenge"));
    }
    Ok(code.consent)
}

/// RFC 8628, 3.5.
fn by_device(call: &Call<'_>, fields: &Fields, client: &str) -> Granted {
    let mut grants = call.state.grants();
    let code = text(fields, "device_code");
    let device = grants.devices.get(code).filter(|device| device.consent.client == client);
    match device.map(|device| device.answer) {
        None => Err(refused("invalid_grant", "there is no such device code")),
        Some(None) => Err(refused("authorization_pending", "nobody has agreed yet")),
        Some(Some(Reply::Denied)) => Err(refused("access_denied", "it was not agreed to")),
        Some(Some(Reply::Agreed)) => Ok(grants.devices.remove(code).unwrap_or_default().consent),
    }
}

fn authorize(call: &Call<'_>) -> Answer {
    let fields: Fields = call.request.query().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    let client = text(&fields, "client_id");
    let mut url = url::Url::parse(text(&fields, "redirect_uri"))
        .map_err(|error| Problem::bad_request(format!("redirect_uri is no URL: {error}")))?;
    if !CLIENTS.iter().any(|(id, _)| *id == client) {
        return Err(Problem::bad_request("there is no such client"));
    }
    let added = match requested_code(&fields, client) {
        Ok(code) => {
            let name = call.state.token();
            *call.state.grants().codes.get_or_default(&name) = code;
            vec![("code", name)]
        }
        Err(refusal) => {
            vec![("error", refusal.error.to_owned()), ("error_description", refusal.description.to_owned())]
        }
    };
    url.query_pairs_mut().extend_pairs(added).extend_pairs(fields.get("state").map(|state| ("state", state)));
    found(url.as_str())
}

/// RFC 6749, 4.1.1; RFC 7636, 4.3.
fn requested_code(fields: &Fields, client: &str) -> Result<Code, Refusal> {
    if text(fields, "response_type") != "code" {
        return Err(refused("unsupported_response_type", "there are only codes here"));
    }
    if fields.contains_key("deny") {
        return Err(refused("access_denied", "it was not agreed to"));
    }
    let challenge = text(fields, "code_challenge").to_owned();
    if challenge.is_empty() || text(fields, "code_challenge_method") != "S256" {
        return Err(refused("invalid_request", "a challenge by S256 is needed"));
    }
    let redirect_uri = text(fields, "redirect_uri").to_owned();
    Ok(Code { consent: consent(fields, client, Some(USER))?, redirect_uri, challenge })
}

/// RFC 8628, 3.2.
fn device(call: &Call<'_>) -> Answer {
    let fields = fields(&call.request.body);
    let consent = client(call, &fields).and_then(|client| consent(&fields, &client, Some(USER)));
    let consent = match consent {
        Ok(consent) => consent,
        Err(refusal) => return refusal.into_answer(),
    };
    let (code, user_code) = (call.state.token(), call.state.token()[..8].to_uppercase());
    let mut grants = call.state.grants();
    *grants.devices.get_or_default(&code) = Device { consent, answer: None };
    grants.user_codes.get_or_default(&user_code).clone_from(&code);
    let url = format!("{}/oauth2/agree", call.request.base_url());
    Response::json(&json!({
        "device_code": code,
        "user_code": user_code,
        "verification_uri": url,
        "verification_uri_complete": format!("{url}?user_code={user_code}"),
        "expires_in": LIFE,
        "interval": INTERVAL,
    }))
    .with_header("Cache-Control", "no-store")
}

fn agree(call: &Call<'_>) -> Answer {
    let user_code = call.request.query_value("user_code").unwrap_or_default();
    let reply = if call.request.query_value("deny").is_some() { Reply::Denied } else { Reply::Agreed };
    let mut grants = call.state.grants();
    let code = grants.user_codes.remove(&user_code).ok_or_else(|| Problem::not_found("there is no such user code"))?;
    if let Some(device) = grants.devices.get_mut(&code) {
        device.answer = Some(reply);
    }
    Ok(Response::json(&json!({"agreed": reply == Reply::Agreed})))
}

/// RFC 7009, 2.2: 200, whether there was such a token or not.
fn revoke(call: &Call<'_>) -> Answer {
    call.state.grants().tokens.remove(text(&fields(&call.request.body), "token"));
    Ok(Response::empty())
}

/// RFC 6750, 3.
fn resource(call: &Call<'_>) -> Answer {
    let token = credentials(call.request, "Bearer");
    let consent = token.as_ref().and_then(|token| call.state.grants().tokens.get(token).cloned());
    match consent {
        Some(Consent { client, user, scope }) => {
            Ok(Response::json(&json!({"client": client, "user": user, "scope": scope})))
        }
        None => {
            let challenge = if token.is_some() { "Bearer error=\"invalid_token\"" } else { "Bearer" };
            Err(Problem::new(401, "a token of /oauth2/token is needed").with_header("WWW-Authenticate", challenge))
        }
    }
}

/// What somebody agrees to, where that can be agreed to.
fn consent(fields: &Fields, client: &str, user: Option<&str>) -> Granted {
    let scope = fields.get("scope").map_or(SCOPES[0], String::as_str);
    if scope.split(' ').any(|word| !SCOPES.contains(&word)) {
        return Err(refused("invalid_scope", "the scopes are read and write"));
    }
    Ok(Consent { client: client.to_owned(), user: user.map(str::to_owned), scope: scope.to_owned() })
}

fn fields(body: &[u8]) -> Fields {
    form_urlencoded::parse(body).into_owned().collect()
}

fn text<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).map_or("", String::as_str)
}

impl Refusal {
    fn into_answer(self) -> Answer {
        let body: Value = json!({"error": self.error, "error_description": self.description});
        let response = Response::json(&body).with_status(self.status).with_header("Cache-Control", "no-store")?;
        match self.status {
            401 => response.with_header("WWW-Authenticate", "Basic realm=\"practice\""),
            _ => Ok(response),
        }
    }
}
