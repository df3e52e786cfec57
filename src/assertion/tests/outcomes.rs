//! What holds, and what is said of what does not.

use super::{compile, failure, failure_with_body, message, with_context};

#[test]
fn what_holds_has_no_failure() {
    for text in [
        // Queries.
        "status == 201",
        "status == 2xx",
        "status != 5xx",
        "status in [200, 201]",
        "status in [404, 2xx]",
        "status == 200-204",
        "status == \"201\"",
        "status in [\"201\"]",
        "status != \"200\"",
        "status not in [4xx, 500-504]",
        "version == HTTP/1.1",
        "version == 1.1",
        "version in [\"1.0\", \"1.1\"]",
        "version != 2",
        "reason == Created",
        "url endsWith /users/7",
        "header content-type contains json",
        "header CONTENT-TYPE startsWith application/",
        "header x-count == 12",
        "header x-count > 9",
        "header x-count isInteger",
        "header via | count == 2",
        "header via | last == \"1.1 b\"",
        "header via contains b",
        "$.one[*] | join(\",\") == only",
        "$.one[*] | length == 1",
        "$.items[?@.id == 1].name | upper == X",
        "$.tags[?@[0] == 1] | join(\"-\") == \"1-2\"",
        "$.link | url_encode contains %3F",
        "$.tags == {\"a\": {{ '1' }}, \"b\": [1, {{ '2' }}]}",
        "$.tags != {\"a\": \"{{ '1' }}\", \"b\": [1, 2]}",
        "$.tags containsJson {\"a\": {{ '1' }}}",
        "$.tags.b equals [{{ '2' }}, 1] unordered",
        "header {{header}} == [1.1 a, \"1.1 b\"]",
        "header x-none not exists",
        "cookie session == abc=",
        "cookie session[Secure] exists",
        "cookie session[Max-Age] == 60",
        "cookie \"session[Path]\" == /",
        "cookie other not exists",
        "link next == https://a.example/users?page=2",
        "link AUTHOR == mailto:ada@a.example",
        "link none not exists",
        "certificate Subject == CN=a.example",
        "certificate \"Issuer\" endsWith \"a.example\"",
        "certificate start-date <= 2025-01-10T00:00:00Z",
        "certificate Expire-Date > 2098-12-31",
        "certificate Serial-Number == \"1e:e8:b1\"",
        "certificate Subject-Alt-Name contains \"DNS:a.example\"",
        "certificate Subject-Alt-Name | split \",\" | count == 2",
        "certificate Value startsWith \"-----BEGIN CERTIFICATE-----\"",
        "body contains \"Ada\"",
        "body startsWith \"{\"",
        "body not contains [INFO]",
        "regex /\"zip\": \"(\\d+)\"/ == 007",
        "bytes startsWith hex,7b0a",
        "size > 100B",
        "size < 1KiB",
        "duration < 500ms",
        "duration == 120",
        "duration wait between 40ms 0.04s",
        "redirects == 0",
        "rawbytes startsWith hex,7b0a",
        "request method == GET",
        "request url == https://a.example/users/7",
        "request header accept == */*",
        "request header x-none not exists",
        "request body == \"\"",
        "ip not exists",
        "variable id == 7",
        "variable missing not exists",
        // JSONPath.
        "$.id == 7",
        "body $.id == 7.0",
        "$.big == 9007199254740993",
        "$.big != 9007199254740992",
        "$.big > 9007199254740992",
        "$.ratio == 2",
        "$.none == null",
        "$.none exists",
        "$.name == {{text}}",
        "$.id == {{id}}",
        "$['{{text}}'] not exists",
        "$.roles == {{roles}}",
        "$.roles[*] == [admin, dev]",
        "$.roles[*] contains dev",
        "$.one[*] == only",
        "$.one[*] | count == 1",
        "$.nothing[*] | count == 0",
        "$.nothing[*] isEmpty",
        "$.empty isEmpty",
        "$.name not isEmpty",
        "$.items[?@.id == 2].name == y",
        "$.lasting == 5m",
        "$.zip == \"007\"",
        // Predicates.
        "$.id between 7 8",
        "$.name matches /^a/i",
        "$.name not matches \"^a\"",
        "$.name < B",
        "$.tags equals {\"b\": [1, 2], \"a\": 1}",
        "$.tags equals file,tags.json",
        "$.tags == {\"b\": [1, 2], \"a\": {{one}}}",
        "$.items containsJson [{\"id\": 2}]",
        "body containsJson {\"tags\": {\"a\": 1}}",
        "body not equals {}",
        "$.tags equals {\"a\": {{any.integer}}, \"b\": \"{{ any.list }}\"}",
        "$.tags equals {\"a\": \"{{ any.between(0, 1) }}\", \"b\": [1, {{id}}]} ignoring $.b[1]",
        "$.tags equals {\"b\": [2, 1], \"a\": 1} unordered",
        "$.tags equals {\"b\": [1, 2], \"c\": 3} ignoring $.a, $['c']",
        "$.tags equals {\"b\": [1, 2]} ignoring $.{{one_name}}",
        "$.items equals [{\"name\": \"y\"}, {\"name\": \"x\"}] unordered ignoring $..id",
        "$.items containsJson [{\"id\": 2}, {\"id\": 1}] unordered",
        "$.items not containsJson [{\"id\": 2}, {\"id\": 1}]",
        "$.items not equals [{\"id\": 2}, {\"id\": 1}] unordered",
        "$.roles equals {{roles}}",
        "$.tags equals {{written}}",
        "$.zip equals {{zip}}",
        "$.id equals {{any.integer}}",
        "$.id == {{any.integer}}",
        "$.id != {{any.string}}",
        "header x-count == {{any.integer}}",
        "header x-count == {{any.matches('^[0-9]+$')}}",
        "$.tags == {\"a\": \"{{any.number}}\", \"b\": [1, 2]}",
        "body containsJson {\"id\": \"{{any.integer}}\", \"tags\": {\"b\": [2]}}",
        "body containsJson file,part.json",
        "body containsJson file,varying.json ignoring $.via",
        "$.name == file,name.txt",
        "$.created isIsoDate",
        "$.tags contains a",
        "$.tags not contains c",
        "$.id != \"7\"",
        // Filters.
        "$.roles | count == 2",
        "$.roles | first == admin",
        "$.roles | nth -1 == dev",
        "$.name | upper | lower == ada",
        "$.zip | toInt == 7",
        "$.ratio | toInt isInteger",
        "$.id | toFloat isFloat",
        "$.id | toString == \"7\"",
        "$.link | regex /id=(\\d+)/ == 42",
        "$.link | urlDecode contains \"a b\"",
        "$.link | split ? | last == q=a%20b&id=42",
        "$.coded | base64Decode == Hi",
        "$.coded | base64Decode == hex,4869",
        "$.json | jsonpath $.a[0] == 1",
        "$.name | replace A O == Oda",
        "$.name | replace /[Aa]/ \"<$0>\" == <A>d<a>",
        "$.id | abs == 7",
        "$.roles | sort(reverse=true) | first == dev",
        "$.items | map(attribute=\"name\") | join(\"+\") == x+y",
        "$.tags | attr(\"a\") == 1",
        "$.tags | attr(\"zz\") not exists",
        "$.empty | min not exists",
        "duration < 500",
        "$.name | replaceRegex \"[Aa]\" o == odo",
        "$.link | urlQueryParam q == \"a b\"",
        "$.link | urlQueryParam id == 42",
        "$.link | urlQueryParam none not exists",
        "$.link | urlEncode startsWith https%3A//a.example/%3Fq%3D",
        "$.coded | base64Decode | base64Encode == SGk=",
        "$.coded | base64UrlSafeDecode | base64UrlSafeEncode == SGk",
        "$.coded | base64Decode | toHex == \"4869\"",
        "$.coded | base64Decode | utf8Decode == Hi",
        "$.name | utf8Encode == hex,416461",
        "$.name | utf8Encode | decode \"latin1\" == Ada",
        "bytes | charsetDecode utf-8 contains Ada",
        "$.name | replace A \"<\" | htmlEscape == &lt;da",
        "$.name | replace A &lt; | htmlUnescape == <da",
        "redirects | count == 0",
        "redirects | first not exists",
        // Dates.
        "$.created > 2026-11-20",
        "$.created | toDate isDate",
        "$.created | toDate \"%Y-%m-%dT%H:%M:%SZ\" == 2026-11-21T09:30:00Z",
        "$.created | toDate \"%+\" between 2026-11-21 2026-11-22",
        "$.created | toDate < \"Sun, 22 Nov 2026 00:00:00 GMT\"",
        "$.created | format %A == Saturday",
        "$.created | toDate | dateFormat \"%d.%m.%Y\" == \"21.11.2026\"",
        "certificate Expire-Date | daysAfterNow > 15",
        "certificate Start-Date | daysBeforeNow >= 0",
        "certificate Expire-Date > \"Sun, 22 Nov 2026 00:00:00 GMT\"",
    ] {
        assert_eq!(failure(text), None, "{text}");
    }
}

