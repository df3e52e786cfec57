//! The YAML format: any YAML or JSON text to a tree that knows its places, and a spec
//! file's tree to a [`Spec`], each request read from its own node.

mod anchor;
mod api_key;
mod auth;
mod aws;
mod body;
mod comments;
mod comparison;
mod defaults;
mod expectation;
mod field;
mod file;
mod flow;
mod mapping;
mod oauth1;
mod oauth2;
mod operand;
mod predicate;
mod protocol;
mod reference;
mod request;
mod route;
mod scalar;
mod script;
mod settings;
mod syntax;
mod table;
mod tls;
mod tree;

use std::sync::Arc;

pub(super) use body::BODIES;
pub(super) use defaults::CARRIED;
pub(crate) use defaults::read as read_defaults;
pub(crate) use field::Field;
pub(crate) use file::UNREADABLE;
pub(super) use flow::FLOW;
pub(crate) use flow::{refuse, retry};
pub(super) use protocol::PROTOCOL;
pub(super) use request::VARIABLES;
pub(super) use route::ROUTE;
pub(super) use settings::SETTINGS;
pub(crate) use table::{Problems, Table, key};

use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span};
use crate::spec::{Format, Node, Spec, Text, Value};

/// Reads a YAML spec file. What is wrong with it becomes [`crate::spec::Entry::Invalid`];
/// the rest is read.
pub fn parse(source: &Arc<SourceFile>) -> Spec {
    let tree::Tree { root, problems } = read_tree(source);
    match root {
        Some(root) => file::read(source, &root, problems),
        None => file::broken(source, problems),
    }
}

/// Whether a YAML file is a spec: it has a top-level `requests`. Lest a typing error hide a file from
/// the run, one that is no YAML is one too where a line says so, and one that has requests below a
/// key of nearly that name.
pub fn is_spec(source: &Arc<SourceFile>) -> bool {
    let is_key = |line: &str| line.strip_prefix("requests").is_some_and(|rest| rest.trim_start().starts_with(':'));
    let has_key = |root: &Value| match &root.node {
        Node::Map(entries) => entries.iter().any(|(key, value)| file::has_requests(&key.value, value)),
        _ => false,
    };
    source.text().lines().any(is_key) || read_tree(source).root.as_ref().is_some_and(has_key)
}

/// Reads any YAML or JSON text into a tree in which every value knows its place.
///
/// Scalars are those of YAML 1.2's core schema; `<<` merges maps. Characters that YAML
/// knows only escaped (DEL and the C1 controls) must be escaped in JSON too.
///
/// # Errors
/// Everything that is wrong with it, at its place.
pub fn load(source: &Arc<SourceFile>) -> Result<Value, Vec<Diagnostic>> {
    match read_tree(source) {
        tree::Tree { root: Some(root), problems } if problems.is_empty() => Ok(root),
        tree::Tree { problems, .. } => Err(problems),
    }
}

/// Reads JSON as editors do, with comments and trailing commas, into a tree whose texts are of a
/// format.
///
/// # Errors
/// Everything that is wrong with it, at its place.
pub fn load_json(source: &Arc<SourceFile>, format: Format) -> Result<Value, Vec<Diagnostic>> {
    let place = source.span(0..source.text().len());
    match tree::read_as(&place, &comments::masked(source.text()), format) {
        tree::Tree { root: Some(root), problems } if problems.is_empty() => Ok(root),
        tree::Tree { problems, .. } => Err(problems),
    }
}

/// Reads a part of a text, which is known to be JSON, as [`load`] does a whole one.
pub(super) fn load_part(part: &Span, format: Format) -> Option<Value> {
    let tree::Tree { root, problems } = tree::read(part, format);
    root.filter(|_| problems.is_empty())
}

fn read_tree(source: &Arc<SourceFile>) -> tree::Tree {
    tree::read(&source.span(0..source.text().len()), Format::Yaml)
}

/// Reads what a directive of a `.http` file says as a key of YAML would: `# @params {a: 1}`.
pub(super) fn read_directive<T>(table: &Table<T>, target: &mut T, key: &Text, argument: &Span) -> Vec<Diagnostic> {
    // A map of maps, or an alias, is nothing that anybody would mean here.
    let tree::Tree { root, problems: mut found } =
        match argument.text().starts_with("{{") || argument.text().starts_with('*') {
            true => tree::Tree { root: Some(verbatim(argument, key.format)), problems: Vec::new() },
            false => tree::read(argument, key.format),
        };
    let mut problems = Problems::default();
    if let (Some(value), true) = (root, found.is_empty()) {
        table.read(target, Field { key, value: &value }, &mut problems);
    }
    found.extend(problems.into_vec());
    found
}

