//! What the report holds, read back; against the schema where that is at hand.

use std::collections::HashSet;
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event as Xml};

use super::*;
use crate::report::sample;

const STRICT: Options = Options { layout: Layout::Strict, system_out: SystemOut::All };

fn report(events: &[Event], options: Options) -> String {
    sample::report(events, |target| Box::new(Junit::new(target, sample::redactor(), options)))
}

/// Every element: its name and attributes.
fn elements(report: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut reader = Reader::from_str(report);
    reader.config_mut().check_comments = true;
    let mut elements = Vec::new();
    loop {
        match reader.read_event().expect("the report is well-formed") {
            Xml::Start(start) | Xml::Empty(start) => elements.push(element(&start)),
            Xml::Eof => return elements,
            _ => {}
        }
    }
}

fn element(start: &BytesStart<'_>) -> (String, Vec<(String, String)>) {
    let attributes = start.attributes().map(|attribute| {
        let attribute = attribute.expect("attributes are well-formed");
        let value = std::str::from_utf8(&attribute.value).expect("the report is UTF-8");
        let value = quick_xml::escape::unescape(value).expect("entities are known").into_owned();
        (String::from_utf8_lossy(attribute.key.as_ref()).into_owned(), value)
    });
    (String::from_utf8_lossy(start.name().as_ref()).into_owned(), attributes.collect())
}

fn number(attributes: &[(String, String)], name: &str) -> u64 {
    let value = &attributes.iter().find(|(known, _)| known == name).expect("the attribute is there").1;
    value.replace('.', "").parse().expect("the attribute is a number")
}

#[test]
fn writes_a_run_of_everything() {
    let run = sample::events();
    insta::assert_snapshot!("full", report(&run, Options::default()));
    insta::assert_snapshot!("strict", report(&run, STRICT));
    insta::assert_snapshot!("interrupted", report(&sample::interrupted_events(), Options::default()));
}

#[test]
fn counts_and_times_add_up_at_every_level() {
    for events in [sample::events(), sample::interrupted_events(), sample::healthy_events()] {
        let elements = elements(&report(&events, Options::default()));
        let count = |name: &str| elements.iter().filter(|(element, _)| element == name).count() as u64;
        let sum = |element: &str, attribute: &str| {
            elements.iter().filter(|(name, _)| name == element).map(|(_, all)| number(all, attribute)).sum::<u64>()
        };
        for (attribute, element) in
            [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")]
        {
            assert_eq!(sum("testsuites", attribute), count(element), "{attribute}");
            assert_eq!(sum("testsuite", attribute), count(element), "{attribute}");
        }
        assert_eq!(sum("testsuites", "time"), sum("testcase", "time"));
        assert_eq!(sum("testsuite", "time"), sum("testcase", "time"));
    }
}

#[test]
fn cases_are_told_apart_by_classname_and_name() {
    let elements = elements(&report(&sample::events(), Options::default()));
    let cases = elements.iter().filter(|(name, _)| name == "testcase");
    let key = |all: &[(String, String)]| {
        let key: Vec<_> = all.iter().filter(|(name, _)| ["classname", "name"].contains(&name.as_str())).collect();
        format!("{key:?}")
    };
    let keys: Vec<String> = cases.map(|(_, attributes)| key(attributes)).collect();
    assert_eq!(keys.iter().collect::<HashSet<_>>().len(), keys.len());
}

#[test]
fn holds_no_secret() {
    assert!(!report(&sample::events(), STRICT).contains("hunter2secret"));
}

/// The full layout differs from the schema in nothing but what [`Layout::Full`] says.
#[test]
fn fits_the_schema_of_jenkins() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors/junit-10.xsd");
    if !schema.exists() || Command::new("xmllint").arg("--version").output().is_err() {
        println!("skipped: there is no {} or no xmllint", schema.display());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (options, expected) in [(STRICT, ""), (Options::default(), "skipped file line assertions properties time")] {
        let path = folder.path().join("report.xml");
        let mut junit = Box::new(Junit::new(Target::File(path.clone()), sample::redactor(), options));
        sample::events().iter().for_each(|event| junit.event(event).unwrap());
        junit.finish().unwrap();
        let output = Command::new("xmllint").args(["--noout", "--schema"]).args([&schema, &path]).output().unwrap();
        let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
        let unexpected = complaints.lines().filter(|line| line.contains("error")).find(|line| {
            let unknown = expected.split_whitespace().any(|name| {
                line.contains(&format!("attribute '{name}' is not allowed"))
                    || line.contains(&format!("Element '{name}'"))
                    || line.contains(&format!("attribute '{name}': "))
            });
            !unknown
        });
        assert_eq!(unexpected, None);
        assert!(output.status.success() || !expected.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn any_text_gives_a_well_formed_report(text in "(\\PC|\\p{Cc}|[<>&'\"\\]\\u{fffe}]|\\]\\]>){0,40}", layout in prop_oneof![Just(Layout::Full), Just(Layout::Strict)]) {
        let options = Options { layout, system_out: SystemOut::All };
        let elements = elements(&report(&sample::events_that_say(&text), options));
        prop_assert_eq!(elements.iter().filter(|(name, _)| name == "testcase").count(), 3);
    }
}