const FEED: &str = r#"<f:feed xmlns:f="urn:feed"><item id="7">Ada</item><item id="8">Bob</item><n>2.50</n></f:feed>"#;

const PAGE: &str = "<!DOCTYPE html><h1 class=big>Hi &amp; ho</h1><ul><li>a<li>b</ul>";

#[test]
fn xpath_asks_xml_and_html() {
    for (body, text) in [
        (FEED, "body //item[1] == Ada"),
        (FEED, "body //item == [\"Ada\", \"Bob\"]"),
        (FEED, "body //item[@id='{{ id }}'] == {{ text }}"),
        (FEED, "body /f:feed/item/@id | last | toInt == 8"),
        (FEED, "body //n == 2.5"),
        (FEED, "body //none not exists"),
        (FEED, "xpath //item | count == 2"),
        (FEED, "xpath \"count(//item)\" == 2"),
        (FEED, "xpath \"sum(//item/@id) div 2\" == 7.5"),
        (FEED, "xpath \"boolean(//item)\" isTrue"),
        (FEED, "xpath \"number(//item)\" == NaN"),
        (FEED, "body | xpath //item/@id | first == 7"),
        (FEED, "body | xpath('count(//item)') == 2"),
        (PAGE, "body //h1[@class='big'] == \"Hi & ho\""),
        (PAGE, "xpath \"count(/html/body/ul/li)\" == 2"),
    ] {
        assert_eq!(failure_with_body(text, body.as_bytes()), None, "{text}");
    }
}

