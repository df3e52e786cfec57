//! The whole run as one JSON document, for programs: what the other reports show, as data.
//!
//! Files and requests stand in the order of the plan, members always in the same order.
//! `schema_version` grows when a member goes or changes its meaning, not when one is added.
//! Durations are milliseconds. What was sent and received is kept in full (as far as the
//! run keeps it) for requests that did not pass, and without heads and bodies for others.

mod document;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use self::document::{Case, Document, Draft, File};
use super::order::{Done, PlanOrder};
use super::{Counts, Reporter, RunStatistics, Target, interrupted};
use crate::event::{Event, Outline};
use crate::secret::Redactor;

/// Writes JSON.
#[derive(Debug)]
pub struct Json {
    target: Target,
    draft: Draft,
    outline: Arc<Outline>,
    order: PlanOrder<(Counts, Case)>,
    statistics: RunStatistics,
    files: Vec<File>,
}

impl Json {
    /// Writes to a target once the run is finished.
    pub fn new(target: Target, redactor: Arc<Redactor>) -> Self {
        Self {
            target,
            draft: Draft { redactor },
            outline: Arc::default(),
            order: PlanOrder::default(),
            statistics: RunStatistics::default(),
            files: Vec::new(),
        }
    }

    fn add_files(&mut self, files: Vec<Done<(Counts, Case)>>) {
        for Done { file, cases, elapsed } in files {
            let file = &self.outline.files[file];
            let mut counts = Counts::default();
            let unrun = |index: usize| self.draft.case(&file.cases[index], &interrupted());
            let cases = cases.into_iter().enumerate().map(|(index, case)| {
                let (own, case) = case.unwrap_or_else(|| unrun(index));
                counts += own;
                case
            });
            let cases = cases.collect();
            self.files.push(self.draft.file(file, cases, counts, elapsed.unwrap_or_default()));
        }
    }

    fn add_rest(&mut self) {
        let rest = self.order.rest();
        self.add_files(rest);
    }
}

impl Reporter for Json {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.statistics.event(event);
        match event {
            Event::RunStarted(outline) => {
                self.outline = Arc::clone(outline);
                self.order = PlanOrder::new(outline);
            }
            Event::CaseUnrolled(id, cases) => {
                Arc::make_mut(&mut self.outline).unroll(*id, cases);
                self.order.unroll(*id, cases.len());
            }
            Event::FileStarted { .. } | Event::CaseStarted(_) | Event::Prompted(_) | Event::Asked | Event::Answered => {
            }
            Event::CaseFinished(id, result) => {
                if let Some(case) = self.outline.files.get(id.file).and_then(|file| file.cases.get(id.case)) {
                    self.order.put(*id, self.draft.case(case, result));
                }
            }
            Event::FileFinished { file, elapsed } => {
                let due = self.order.finish(*file, *elapsed);
                self.add_files(due);
            }
            Event::RunFinished { .. } => self.add_rest(),
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        if !self.statistics.is_finished() {
            self.statistics.event(&Event::RunFinished { elapsed: Duration::ZERO, interrupted: true });
            self.add_rest();
        }
        let document = Document::new(&self.outline, &self.statistics, self.files);
        self.target.write(|writer| {
            serde_json::to_writer(&mut *writer, &document)?;
            writer.write_all(b"\n")
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::sample;
    use super::*;

    fn report(events: &[Event]) -> String {
        sample::report(events, |target| Box::new(Json::new(target, sample::redactor())))
    }

    /// The report with line breaks, and without what each release changes.
    fn readable(events: &[Event]) -> String {
        let mut document: Value = serde_json::from_str(&report(events)).unwrap();
        document["generator"] = "rqtest".into();
        format!("{document:#}")
    }

    #[test]
    fn writes_a_run_of_everything() {
        insta::assert_snapshot!("run", readable(&sample::events()));
        insta::assert_snapshot!("interrupted", readable(&sample::interrupted_events()));
    }

    #[test]
    fn counts_add_up_and_no_secret_is_told() {
        let text = report(&sample::events());
        assert!(!text.contains("hunter2secret"));
        let document: Value = serde_json::from_str(&text).unwrap();
        let requests = |value: &Value| value["totals"]["requests"].as_u64().unwrap();
        let files = document["files"].as_array().unwrap();
        assert_eq!(requests(&document), files.iter().map(requests).sum::<u64>());
        assert_eq!(
            files.iter().map(|file| file["cases"].as_array().unwrap().len() as u64).sum::<u64>(),
            requests(&document)
        );
    }

    #[test]
    fn a_run_whose_end_was_not_told_is_an_interrupted_one() {
        let mut events = sample::interrupted_events();
        events.pop();
        let document: Value = serde_json::from_str(&report(&events)).unwrap();
        assert_eq!(document["interrupted"], true);
        assert_eq!(document["files"][0]["cases"][0]["reason"], "interrupted");
    }
}
