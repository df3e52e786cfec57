//! A list that is given out in pages, for those that turn them.

use serde_json::json;

use crate::serve::problem::Problem;
use crate::serve::response::Response;
use crate::serve::router::{Answer, Call, GET, Route};

pub(super) const ROUTES: &[Route] =
    &[Route::new(GET, "/pages/:n", "one of n pages, the first or ?page=, with a link and a cursor to the next", page)];

/// How many items a page has.
const ITEMS: usize = 2;

fn page(call: &Call<'_>) -> Answer {
    let (pages, page) = (call.number::<usize>("n")?, call.request.query_number("page", 1_usize)?);
    if !(1..=pages).contains(&page) {
        return Err(Problem::new(404, format!("there is no page {page} of {pages}")));
    }
    let first = (page - 1).saturating_mul(ITEMS);
    let items: Vec<usize> = (1..=ITEMS).map(|item| first.saturating_add(item)).collect();
    let next = (page < pages).then(|| format!("/pages/{pages}?page={}", page + 1));
    let cursor = (page < pages).then_some(page + 1);
    let response = Response::json(&json!({"page": page, "items": items, "next": next, "cursor": cursor}));
    match next {
        Some(next) => response.with_header("Link", format!("<{next}>; rel=\"next\"")),
        None => Ok(response),
    }
}
