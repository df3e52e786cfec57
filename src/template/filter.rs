//! Filters of the language, applied to values of JSON.

use std::sync::Arc;

use minijinja::value::Value;
use minijinja::{ErrorKind, context};
use serde_json::Value as Json;

use crate::source::SourceFile;

use super::environment::ENVIRONMENT;
use super::expression::{Context, Site, Surroundings};
use super::value::{from_json, to_json};
use super::view::View;

/// What a filter makes of a value.
///
/// # Errors
/// Why it makes nothing of it: a lowercase fragment.
pub(super) fn apply(view: &View, name: &str, value: &Json, arguments: &[Json]) -> Result<Json, String> {
    let given: String = (0..arguments.len()).map(|at| format!("given[{at}], ")).collect();
    let code = format!("value | {name}({given})");
    let nowhere = Site { span: SourceFile::new("", "").span(0..0), exact: false };
    let surroundings = Arc::new(Surroundings::new(&code, nowhere, Vec::new()));
    let context = context! {
        value => from_json(value),
        given => arguments.iter().map(from_json).collect::<Vec<Value>>(),
        ..Value::from_dyn_object(Arc::new(Context::new(view, &surroundings)))
    };
    let made = ENVIRONMENT.compile_expression(&code).and_then(|expression| expression.eval(context));
    made.map(|value| to_json(&value)).map_err(|error| match (error.kind(), error.detail()) {
        (ErrorKind::UnknownFilter, _) => format!("there is no filter `{name}`"),
        (_, Some(detail)) => detail.to_owned(),
        (kind, None) => kind.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::spec::Format;
    use crate::template::fixture::file;
    use crate::template::{Scope, Variables};

    #[test]
    fn applies_filters_to_json() {
        let file = file(Variables::default(), Format::Http, &[]);
        let scope = Scope::new(&file, 0, &[]);
        for (name, value, arguments, expected) in [
            ("upper", json!("a"), vec![], Ok(json!("A"))),
            ("join", json!([1, 2]), vec![json!("-")], Ok(json!("1-2"))),
            ("sort", json!([2, 1]), vec![], Ok(json!([1, 2]))),
            ("hmac_md5", json!("abc"), vec![json!("key")], Ok(json!("d2fe98063f876b03193afb49b4979591"))),
            ("random_int", json!(3), vec![json!(4)], Ok(json!(3))),
            ("nonsense", json!(1), vec![], Err("there is no filter `nonsense`")),
            ("base64_decode", json!("*"), vec![], Err("`base64_decode(text)`: the value is not base64")),
        ] {
            assert_eq!(scope.apply_filter(name, &value, &arguments), expected.map_err(str::to_owned), "{name}");
        }
    }
}
