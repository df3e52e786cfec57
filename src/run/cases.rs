//! The cases of a file: what its requests come to, in which order, and the name that
//! reports know each by.
//!
//! What a request needs runs right before the first that needs it. A request of the same
//! file is moved there; that of another file becomes a case of this one.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::event::CaseOutline;
use crate::source::Span;
use crate::spec::{Dialect, Entry, Invalid, Reference, Run, Target};

use super::directory::{DEEPEST, Directory, MOST_CASES, Referred, Site};
use super::imports::Gathered;
use super::names::{Names, display_name};
use super::plan::{Call, Need, Needed, PlannedCase, Stage, Work};
use super::select::FileSelection;
use super::specs::{Place, Specs};
use super::turn;

/// What is to run of a file.
#[derive(Default)]
pub(super) struct Cases {
    pub(super) list: Vec<(PlannedCase, CaseOutline)>,
    /// What they need of other files, each with its place in the list.
    pub(super) outward: Vec<(usize, Reference)>,
    /// Those of the list that are needed together.
    pub(super) joined: Vec<Arc<[usize]>>,
    /// Doubts about what references mean.
    pub(super) warnings: Vec<Diagnostic>,
    /// How many requests were not chosen, but give something to those that were.
    pub(super) brought: usize,
}

/// A case that may be chosen.
pub(super) struct Candidate {
    /// The entry of the file that it comes of.
    pub(super) entry: Option<Place>,
    /// When that runs.
    pub(super) stage: Stage,
    /// Which part of another file it is, where all of that runs.
    part: Stage,
    pub(super) what: What,
    pub(super) name: String,
    pub(super) tags: Vec<String>,
    span: Span,
}

/// What a candidate does.
pub(super) enum What {
    /// It runs a request.
    Request { place: Place, call: Option<Arc<Call>> },
    /// It has something run, unless it has run before.
    Need(Reference),
    /// It says what is wrong.
    Invalid(Invalid),
}

impl Candidate {
    /// Whether it runs along with others that come of the same entry.
    pub(super) fn is_auxiliary(&self) -> bool {
        self.part != Stage::Main
    }
}

/// A request that is about to be added.
struct Asked<'a> {
    place: Place,
    call: Option<Arc<Call>>,
    stage: Stage,
    needs: Vec<Need>,
    name: String,
    tags: Vec<String>,
    span: Span,
    /// Which of its turns are meant; all, where nothing is said.
    turns: Option<FileSelection<'a>>,
}

pub(super) struct Planning<'a> {
    specs: &'a Specs,
    pub(super) directory: Directory<'a>,
    names: Names,
    /// The names of the file's own requests.
    own_names: HashMap<Place, String>,
    /// The cases that have run the request, or all that the entry runs, at each place.
    ran: HashMap<Place, Vec<usize>>,
    /// The file's own requests that have run before their turn.
    moved: HashSet<Place>,
    /// The setup of each file that runs as a whole, by the entry that runs it.
    setups: HashMap<Option<Place>, Vec<Need>>,
    pub(super) list: Vec<(PlannedCase, CaseOutline)>,
    pub(super) outward: Vec<(usize, Reference)>,
    /// Cases that are needed together.
    pub(super) joined: Vec<Arc<[usize]>>,
    /// Which of these have run what is at each place, and how many they are.
    joined_at: HashMap<Place, (usize, usize)>,
}

impl<'a> Planning<'a> {
    pub(super) fn new(gathered: &'a Gathered) -> Self {
        Self {
            specs: &gathered.specs,
            directory: Directory::new(&gathered.specs, &gathered.paths),
            names: Names::default(),
            own_names: HashMap::new(),
            ran: HashMap::new(),
            moved: HashSet::new(),
            setups: HashMap::new(),
            list: Vec::new(),
            outward: Vec::new(),
            joined: Vec::new(),
            joined_at: HashMap::new(),
        }
    }

