//! Random values. With a seed they are the same in every run.

use minijinja::value::Value;

use super::super::dynamic::{ordered_uuid, random_uuid};
use super::arguments::Arguments;
use super::{Function, function};

pub(super) const FUNCTIONS: &[Function] = &[
    function("uuid", &["version?"], uuid),
    function("random_int", &["low", "high"], |arguments| {
        arguments.draw("$random.integer", vec![arguments.text("low"), arguments.text("high")])
    }),
];

/// A UUID of version 4, or of the version that is asked for.
fn uuid(arguments: &Arguments<'_>) -> Result<Value, String> {
    let uuid = match arguments.optional_text("version").as_deref().unwrap_or("4") {
        "4" | "v4" => random_uuid(arguments.view()?),
        "7" | "v7" => ordered_uuid(arguments.view()?),
        other => return Err(format!("there are no UUIDs of version `{other}` here: take 4 or 7")),
    };
    Ok(uuid.to_string().into())
}
