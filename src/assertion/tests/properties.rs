//! Whatever an assertion and a body hold, there is an outcome.

use proptest::prelude::*;

use super::*;

const QUERIES: &[&str] = &[
    "status",
    "version",
    "url",
    "header via",
    "header {{id}}",
    "cookie session[Max-Age]",
    "body",
    "$",
    "$.a",
    "$..*",
    "$[*]",
    "$.a[?@ > 1]",
    "body //a",
    "xpath \"count(//*) + 1\"",
    "regex /(.)a?/",
    "bytes",
    "size",
    "sha256",
    "duration",
    "rawbytes",
    "ip",
    "request body",
    "redirects",
    "variable roles",
];

const FILTERS: &[&str] = &[
    "",
    "| count",
    "| first",
    "| last",
    "| nth -2",
    "| nth 9",
    "| split a",
    "| regex /a(.)/",
    "| jsonpath $.*",
    "| xpath \"string(//a)\"",
    "| toInt",
    "| toFloat",
    "| toString",
    "| urlDecode",
    "| base64Decode",
    "| lower",
    "| replace a \"\"",
    "| replace /./ $0",
    "| abs",
    "| replaceRegex a \"\"",
    "| toDate",
    "| toDate \"%Y-%m\"",
    "| format %d",
    "| daysAfterNow",
    "| htmlUnescape",
    "| htmlEscape",
    "| urlEncode",
    "| urlQueryParam a",
    "| base64Encode",
    "| base64UrlSafeDecode",
    "| toHex",
    "| utf8Encode",
    "| decode latin1",
    "| location",
];

const PREDICATES: &[&str] = &[
    "== 1",
    "!= {{roles}}",
    "> 1.5",
    "<= \"a\"",
    "== 1ms",
    "< 1KiB",
    "contains a",
    "contains hex,00",
    "startsWith a",
    "endsWith \"\"",
    "matches /a/",
    "in [1, a]",
    "between 1 2",
    "exists",
    "isEmpty",
    "isDate",
    "isUuid",
    "equals {}",
    "containsJson [1]",
    "== {\"a\": {{id}}}",
    "== null",
    "isTrue",
    "sameLines a",
];

/// Bodies that are JSON, nearly JSON, text, or neither.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let parts =
        prop::sample::select(vec!["{\"a\": ", "[", "]", "}", "1", "\"a\"", "null", ",", "é", "%61", "-0.5", " "]);
    prop_oneof![
        prop::collection::vec(parts, 0..8).prop_map(|parts| parts.concat().into_bytes()),
        prop::sample::select(vec!["{\"a\": [1, 2, \"a\"]}", "[[], {}, 18446744073709551615]", "\"YQ==\"", "1e308"])
            .prop_map(|text| text.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..8),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_assertion_has_an_outcome(
        query in prop::sample::select(QUERIES),
        filters in prop::collection::vec(prop::sample::select(FILTERS), 0..3),
        negation in prop::sample::select(&["", "not"][..]),
        predicate in prop::sample::select(PREDICATES),
        body in body(),
    ) {
        let text = format!("{query} {} {negation} {predicate}", filters.join(" "));
        // What can never be compared is refused before it runs.
        let source = SourceFile::new("a.http", text.as_str());
        if parse_assertion(&source.span(0..text.len()), Format::Http).is_err() {
            return Ok(());
        }
        if let Some(failure) = failure_with_body(&text, &body) {
            prop_assert!(!failure.message.is_empty() && !failure.message.contains('\n'), "{}: {:?}", text, failure);
        }
    }
}
