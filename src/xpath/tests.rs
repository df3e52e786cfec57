use proptest::prelude::*;

use super::*;

const SHOP: &str = r#"<?xml version="1.0"?>
<!DOCTYPE shop [<!ENTITY who "Ada">]>
<shop xmlns="urn:shop" xmlns:p="urn:price" xml:lang="en-GB">
  <!-- books -->
  <book id="b1" p:old="9"><title>Rust</title><p:price>5</p:price></book>
  <book id="b2"><title>C &amp; &who;<![CDATA[ <x>]]></title><p:price>7.5</p:price></book>
  <none xmlns=""><book id="b3"/></none>
  <?sort by-title?>
</shop>"#;

const TREE: &str = "<a><b n='1'><c/><c x='y'>two</c></b><b n='2'><c>three</c><d>4</d></b><e> five  six </e></a>";

const PAGE: &str = "<!doctype html><title>Page</title><p CLASS=x>One<p>Two<br>&amp;<table><tr><td>1<td>2</table>\
                    <ul><li>a<li>b</ul><svg viewBox='0 0'><a xlink:href='#x'/></svg><script>1 < 2</script>";

/// The result in short: the names or texts of nodes, else the text.
fn short(document: &Document, expression: &str) -> String {
    match Expression::parse(expression).and_then(|expression| expression.evaluate(document)) {
        Ok(Value::Nodes(nodes)) => {
            let texts: Vec<String> =
                nodes.iter().map(|node| format!("{}={}", node.name(), node.text().trim())).collect();
            texts.join(" ")
        }
        Ok(other) => other.text(),
        Err(error) => format!("{error} at {:?}", error.place),
    }
}

fn assert_all(document: &Document, cases: &[(&str, &str)]) {
    for (expression, expected) in cases {
        assert_eq!(short(document, expression), *expected, "{expression}");
    }
}

#[test]
fn every_axis_leads_where_it_should() {
    let document = Document::parse_xml(TREE).unwrap();
    assert_all(
        &document,
        &[
            ("//d/self::d", "d=4"),
            ("//d/..", "b=three4"),
            ("//d/ancestor::*[1]/@n", "n=2"),
            ("count(//d/ancestor-or-self::node())", "4"),
            ("/a/b[1]/descendant::*", "c= c=two"),
            ("count(//b[1]/descendant-or-self::node())", "4"),
            ("//b[1]/following::*", "b=three4 c=three d=4 e=five  six"),
            ("//d/preceding::*", "b=two c= c=two c=three"),
            ("//d/preceding::*[1]", "c=three"),
            ("//b[1]/following-sibling::*", "b=three4 e=five  six"),
            ("//e/preceding-sibling::*[1]/@n", "n=2"),
            ("//@x/following::*[1]", "b=three4"),
            ("//@n[. = 2]/preceding::*", "b=two c= c=two"),
            ("//@n/parent::b[2]", ""),
            ("count(//@*)", "3"),
            ("(//@n/following-sibling::node())", ""),
            ("/", "=twothree4 five  six"),
            ("/a/child::b/attribute::n", "n=1 n=2"),
            (".//c | //d | //c", "c= c=two c=three d=4"),
        ],
    );
}

#[test]
fn predicates_count_along_their_axis() {
    let document = Document::parse_xml(TREE).unwrap();
    assert_all(
        &document,
        &[
            ("//c[1]", "c= c=three"),
            ("(//c)[2]", "c=two"),
            ("//c[last()]", "c=two c=three"),
            ("//c[position() mod 2 = 0]", "c=two"),
            ("//b[c][2]/@n", "n=2"),
            ("//b[@n='2'][d]/d", "d=4"),
            ("//c[@x and text()]", "c=two"),
            ("//c[not(@x) or 1 > 2][2]", ""),
            ("//b[c = 'three']/@n", "n=2"),
            ("//*[string-length(name()) = 1][count(*) > 1]/@n", "n=1 n=2"),
            ("//d[. = 4]", "d=4"),
            ("//d[4]", ""),
            ("(//b)[2]/c[1]", "c=three"),
        ],
    );
}

