//! Caches and conditional requests (RFC 9111, RFC 9110, 13).

use crate::serve::date;
use crate::serve::echo;
use crate::serve::problem::Problem;
use crate::serve::response::Response;
use crate::serve::router::{Answer, Call, GET, Route};

pub(super) const ROUTES: &[Route] = &[
    Route::new(GET, "/cache", "304 with If-Modified-Since or If-None-Match, else as /get", cache),
    Route::new(GET, "/cache/:seconds", "as /get, to be kept for so many seconds", cache_for),
    Route::new(GET, "/etag/:etag", "as /get with that ETag; heeds If-None-Match and If-Match", etag),
];

fn cache(call: &Call<'_>) -> Answer {
    let is_conditional = ["If-Modified-Since", "If-None-Match"].iter().any(|name| call.request.header(name).is_some());
    if is_conditional {
        return Ok(Response::empty().with_status(304));
    }
    let response = Response::json(&echo::without_body(call.request));
    response.with_header("Last-Modified", date::now())?.with_header("ETag", format!("\"{}\"", call.state.token()))
}

fn cache_for(call: &Call<'_>) -> Answer {
    let seconds: u32 = call.number("seconds")?;
    let response = Response::json(&echo::without_body(call.request));
    response.with_header("Cache-Control", format!("public, max-age={seconds}"))
}

fn etag(call: &Call<'_>) -> Answer {
    let tag = call.text("etag");
    let field = format!("\"{tag}\"");
    let listed = |name: &str| call.request.header(name).map(|list| lists_tag(&list, tag));
    if listed("If-Match") == Some(false) {
        return Err(Problem::new(412, "the entity tag is another").with_header("ETag", field));
    }
    if listed("If-None-Match") == Some(true) {
        return Response::empty().with_status(304).with_header("ETag", field);
    }
    Response::json(&echo::without_body(call.request)).with_header("ETag", field)
}

/// Whether a list of entity tags, some of them weak, holds one (RFC 9110, 8.8.3).
fn lists_tag(list: &str, tag: &str) -> bool {
    list.trim() == "*"
        || list.split(',').any(|item| {
            let item = item.trim();
            item.strip_prefix("W/").unwrap_or(item).trim_matches('"') == tag
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_tags_in_lists() {
        for (list, expected) in
            [("*", true), ("\"a\"", true), ("W/\"a\"", true), ("\"b\", \"a\"", true), ("a", true), ("\"b\"", false)]
        {
            assert_eq!(lists_tag(list, "a"), expected, "{list}");
        }
    }
}
