//! What holds of every comparison, whatever is compared.

use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use super::ignored::Ignored;
use super::*;
use crate::assertion::jsonpath::Path;
use crate::spec::Extent;

fn document() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        (-2..3_i64).prop_map(Json::from),
        prop::sample::select(vec![0.5, 1.0, -0.0]).prop_map(Json::from),
        "[ab]{0,2}".prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map("[a-d]", inner, 0..4).prop_map(|members| members.into_iter().collect::<Json>()),
        ]
    })
}

fn comparison(extent: Extent, unordered: bool) -> Comparison {
    Comparison { extent, unordered, ignored: Ignored::default() }
}

fn extent() -> impl Strategy<Value = Extent> {
    prop::sample::select(vec![Extent::Whole, Extent::Part])
}

fn fits(comparison: &Comparison, actual: &Json, wanted: &Json) -> bool {
    comparison.fits(actual, &wanted.clone().into())
}

/// The document with the members of every object, and the elements of every list, the other way round.
fn reversed(document: &Json, lists_too: bool) -> Json {
    match document {
        Json::Object(members) => {
            let members = members.iter().rev().map(|(name, value)| (name.clone(), reversed(value, lists_too)));
            members.collect::<Map<_, _>>().into()
        }
        Json::Array(elements) => {
            let mut elements: Vec<Json> = elements.iter().map(|value| reversed(value, lists_too)).collect();
            if lists_too {
                elements.reverse();
            }
            elements.into()
        }
        scalar => scalar.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn everything_equals_and_contains_itself(document in document(), extent in extent(), unordered: bool) {
        prop_assert!(fits(&comparison(extent, unordered), &document, &document));
    }

    #[test]
    fn there_are_differences_where_it_does_not_fit_and_nowhere_else(
        actual in document(), wanted in document(), extent in extent(), unordered: bool,
    ) {
        let comparison = comparison(extent, unordered);
        let wanted = Wanted::from(wanted);
        let differences = Differences::between(&comparison, &actual, &wanted);
        prop_assert_eq!(comparison.fits(&actual, &wanted), differences == Differences::default(), "{:?}", differences);
    }

    #[test]
    fn what_is_equal_is_contained(actual in document(), wanted in document(), unordered: bool) {
        if fits(&comparison(Extent::Whole, unordered), &actual, &wanted) {
            prop_assert!(fits(&comparison(Extent::Part, unordered), &actual, &wanted));
        }
    }

    #[test]
    fn what_fits_in_order_fits_in_any(actual in document(), wanted in document(), extent in extent()) {
        if fits(&comparison(extent, false), &actual, &wanted) {
            prop_assert!(fits(&comparison(extent, true), &actual, &wanted));
        }
    }

    #[test]
    fn the_order_of_members_does_not_matter(actual in document(), wanted in document(), extent in extent()) {
        let comparison = comparison(extent, false);
        let expected = fits(&comparison, &actual, &wanted);
        prop_assert_eq!(fits(&comparison, &reversed(&actual, false), &wanted), expected);
        prop_assert_eq!(fits(&comparison, &actual, &reversed(&wanted, false)), expected);
    }

    #[test]
    fn unordered_the_order_of_elements_does_not_matter_either(
        actual in document(), wanted in document(), extent in extent(),
    ) {
        let comparison = comparison(extent, true);
        let expected = fits(&comparison, &actual, &wanted);
        prop_assert_eq!(fits(&comparison, &reversed(&actual, true), &wanted), expected);
        prop_assert!(fits(&comparison, &actual, &reversed(&actual, true)));
    }

    #[test]
    fn what_is_ignored_does_not_matter(actual in document(), wanted in document(), extent in extent(), unordered: bool) {
        let paths = [Path::compile("$..a").unwrap(), Path::compile("$[0]").unwrap(), Path::compile("$..[?@ == null]").unwrap()];
        let paths: Vec<&Path> = paths.iter().collect();
        let without = |json: &Json| Ignored::of(&paths, json).unwrap().taken_from(json.clone().into(), json);
        let against = |json: &Json| Comparison { extent, unordered, ignored: Ignored::of(&paths, json).unwrap() };
        prop_assert!(against(&actual).fits(&actual, &without(&actual)));
        let comparison = against(&actual);
        let wanted = without(&wanted);
        let differences = Differences::between(&comparison, &actual, &wanted);
        prop_assert_eq!(comparison.fits(&actual, &wanted), differences == Differences::default(), "{:?}", differences);
    }

    #[test]
    fn every_root_ignored_fits(actual in document(), wanted in document()) {
        let root = Path::compile("$").unwrap();
        let ignored = Ignored::of(&[&root], &actual).unwrap();
        let comparison = Comparison { ignored, ..Comparison::whole() };
        prop_assert!(comparison.fits(&actual, &wanted.into()));
    }
}

#[test]
fn long_lists_in_any_order_are_paired_as_short_ones_are() {
    let order = |at: usize| at * 7 % 400;
    let element = |at: usize| json!({"id": at, "kind": at % 3, "of": {"n": [at, "x"]}, "on": true});
    let actual: Json = (0..400).map(element).collect();
    let whole: Json = (0..400).map(|at| element(order(at))).collect();
    let part: Json = (0..400).map(|at| json!({"kind": order(at) % 3, "of": {"n": [order(at)]}})).collect();
    let mut wrong = whole.clone();
    wrong[5]["of"]["n"][0] = json!("none");
    for (extent, wanted, expected) in [
        (Extent::Whole, &whole, true),
        (Extent::Part, &whole, true),
        (Extent::Part, &part, true),
        (Extent::Whole, &part, false),
        (Extent::Whole, &wrong, false),
        (Extent::Part, &wrong, false),
    ] {
        assert_eq!(fits(&comparison(extent, true), &actual, wanted), expected, "{extent:?}");
    }
    let found = Differences::between(&comparison(Extent::Whole, true), &actual, &wrong.into());
    assert_eq!(
        found.shown.iter().map(Difference::to_string).collect::<Vec<_>>(),
        ["$[35].of.n[*]: missing, expected \"none\"", "$[35].of.n[0]: unexpected 35"]
    );
}

#[test]
fn numbers_are_equal_by_value() {
    for (actual, wanted, expected) in [
        (json!(1), json!(1.0), true),
        (json!(u64::MAX), json!(u64::MAX - 1), false),
        (json!(0), json!(-0.0), true),
        (json!(100), json!(1e2), true),
        (json!(1), json!("1"), false),
    ] {
        assert_eq!(fits(&Comparison::whole(), &actual, &wanted), expected, "{actual} {wanted}");
    }
}
