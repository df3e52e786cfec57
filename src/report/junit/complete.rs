//! The completion pass: copies what junit-report wrote, and adds what it does not write.

use std::io;

use quick_xml::events::{BytesCData, BytesEnd, BytesStart, Event};
use quick_xml::{Reader, Writer};

/// What an element gets besides what it has. Texts are as XML can hold them.
#[derive(Debug, Default)]
pub(super) struct Additions {
    /// They win over those of the same name.
    pub(super) attributes: Vec<(&'static str, String)>,
    pub(super) properties: Vec<(&'static str, String)>,
    pub(super) reruns: Vec<Rerun>,
}

/// An attempt that was repeated.
#[derive(Debug)]
pub(super) struct Rerun {
    /// `flakyFailure`, `flakyError`, `rerunFailure` or `rerunError`.
    pub(super) element: &'static str,
    pub(super) kind: String,
    pub(super) message: String,
    pub(super) trace: String,
    pub(super) output: Option<String>,
}

/// The one `testsuite` of a report, with additions to it and to each of its cases, in order.
///
/// # Errors
/// If the report is not well-formed.
pub(super) fn complete(report: &[u8], suite: Additions, cases: Vec<Additions>) -> io::Result<Vec<u8>> {
    let mut pass = Completion {
        writer: Writer::new_with_indent(Vec::new(), b' ', 2),
        suite,
        cases: cases.into_iter(),
        reruns: Vec::new(),
    };
    let mut reader = Reader::from_reader(report);
    loop {
        match reader.read_event().map_err(io::Error::other)? {
            Event::Eof => break,
            event => pass.event(event)?,
        }
    }
    let mut completed = b"\n".to_vec();
    completed.extend(pass.writer.into_inner());
    Ok(completed)
}

struct Completion {
    writer: Writer<Vec<u8>>,
    suite: Additions,
    cases: std::vec::IntoIter<Additions>,
    /// Those of the case that is open, until their place has come.
    reruns: Vec<Rerun>,
}

impl Completion {
    fn event(&mut self, event: Event<'_>) -> io::Result<()> {
        match (name(&event), event) {
            (_, Event::Decl(_)) | (Some("testsuites"), _) => Ok(()),
            (Some("testsuite"), Event::Start(start)) => {
                self.writer.write_event(Event::Start(with(&start, &self.suite.attributes)))
            }
            (Some("testsuite"), Event::Empty(start)) => {
                self.writer.write_event(Event::Empty(with(&start, &self.suite.attributes)))
            }
            (Some("testcase"), Event::Start(start)) => self.open_case(&start),
            (Some("testcase"), Event::Empty(start)) => self.whole_case(&start),
            (Some("testcase"), end @ Event::End(_)) | (Some("system-out" | "system-err"), end @ Event::Start(_)) => {
                self.write_reruns()?;
                self.writer.write_event(end)
            }
            (_, other) => self.writer.write_event(other),
        }
    }

    fn open_case(&mut self, start: &BytesStart<'_>) -> io::Result<()> {
        let case = self.cases.next().unwrap_or_default();
        self.reruns = case.reruns;
        self.writer.write_event(Event::Start(with(start, &case.attributes)))?;
        self.write_properties(&case.properties)
    }

    /// A case that junit-report wrote nothing into.
    fn whole_case(&mut self, start: &BytesStart<'_>) -> io::Result<()> {
        if self.cases.as_slice().first().is_none_or(Additions::is_childless) {
            let case = self.cases.next().unwrap_or_default();
            return self.writer.write_event(Event::Empty(with(start, &case.attributes)));
        }
        self.open_case(start)?;
        self.write_reruns()?;
        self.writer.write_event(Event::End(BytesEnd::new("testcase")))
    }

    fn write_properties(&mut self, properties: &[(&'static str, String)]) -> io::Result<()> {
        if properties.is_empty() {
            return Ok(());
        }
        self.writer.write_event(Event::Start(BytesStart::new("properties")))?;
        for (name, value) in properties {
            let property = BytesStart::new("property").with_attributes([("name", *name), ("value", value)]);
            self.writer.write_event(Event::Empty(property))?;
        }
        self.writer.write_event(Event::End(BytesEnd::new("properties")))
    }

    fn write_reruns(&mut self) -> io::Result<()> {
        for Rerun { element, kind, message, trace, output } in std::mem::take(&mut self.reruns) {
            let start = BytesStart::new(element).with_attributes([("message", message.as_str()), ("type", &kind)]);
            self.writer.write_event(Event::Start(start))?;
            self.write_text("stackTrace", &trace)?;
            output.iter().try_for_each(|output| self.write_text("system-out", output))?;
            self.writer.write_event(Event::End(BytesEnd::new(element)))?;
        }
        Ok(())
    }

    fn write_text(&mut self, element: &str, text: &str) -> io::Result<()> {
        self.writer.create_element(element).write_cdata_content(BytesCData::new(text)).map(drop)
    }
}

impl Additions {
    fn is_childless(&self) -> bool {
        self.properties.is_empty() && self.reruns.is_empty()
    }
}

fn name(event: &Event<'_>) -> Option<&'static str> {
    const KNOWN: [&str; 5] = ["testsuites", "testsuite", "testcase", "system-out", "system-err"];
    let name = match event {
        Event::Start(start) | Event::Empty(start) => start.name(),
        Event::End(end) => end.name(),
        _ => return None,
    };
    KNOWN.into_iter().find(|known| known.as_bytes() == name.as_ref())
}

/// An element's start with its attributes and others, which win.
fn with(start: &BytesStart<'_>, attributes: &[(&'static str, String)]) -> BytesStart<'static> {
    let mut completed = BytesStart::new(String::from_utf8_lossy(start.name().as_ref()).into_owned());
    let is_kept = |key: &[u8]| attributes.iter().all(|(name, _)| name.as_bytes() != key);
    completed.extend_attributes(start.attributes().flatten().filter(|attribute| is_kept(attribute.key.as_ref())));
    completed.extend_attributes(attributes.iter().map(|(name, value)| (*name, value.as_str())));
    completed
}
