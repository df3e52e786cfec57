//! No expression and no document may make XPath panic or run long. The first line is the
//! expression.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rqtest::xpath::{Document, Expression};

fuzz_target!(|text: &str| {
    let (expression, markup) = text.split_once('\n').unwrap_or((text, "<a b='c'>d<e/></a>"));
    let documents = [Document::parse_xml(markup), Document::parse_html(markup)];
    let Ok(expression) = Expression::parse(expression) else { return };
    for document in documents.iter().flatten() {
        document.root().to_markup();
        drop(expression.evaluate(document));
    }
});
