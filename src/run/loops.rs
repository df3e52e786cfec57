//! A request that runs several times: each time is a case of its own.
//!
//! Turns that were counted before the run are cases of the plan. Others are counted when the
//! first is due, and then take the place of the one case that stood for them:
//!
//! - a list that is worked out is unrolled at once; an empty one is a skipped case,
//! - a loop that lasts as long as something holds is unrolled turn by turn, the case that
//!   stands for the rest last, until that is none,
//! - a request that refers to collections shows that it does when it is rendered first.

use crate::diagnostic::Diagnostic;
use crate::event::{CaseOutline, CaseResult};
use crate::spec::{Expression, MOST_WHILE, Repetition, Skip};
use crate::template::{Collection, Iteration, Scope};

use super::decision;
use super::file::{Due, FileRun, Ran, not_worked_out};
use super::turn::{self, Turn};

impl FileRun<'_> {
    /// Runs a case of the plan, which may turn out to be several.
    pub(super) fn run_due(&mut self, due: Due<'_>) {
        if let Some(Skip::Yes(reason)) = due.request.flow.skip.as_deref() {
            return self.finish(due.case, CaseResult::skipped(reason), due.is_last);
        }
        if let Some(instead) = self.begin_file(due) {
            return self.finish(due.case, instead, due.is_last);
        }
        match (due.case.turn, due.request.flow.repetition.as_deref()) {
            (Turn::Counted(index), Some(repetition)) => self.run_counted(due, repetition, index),
            (Turn::All, Some(Repetition::Items { name, list })) => {
                let name = name.as_ref().map(|name| name.value.as_str());
                self.run_over(due, name, list);
            }
            (Turn::All, Some(Repetition::While(condition))) => self.run_while(due, condition),
            (Turn::All, Some(Repetition::Pages(leads))) => self.run_pages(due, leads),
            _ => self.run_once(due),
        }
    }

    fn run_counted(&mut self, due: Due<'_>, repetition: &Repetition, index: usize) {
        let (count, variables) = match repetition {
            Repetition::Rows(rows) | Repetition::Matrix(rows) => {
                (Some(rows.len()), turn::variables(&rows[index], &self.scope_of(due)))
            }
            Repetition::Times(times) => (Some(*times as usize), Ok(Vec::new())),
            _ => (None, Ok(Vec::new())),
        };
        let result = match variables {
            Ok(variables) => {
                self.run_turn(due, Some(Iteration { index, count, variables, ..Iteration::default() })).result
            }
            Err(diagnostic) => *not_worked_out(diagnostic),
        };
        self.finish(due.case, result, due.is_last);
    }

    /// Runs a request that says nothing of a loop, but may refer to collections.
    fn run_once(&mut self, due: Due<'_>) {
        let Ran { result, collections, .. } = self.run_turn(due, None);
        match collections.into_iter().max_by_key(|collection| collection.values.len()) {
            Some(collection) if collection.values.is_empty() => {
                self.finish(due.case, CaseResult::skipped(found_nothing(&collection)), due.is_last);
            }
            Some(collection) if collection.values.len() > 1 => {
                let turns = turn::over_collection(&collection.values);
                let outlines = turn::outlines(due.outline, &turns);
                self.unroll(outlines.clone());
                self.finish(due.case, result, false);
                self.run_all(due, turns.into_iter().zip(&outlines).skip(1));
            }
            _ => self.finish(due.case, result, due.is_last),
        }
    }

    fn run_over(&mut self, due: Due<'_>, name: Option<&str>, list: &Expression) {
        let value = decision::value(list, &self.shared.engine, &self.scope_of(due));
        let turns = value.and_then(|value| turn::over(value, name).map_err(|message| at(list, message)));
        match turns {
            Ok(turns) if turns.is_empty() => {
                let reason = format!("`{}` is empty: there is nothing to go over", list.0.value);
                self.finish(due.case, CaseResult::skipped(reason), due.is_last);
            }
            Ok(turns) => {
                let outlines = turn::outlines(due.outline, &turns);
                self.unroll(outlines.clone());
                self.run_all(due, turns.into_iter().zip(&outlines));
            }
            Err(diagnostic) => self.finish(due.case, *not_worked_out(diagnostic), due.is_last),
        }
    }

    fn run_all<'o>(
        &mut self,
        due: Due<'_>,
        turns: impl ExactSizeIterator<Item = ((Iteration, String), &'o CaseOutline)>,
    ) {
        let count = turns.len();
        for (number, ((iteration, _), outline)) in turns.enumerate() {
            let result = self.run_turn(Due { outline, ..due }, Some(iteration)).result;
            self.finish(due.case, result, due.is_last && number + 1 == count);
        }
    }

    fn run_while(&mut self, due: Due<'_>, condition: &Expression) {
        let mut index = 0;
        let mut lasts = self.lasts(due, condition, index);
        while lasts == Ok(true) && self.reason_to_skip(due.case).is_none() {
            let outline = turn::outline(due.outline, index);
            self.unroll(vec![outline.clone(), due.outline.clone()]);
            let iteration = Iteration { index, ..Iteration::default() };
            let result = self.run_turn(Due { outline: &outline, ..due }, Some(iteration)).result;
            index += 1;
            lasts = self.lasts(due, condition, index);
            self.finish(due.case, result, due.is_last && lasts == Ok(false));
        }
        let rest = match lasts {
            Ok(false) if index > 0 => return self.unroll(Vec::new()),
            Ok(false) => CaseResult::skipped(format!("`{}` does not hold", condition.0.value)),
            Ok(true) => CaseResult::skipped(self.reason_to_skip(due.case).unwrap_or_default()),
            Err(diagnostic) => *not_worked_out(diagnostic),
        };
        self.finish(due.case, rest, due.is_last);
    }

    /// Whether a loop that lasts as long as something holds has another turn.
    fn lasts(&mut self, due: Due<'_>, condition: &Expression, index: usize) -> Result<bool, Diagnostic> {
        self.scope.enter(Some(Iteration { index, ..Iteration::default() }));
        let lasts = decision::holds(condition, &self.shared.engine, &self.scope_of(due));
        self.scope.enter(None);
        match lasts {
            Ok(true) if index >= MOST_WHILE as usize => {
                let message = format!("`{}` still holds after {MOST_WHILE} times", condition.0.value);
                Err(at(condition, message).help("a loop runs no longer than that: see that what it waits for happens"))
            }
            lasts => lasts,
        }
    }

    fn scope_of(&self, due: Due<'_>) -> Scope<'_> {
        Scope::new(&self.scope, due.position, &due.request.variables)
    }
}

fn found_nothing(collection: &Collection) -> String {
    format!("`{}` finds nothing: there is nothing to go over", collection.span.text())
}

fn at(expression: &Expression, message: String) -> Diagnostic {
    Diagnostic::error(message).at(&expression.0.span, "")
}
