//! Cookies (RFC 6265): told back, set and deleted.

use serde_json::json;

use super::redirect::found;
use crate::serve::echo;
use crate::serve::problem::Problem;
use crate::serve::response::Response;
use crate::serve::router::{Answer, Call, GET, Route};

pub(super) const ROUTES: &[Route] = &[
    Route::new(GET, "/cookies", "the cookies that were sent", cookies),
    Route::new(GET, "/cookies/set", "sets those of the query, and redirects to /cookies", set_from_query),
    Route::new(GET, "/cookies/set/:name/:value", "sets one, and redirects to /cookies", set),
    Route::new(GET, "/cookies/delete", "deletes those of the query, and redirects to /cookies", delete),
];

fn cookies(call: &Call<'_>) -> Answer {
    let pairs = call.request.cookies().into_iter().map(|(name, value)| (name, value.into()));
    Ok(Response::json(&json!({"cookies": echo::gather(pairs)})))
}

fn set_from_query(call: &Call<'_>) -> Answer {
    call.request.query().try_fold(found("/cookies")?, |response, (name, value)| set_cookie(response, &name, &value, ""))
}

fn set(call: &Call<'_>) -> Answer {
    set_cookie(found("/cookies")?, call.text("name"), call.text("value"), "")
}

fn delete(call: &Call<'_>) -> Answer {
    let past = "; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0";
    call.request.query().try_fold(found("/cookies")?, |response, (name, _)| set_cookie(response, &name, "", past))
}

/// A cookie for all paths. A name or value that would end early is refused.
pub(super) fn set_cookie(response: Response, name: &str, value: &str, attributes: &str) -> Answer {
    let ends_early = |text: &str| text.contains([';', '\r', '\n', '\0']);
    if name.is_empty() || name.contains('=') || ends_early(name) || ends_early(value) {
        return Err(Problem::bad_request("a cookie of that name and value cannot be set"));
    }
    response.with_header("Set-Cookie", format!("{name}={value}{attributes}; Path=/"))
}
