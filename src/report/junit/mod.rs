//! JUnit XML, as Jenkins, GitLab, GitHub's actions and others read it: a `testsuite` a
//! file, a `testcase` a request.
//!
//! The document is junit-report's, completed with quick-xml (`complete`) by what that
//! crate does not write: `line`, `assertions`, `<properties>`, attempts that were
//! repeated, totals, times of three digits. It stays the base, since the pass only copies
//! its elements and adds to them: the nesting, the escaping of attributes and the counts
//! of a suite come from one place. Were the pass to grow beyond that, the whole should be
//! written with quick-xml directly. What the crate would write as it is and XML cannot
//! hold is taken out before (`text`).
//!
//! Names: `classname` is the path without its extension and with dots for separators, so
//! that Jenkins shows folders as packages and files as classes, and GitLab groups by file.
//! Dots within the path become `_`. `(classname, name)` is unique, as a dashboard tells a
//! test's history by it. Times are whole microseconds (milliseconds where the schema allows
//! no more digits), so that those of requests add up to
//! that of their file, and those of files to that of the run.

mod case;
mod complete;
mod names;
mod text;

use std::io::{self, Write};
use std::sync::Arc;

use junit_report::{OffsetDateTime, ReportBuilder, TestSuite};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, Event as Xml};

use self::case::{Case, CaseWriter};
use self::complete::{Additions, complete};
use super::order::{Done, PlanOrder};
use super::{Counts, Reporter, Target, interrupted};
use crate::diagnostic::{Style, render_redacted};
use crate::event::{Event, FileOutline, Outline};
use crate::secret::Redactor;

/// Which readers the report is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// For dashboards: each case with `file`, `line`, `assertions` and `<properties>`.
    #[default]
    Full,
    /// For readers that hold the report against the schema of Jenkins' xUnit plugin, which
    /// knows none of these: the file is the suite's, and lines are in the failures' texts.
    Strict,
}

/// Whose exchange is written into the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SystemOut {
    /// Of requests that did not pass.
    #[default]
    Failures,
    /// Of all requests.
    All,
}

/// How the report is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// For which readers.
    pub layout: Layout,
    /// With whose exchanges.
    pub system_out: SystemOut,
}

/// How wide excerpts of specs are: dashboards show about as much.
const STYLE: Style = Style { color: false, width: 100 };

/// Writes JUnit XML.
#[derive(Debug)]
pub struct Junit {
    target: Target,
    cases: CaseWriter,
    outline: Arc<Outline>,
    names: Vec<String>,
    order: PlanOrder<Case>,
    /// The `testsuite` elements so far.
    suites: Vec<u8>,
    counts: Counts,
    microseconds: u64,
}

impl Junit {
    /// Writes to a target once the run is finished.
    pub fn new(target: Target, redactor: Arc<Redactor>, options: Options) -> Self {
        Self {
            target,
            cases: CaseWriter { redactor, options },
            outline: Arc::default(),
            names: Vec::new(),
            order: PlanOrder::default(),
            suites: Vec::new(),
            counts: Counts::default(),
            microseconds: 0,
        }
    }

    fn add_files(&mut self, files: Vec<Done<Case>>) -> io::Result<()> {
        files.into_iter().try_for_each(|done| self.add_file(done))
    }

    fn add_file(&mut self, done: Done<Case>) -> io::Result<()> {
        let file = &self.outline.files[done.file];
        let mut names = names::Unique::default();
        let (mut counts, mut microseconds) = (Counts::default(), 0);
        let (mut testcases, mut additions) = (Vec::new(), Vec::new());
        for (index, case) in done.cases.into_iter().enumerate() {
            let mut case = case.unwrap_or_else(|| self.cases.case(file, index, &interrupted()));
            case.test.name = names.take(&case.test.name);
            case.test.classname = Some(self.names[done.file].clone());
            counts += case.counts;
            microseconds += case.microseconds;
            testcases.push(case.test);
            additions.push(case.additions);
        }
        let mut suite = self.suite(file, done.file);
        suite.testcases = testcases;
        let added = self.suite_additions(file, done.file, counts, microseconds);
        let mut written = Vec::new();
        ReportBuilder::new().add_testsuite(suite).build().write_xml(&mut written).map_err(io::Error::other)?;
        self.suites.extend(complete(&written, added, additions)?);
        self.counts += counts;
        self.microseconds += microseconds;
        Ok(())
    }

