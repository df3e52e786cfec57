//! Pages: a request that runs again for what its last response leads to.

use std::collections::HashMap;

use serde_json::Value as Json;

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
        let (mut index, mut pages) = (0, Pages::default());
        loop {
            let outline = turn::outline(due.outline, index);
            self.unroll(vec![outline.clone(), due.outline.clone()]);
            let ran =
                self.run_turn(Due { outline: &outline, ..due }, Some(Iteration { index, ..Iteration::default() }));
            index += 1;
            let next = ran.next.map(|next| next.and_then(|url| pages.another(url, leads)));
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

/// The pages that were turned to, by what was asked for: each with its number.
#[derive(Default)]
struct Pages(HashMap<String, usize>);

impl Pages {
    /// The page that follows, if it is not one of those before, nor one too many.
    fn another(&mut self, url: Url, leads: &Leads) -> Result<Url, Diagnostic> {
        let number = self.0.len() + 2;
        let refused = |message: String| Diagnostic::error(message).at(leads.span(), "");
        if number > MOST_WHILE as usize {
            let message = format!("there is another page after {MOST_WHILE} of them");
            return Err(refused(message).help("a loop runs no longer than that"));
        }
        match self.0.insert(url.target().to_owned(), number) {
            Some(before) => Err(refused(format!("page {number} would be page {before} again: {url}"))),
            None => Ok(url),
        }
    }
}

impl CaseRun<'_> {
    /// Notes what a response leads to, if the request runs for that too.
    pub(super) fn look_ahead(&self, response: &Response, inspection: &Inspection<'_>, context: Context<'_>) {
        if let Some(Repetition::Pages(leads)) = self.request.flow.repetition.as_deref() {
            let found = match leads {
                Leads::Link(relation) => {
                    Ok(response.links().get(&relation.value).map(|link| Json::from(link.target.as_str())))
                }
                Leads::Query(query) | Leads::Cursor { query, .. } => queried(query, inspection, context),
            };
            let next = found.transpose().map(|found| found.and_then(|found| followed(response, leads, &found)));
            self.next.replace(next);
        }
    }
}

/// The URL of the page that follows: what the request knows of its server is for no other.
fn followed(response: &Response, leads: &Leads, found: &Json) -> Result<Url, Diagnostic> {
    let refused = |message: String| Diagnostic::error(message).at(leads.span(), "");
    let asked = &response.history.first().unwrap_or(response).url;
    let url = match (leads, found) {
        (Leads::Cursor { parameter, .. }, Json::String(cursor)) => with_parameter(asked, parameter, cursor),
        (Leads::Cursor { parameter, .. }, Json::Number(cursor)) => {
            with_parameter(asked, parameter, &cursor.to_string())
        }
        (Leads::Cursor { .. }, other) => {
            return Err(refused(format!("a cursor is a text or a number, and this is {other}")));
        }
        (_, Json::String(target)) => {
            response.url.join(target).map_err(|error| refused(format!("the next page: {error}")))?
        }
        (_, other) => return Err(refused(format!("a page is followed by a URL, and this is {other}"))),
    };
    if !url.same_origin(asked) {
        return Err(refused(format!("the next page is on another server: {url}"))
            .help("a page is asked for with the headers and credentials of the first one, which are not for others"));
    }
    if url.target() == asked.target() {
        return Err(refused(format!("the next page is this page again: {url}")));
    }
    Ok(url)
}

/// A URL with this value of a parameter, in the place of any that it has.
fn with_parameter(url: &Url, parameter: &str, value: &str) -> Url {
    let mut url = url.clone();
    url.retain_query(|name| name != parameter);
    url.append_query([(parameter, value)]);
    url
}

/// What a query finds; nothing ends the pages, as do null, `false` and an empty text.
fn queried(query: &Capture, inspection: &Inspection<'_>, context: Context<'_>) -> Result<Option<Json>, Diagnostic> {
    let found = CompiledCapture::compile(context.engine, query)?.find(inspection, context)?;
    let is_end = |found: &Json| matches!(found, Json::Null | Json::Bool(false)) || found.as_str() == Some("");
    Ok(found.filter(|found| !is_end(found)))
}