    pub(super) fn candidates(&mut self, problems: &[Invalid]) -> Vec<Candidate> {
        let problem = |invalid: &Invalid| Candidate {
            entry: None,
            stage: Stage::Main,
            part: Stage::Main,
            name: self.names.unique(invalid.name.as_ref().map_or_else(String::new, |name| name.value.clone())),
            tags: Vec::new(),
            span: invalid.span.clone(),
            what: What::Invalid(invalid.clone()),
        };
        let mut all: Vec<Candidate> = problems.iter().map(problem).collect();
        for (place, entry) in self.specs.entries(0) {
            match entry {
                Entry::Run(run) => all.extend(self.candidates_of(run, place)),
                Entry::Request(_) | Entry::Invalid(_) => {
                    let name = self.names.unique(display_name(entry).into_owned());
                    self.own_names.insert(place, name.clone());
                    let (tags, span) = (tags_of(entry), entry.span().clone());
                    let what = What::Request { place, call: None };
                    let (entry, stage, part) = (Some(place), place.list, Stage::Main);
                    all.push(Candidate { entry, stage, part, what, name, tags, span });
                }
            }
        }
        all
    }

    /// What an entry runs, each request a candidate.
    fn candidates_of(&mut self, run: &Run, place: Place) -> Vec<Candidate> {
        let reference = &run.reference;
        let title = run.name.as_ref().map(|name| name.value.as_str());
        let name = title.unwrap_or(reference.target.as_str().trim_start_matches("./"));
        let own_tags: Vec<String> = run.tags.iter().map(|tag| tag.value.clone()).collect();
        let candidate = |name: String, what| {
            let (entry, stage, part, tags) = (Some(place), place.list, Stage::Main, own_tags.clone());
            Candidate { entry, stage, part, what, name, tags, span: reference.span.clone() }
        };
        if !reference.force {
            return vec![candidate(name.to_owned(), What::Need(reference.clone()))];
        }
        let referred = match self.directory.follow(reference, Site { place, skip: run.skip.as_ref(), outer: None }) {
            Ok(referred) => referred,
            Err(diagnostic) => {
                let name = self.names.unique(name.to_owned());
                return vec![candidate(name, What::Invalid(invalid(&reference.span, diagnostic)))];
            }
        };
        let is_file = matches!(reference.target, Target::File(_));
        let is_named = referred.len() == 1 && (title.is_some() || !is_file);
        let of_one = |Referred { place, call, .. }: Referred| {
            let entry = self.specs.entry(place);
            let name = if is_named { name.to_owned() } else { format!("{name}: {}", display_name(entry)) };
            let one = candidate(self.names.unique(name), What::Request { place, call: Some(call) });
            let more = tags_of(entry).into_iter().filter(|tag| !own_tags.contains(tag));
            let tags = own_tags.iter().cloned().chain(more).collect();
            Candidate { part: if is_file { place.list } else { Stage::Main }, tags, ..one }
        };
        referred.into_iter().map(of_one).collect()
    }

    /// The names of the turns of a candidate that are known before the run.
    pub(super) fn turns_of(&self, candidate: &Candidate) -> Vec<String> {
        let What::Request { place, .. } = &candidate.what else { return Vec::new() };
        let Entry::Request(request) = self.specs.entry(*place) else { return Vec::new() };
        let turns = turn::planned(request.flow.repetition.as_deref(), &candidate.name);
        turns.into_iter().map(|(_, name)| name).collect()
    }

    pub(super) fn add(&mut self, candidate: Candidate, turns: Option<FileSelection<'_>>) {
        let Candidate { entry, stage, part, what, name, tags, span } = candidate;
        match what {
            What::Request { place, call: None } if self.moved.contains(&place) => {}
            What::Request { place, call } => {
                let stage = if part == Stage::Teardown { part } else { stage };
                let needs = self.setups.get(&entry).filter(|_| part == Stage::Main).cloned().unwrap_or_default();
                let is_called = call.is_some();
                let cases = self.request(Asked { place, call, stage, needs, name, tags, span, turns }, &mut Vec::new());
                if part == Stage::Setup {
                    let needs = cases.iter().map(|&case| Need::here(case, self.list[case].1.name.clone()));
                    let needs: Vec<_> = needs.collect();
                    self.setups.entry(entry).or_default().extend(needs);
                }
                if let Some(entry) = entry.filter(|_| is_called) {
                    self.ran.entry(entry).or_default().extend(cases);
                }
            }
            What::Need(reference) => self.need_alone(&reference, entry, stage),
            What::Invalid(invalid) => self.push(PlannedCase::invalid(stage, invalid), name, tags, &span),
        }
    }