#[test]
fn xpath_that_finds_nothing_says_why() {
    for (body, text, expected) in [
        (FEED, "body //none == 1", "body //none matched nothing"),
        (FEED, "body //item[1] == Eve", "body //item[1] is \"Ada\", not \"Eve\""),
        (FEED, "body //g:item exists", "body //g:item says nothing: the document declares no namespace prefix `g`"),
        ("<a>", "body //a exists", "the body is not XML: the root node was opened but never closed"),
        ("", "body //a exists", "the body is empty, which is not XML"),
    ] {
        let failure = failure_with_body(text, body.as_bytes()).map(|failure| failure.message);
        assert_eq!(failure.as_deref(), Some(expected), "{text}");
    }
    let feed = "<feed xmlns=\"urn:feed\"><item/></feed>".as_bytes();
    let notes = |text: &str| failure_with_body(text, feed).map(|failure| failure.notes);
    let note = "the document has a default namespace: its names are written with `_:` before them, as in `//_:item`";
    assert_eq!(notes("body //item exists"), Some(vec![note.to_owned()]));
    assert_eq!(notes("body //_:none exists"), Some(Vec::new()));
    assert_eq!(notes("body //_:item exists"), None);
    let wrong = with_context(|context| compile("xpath \"//a[\" exists", context).unwrap_err());
    assert_eq!(wrong.message, "`//a[` is no XPath: it ends too early");
}

