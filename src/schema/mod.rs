//! JSON Schema, drafts 4, 6, 7, 2019-09 and 2020-12: a schema is compiled once, then held
//! against many values.
//!
//! ```
//! use std::path::Path;
//!
//! use rqtest::schema::{Alone, Schema};
//! use serde_json::json;
//!
//! let schema = json!({"type": "object", "properties": {"roles": {"items": {"type": "string"}}}});
//! let schema = Schema::compile(&schema, Path::new("/user.schema.json"), Alone)?;
//! let user = json!({"roles": [5]});
//! let violations: Vec<String> = schema.violations(&user).map(|violation| violation.to_string()).collect();
//! assert_eq!(violations, [r#"$.roles[0]: 5 is not of type "string""#]);
//! # Ok::<(), rqtest::schema::InvalidSchema>(())
//! ```
//!
//! The draft is the one that `$schema` names, and 2020-12 where it names none. Formats
//! (`email`, `date-time`, `uuid`, …) are demanded in every draft, as authors expect of them.
//! Nothing is read over a network: what a `$ref` refers to is a part of the schema, or a file.

mod misreference;
mod reference;
mod violation;

use std::fmt;
use std::path::Path;

use jsonschema::Validator;
use serde_json::Value as Json;

pub use reference::{Alone, Documents};
pub use violation::{Step, Violation};

use reference::Retriever;

/// A compiled schema.
pub struct Schema {
    validator: Validator,
}

/// Why a text is no schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidSchema {
    /// What is wrong: a lowercase fragment.
    pub reason: String,
    /// Where in the schema, from its root.
    pub place: Vec<Step>,
}

impl Schema {
    /// Compiles a schema that stands in the file of an absolute path, from where its
    /// references are followed.
    ///
    /// # Errors
    /// The first thing that is wrong with it, be it a reference that leads nowhere.
    pub fn compile(schema: &Json, file: &Path, documents: impl Documents + 'static) -> Result<Self, InvalidSchema> {
        if let Some(invalid) = misreference::unknown_draft(schema) {
            return Err(invalid);
        }
        let retriever = Retriever::new(schema, file, documents);
        let options = jsonschema::options().should_validate_formats(true);
        let options = match retriever.base() {
            Some(base) => options.with_base_uri(base),
            None => options,
        };
        let built = options.with_retriever(retriever).build(schema);
        built.map(|validator| Self { validator }).map_err(|error| violation::of_schema(&error, schema))
    }

    /// Whether a value is as the schema says.
    pub fn admits(&self, value: &Json) -> bool {
        self.validator.is_valid(value)
    }

    /// Where and how a value is not as the schema says.
    pub fn violations<'v>(&'v self, value: &'v Json) -> impl Iterator<Item = Violation> + 'v {
        self.validator.iter_errors(value).map(|error| Violation::new(&error, value))
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Schema({:?})", self.validator.draft())
    }
}

/// As `$.properties.id.type: "strin" is not valid …`.
impl fmt::Display for InvalidSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.is_empty() {
            write!(f, "{}: ", violation::Path(&self.place))?;
        }
        f.write_str(&self.reason)
    }
}

impl std::error::Error for InvalidSchema {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn compile(schema: Json) -> Result<Schema, InvalidSchema> {
        Schema::compile(&schema, Path::new("/project/user.schema.json"), Alone)
    }

    fn violations(schema: Json, value: Json) -> Vec<String> {
        compile(schema).unwrap().violations(&value).map(|violation| violation.to_string()).collect()
    }

    #[test]
    fn every_draft_has_its_own_keywords() {
        for (draft, schema, good, bad) in [
            ("http://json-schema.org/draft-04/schema#", json!({"maximum": 5, "exclusiveMaximum": true}), 4, 5),
            ("http://json-schema.org/draft-06/schema#", json!({"const": 5}), 5, 4),
            ("http://json-schema.org/draft-07/schema#", json!({"if": {"minimum": 3}, "then": {"maximum": 5}}), 5, 6),
            ("https://json-schema.org/draft/2019-09/schema", json!({"dependentSchemas": {}, "maximum": 5}), 5, 6),
            (
                "https://json-schema.org/draft/2020-12/schema",
                json!({"$defs": {"a": {"maximum": 5}}, "$ref": "#/$defs/a"}),
                5,
                6,
            ),
        ] {
            let mut schema = schema;
            schema["$schema"] = draft.into();
            let schema = compile(schema).unwrap_or_else(|error| panic!("{draft}: {error}"));
            assert!(schema.admits(&json!(good)), "{draft}");
            assert!(!schema.admits(&json!(bad)), "{draft}");
        }
    }

    #[test]
    fn a_draft_that_is_not_known_is_said_with_those_that_are() {
        for draft in ["http://json-schema.org/draft-03/schema#", "https://json-schema.org/draft/2031-01/schema"] {
            let reason = compile(json!({"$schema": draft})).unwrap_err().to_string();
            let known = "is no draft that is known: write `https://json-schema.org/draft/2020-12/schema`";
            assert!(reason.starts_with("$[\"$schema\"]: `") && reason.contains(known), "{draft}: {reason}");
        }
    }

