//! A job that takes its time, for those that wait until it is done.

use serde_json::json;

use crate::serve::problem::Problem;
use crate::serve::response::Response;
use crate::serve::router::{ANY, Answer, Call, Route};

pub(super) const ROUTES: &[Route] = &[Route::new(
    ANY,
    "/jobs/:key/:n",
    "a job that is `running` the first n times that a key is used, then `done`",
    job,
)];

/// The greatest length of a key in bytes.
const KEY_LIMIT: usize = 200;

fn job(call: &Call<'_>) -> Answer {
    let (key, needed) = (call.text("key"), call.number::<u32>("n")?);
    if key.len() > KEY_LIMIT {
        return Err(Problem::new(414, "a key has at most 200 bytes"));
    }
    let mut jobs = call.state.jobs();
    let asked = jobs.get_or_default(key);
    if *asked < needed {
        *asked += 1;
        return Ok(Response::json(&json!({"key": key, "state": "running", "step": asked, "of": needed})));
    }
    Ok(Response::json(&json!({"key": key, "state": "done"})))
}
