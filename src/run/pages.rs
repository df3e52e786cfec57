//! Pages: a request that runs again for what its last response leads to.

use crate::assertion::{CompiledCapture, Context, Inspection};
use crate::client::Response;
use crate::diagnostic::Diagnostic;
use crate::event::CaseResult;
use crate::http::Url;
use crate::spec::{Capture, Leads, MOST_WHILE, Repetition};
use crate::template::Iteration;

use super::case::CaseRun;
use super::file::{Due, FileRun, not_worked_out};
use super::turn;

/// The page that follows, if one does; why it cannot be had.
pub(super) type NextPage = Option<Result<Url, Diagnostic>>;

impl FileRun<'_> {
    /// Runs a request for its first page, then for those that follow. The case that stands for
    /// the rest is the last, until that is none.
    pub(super) fn run_pages(&mut self, due: Due<'_>, leads: &Leads) {
        let mut index = 0;
        loop {
            let outline = turn::outline(due.outline, index);
            self.unroll(vec![outline.clone(), due.outline.clone()]);
            let ran =
                self.run_turn(Due { outline: &outline, ..due }, Some(Iteration { index, ..Iteration::default() }));
            index += 1;
            let next = ran.next.map(|next| next.and_then(|url| limited(url, leads, index)));
            self.finish(due.case, ran.result, due.is_last && next.is_none());
            let rest = match (next, self.reason_to_skip(due.case)) {
                (None, _) => return self.unroll(Vec::new()),
                (Some(Err(diagnostic)), _) => *not_worked_out(diagnostic),
                (Some(Ok(_)), Some(reason)) => CaseResult::skipped(reason),
                (Some(Ok(url)), None) => {
                    self.page = Some(url);
                    continue;
                }
            };
            return self.finish(due.case, rest, due.is_last);
        }
    }
}

fn limited(url: Url, leads: &Leads, count: usize) -> Result<Url, Diagnostic> {
    if count < MOST_WHILE as usize {
        return Ok(url);
    }
    let message = format!("there is another page after {MOST_WHILE} of them");
    Err(Diagnostic::error(message).at(leads.span(), "").help("a loop runs no longer than that"))
}

impl CaseRun<'_> {
    /// Notes what a response leads to, if the request runs for that too.
    pub(super) fn look_ahead(&self, response: &Response, inspection: &Inspection<'_>, context: Context<'_>) {
        if let Some(Repetition::Pages(leads)) = self.request.flow.repetition.as_deref() {
            let found = match leads {
                Leads::Link(relation) => Ok(response.links().get(&relation.value).map(|link| link.target.clone())),
                Leads::Query(capture) => queried(capture, inspection, context),
            };
            let next = found.transpose().map(|found| found.and_then(|target| self.followed(response, leads, &target)));
            self.next.replace(next);
        }
    }

    /// The URL of the page that follows: what the request knows of its server is for no other.
    fn followed(&self, response: &Response, leads: &Leads, target: &str) -> Result<Url, Diagnostic> {
        let refused = |message: String| Diagnostic::error(message).at(leads.span(), "");
        let url = response.url.join(target).map_err(|error| refused(format!("the next page: {error}")))?;
        let asked = response.history.first().unwrap_or(response);
        if !url.same_origin(&asked.url) {
            return Err(refused(format!("the next page is on another server: {url}")).help(
                "a page is asked for with the headers and credentials of the first one, which are not for others",
            ));
        }
        if url.target() == asked.url.target() {
            return Err(refused(format!("the next page is this page again: {url}")));
        }
        Ok(url)
    }
}

/// What a query finds; nothing ends the pages, as do null, `false` and an empty text.
fn queried(capture: &Capture, inspection: &Inspection<'_>, context: Context<'_>) -> Result<Option<String>, Diagnostic> {
    let found = CompiledCapture::compile(context.engine, capture)?.find(inspection, context)?;
    match found {
        None | Some(serde_json::Value::Null | serde_json::Value::Bool(false)) => Ok(None),
        Some(serde_json::Value::String(text)) => Ok(Some(text).filter(|text| !text.is_empty())),
        Some(other) => {
            let message = format!("a page is followed by a URL, and this is {other}");
            Err(Diagnostic::error(message).at(&capture.span, ""))
        }
    }
}