    #[test]
    fn formats_are_demanded_in_every_draft() {
        for draft in ["http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2020-12/schema"] {
            for (format, good, bad) in [
                ("email", "ada@a.example", "ada"),
                ("date-time", "2026-11-21T09:30:00Z", "2026-11-21"),
                ("date", "2026-11-21", "21.11.2026"),
                ("ipv4", "127.0.0.1", "127.0.0"),
                ("uri", "https://a.example/", "a b"),
            ] {
                let schema = compile(json!({"$schema": draft, "format": format})).unwrap();
                assert!(schema.admits(&json!(good)), "{format}");
                assert!(!schema.admits(&json!(bad)), "{format}");
            }
        }
        assert_eq!(violations(json!({"format": "uuid"}), json!("7")), [r#"$: "7" is not a "uuid""#]);
    }

    #[test]
    fn names_every_violation_at_its_path() {
        let schema = json!({
            "type": "object",
            "required": ["id", "name"],
            "additionalProperties": false,
            "properties": {
                "id": {"type": "integer"},
                "roles": {"items": {"type": "string"}},
                "a b": {"properties": {"0": {"maximum": 1}}},
                "name": {},
            },
        });
        let value = json!({"id": "7", "roles": ["a", 5, true], "a b": {"0": 2}, "x": 1});
        assert_eq!(
            violations(schema, value),
            [
                r#"$: "name" is a required property"#,
                r#"$.id: "7" is not of type "integer""#,
                r#"$.roles[1]: 5 is not of type "string""#,
                r#"$.roles[2]: true is not of type "string""#,
                r#"$["a b"]["0"]: 2 is greater than the maximum of 1"#,
                r#"$: additional properties are not allowed ('x' was unexpected)"#,
            ]
        );
    }

    #[test]
    fn of_alternatives_the_nearest_says_what_is_wrong() {
        let schema = json!({"anyOf": [
            {"type": "string"},
            {"type": "object", "properties": {"id": {"type": "integer"}}},
        ]});
        assert_eq!(
            violations(schema, json!({"id": "7"})),
            [
                r#"$: {"id":"7"} is not valid under any of the schemas listed in the 'anyOf' keyword; for the nearest, $.id: "7" is not of type "integer""#
            ]
        );
    }

    #[test]
    fn long_values_are_cut() {
        let [violation] = &violations(json!({"type": "string"}), json!((0..1000).collect::<Vec<_>>()))[..] else {
            panic!("one violation")
        };
        assert!(
            violation.starts_with("$: [0,1,2,") && violation.ends_with(r#"… is not of type "string""#),
            "{violation}"
        );
        assert!(violation.chars().count() < 120, "{violation}");
    }

    #[test]
    fn says_what_is_wrong_with_a_schema() {
        for (schema, shown) in [
            (
                json!({"properties": {"id": {"minimum": "1"}}}),
                r#"$.properties.id.minimum: "1" is not of type "number""#,
            ),
            (json!(5), r#"5 is not of types "boolean", "object""#),
            (
                json!({"$defs": {"user": {}, "role": {}}, "prefixItems": [{"$ref": "#/$defs/none"}]}),
                r#"$.prefixItems[0]["$ref"]: there is nothing at `/$defs/none`; `/$defs` has `user`, `role`"#,
            ),
            (
                json!({"$ref": "#user"}),
                r#"$["$ref"]: no part of the schema has the `$anchor` `user`; a path into it begins with `#/`"#,
            ),
            (
                json!({"$schema": "http://json-schema.org/draft-08/schema#"}),
                r#"$["$schema"]: `http://json-schema.org/draft-08/schema#` is no draft that is known: write `https://json-schema.org/draft/2020-12/schema`, `http://json-schema.org/draft-07/schema#` or another, or leave it out"#,
            ),
            (
                json!({"$ref": "https://a.example/user.json"}),
                r#"$["$ref"]: `https://a.example/user.json` is not fetched: save it beside the spec, and refer to it by its path"#,
            ),
            (json!({"$ref": "address.json"}), r#"$["$ref"]: there are no other files: /project/address.json"#),
            (json!({"pattern": "("}), r#"$.pattern: "(" is not a "regex""#),
        ] {
            assert_eq!(compile(schema.clone()).unwrap_err().to_string(), shown, "{schema}");
        }
    }

    #[test]
    fn files_stand_where_the_schema_says_that_it_stands() {
        let schema = json!({"$id": "https://a.example/schemas/user.json", "$ref": "parts/address.json"});
        let error = compile(schema).unwrap_err();
        assert_eq!(error.reason, "there are no other files: /project/parts/address.json");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn no_schema_makes_it_panic(
            keyword in prop::sample::select(vec![
                "type", "$ref", "$id", "items", "enum", "required", "pattern", "format", "anyOf", "not", "$schema", "minimum",
            ]),
            value in prop::sample::select(vec![
                "5", "\"string\"", "\"#\"", "\"(\"", "[]", "[{}]", "{}", "true", "null", "[\"a\"]", "\"a.json\"", "\"//\"", "-1",
            ]),
            instance in prop::sample::select(vec!["5", "\"a\"", "[1]", "{\"a\": 1}", "null"]),
        ) {
            let schema: Json = serde_json::from_str(&format!("{{\"{keyword}\": {value}}}")).unwrap();
            let instance: Json = serde_json::from_str(instance).unwrap();
            if let Ok(schema) = compile(schema) {
                let violations = schema.violations(&instance).count();
                prop_assert_eq!(schema.admits(&instance), violations == 0);
            }
        }
    }
}