#[test]
fn what_does_not_hold_says_so_in_one_line() {
    for (text, expected) in [
        ("status == 200", "status is 201, not 200"),
        ("status != 201", "status is 201, and must not be"),
        ("status == 4xx", "status is 201, not 4xx"),
        ("status != 2xx", "status is 201, which is 2xx"),
        ("status in [200, 204]", "status is 201, which is none of [200,204]"),
        ("status in [200, 4xx]", "status is 201, which is none of [200,\"4xx\"]"),
        ("status == 400-404", "status is 201, not 400-404"),
        ("$.id sameLines 7", "$.id is the number 7, which cannot have lines"),
        ("status > 300", "status is 201, not greater than 300"),
        ("status not <= 300", "status is 201, which is at most 300"),
        ("status between 400 499", "status is 201, not between 400 and 499"),
        ("header x-none == 1", "there is no header x-none"),
        ("header x-count exists", "(it holds)"),
        ("header x-count not exists", "header x-count is \"12\", and must not exist"),
        (
            "header content-type contains xml",
            "header content-type is \"application/json; charset=utf-8\", which does not contain \"xml\"",
        ),
        ("header via == \"1.1 a\"", "header via is the list [\"1.1 a\", \"1.1 b\"], not the text \"1.1 a\""),
        ("cookie other == 1", "there is no cookie other"),
        ("request header x-none == 1", "there is no request header x-none"),
        ("ip isIpv4", "there is no ip: the response did not come over a connection of TCP"),
        ("link prev exists", "there is no link prev"),
        ("certificate Issuer == CN=b", "certificate Issuer is \"CN=a.example\", not \"CN=b\""),
        ("variable missing == 1", "there is no variable missing"),
        ("$.missing == 1", "$.missing matched nothing: $ has no member \"missing\""),
        ("$.missing != 1", "$.missing matched nothing: $ has no member \"missing\""),
        ("$.nothing[*] == 1", "$.nothing[*] matched nothing: $ has no member \"nothing\""),
        ("$.missing exists", "$.missing matched nothing: $ has no member \"missing\""),
        ("regex /xyz/ exists", "regex /xyz/ matched nothing"),
        ("$.zip == 7", "$.zip is the text \"007\", not the number 7"),
        ("$.id == \"7\"", "$.id is the number 7, not the text \"7\""),
        ("$.zip > 5", "$.zip is the text \"007\", which cannot be ordered against the number 5"),
        ("$.zip not > 5", "$.zip is the text \"007\", which cannot be ordered against the number 5"),
        ("$.created | toDate == 2026-01-01", "$.created | toDate is 2026-11-21T09:30:00Z, not 2026-01-01T00:00:00Z"),
        ("$.created | toDate == x", "$.created | toDate is the date 2026-11-21T09:30:00Z, not the text \"x\""),
        ("$.name | toDate exists", "`toDate` takes a text that is a date, not the text \"Ada\""),
        ("$.name | format %Y exists", "`format %Y` takes a date, or a text that is one, not the text \"Ada\""),
        ("$.name | decode utf-8 exists", "`decode utf-8` takes bytes, not the text \"Ada\""),
        ("$.id contains 7", "$.id is the number 7, which cannot contain anything"),
        ("$.id isEmpty", "$.id is the number 7, which cannot be empty"),
        ("$.id matches /7/", "$.id is the number 7, which cannot match a pattern"),
        ("$.id isString", "$.id is the number 7, not a text"),
        ("$.id not isInteger", "$.id is the number 7, which is an integer"),
        ("$.name isEmpty", "$.name is \"Ada\", not empty"),
        ("$.name matches /^b/", "$.name is \"Ada\", which does not match /^b/"),
        ("$.name startsWith B", "$.name is \"Ada\", which does not start with \"B\""),
        ("$.roles == [admin]", "$.roles is [\"admin\",\"dev\"], not [\"admin\"]"),
        ("$.tags equals {\"a\": 1, \"b\": [1, 3]}", "$.tags is not the same JSON at $.b[1]: 2, not 3"),
        ("$.tags equals {\"a\": \"{{any.uuid}}\", \"b\": [1, 2]}", "$.tags is not the same JSON at $.a: 1, not a UUID"),
        ("$.tags equals 7", "$.tags is not the same JSON: the object {\"a\":1,\"b\":[1,2]}, not the number 7"),
        ("$.tags equals {\"a\": 1} ignoring $.a", "$.tags is not the same JSON at $.b: unexpected [1,2]"),
        ("$.tags containsJson {\"c\": 1}", "$.tags does not contain the JSON at $.c: missing, expected 1"),
        ("$.tags containsJson {\"b\": [2, 1]}", "$.tags does not contain the JSON at $.b[0]: out of order 1"),
        ("$.tags == {\"a\": {{any.string}}, \"b\": [1, 2]}", "$.tags is not the same JSON at $.a: 1, not a text"),
        ("$.name == {{any.integer}}", "$.name is the text \"Ada\", not an integer"),
        ("version == 2", "version is \"HTTP/1.1\", not \"HTTP/2\""),
        ("$.name != {{any.of('Ada', 'Eve')}}", "$.name is the text \"Ada\", which is one of \"Ada\", \"Eve\""),
        ("$.tags not containsJson {\"a\": 1}", "$.tags contains the JSON, and must not"),
        (
            "$.name equals file,broken.json",
            "the file that is expected is not JSON: EOF while parsing an object at line 1 column 1",
        ),
        ("duration < 100ms", "duration is 120ms, not less than 100ms"),
        ("duration < 100", "duration is 120ms, not less than 100ms"),
        ("$.id | count == 1", "`count` takes a list, a text or an object, not the number 7"),
        ("$.name | toInt == 1", "`toInt` takes a number or a text that is an integer, not the text \"Ada\""),
        ("$.roles | nth 5 == x", "`nth 5` found nothing"),
        ("$.tags | attr(\"zz\") exists", "`attr(\"zz\")` found nothing"),
        ("$.empty | min != 3", "`min` found nothing"),
        ("$.empty | min | abs == 3", "`min` found nothing"),
        ("status == \"200\"", "status is 201, not 200"),
        ("$.roles | nth 5 | upper == x", "`nth 5` found nothing"),
        ("$.missing | count == 0", "$.missing matched nothing: $ has no member \"missing\""),
        ("$[{{text}}] == 1", "`$[Ada]` is no JSONPath: it breaks off here"),
    ] {
        assert_eq!(message(text), expected, "{text}");
    }
}

#[test]
fn placeholders_are_refused_where_they_are_not_read() {
    for text in ["$.id > {{any.integer}}", "$.roles contains {{any.string}}", "$.id in [{{any.integer}}]"] {
        let wrong = with_context(|context| compile(text, context).unwrap_err());
        assert_eq!(wrong.message, "a placeholder is read by `==`, `!=`, `equals` and `containsJson` alone", "{text}");
        assert!(wrong.span().unwrap().text().contains("any."), "{text}");
    }
}

#[test]
fn what_the_engine_refuses_is_a_failure() {
    assert!(message("$.name | abs == 1").starts_with("`abs` makes nothing of \"Ada\": "));
    assert!(message("$.name | title(x=1) == A").starts_with("`title(x=1)` makes nothing of \"Ada\": "));
    assert!(message("$.id == {{undefined}}").contains("undefined"));
    assert!(message("header {{undefined}} exists").contains("undefined"));
}
