//! A collection of users as many services have one, kept in memory.

use serde_json::{Map, Value, json};

use crate::serve::problem::Problem;
use crate::serve::request::Request;
use crate::serve::response::Response;
use crate::serve::router::{Answer, Call, GET, Route};
use crate::serve::state::{Draft, Refusal, User};

pub(super) const ROUTES: &[Route] = &[
    Route::new(GET, "/users", "those that ?q= finds, by ?page= and ?limit=", list),
    Route::new(&["POST"], "/users", "adds one: name, email, role (admin or member)", create),
    Route::new(GET, "/users/:id", "one of them", read),
    Route::new(&["PUT"], "/users/:id", "puts another in its place", replace),
    Route::new(&["PATCH"], "/users/:id", "changes the fields that are given", change),
    Route::new(&["DELETE"], "/users/:id", "takes it away", delete),
];

/// The greatest number of users on a page.
const PAGE_LIMIT: usize = 100;

/// The fields of a user and what each must be.
const FIELDS: &[(&str, Check, &str)] = &[
    ("name", is_name, "must have 1 to 100 characters"),
    ("email", is_email, "must be an address: name@host"),
    ("role", is_role, "must be admin or member"),
];

type Check = fn(&str) -> bool;

fn is_name(text: &str) -> bool {
    (1..=100).contains(&text.trim().chars().count())
}

fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    text.len() <= 254
        && !text.contains(char::is_whitespace)
        && parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
}

fn is_role(text: &str) -> bool {
    matches!(text, "admin" | "member")
}

fn list(call: &Call<'_>) -> Answer {
    let page = call.request.query_number("page", 1_usize)?.max(1);
    let limit = call.request.query_number("limit", 20)?.clamp(1, PAGE_LIMIT);
    let text = call.request.query_value("q").unwrap_or_default();
    let users = call.state.users();
    let found = users.search(&text);
    let shown: Vec<&&User> = found.iter().skip((page - 1).saturating_mul(limit)).take(limit).collect();
    let response = Response::json(&json!({"users": shown, "page": page, "limit": limit, "total": found.len()}));
    if page.saturating_mul(limit) < found.len() {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("q", &text)
            .append_pair("page", &(page + 1).to_string())
            .append_pair("limit", &limit.to_string())
            .finish();
        return response.with_header("Link", format!("</users?{query}>; rel=\"next\""));
    }
    Ok(response)
}

fn create(call: &Call<'_>) -> Answer {
    let mut fields = read_object(call.request)?;
    fields.entry("role").or_insert_with(|| "member".into());
    let user = call.state.users().add(read_draft(&fields)?)?;
    Response::json(&json!(user)).with_status(201).with_header("Location", format!("/users/{}", user.id))
}

fn read(call: &Call<'_>) -> Answer {
    let user = call.state.users().get(call.number("id")?).cloned().ok_or(Refusal::Unknown)?;
    Ok(Response::json(&json!(user)))
}

fn replace(call: &Call<'_>) -> Answer {
    let draft = read_draft(&read_object(call.request)?)?;
    Ok(Response::json(&json!(call.state.users().replace(call.number("id")?, draft)?)))
}

fn change(call: &Call<'_>) -> Answer {
    let given = read_object(call.request)?;
    let id = call.number("id")?;
    let mut users = call.state.users();
    let draft = &users.get(id).ok_or(Refusal::Unknown)?.draft;
    let mut fields = Map::new();
    for (name, value) in [("name", &draft.name), ("email", &draft.email), ("role", &draft.role)] {
        fields.insert(name.to_owned(), json!(value));
    }
    fields.extend(given);
    Ok(Response::json(&json!(users.replace(id, read_draft(&fields)?)?)))
}

fn delete(call: &Call<'_>) -> Answer {
    if call.state.users().remove(call.number("id")?) {
        Ok(Response::empty().with_status(204))
    } else {
        Err(Refusal::Unknown.into())
    }
}

fn read_object(request: &Request) -> Result<Map<String, Value>, Problem> {
    let media_type = request.media_type();
    if media_type != "application/json" && !media_type.ends_with("+json") {
        return Err(Problem::new(415, "the Content-Type must be application/json"));
    }
    match serde_json::from_slice(&request.body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(Problem::bad_request("the body must be a JSON object")),
        Err(error) => Err(Problem::bad_request(format!("the body is not JSON: {error}"))),
    }
}

/// Checks all fields, and tells all that is wrong with them at once.
fn read_draft(fields: &Map<String, Value>) -> Result<Draft, Problem> {
    let fault = |field: &str, message: &str| json!({"field": field, "message": message});
    let mut faults = Vec::new();
    for &(name, check, rule) in FIELDS {
        match fields.get(name) {
            Some(Value::String(text)) if check(text) => {}
            Some(_) => faults.push(fault(name, rule)),
            None => faults.push(fault(name, "is missing")),
        }
    }
    let is_known = |name: &str| name == "id" || FIELDS.iter().any(|(known, ..)| *known == name);
    faults.extend(fields.keys().filter(|name| !is_known(name)).map(|name| fault(name, "is not known")));
    if !faults.is_empty() {
        return Err(Problem::new(422, "the user is not valid").with_errors(Value::Array(faults)));
    }
    let text = |name: &str| fields[name].as_str().unwrap_or_default().to_owned();
    Ok(Draft { name: text("name"), email: text("email"), role: text("role") })
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Taken(other) => Self::new(409, format!("user {other} has that address already")),
            Refusal::Full => Self::new(507, "there are too many users"),
            Refusal::Unknown => Self::not_found("there is no user of that number"),
        }
    }
}
