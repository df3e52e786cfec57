//! A service that fails at first, for those that try again.

use serde_json::json;

use crate::serve::problem::Problem;
use crate::serve::response::Response;
use crate::serve::router::{ANY, Answer, Call, Route};

pub(super) const ROUTES: &[Route] =
    &[Route::new(ANY, "/flaky/:key/:n", "503 the first n times that a key is used, then 200", flaky)];

/// The greatest length of a key in bytes.
const KEY_LIMIT: usize = 200;

fn flaky(call: &Call<'_>) -> Answer {
    let (key, expected) = (call.text("key"), call.number::<u32>("n")?);
    if key.len() > KEY_LIMIT {
        return Err(Problem::new(414, "a key has at most 200 bytes"));
    }
    let mut failures = call.state.failures();
    let failed = failures.get_or_default(key);
    if *failed < expected {
        *failed += 1;
        let detail = format!("failure {failed} of {expected}");
        return Err(Problem::new(503, detail).with_header("Retry-After", "0"));
    }
    Ok(Response::json(&json!({"key": key, "failures": failed})))
}