#[test]
fn functions_of_the_core_library() {
    let document = Document::parse_xml(TREE).unwrap();
    assert_all(
        &document,
        &[
            ("normalize-space(//e)", "five six"),
            ("concat('a', 1 + 1, true())", "a2true"),
            ("contains(//e, 'six')", "true"),
            ("starts-with('abc', 'ab')", "true"),
            ("substring-before('1999/04/01', '/')", "1999"),
            ("substring-after('1999/04/01', '/')", "04/01"),
            ("substring('12345', 2, 3)", "234"),
            ("substring('12345', 1.5, 2.6)", "234"),
            ("substring('12345', 0, 3)", "12"),
            ("substring('12345', 0 div 0, 3)", ""),
            ("substring('12345', -42, 1 div 0)", "12345"),
            ("substring('12345', -1 div 0, 1 div 0)", ""),
            ("string-length('ä🙂')", "2"),
            ("translate('bar', 'abc', 'AB')", "BAr"),
            ("translate('--aaa--', 'abc-', 'ABC')", "AAA"),
            ("sum(//@n)", "3"),
            ("floor(-1.5) + ceiling(1.2) + round(2.5)", "3"),
            ("number('x')", "NaN"),
            ("number(//d) * 2 div 4 - -1", "3"),
            ("5 mod -2", "1"),
            ("-5 mod 2", "-1"),
            ("1 div 0", "Infinity"),
            ("boolean(//zzz)", "false"),
            ("boolean('0')", "true"),
            ("not(0)", "true"),
            ("string(//zzz)", ""),
            ("name(//@n)", "n"),
            ("string(1.0)", "1"),
            ("false() or 'x' and 0 = 0", "true"),
            ("2 + 3 * 4", "14"),
            ("--2", "2"),
            (".5 + 5.", "5.5"),
        ],
    );
}

#[test]
fn comparisons_hold_where_one_node_does() {
    let document = Document::parse_xml(TREE).unwrap();
    assert_all(
        &document,
        &[
            ("//@n = 2", "true"),
            ("//@n != 2", "true"),
            ("2 > //@n", "true"),
            ("//@n > 2", "false"),
            ("//b/@n < //d", "true"),
            ("//c = //e", "false"),
            ("//d = true()", "true"),
            ("//zzz = //zzz", "false"),
            ("//d != //d", "false"),
            ("'a' < 'b'", "false"),
            ("'1' = 1.0", "true"),
            ("1 < 2 = true()", "true"),
            ("div = mod", "false"),
        ],
    );
}

#[test]
fn namespaces_are_those_of_the_document() {
    let document = Document::parse_xml(SHOP).unwrap();
    assert_all(
        &document,
        &[
            ("//p:price", "p:price=5 p:price=7.5"),
            ("//_:book[@id='b2']/_:title", "title=C & Ada <x>"),
            ("//book/@id", "id=b3"),
            ("//*[local-name()='book']/@id", "id=b1 id=b2 id=b3"),
            ("//@p:old", "p:old=9"),
            ("namespace-uri(//p:*)", "urn:price"),
            ("local-name(//p:price)", "price"),
            ("count(//_:*)", "5"),
            ("//q:x", "the document declares no namespace prefix `q` at 2..5"),
            ("id('b1 b3')/@id", "id=b1 id=b3"),
            ("count(//*[lang('en')])", "9"),
            ("//processing-instruction()", "sort=by-title"),
            ("//processing-instruction('x')", ""),
            ("normalize-space(//comment())", "books"),
        ],
    );
}

#[test]
fn reads_html_as_browsers_do() {
    let document = Document::parse_html(PAGE).unwrap();
    assert_all(
        &document,
        &[
            ("/html/head/title", "title=Page"),
            ("//P[@class='x']", "p=One"),
            ("//p[2]", "p=Two&"),
            ("//table/tbody/tr/td[2]", "td=2"),
            ("//li[last()]", "li=b"),
            ("//svg/@viewBox", "viewBox=0 0"),
            ("//@xlink:href", "xlink:href=#x"),
            ("count(//br/following-sibling::text())", "1"),
        ],
    );
}

#[test]
fn writes_nodes_as_markup() {
    let markup = |document: &Document, expression: &str| match Expression::parse(expression)
        .unwrap()
        .evaluate(document)
        .unwrap()
    {
        Value::Nodes(nodes) => nodes.iter().map(|node| node.to_markup()).collect::<Vec<_>>().join("|"),
        other => panic!("{other:?}"),
    };
    let shop = Document::parse_xml(SHOP).unwrap();
    assert_eq!(
        markup(&shop, "//_:book[2]/_:title"),
        "<title xmlns=\"urn:shop\" xmlns:p=\"urn:price\">C &amp; Ada &lt;x&gt;</title>"
    );
    assert_eq!(
        markup(&shop, "//book | //comment() | //@p:old"),
        "<!-- books -->|9|<book xmlns:p=\"urn:price\" xmlns=\"\" id=\"b3\"/>"
    );
    let page = Document::parse_html(PAGE).unwrap();
    assert_eq!(
        markup(&page, "//p[2] | //ul/li[1] | //script"),
        "<p>Two<br>&amp;</p>|<li>a</li>|<script>1 < 2</script>"
    );
}

