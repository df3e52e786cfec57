//! Redirects, by steps and to anywhere.

use crate::serve::problem::Problem;
use crate::serve::response::Response;
use crate::serve::router::{ANY, Answer, Call, GET, Route};

pub(super) const ROUTES: &[Route] = &[
    Route::new(GET, "/redirect/:n", "n redirects that end at /get; absolute ones with ?absolute=true", redirect),
    Route::new(GET, "/relative-redirect/:n", "n redirects to paths", relative),
    Route::new(GET, "/absolute-redirect/:n", "n redirects to whole URLs", absolute),
    Route::new(ANY, "/redirect-to", "a redirect to ?url=, with ?status_code= from 300 to 399", redirect_to),
];

/// A redirect to a reference, as 302.
pub(super) fn found(location: &str) -> Answer {
    Response::empty().with_status(302).with_type("text/html; charset=utf-8").with_header("Location", location)
}

fn redirect(call: &Call<'_>) -> Answer {
    let is_absolute = call.request.query_value("absolute").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    if is_absolute { absolute(call) } else { relative(call) }
}

fn relative(call: &Call<'_>) -> Answer {
    found(&next(call, "relative-redirect")?)
}

fn absolute(call: &Call<'_>) -> Answer {
    found(&format!("{}{}", call.request.base_url(), next(call, "absolute-redirect")?))
}

fn next(call: &Call<'_>, route: &str) -> Result<String, Problem> {
    match call.number::<u32>("n")? {
        0 => Err(Problem::not_found("at least one redirect must be asked for")),
        1 => Ok("/get".to_owned()),
        n => Ok(format!("/{route}/{}", n - 1)),
    }
}

fn redirect_to(call: &Call<'_>) -> Answer {
    let url = call.request.query_value("url").ok_or_else(|| Problem::bad_request("the parameter `url` is missing"))?;
    let code = call.request.query_number("status_code", 302)?;
    let code = if (300..400).contains(&code) { code } else { 302 };
    Ok(found(&url)?.with_status(code))
}
