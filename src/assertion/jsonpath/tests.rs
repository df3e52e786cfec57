//! Holds paths against the compliance suite, and against another implementation.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::Path;

/// The JSONPath Compliance Test Suite; where it is from stands beside it.
const SUITE: &str = include_str!("../../../tests/inputs/jsonpath/cts.json");

fn select(path: &str, document: &Value) -> Vec<Value> {
    Path::compile(path).expect(path).select(document).unwrap().into_iter().cloned().collect()
}

/// Whether a case of the suite passes.
fn passes(case: &Value) -> bool {
    let selector = case["selector"].as_str().expect("a case has a selector");
    let compiled = Path::compile(selector);
    if case["invalid_selector"] == true {
        return compiled.is_err();
    }
    let Ok(path) = compiled else { return false };
    let found: Value = path.select(&case["document"]).unwrap().into_iter().cloned().collect();
    match case.get("results") {
        Some(results) => results.as_array().expect("results are a list").contains(&found),
        None => found == case["result"],
    }
}

#[test]
fn complies_with_the_suite() {
    let suite: Value = serde_json::from_str(SUITE).unwrap();
    let cases = suite["tests"].as_array().unwrap();
    let missed = |case: &&Value| !passes(case);
    let misses: Vec<&str> = cases.iter().filter(missed).filter_map(|case| case["name"].as_str()).collect();
    assert_eq!((cases.len(), misses), (703, Vec::new()));
}

#[test]
fn selects_in_the_order_of_the_rfc() {
    let document = json!({"o": [0, 1, {"a": 2, "d": 3}], "a": 4, "d": 5});
    assert_eq!(select("$..['a','d']", &document), [4, 5, 2, 3]);
    assert_eq!(select("$..[-1]", &document), [json!({"a": 2, "d": 3})]);
    assert_eq!(select("$.o[::-2]", &document), [json!({"a": 2, "d": 3}), json!(0)]);
    assert_eq!(select("$[?@[?@>0]]", &document), [document["o"].clone()]);
}

#[test]
fn refuses_what_is_not_well_formed_or_not_well_typed() {
    for (text, reason, place) in [
        ("$.a b", "no white space may stand here", 3..4),
        ("$.", "it ends too early", 2..2),
        ("$.a[", "it ends too early", 4..4),
        ("$.a[?(@.b = 1)]", "it breaks off here", 10..11),
        ("$[?length(@.a)]", "`length` gives a value", 0..15),
        ("$[?in(@.a, $.b)]", "there is no function `in`", 0..16),
        ("$[?length(@.*) == 1]", "a function takes one value", 0..20),
        ("$[?match(@.a, 'b') == true]", "", 0..27),
        ("$[?length(match(@.a, 'b')) == 1]", "`match` is true or false", 0..32),
        ("$[?count(length(@.a)) == 1]", "`count` takes a query", 0..27),
        ("$[?count(1) == 1]", "invalid argument for the function `count`", 0..17),
        ("$[99999999999999999999]", "it breaks off here", 2..3),
    ] {
        let invalid = Path::compile(text).unwrap_err();
        assert!(invalid.reason.starts_with(reason), "{text}: {invalid:?}");
        assert_eq!(invalid.place, place, "{text}");
    }
}

/// RFC 9535, 2.3.5.2.2: `==` implies `<=`, also for nothing, where the other
/// implementation differs.
#[test]
fn nothing_is_at_most_nothing() {
    assert_eq!(select("$[?@.a <= @.b]", &json!([null])), [json!(null)]);
    assert!(select("$[?@.a < @.b]", &json!([null])).is_empty());
}

#[test]
fn tells_singular_paths_from_others() {
    for (path, singular) in [("$", true), ("$.a[0]['b']", true), ("$.*", false), ("$..a", false), ("$['a','b']", false)]
    {
        assert_eq!(Path::compile(path).unwrap().is_singular(), singular, "{path}");
    }
}

#[test]
fn a_pattern_from_the_document_is_compiled_once_for_equal_items() {
    let items: Vec<Value> = (0..50_000).map(|index| json!({"text": format!("item {index}"), "by": ".*7"})).collect();
    let document = Value::from(items);
    assert_eq!(select("$[?match(@.text, @.by)]", &document).len(), 5_000);
}

fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2..3_i64).prop_map(Value::from),
        prop::sample::select(vec![0.5, 1.0]).prop_map(Value::from),
        "[ab]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-d]", inner, 0..4)
                .prop_map(|members| members.into_iter().collect::<Value>()),
        ]
    })
}

fn path() -> impl Strategy<Value = String> {
    let segment = prop::sample::select(vec![
        ".a",
        ".b",
        ".*",
        "..a",
        "..*",
        "[0]",
        "[-1]",
        "[1:]",
        "[::-1]",
        "['a','b']",
        "..[0,1]",
        "[?@.a]",
        "[?@.a == 1]",
        "[?@ > 0 || !@.b]",
        "[?@.a < @.b]",
        "[?count(@.*) > 1]",
        "[?length(@.a) == 1]",
        "[?match(@, 'a.*')]",
        "[?search(@.a, $.b)]",
        "[?value(@..a) != null]",
        "[?@[?@ == 'a']]",
    ]);
    prop::collection::vec(segment, 0..4).prop_map(|segments| format!("${}", segments.concat()))
}

#[test]
fn gives_a_search_up_that_would_go_on_for_years() {
    let nested = (0..120).fold(json!(1), |inner, _| json!([inner]));
    assert_eq!(Path::compile("$..*..*..*..*..*..*..*").unwrap().select(&nested), None);
    assert_eq!(Path::compile("$..*").unwrap().select(&nested).map(|nodes| nodes.len()), Some(120));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn finds_what_another_implementation_finds(path in path(), document in document()) {
        let expected = serde_json_path::JsonPath::parse(&path).unwrap().query(&document).all();
        prop_assert_eq!(Path::compile(&path).unwrap().select(&document).unwrap(), expected);
    }

    #[test]
    fn never_panics(text in "\\$[-$@.*?\\[\\]()'\"=<>&|! ,:a0-9\\\\é]{0,24}") {
        if let Ok(path) = Path::compile(&text) {
            path.select(&json!({"a": [1, 2, {"a": "a"}]}));
            prop_assert!(serde_json_path::JsonPath::parse(&text).is_ok(), "{}", text);
        }
    }
}