fn verbatim(place: &Span, format: Format) -> Value {
    let text = Text::new(place.clone().with(place.text().to_owned()), format);
    Value { node: Node::Text(text), span: place.clone() }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;
    use regex::Regex;
    use serde_json::json;

    use super::*;
    use crate::source::read_source;
    use crate::spec::{Assertion, Entry, Protocol, Request};

    /// The YAML fixtures whose names begin as given, by name.
    fn inputs(prefix: &str) -> Vec<Arc<SourceFile>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inputs/yaml");
        let names = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name.starts_with(prefix)).collect();
        names.sort();
        let read = |name: &String| SourceFile::new(name, read_source(&folder.join(name)).unwrap().text());
        names.iter().map(read).collect()
    }

    /// What a spec says, a line for each thing that is said.
    fn said(spec: &Spec) -> String {
        let Spec { name, description, tags, variables, .. } = spec;
        let mut shown = format!("{name:?} {description:?} {tags:?}\n");
        spec.imports.iter().for_each(|import| shown += &format!("import {:?}\n", import.path));
        variables.iter().for_each(|variable| shown += &format!("{} = {:?}\n", variable.name.value, variable.value));
        for (part, entries) in [("setup", &spec.setup), ("requests", &spec.requests), ("teardown", &spec.teardown)] {
            for entry in entries {
                let request = match entry {
                    Entry::Request(request) => request,
                    Entry::Run(run) => {
                        shown += &format!("\n{part}: {run:?}\n");
                        continue;
                    }
                    Entry::Invalid(_) => panic!("{part}: {entry:?}"),
                };
                shown += &format!("\n{part}: {:?} {:?} @ {:?}\n", request.method, request.target, request.span);
                shown += &said_by_request(request);
            }
        }
        shown
    }

    fn said_by_request(request: &Request) -> String {
        let Request { name, description, tags, params, headers, cookies, body, auth, settings, .. } = request;
        let lines = [
            format!("name: {name:?}"),
            format!("description: {description:?}"),
            format!("tags: {tags:?}"),
            format!("params: {params:?}"),
            format!("headers: {headers:?}"),
            format!("cookies: {cookies:?}"),
            format!("body: {body:?}"),
            format!("auth: {auth:?}"),
            format!("settings: {settings:?}"),
            format!("flow: {:?}", request.flow),
            format!("references: {:?}", request.references),
            format!("variables: {:?}", request.variables),
            match &request.protocol {
                Protocol::Http => String::new(),
                other => format!("protocol: {other:?}"),
            },
        ];
        let silence =
            Regex::new(r"\w+: (None|\[\]|Tls \{( \w+: None,?)+ \})(, )?|\w+ \{ \}|route: Route \{ +\}(, )?").unwrap();
        let captures = request.captures.iter().map(|capture| {
            let default = capture.default.as_ref().map(|default| format!(" default {:?}", default.value));
            let redact = if capture.is_secret { " redact" } else { "" };
            format!("{} = {:?}{}{redact}", capture.name.value, capture.subject, default.unwrap_or_default())
        });
        let lines = lines.iter().map(|line| silence.replace_all(&silence.replace_all(line, ""), "").into_owned());
        let assertions = request.assertions.iter().map(|assertion| {
            let Assertion { subject, predicate, span, .. } = assertion;
            format!("{} @ {span:?}: {:?} {predicate:?}", assertion.text(), subject.query)
        });
        let said =
            lines.chain(assertions).chain(captures).filter(|line| !line.trim_end().ends_with(':') && !line.is_empty());
        said.map(|line| format!("  {line}\n")).collect()
    }

    /// Each entry of a spec, with all that is wrong with it.
    fn wrong(spec: &Spec) -> String {
        let parts = [("setup", &spec.setup), ("requests", &spec.requests), ("teardown", &spec.teardown)];
        let entries = parts.iter().flat_map(|(part, entries)| entries.iter().map(move |entry| (part, entry)));
        let shown = entries.map(|(part, entry)| {
            let name = entry.name().map_or("-", |name| name.value.as_str());
            let problems = if let Entry::Invalid(invalid) = entry { invalid.diagnostics.as_slice() } else { &[] };
            let problems: String = problems.iter().map(|problem| format!("  {}\n", line(problem))).collect();
            format!("{part} {name} @ {:?}\n{problems}", entry.span())
        });
        shown.collect()
    }

    /// `line:column: message [what is there]`, further places, notes and help.
    fn line(problem: &Diagnostic) -> String {
        let places = problem.labels.iter().map(|label| {
            let at = label.span.location();
            let text = label.span.text().lines().next().unwrap_or_default();
            let space = if label.text.is_empty() { "" } else { " " };
            format!("{}:{} `{text}`{space}{}", at.line, at.column, label.text)
        });
        let places: Vec<String> = places.collect();
        let besides = problem.notes.iter().map(|note| format!("; note: {note}"));
        let besides: String = besides.chain(problem.help.iter().map(|help| format!("; help: {help}"))).collect();
        format!("{} ({}){besides}", problem.message, places.join(", "))
    }

    #[test]
    fn reads_spec_files() {
        for source in inputs("ok_") {
            let name = source.path().with_extension("").display().to_string();
            insta::assert_snapshot!(name, said(&parse(&source)));
        }
    }

    #[test]
    fn says_what_is_wrong_with_spec_files() {
        for source in inputs("err_") {
            let name = source.path().with_extension("").display().to_string();
            insta::assert_snapshot!(name, wrong(&parse(&source)));
        }
    }

    #[test]
    fn tells_specs_from_other_files() {
        for text in [
            "requests:\n- get: /\n",
            "requests : [",
            "{\"requests\": []}",
            "name: x\n\"requests\": []\n",
            "requets:\n- get: /\n",
            "Request: [{name: a, post: /}]",
        ] {
            assert!(is_spec(&source(text)), "{text}");
        }
        for text in [
            "",
            "- requests: []\n",
            "services:\n  requests: []\n",
            "requests_per_second: 1\n",
            "{",
            "request: [a]",
            "requets:\n- {get: {}}",
        ] {
            assert!(!is_spec(&source(text)), "{text}");
        }
    }

    fn source(text: &str) -> Arc<SourceFile> {
        SourceFile::new("a.yaml", text)
    }

    fn json(text: &str) -> serde_json::Value {
        load(&source(text)).unwrap_or_else(|problems| panic!("{text}: {problems:?}")).to_json()
    }

    fn problems(text: &str) -> Vec<String> {
        load(&source(text)).expect_err(text).iter().map(line).collect()
    }

    #[test]
    fn reads_yaml() {
        let cases = [
            ("", json!(null)),
            ("# only a comment\n", json!(null)),
            ("a:\nb: ~\nc: yes\nd: 'true'\n", json!({"a": null, "b": null, "c": "yes", "d": "true"})),
            ("200: ok\ntrue: x\n~: y", json!({"200": "ok", "true": "x", "~": "y"})),
            (
                "a: !!str 12\nb: !!float 1\nc: !!int '5'\nd: ! 7\ne: !!str\n",
                json!({"a": "12", "b": 1.0, "c": 5, "d": "7", "e": ""}),
            ),
            ("a: &x {k: [1]}\nb: *x\n", json!({"a": {"k": [1]}, "b": {"k": [1]}})),
            ("a: |\n  one\n   two\nb: >-\n  x\n  y\n", json!({"a": "one\n two\n", "b": "x y"})),
            (
                "{\n\t\"a\": [1,\n\t\t-2.5e3],\n\t\"b\": \"\\ud83d\\ude00\\/\"\n}",
                json!({"a": [1, -2500.0], "b": "😀/"}),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(json(text), expected, "{text}");
        }
    }

    #[test]
    fn merges_maps_under_what_a_map_says_itself() {
        let text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  <<: [*a, *b]\n  x: 0\nd: {\"<<\": 1}\n";
        let merged = json(text);
        assert_eq!(merged["c"].to_string(), r#"{"y":1,"z":2,"x":0}"#);
        assert_eq!(merged["d"], json!({"<<": 1}));
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        let texts = [
            "a: 1\nb: 2\na: 3\n",
            "a: .inf\nb: 1e999\nc: !!int x\nd: !env HOME\n",
            "a: *nowhere\n",
            "a: &a [*a]\n",
            "? [x]\n: 1\n",
            "<<: 1\n",
            "a: 1\n---\nb: 2\n",
            "a: 1\n...\nb: 2\n",
            "a:\n\t- b\n",
            "a:\n  b: 1\n \tc: 2\n",
            "a: b: c\n",
            "- a\n b: 1\n",
            "a: 1\nb\nc: 2\n",
            "a: {b: 1\nc: 2\n",
            "a: \"x\nb: 1\n",
            "a: {{ b }}/c\nd: 1\n",
            "a: {{ b }}\n",
            "a: [1\nb: 2\n",
            "a: 'x\n",
            "é: \"\\q\"\n",
            "a\nb: 1\n",
            "{a: 1} x",
            "a: @b\n",
            "\u{0}",
        ];
        let shown = texts.map(|text| format!("{text:?}\n  {}\n", problems(text).join("\n  "))).concat();
        insta::assert_snapshot!(shown);
    }

    #[test]
    fn every_value_and_key_knows_its_place() {
        let text = "a: 'it''s'\n\"b\": \"{{ x }}\"\nlist:\n  - 1   # one\n  - k: v\n\n# end\nblock: >-\n  {{ y }}\nuse: &n 1.10\nagain: *n\n";
        let Node::Map(entries) = load(&source(text)).unwrap().node else { panic!("a map") };
        let shown: Vec<String> = entries
            .iter()
            .map(|(key, value)| match &value.node {
                Node::Text(inner) => format!("{} => {} => {}", key.span.text(), value.span.text(), inner.span.text()),
                _ => format!("{} => {}", key.span.text(), value.span.text()),
            })
            .collect();
        assert_eq!(
            shown,
            [
                "a => 'it''s' => 'it''s'",
                "b => \"{{ x }}\" => {{ x }}",
                "list => - 1   # one\n  - k: v",
                "block => {{ y }} => {{ y }}",
                "use => 1.10",
                "again => 1.10",
            ]
        );
    }

    #[test]
    fn bounds_depth_and_what_aliases_stand_for() {
        let deep = format!("{}{}", "[".repeat(129), "]".repeat(129));
        assert_eq!(problems(&deep), ["more than 128 lists and maps within each other (1:129 `[`)"]);
        assert!(load(&source(&deep[1..257])).is_ok());

        let mut laughs = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for level in 1..20 {
            let previous = vec![format!("*a{}", level - 1); 10].join(", ");
            laughs += &format!("a{level}: &a{level} [{previous}]\n");
        }
        assert!(problems(&laughs)[0].contains("stand for more than 32 MiB"));

        let mut nested = String::from("a0: &a0 [1]\n");
        for level in 1..200 {
            nested += &format!("a{level}: &a{level} [*a{}]\n", level - 1);
        }
        assert!(problems(&nested)[0].contains("more than 128 lists"));
    }

    #[test]
    fn reads_keys_as_long_as_json_may_have_them() {
        let key = "k".repeat(5000);
        assert_eq!(json(&format!("{{\"{key}\": 1}}")), json!({ key: 1 }));
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let text = "[^\u{7f}-\u{84}\u{86}-\u{9f}\u{fffe}\u{ffff}]*";
        let leaf = prop_oneof![
            Just(json!(null)),
            any::<bool>().prop_map(|value| json!(value)),
            any::<i64>().prop_map(|value| json!(value)),
            any::<u64>().prop_map(|value| json!(value)),
            any::<f64>().prop_map(|value| json!(value)),
            text.prop_map(|value| json!(value)),
        ];
        leaf.prop_recursive(4, 32, 5, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(|items| json!(items)),
                prop::collection::btree_map(text, inner, 0..5).prop_map(|entries| json!(entries)),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

        #[test]
        fn never_panics(text in "([ \\t\\n:,{}\\[\\]&*!|>'\"%@#?<~a1-]|\\PC){0,60}") {
            let _ = parse(&source(&text));
            let _ = parse(&source(&format!("requests:\n- get: x\n  {text}")));
        }

        #[test]
        fn reads_json_back(value in any_json()) {
            for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
                prop_assert_eq!(&json(&text), &value);
            }
        }
    }
}
