//! Functions that know the run: the environment, the time, random values.

use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind, State};

use super::dynamic;
use super::expression::Context;
use super::view::View;

/// The functions that a misspelt name may have meant.
pub(super) const NAMES: &[&str] = &[
    "base64",
    "base64_decode",
    "dict",
    "env",
    "file",
    "hmac_sha256",
    "md5",
    "namespace",
    "now",
    "random_int",
    "range",
    "sha256",
    "timestamp",
    "url_decode",
    "url_encode",
    "uuid",
];

/// Adds the functions to an environment. Most are dynamic variables in another dress.
pub(super) fn register(environment: &mut Environment<'_>) {
    environment.add_function("env", |state: &State<'_, '_>, name: String| draw(state, "$processEnv", vec![name]));
    environment.add_function("file", |state: &State<'_, '_>, path: String| read_file(state, &path));
    environment.add_function("uuid", |state: &State<'_, '_>| draw(state, "$uuid", vec![]));
    environment.add_function("timestamp", |state: &State<'_, '_>| draw(state, "$timestamp", vec![]));
    environment.add_function("now", |state: &State<'_, '_>, format: Option<String>| {
        draw(state, "$datetime", vec![format.unwrap_or_else(|| "iso8601".to_owned())])
    });
    environment.add_function("random_int", |state: &State<'_, '_>, low: i64, high: i64| {
        draw(state, "$random.integer", vec![low.to_string(), high.to_string()])
    });
}

/// What a file holds: a text where it is UTF-8. A template in it is not one.
fn read_file(state: &State<'_, '_>, path: &str) -> Result<Value, Error> {
    let octets = in_view(state, |view| view.read_file(path))?;
    Ok(String::from_utf8(octets).map_or_else(|error| Value::from_bytes(error.into_bytes()), Value::from))
}

fn draw(state: &State<'_, '_>, name: &str, arguments: Vec<String>) -> Result<Value, Error> {
    let call = dynamic::Call::new(name, arguments).expect("each function names a dynamic variable that there is");
    in_view(state, |view| call.draw(view))
}

fn in_view<T>(state: &State<'_, '_>, work: impl FnOnce(&View) -> Result<T, String>) -> Result<T, Error> {
    Context::of(state, |context| work(context.view()))
        .unwrap_or_else(|| Err("this function cannot be used here".to_owned()))
        .map_err(|message| Error::new(ErrorKind::InvalidOperation, message))
}
