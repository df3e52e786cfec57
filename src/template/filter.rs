//! Filters of the language, applied to values of JSON.

use std::sync::Arc;

use minijinja::value::Value;
use minijinja::{ErrorKind, Expression, context};
use serde_json::Value as Json;

use crate::source::SourceFile;

use super::Scope;
use super::environment::{ENVIRONMENT, filter_names};
use super::expression::{Context, Site, Surroundings};
use super::value::{from_json, to_json};

/// A filter with a number of arguments, compiled.
#[derive(Debug)]
pub struct LanguageFilter {
    code: Expression<'static, 'static>,
    surroundings: Arc<Surroundings>,
}

impl LanguageFilter {
    /// The filter of a name, if there is one.
    pub(super) fn named(name: &str, arguments: usize) -> Option<Self> {
        if ENVIRONMENT
            .empty_state()
            .apply_filter(name, &[])
            .is_err_and(|error| error.kind() == ErrorKind::UnknownFilter)
        {
            return None;
        }
        let arguments: String = (0..arguments).map(|at| format!("arguments[{at}], ")).collect();
        let code = format!("value | {name}({arguments})");
        let nowhere = Site { span: SourceFile::new("", "").span(0..0), exact: false };
        let surroundings = Arc::new(Surroundings::new(&code, nowhere, Vec::new()));
        let code = ENVIRONMENT.compile_expression_owned(code).expect("a filter of a value is an expression");
        Some(Self { code, surroundings })
    }

    /// The names of all filters, which a misspelt one may have meant.
    pub fn names() -> impl Iterator<Item = &'static str> {
        filter_names()
    }

    /// What it makes of a value.
    ///
    /// # Errors
    /// Why it makes nothing of it: a lowercase fragment.
    pub fn apply(&self, scope: &Scope<'_>, value: &Json, arguments: &[Json]) -> Result<Json, String> {
        let context = context! {
            value => from_json(value),
            arguments => arguments.iter().map(from_json).collect::<Vec<Value>>(),
            ..Value::from_dyn_object(Arc::new(Context::new(scope.view(), &self.surroundings)))
        };
        let made = self.code.eval(context);
        made.map(|value| to_json(&value))
            .map_err(|error| error.detail().map_or_else(|| error.kind().to_string(), str::to_owned))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::spec::Format;
    use crate::template::Variables;
    use crate::template::fixture::file;

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
            ("base64_decode", json!("*"), vec![], Err("`base64_decode(text)`: the value is not base64")),
        ] {
            let filter = LanguageFilter::named(name, arguments.len()).unwrap();
            assert_eq!(filter.apply(&scope, &value, &arguments), expected.map_err(str::to_owned), "{name}");
        }
        assert!(LanguageFilter::named("nonsense", 0).is_none());
    }
}
