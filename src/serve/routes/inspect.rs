//! What was sent, told back.

use serde_json::json;

use crate::serve::echo;
use crate::serve::response::Response;
use crate::serve::router::{ANY, Answer, Call, GET, Route};

pub(super) const ROUTES: &[Route] = &[
    Route::new(GET, "/get", "arguments, headers, origin and URL", get),
    Route::new(&["POST"], "/post", "as /get, and the body: data, form, files, json", body),
    Route::new(&["PUT"], "/put", "as /post", body),
    Route::new(&["PATCH"], "/patch", "as /post", body),
    Route::new(&["DELETE"], "/delete", "as /post", body),
    Route::new(ANY, "/anything/*path", "as /post, and the method", anything),
    Route::new(GET, "/headers", "the headers", headers),
    Route::new(GET, "/ip", "the address of the client", ip),
    Route::new(GET, "/user-agent", "the User-Agent field", user_agent),
];

fn get(call: &Call<'_>) -> Answer {
    Ok(Response::json(&echo::without_body(call.request)))
}

fn body(call: &Call<'_>) -> Answer {
    Ok(Response::json(&echo::with_body(call.request)?))
}

fn anything(call: &Call<'_>) -> Answer {
    let mut told = echo::with_body(call.request)?;
    told["method"] = json!(call.request.head.method);
    Ok(Response::json(&told))
}

fn headers(call: &Call<'_>) -> Answer {
    Ok(Response::json(&json!({"headers": echo::headers(call.request)})))
}

fn ip(call: &Call<'_>) -> Answer {
    Ok(Response::json(&json!({"origin": echo::origin(call.request)})))
}

fn user_agent(call: &Call<'_>) -> Answer {
    Ok(Response::json(&json!({"user-agent": call.request.header("User-Agent")})))
}