    fn suite(&self, file: &FileOutline, index: usize) -> TestSuite {
        let redactor = &self.cases.redactor;
        let mut suite = TestSuite::new(&text::attribute(&redactor.redact(&file.name)));
        let nanoseconds = i128::from(self.outline.started.as_secs()) * 1_000_000_000;
        suite.timestamp = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        suite.package = self.names[index].rsplit_once('.').map_or("", |(package, _)| package).to_owned();
        let mut warnings: Vec<String> =
            file.diagnostics.iter().map(|diagnostic| render_redacted(diagnostic, STYLE, redactor)).collect();
        warnings.dedup();
        suite.system_err = (!warnings.is_empty()).then(|| text::content(&warnings.join("\n\n")));
        suite
    }

    fn suite_additions(&self, file: &FileOutline, index: usize, counts: Counts, microseconds: u64) -> Additions {
        let path = text::attribute(&self.cases.redactor.redact(&file.path));
        let attributes = vec![
            ("id", index.to_string()),
            ("skipped", counts.skipped.to_string()),
            ("time", text::seconds(microseconds, self.cases.options.layout)),
            ("file", path),
        ];
        Additions { attributes, ..Additions::default() }
    }

    fn write(&self, writer: &mut dyn Write) -> io::Result<()> {
        let mut xml = Writer::new(&mut *writer);
        xml.write_event(Xml::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        xml.get_mut().write_all(b"\n")?;
        xml.write_event(Xml::Start(self.root()))?;
        xml.get_mut().write_all(&self.suites)?;
        xml.get_mut().write_all(b"\n")?;
        xml.write_event(Xml::End(BytesEnd::new("testsuites")))?;
        xml.get_mut().write_all(b"\n")
    }

    fn root(&self) -> BytesStart<'static> {
        let mut root = BytesStart::new("testsuites");
        let counts = [
            ("tests", self.counts.requests),
            ("failures", self.counts.failed),
            ("errors", self.counts.errored),
            ("skipped", self.counts.skipped),
        ];
        let strict = self.cases.options.layout == Layout::Strict;
        root.push_attribute(("name", "rqtest"));
        for (name, count) in counts.into_iter().filter(|(name, _)| !(strict && *name == "skipped")) {
            root.push_attribute((name, count.to_string().as_str()));
        }
        root.push_attribute(("time", text::seconds(self.microseconds, self.cases.options.layout).as_str()));
        root
    }
}

impl Reporter for Junit {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::RunStarted(outline) => {
                self.outline = Arc::clone(outline);
                self.order = PlanOrder::new(outline);
                self.names = names::classnames(outline, &self.cases.redactor);
            }
            Event::CaseUnrolled(id, cases) => {
                Arc::make_mut(&mut self.outline).unroll(*id, cases);
                self.order.unroll(*id, cases.len());
            }
            Event::FileStarted { .. } | Event::CaseStarted(_) | Event::Prompted(_) | Event::Asked | Event::Answered => {
            }
            Event::CaseFinished(id, result) => {
                if let Some(file) = self.outline.files.get(id.file).filter(|file| id.case < file.cases.len()) {
                    self.order.put(*id, self.cases.case(file, id.case, result));
                }
            }
            Event::FileFinished { file, elapsed } => {
                let due = self.order.finish(*file, *elapsed);
                self.add_files(due)?;
            }
            Event::RunFinished { .. } => {
                let rest = self.order.rest();
                self.add_files(rest)?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        let rest = self.order.rest();
        self.add_files(rest)?;
        let target = std::mem::replace(&mut self.target, Target::Writer(Box::new(io::sink())));
        target.write(|writer| self.write(writer))
    }
}

#[cfg(test)]
mod tests;
