//! What a run finds around itself: the environment of its process, the files of its project.

use minijinja::value::Value;

use super::arguments::Arguments;
use super::{Function, function};

pub(super) const FUNCTIONS: &[Function] =
    &[function("env", &["name", "default?"], env), function("file", &["path"], file)];

/// A variable of the process.
fn env(arguments: &Arguments<'_>) -> Result<Value, String> {
    let name = arguments.text("name");
    let defined = || Ok::<_, String>(arguments.view()?.variables().process.iter().any(|(known, _)| *known == name));
    match arguments.optional("default") {
        Some(default) if !defined()? => Ok(default.clone()),
        _ => arguments.draw("$processEnv", vec![name]),
    }
}

/// What a file holds: a text where it is UTF-8. A template in it is not one.
fn file(arguments: &Arguments<'_>) -> Result<Value, String> {
    let octets = arguments.view()?.read_file(&arguments.text("path"))?;
    Ok(String::from_utf8(octets).map_or_else(|error| Value::from_bytes(error.into_bytes()), Value::from))
}