    /// Has run what a request needs, then the request itself as often as it says. The
    /// places of its cases.
    fn request(&mut self, asked: Asked<'_>, trail: &mut Vec<Place>) -> Vec<usize> {
        let specs = self.specs;
        let entry = specs.entry(asked.place);
        let (repetition, references) = match entry {
            Entry::Request(request) => (request.flow.repetition.as_deref(), &**request.references),
            Entry::Run(_) | Entry::Invalid(_) => (None, &[][..]),
        };
        let mut cases = Vec::new();
        let mut turns = turn::planned(repetition, &asked.name);
        if let Some(selection) = asked.turns.filter(|_| turns.len() > 1) {
            let is_meant = |(_, name): &(_, String)| selection.takes_turn(&asked.name, name);
            // What is meant may be counted otherwise now.
            if turns.iter().any(is_meant) {
                turns.retain(is_meant);
            }
        }
        for (turn, name) in turns {
            let name = if name == asked.name { name } else { self.names.unique(name) };
            let mut needs = asked.needs.clone();
            let work = match self.needs(references, &asked, trail, &mut needs) {
                Ok(()) => Work::Request { place: asked.place, call: asked.call.clone() },
                Err(diagnostic) => Work::Invalid(Arc::new(invalid(&asked.span, diagnostic))),
            };
            cases.push(self.list.len());
            let apart = references.iter().filter(|reference| reference.is_apart);
            self.outward.extend(apart.map(|reference| (self.list.len(), reference.clone())));
            let case = PlannedCase { stage: asked.stage, work, turn, needs };
            self.push(case, name, asked.tags.clone(), &asked.span);
        }
        self.ran.entry(asked.place).or_default().extend(&cases);
        cases
    }

    /// Has run what some references mean, for a request that needs it.
    fn needs(
        &mut self,
        references: &[Reference],
        asked: &Asked<'_>,
        trail: &mut Vec<Place>,
        needs: &mut Vec<Need>,
    ) -> Result<(), Diagnostic> {
        for reference in references.iter().filter(|reference| !reference.is_apart) {
            let site = Site { place: asked.place, skip: None, outer: asked.call.clone() };
            let referred = self.directory.follow(reference, site)?;
            trail.push(asked.place);
            let result = referred.into_iter().try_for_each(|referred| {
                needs.extend(self.need(reference, referred, asked.stage, Some(&asked.name), trail)?);
                Ok(())
            });
            trail.pop();
            result?;
        }
        Ok(())
    }

    /// Has something run that is needed, unless it has run before.
    fn need(
        &mut self,
        reference: &Reference,
        referred: Referred,
        stage: Stage,
        asking: Option<&str>,
        trail: &mut Vec<Place>,
    ) -> Result<Option<Need>, Diagnostic> {
        let Referred { place, named, call } = referred;
        if trail.contains(&place) {
            return Err(self.circle(trail, place, &reference.span));
        }
        if trail.len() > DEEPEST || self.list.len() > MOST_CASES {
            return Err(Diagnostic::error("too many requests need one another").at(&reference.span, ""));
        }
        let again = reference.force || !reference.variables.is_empty();
        let what = if self.ran.contains_key(&named) && !again {
            self.all_at(named)
        } else {
            let asked = self.asked(reference, place, call, stage, asking);
            let cases = self.request(asked, trail);
            if named != place {
                self.ran.entry(named).or_default().extend(&cases);
            }
            needed(&mut self.joined, &cases)
        };
        let name = reference.target.as_str().to_owned();
        Ok(what.map(|what| Need { what, name, span: None }))
    }