#[test]
fn says_what_is_wrong_with_an_expression() {
    for (text, reason, place) in [
        ("", "it is empty", 0..0),
        ("//", "it ends too early", 2..2),
        ("//a[", "it ends too early", 4..4),
        ("//a]", "the expression should end here", 3..4),
        ("//a[1", "it ends too early", 5..5),
        ("a b", "the expression should end here", 2..3),
        ("frob(1)", "there is no function `frob`", 0..4),
        (
            "ends-with(a, 'b')",
            "XPath 1.0 has no function `ends-with`: write `substring(a, string-length(a) - string-length(b) + 1) = b`",
            0..9,
        ),
        ("count()", "`count` takes one argument, not 0", 0..5),
        ("concat('a')", "`concat` takes 2 arguments or more, not 1", 0..6),
        ("substring('a')", "`substring` takes 2 or 3 arguments, not 1", 0..9),
        ("'a", "this text is not closed", 0..2),
        ("$x", "an XPath has no variables here: write `{{name}}`", 0..1),
        ("up::a", "there is no axis `up`", 0..2),
        ("namespace::a", "the namespace axis is not supported", 0..9),
        ("a/count(b)", "a function cannot be a step of a path", 2..7),
        ("a#b", "`#` has no meaning in XPath", 1..2),
    ] {
        let error = Expression::parse(text).unwrap_err();
        assert_eq!((error.reason.as_str(), error.place), (reason, place), "{text}");
    }
    let document = Document::parse_xml("<a/>").unwrap();
    assert_eq!(short(&document, "count('a')"), "this function takes nodes at 0..5");
    assert_eq!(short(&document, "('a')/b"), "only nodes can be gone on from, and this gives none at 0..1");
    assert_eq!(short(&document, "//a | 1"), "`|` joins nodes, and one of its sides is none at 0..7");
}

#[test]
fn says_what_is_wrong_with_a_document() {
    for (text, reason) in [
        ("", "the document does not have a root node"),
        ("<a><b></a>", "expected 'b' tag, not 'a' at 1:7"),
        ("<a>&x;</a>", "unknown entity reference 'x' at 1:4"),
        ("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a>", "the root node was opened but never closed"),
    ] {
        assert_eq!(Document::parse_xml(text).unwrap_err().reason, reason, "{text}");
    }
}

#[test]
fn brackets_are_limited_and_lists_are_not() {
    let nested = |count: usize| format!("{}1{}", "(".repeat(count), ")".repeat(count));
    assert!(Expression::parse(&nested(60)).is_ok());
    let error = Expression::parse(&nested(100_000)).unwrap_err();
    assert_eq!(error.reason, "brackets are nested more than 64 deep");
    let document = Document::parse_xml("<a/>").unwrap();
    assert_eq!(short(&document, &vec!["1"; 20_000].join("+")), "20000");
    assert_eq!(short(&document, &format!("{}1", "-".repeat(20_001))), "-1");
    assert_eq!(short(&document, &vec!["a"; 20_000].join("|")), "a=");
}

#[test]
fn hostile_documents_are_read_or_refused() {
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let document = Document::parse_xml(&deep).unwrap();
    assert_eq!(short(&document, "count(//a)"), "100000");
    assert_eq!(document.root().to_markup().len(), deep.len() - 3);
    let error = Document::parse_html(&"<div>".repeat(100_000)).unwrap_err();
    assert_eq!(error.reason, "its elements are nested more than 1024 deep");
    let laughs =
        "<!DOCTYPE a [<!ENTITY l '".to_owned() + &"ha".repeat(10_000) + "'>]><a>" + &"&l;".repeat(100) + "</a>";
    assert_eq!(Document::parse_xml(&laughs).unwrap_err().reason, "its entities could become more than 64 MiB");
}

#[test]
fn gives_up_what_would_take_too_long() {
    let document = Document::parse_xml(&format!("<r>{}</r>", "<a>x</a>".repeat(20_000))).unwrap();
    let reason = "it goes through the document too often to be followed to its end at 0..30";
    assert_eq!(short(&document, "//a[count(preceding::a) = 999]"), reason);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(expression in "[a-c/@*.:|()\\[\\]'\"0-9+<>=!$ -]{0,40}|.{0,40}", markup in "[<>a-c/='\" &;!-]{0,60}") {
        let html = Document::parse_html(&markup).unwrap();
        let compiled = Expression::parse(&expression);
        for document in [Document::parse_xml(&format!("<a>{markup}</a>")).ok(), Some(html)].into_iter().flatten() {
            document.root().to_markup();
            if let Ok(compiled) = &compiled {
                let _ = compiled.evaluate(&document);
            }
        }
        if let Err(error) = compiled {
            prop_assert!(error.place.end <= expression.len() && expression.get(error.place).is_some());
        }
    }

    #[test]
    fn written_markup_reads_as_the_same_tree(texts in prop::collection::vec("[a-z<&\"' ]{1,8}", 1..8)) {
        let mut builder = String::from("<r>");
        for text in &texts {
            let safe = text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
            builder += &format!("<x a=\"{safe}\">{safe}<y/></x>");
        }
        let document = Document::parse_xml(&(builder + "</r>")).unwrap();
        let again = Document::parse_xml(&document.root().to_markup()).unwrap();
        prop_assert_eq!(short(&document, "//x/@a | //x | //y"), short(&again, "//x/@a | //x | //y"));
    }
}
