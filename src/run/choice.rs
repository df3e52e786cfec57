//! Which of the requests of a file run: those that were asked for or are needed elsewhere, and what goes along
//! with them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::source::Root;
use crate::spec::Entry;
use crate::template::Variables;

use super::cases::{Candidate, Cases, Planning, What};
use super::company::{self, Company, Placed};
use super::imports::Gathered;
use super::names::display_name;
use super::plan::{PlannedCase, Stage, Work};
use super::select::{FileSelection, at_line};
use super::specs::{Place, Specs};
use super::supply;

/// Which of the requests of a file are meant.
pub(super) struct Choice<'a> {
    /// Those that are asked for, if any.
    pub(super) selection: Option<FileSelection<'a>>,
    /// Of these, perhaps only those at some lines.
    pub(super) lines: Option<&'a [usize]>,
    /// Those that are needed elsewhere.
    pub(super) wanted: &'a Wanted,
    /// The variables that are defined outside of the file.
    pub(super) outside: &'a Variables,
    /// The folder that its references may not leave.
    pub(super) root: &'a Root,
}

/// What runs of a file since requests of other files need it.
#[derive(Default)]
pub(super) struct Wanted {
    is_all: bool,
    names: HashSet<String>,
}

impl Wanted {
    /// Adds a request, or all of them; whether there is anything new in that.
    pub(super) fn add(&mut self, name: Option<&str>) -> bool {
        match name {
            Some(name) => self.names.insert(name.to_owned()),
            None => !std::mem::replace(&mut self.is_all, true),
        }
    }

    /// Whether all of its requests are needed.
    pub(super) fn is_all(&self) -> bool {
        self.is_all
    }

    fn takes(&self, entry: &Entry) -> bool {
        self.is_all || (!self.names.is_empty() && self.names.contains(&*display_name(entry)))
    }
}

/// What is to run of a file, where it is said which of its requests are meant; nothing at all
/// if none of them is.
pub(super) fn of(gathered: &Gathered, choice: Choice<'_>) -> Option<Cases> {
    let specs = &gathered.specs;
    let mut planning = Planning::new(gathered);
    let candidates = planning.candidates(&gathered.problems);
    let chosen = Chosen::of(&candidates, &planning, specs, &choice)?;
    let Company { brought, idle } = company_of(gathered, &chosen.places, &choice);
    let runs = |place: usize| chosen.places[place] || brought.contains(&place);
    let running = candidates.iter().enumerate().filter(|(place, _)| runs(*place));
    let entries: HashSet<_> = running.filter_map(|(_, candidate)| candidate.entry).collect();
    for (place, candidate) in candidates.into_iter().enumerate() {
        let goes_along = candidate.stage != Stage::Main
            || candidate.entry.is_none_or(|entry| candidate.is_auxiliary() && entries.contains(&entry));
        if runs(place) || (goes_along && !idle.contains(&place)) {
            planning.add(candidate, chosen.turns_of(place));
        }
    }
    let mut outward = planning.outward;
    for reference in &specs.own().needs {
        let waiting = planning.list.iter().enumerate().filter(|(_, (case, _))| case.stage != Stage::Teardown);
        outward.extend(waiting.map(|(case, _)| (case, reference.clone())));
    }
    let Planning { list, joined, directory, .. } = planning;
    Some(Cases { list, outward, joined, warnings: directory.warnings, brought: brought.len() })
}

/// Which of the candidates of a file are chosen.
struct Chosen<'a> {
    /// Whether each is.
    places: Vec<bool>,
    /// Whether each is needed elsewhere.
    wanted: Vec<bool>,
    selection: Option<FileSelection<'a>>,
}

impl<'a> Chosen<'a> {
    /// Those that are asked for or needed elsewhere; nothing, if that is none of what decides.
    fn of(candidates: &[Candidate], planning: &Planning<'_>, specs: &Specs, choice: &Choice<'a>) -> Option<Self> {
        let around = candidates.iter().filter(|candidate| candidate.stage != Stage::Main || candidate.entry.is_none());
        let around = around.map(|candidate| candidate.name.as_str());
        let selection = choice.selection.map(|selection| selection.widened(around));
        let at = |&line: &usize| at_line(specs.own().requests.iter().map(Entry::span), line);
        let only: Option<Vec<usize>> = choice.lines.map(|lines| lines.iter().filter_map(at).collect());
        let is_asked_for = |candidate: &Candidate| {
            let is_at = |only: &Vec<usize>| candidate.entry.is_some_and(|entry| only.contains(&entry.index));
            let takes = |selection: FileSelection<'_>| {
                selection.takes(&candidate.tags, &candidate.name, || planning.turns_of(candidate))
            };
            only.as_ref().is_none_or(is_at) && selection.is_some_and(takes)
        };
        let is_wanted =
            |candidate: &Candidate| candidate.entry.is_some_and(|entry| choice.wanted.takes(specs.entry(entry)));
        let wanted: Vec<bool> = candidates.iter().map(is_wanted).collect();
        let places: Vec<bool> =
            candidates.iter().zip(&wanted).map(|(candidate, wanted)| *wanted || is_asked_for(candidate)).collect();
        // A file may have nothing but a setup.
        let decides = |stage| stage == Stage::Main || specs.own().requests.is_empty();
        let any = candidates.iter().zip(&places).any(|(candidate, chosen)| *chosen && decides(candidate.stage));
        any.then_some(Self { places, wanted, selection })
    }

    /// What tells which turns of a candidate are meant, where not all of them are.
    fn turns_of(&self, place: usize) -> Option<FileSelection<'a>> {
        self.selection.filter(|_| self.places[place] && !self.wanted[place])
    }
}

/// What runs because of what is chosen, or does not; nothing where all of the file is.
fn company_of(gathered: &Gathered, chosen: &[bool], choice: &Choice<'_>) -> Company {
    if chosen.iter().all(|chosen| *chosen) {
        return Company::default();
    }
    let (whole, joined) = whole(gathered);
    let supplies = supply::of_all(&whole, &gathered.specs, choice.outside, choice.root);
    company::of(&whole, &joined, &supplies, chosen)
}

/// The cases of a file of which all is chosen, each with the place of its candidate.
fn whole(gathered: &Gathered) -> (Vec<Placed>, Vec<Arc<[usize]>>) {
    let mut planning = Planning::new(gathered);
    let candidates = planning.candidates(&gathered.problems);
    let own = candidates.iter().enumerate().filter_map(|(place, candidate)| match candidate.what {
        What::Request { place: request, call: None } => Some((request, place)),
        _ => None,
    });
    let own: HashMap<Place, usize> = own.collect();
    let mut asking = Vec::new();
    for (place, candidate) in candidates.into_iter().enumerate() {
        planning.add(candidate, None);
        asking.resize(planning.list.len(), place);
    }
    let candidate_of = |case: &PlannedCase, asking: usize| match &case.work {
        Work::Request { place, call: None } => own.get(place).copied().unwrap_or(asking),
        _ => asking,
    };
    let placed = |((case, _), asking)| {
        let candidate = candidate_of(&case, asking);
        (case, candidate)
    };
    (planning.list.into_iter().zip(asking).map(placed).collect(), planning.joined)
}