    /// All cases that have run what is at a place: listed once, however many need them.
    fn all_at(&mut self, place: Place) -> Option<Needed> {
        let cases = self.ran.get(&place)?;
        if let Some((known, _)) = self.joined_at.get(&place).filter(|(_, count)| *count == cases.len()) {
            return Some(Needed::Joined(*known));
        }
        let what = needed(&mut self.joined, cases);
        if let Some(Needed::Joined(joined)) = what {
            self.joined_at.insert(place, (joined, cases.len()));
        }
        what
    }

    /// A request that is needed. One of the file itself is its own case, before its turn.
    fn asked(
        &mut self,
        reference: &Reference,
        place: Place,
        call: Arc<Call>,
        stage: Stage,
        asking: Option<&str>,
    ) -> Asked<'static> {
        let specs = self.specs;
        let entry = specs.entry(place);
        let again = reference.force || !reference.variables.is_empty();
        let is_plain = call.outer.is_none() && !again && specs.own().dialect != Dialect::HttpYac;
        // A teardown runs at the end, whoever has needed it before.
        let stays = place.list == Stage::Teardown && stage != Stage::Teardown && matches!(entry, Entry::Request(_));
        if let Some(name) = self.own_names.get(&place).filter(|_| is_plain && !stays) {
            self.moved.insert(place);
            let (tags, span) = (tags_of(entry), entry.span().clone());
            return Asked { place, call: None, stage, needs: Vec::new(), name: name.clone(), tags, span, turns: None };
        }
        let name = display_name(entry);
        let name = match asking.filter(|_| again) {
            Some(asking) => format!("{name} (for {asking})"),
            None => name.into_owned(),
        };
        let (name, span) = (self.names.unique(name), call.outermost().span.clone());
        Asked { place, call: Some(call), stage, needs: Vec::new(), name, tags: tags_of(entry), span, turns: None }
    }

    /// Has run what stands where a request would, with nothing that needs it.
    fn need_alone(&mut self, reference: &Reference, entry: Option<Place>, stage: Stage) {
        let Some(place) = entry else { return };
        let referred = self.directory.follow(reference, Site { place, skip: None, outer: None });
        let result = referred.and_then(|referred| {
            referred
                .into_iter()
                .try_for_each(|referred| self.need(reference, referred, stage, None, &mut Vec::new()).map(drop))
        });
        if let Err(diagnostic) = result {
            let name = self.names.unique(reference.target.as_str().to_owned());
            let case = PlannedCase::invalid(stage, invalid(&reference.span, diagnostic));
            self.push(case, name, Vec::new(), &reference.span);
        }
    }

    fn push(&mut self, case: PlannedCase, name: String, tags: Vec<String>, span: &Span) {
        let origin = match &case.work {
            Work::Request { place, call: Some(_) } => Some(self.specs.entry(*place).span().clone()),
            Work::Request { call: None, .. } | Work::Invalid(_) => None,
        };
        let outline = CaseOutline { name, span: Some(span.clone()), origin, tags };
        self.list.push((case, outline));
    }

    /// The error of a request that needs itself by way of others.
    fn circle(&self, trail: &[Place], again: Place, at: &Span) -> Diagnostic {
        let start = trail.iter().position(|&place| place == again).unwrap_or(0);
        let places = trail[start..].iter().chain([&again]);
        let names: Vec<_> = places.map(|&place| display_name(self.specs.entry(place))).collect();
        Diagnostic::error(format!("requests need one another: {}", names.join(" -> "))).at(at, "")
    }
}

/// What it is to need all of some cases; nothing, if there is none.
fn needed(joined: &mut Vec<Arc<[usize]>>, cases: &[usize]) -> Option<Needed> {
    match cases {
        [] => None,
        [only] => Some(Needed::Here(*only)),
        several => {
            joined.push(several.into());
            Some(Needed::Joined(joined.len() - 1))
        }
    }
}

fn tags_of(entry: &Entry) -> Vec<String> {
    entry.tags().iter().map(|tag| tag.value.clone()).collect()
}

fn invalid(span: &Span, diagnostic: Diagnostic) -> Invalid {
    Invalid { name: None, tags: Vec::new(), span: span.clone(), diagnostics: vec![diagnostic], must: None }
}
