//! Filters of the language, applied to values of JSON.

use std::collections::BTreeMap;
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
    name: String,
    /// The names of those arguments that come last.
    names: Vec<String>,
    code: Expression<'static, 'static>,
    surroundings: Arc<Surroundings>,
}

impl LanguageFilter {
    /// The filter of a name, if there is one; after those arguments that are known by their
    /// place come those that have names.
    pub(super) fn new(name: &str, arguments: usize, named: &[String]) -> Option<Self> {
        if ENVIRONMENT
            .empty_state()
            .apply_filter(name, &[])
            .is_err_and(|error| error.kind() == ErrorKind::UnknownFilter)
        {
            return None;
        }
        let arguments: String = (0..arguments).map(|at| format!("arguments[{at}], ")).collect();
        let splat = if named.is_empty() { "" } else { "**named" };
        let code = format!("value | {name}({arguments}{splat})");
        let nowhere = Site { span: SourceFile::new("", "").span(0..0), exact: false };
        let surroundings = Arc::new(Surroundings::new(&code, nowhere, Vec::new()));
        let code = ENVIRONMENT.compile_expression_owned(code).expect("a filter of a value is an expression");
        Some(Self { name: name.to_owned(), names: named.to_vec(), code, surroundings })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names of all filters, which a misspelt one may have meant.
    pub fn names() -> impl Iterator<Item = &'static str> {
        filter_names()
    }

    /// What it makes of a value; nothing where the language calls that undefined.
    ///
    /// # Errors
    /// Why it makes nothing of it: a lowercase fragment.
    pub fn apply(&self, scope: &Scope<'_>, value: &Json, arguments: &[Json]) -> Result<Option<Json>, String> {
        let (placed, named) = arguments.split_at(arguments.len() - self.names.len());
        let named: BTreeMap<&str, Value> =
            self.names.iter().map(String::as_str).zip(named.iter().map(from_json)).collect();
        let context = context! {
            value => from_json(value),
            arguments => placed.iter().map(from_json).collect::<Vec<Value>>(),
            named => Value::from(named),
            ..Value::from_dyn_object(Arc::new(Context::new(scope.view(), &self.surroundings)))
        };
        let made = self.code.eval(context);
        made.map(|value| (!value.is_undefined()).then(|| to_json(&value)))
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
        for (name, value, arguments, named, expected) in [
            ("upper", json!("a"), vec![], &[][..], Ok(Some(json!("A")))),
            ("join", json!([1, 2]), vec![json!("-")], &[], Ok(Some(json!("1-2")))),
            ("sort", json!([2, 1]), vec![], &[], Ok(Some(json!([1, 2])))),
            ("sort", json!([1, 2]), vec![json!(true)], &["reverse"], Ok(Some(json!([2, 1])))),
            ("join", json!([{"a": 1}, {"a": 2}]), vec![json!("-"), json!("a")], &["attribute"], Ok(Some(json!("1-2")))),
            ("min", json!([]), vec![], &[], Ok(None)),
            ("attr", json!({"a": null}), vec![json!("a")], &[], Ok(Some(json!(null)))),
            ("attr", json!({"a": null}), vec![json!("b")], &[], Ok(None)),
            ("hmac_md5", json!("abc"), vec![json!("key")], &[], Ok(Some(json!("d2fe98063f876b03193afb49b4979591")))),
            ("random_int", json!(3), vec![json!(4)], &[], Ok(Some(json!(3)))),
            ("base64_decode", json!("*"), vec![], &[], Err("`base64_decode(text)`: the value is not base64")),
        ] {
            let named: Vec<String> = named.iter().map(|&name| name.to_owned()).collect();
            let filter = LanguageFilter::new(name, arguments.len() - named.len(), &named).unwrap();
            assert_eq!(filter.apply(&scope, &value, &arguments), expected.map_err(str::to_owned), "{name}");
        }
        assert!(LanguageFilter::new("nonsense", 0, &[]).is_none());
    }
}
