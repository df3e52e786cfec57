//! What requests need of other files: it runs too, whatever was selected, and before them.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, nearest};
use crate::event::{CaseId, CaseOutline};
use crate::source::{Root, SourceFile, Span};
use crate::spec::{Entry, Reference, Target};

use super::imports::lost;
use super::loaded::Loaded;
use super::names::display_name;
use super::order::{Mark, Rank};
use super::plan::{Need, Needed, PlannedCase, Work};

/// Loads a file that is needed, nothing of which runs by itself, as what it is to the run.
pub(super) type Load<'l, 'a> = dyn Fn(Rank, PathBuf, &Arc<Root>) -> Loaded<'a> + 'l;

/// Has run what the requests of some files need of others, and says what waits for what. Files
/// that come along stand right before the first that needs them.
///
/// The marks name files by their places in the list that this gives.
pub(super) fn link<'a>(files: Vec<Loaded<'a>>, load: &Load<'_, 'a>) -> Vec<Loaded<'a>> {
    if files.iter().all(|file| file.cases.outward.is_empty()) {
        return files;
    }
    let mut linking = Linking {
        load,
        sequence: (0..files.len()).collect(),
        files,
        known: HashMap::new(),
        meant: HashMap::new(),
        needed: HashMap::new(),
        promoted: Vec::new(),
    };
    linking.know_all();
    linking.pull_in();
    linking.finish()
}

/// Where a reference stands, and the file that is run with it.
type ReferencePlace = (usize, *const SourceFile, usize);

/// The cases of a request, and the place where they are joined, if they are several.
#[derive(Clone)]
struct Together {
    cases: Arc<[usize]>,
    joined: Option<usize>,
}

struct Linking<'l, 'a> {
    load: &'l Load<'l, 'a>,
    files: Vec<Loaded<'a>>,
    /// The files in the order of the plan.
    sequence: Vec<usize>,
    /// The place of each file by its real path.
    known: HashMap<PathBuf, usize>,
    /// The file that each reference means.
    meant: HashMap<ReferencePlace, Result<usize, Diagnostic>>,
    /// The cases of each request of each file that is needed, once it is known what runs.
    needed: HashMap<(usize, String), Together>,
    /// Files that have become a part of the setup, and may need others.
    promoted: Vec<usize>,
}

impl<'a> Linking<'_, 'a> {
    fn know_all(&mut self) {
        for (place, file) in self.files.iter().enumerate() {
            let name = file.path.file_name().unwrap_or_default().to_string_lossy();
            if let Ok(real) = file.root.resolve(&file.path, &name) {
                self.known.entry(real).or_insert(place);
            }
        }
    }

    /// Adds what is needed until nothing more is.
    fn pull_in(&mut self) {
        let mut waiting: VecDeque<usize> = (0..self.files.len()).collect();
        while let Some(file) = waiting.pop_front() {
            for reference in self.references_of(file) {
                // That it cannot be had is said at the end.
                let Ok(other) = self.file_of(file, &reference) else { continue };
                let name = name_of(&reference);
                let is_there = self.files[other].specs().is_some() && !self.cases_of(other, name).is_empty();
                if (!is_there || name.is_none()) && self.files[other].want(name) {
                    self.files[other].choose();
                    // What a setup needs is a part of the setup, before anybody else asks for it.
                    waiting.push_front(other);
                }
            }
            self.promoted.drain(..).for_each(|file| waiting.push_front(file));
        }
    }

    /// What a file says that it needs of others, each once: all turns of a request say the same.
    fn references_of(&self, file: usize) -> Vec<Reference> {
        let mut seen = HashSet::new();
        let outward = self.files[file].cases.outward.iter().map(|(_, reference)| reference);
        outward.filter(|reference| seen.insert(place_of(file, reference))).cloned().collect()
    }

    /// The file that a reference means, which is loaded if it was not.
    fn file_of(&mut self, from: usize, reference: &Reference) -> Result<usize, Diagnostic> {
        let place = place_of(from, reference);
        if let Some(known) = self.meant.get(&place) {
            return known.clone();
        }
        let meant = self.find(from, reference);
        self.meant.insert(place, meant.clone());
        meant
    }

    fn find(&mut self, from: usize, reference: &Reference) -> Result<usize, Diagnostic> {
        let (Target::RequestOf { path, .. } | Target::File(path) | Target::Request(path)) = &reference.target;
        let root = Arc::clone(&self.files[from].root);
        let real = root
            .resolve(path.span.source().path(), &path.value)
            .map_err(|error| Diagnostic::error(error.to_string()).at(&path.span, ""))?;
        if let Some(&known) = self.known.get(&real) {
            if self.files[from].rank == Rank::Setup && self.files[known].rank == Rank::Main {
                self.promote(known, from);
            }
            return Ok(known);
        }
        let place = self.files.len();
        let rank = match self.files[from].rank {
            Rank::Setup => Rank::Setup,
            Rank::Main | Rank::Teardown => Rank::Main,
        };
        self.files.push((self.load)(rank, root.shown(&real), &root));
        let before = self.sequence.iter().position(|&other| other == from).unwrap_or(0);
        self.sequence.insert(before, place);
        self.known.insert(real, place);
        Ok(place)
    }

    /// Makes a file a part of the setup, which needs it: right before the file that does.
    fn promote(&mut self, file: usize, before: usize) {
        self.files[file].rank = Rank::Setup;
        self.sequence.retain(|&other| other != file);
        let place = self.sequence.iter().position(|&other| other == before).unwrap_or(0);
        self.sequence.insert(place, file);
        self.promoted.push(file);
    }

    /// The cases of the request of a name that are to run, or of all of them. One that is wrong is among them: it
    /// says so itself.
    fn cases_of(&self, file: usize, name: Option<&str>) -> Vec<usize> {
        let file = &self.files[file];
        let (Some(specs), Some(name)) = (file.specs(), name) else { return Vec::new() };
        let named: Vec<_> = specs.entries(0).filter(|(_, entry)| display_name(entry) == name).collect();
        let places: HashSet<usize> = named.iter().map(|(place, _)| specs.position(*place)).collect();
        let stands_there = |span: &Span| named.iter().any(|(_, entry)| entry.span() == span);
        let is_of = |case: &PlannedCase, outline: &CaseOutline| match &case.work {
            Work::Request { place, call: None } => places.contains(&specs.position(*place)),
            Work::Request { call: Some(call), .. } => places.contains(&call.outermost().position),
            Work::Invalid(_) => outline.span.as_ref().is_some_and(stands_there),
        };
        let cases = file.cases.list.iter().enumerate().filter(|(_, (case, outline))| is_of(case, outline));
        cases.map(|(case, _)| case).collect()
    }

    fn finish(mut self) -> Vec<Loaded<'a>> {
        let Self { files, sequence, .. } = &mut self;
        // What was asked for of such a file is not there.
        sequence.retain(|&file| !files[file].is_empty());
        let mut places = vec![0; self.files.len()];
        self.sequence.iter().enumerate().for_each(|(place, &file)| places[file] = place);
        for file in 0..self.files.len() {
            for (case, reference) in std::mem::take(&mut self.files[file].cases.outward) {
                let needs = self.needs(file, case, &reference, &places);
                let (planned, outline) = &mut self.files[file].cases.list[case];
                match needs {
                    Ok(need) => planned.needs.push(need),
                    Err(diagnostic) => planned.spoil(outline, diagnostic),
                }
            }
        }
        let mut files: Vec<Option<Loaded<'a>>> = self.files.into_iter().map(Some).collect();
        self.sequence.into_iter().filter_map(|file| files[file].take()).collect()
    }

    fn needs(&mut self, file: usize, case: usize, reference: &Reference, places: &[usize]) -> Result<Need, Diagnostic> {
        let other = self.file_of(file, reference)?;
        let written = reference.span.text().to_owned();
        let need = |what| Need { what, name: written.clone(), span: Some(reference.span.clone()) };
        let there = |mark| need(Needed::There(mark));
        let Some(name) = name_of(reference) else {
            return match &self.files[other] {
                _ if other == file => Err(itself(reference)),
                empty if empty.is_empty() => {
                    let message = format!("there is no request in {}", empty.path.display());
                    Err(Diagnostic::error(message).at(&reference.span, ""))
                }
                _ => Ok(there(Mark::File(places[other]))),
            };
        };
        let Together { cases, joined } = self.together(other, name);
        let Some(&first) = cases.first() else { return Err(self.unknown(other, name, reference)) };
        if other == file && cases.iter().any(|&above| above >= case) {
            return Err(itself(reference));
        }
        Ok(match joined {
            Some(joined) if other == file => need(Needed::Joined(joined)),
            None if other == file => need(Needed::Here(first)),
            Some(place) => there(Mark::Joined { file: places[other], place }),
            None => there(Mark::Case(CaseId { file: places[other], case: first })),
        })
    }

    /// The cases of the request of a name: listed once, however many need them.
    fn together(&mut self, file: usize, name: &str) -> Together {
        let key = (file, name.to_owned());
        if let Some(known) = self.needed.get(&key) {
            return known.clone();
        }
        let cases: Arc<[usize]> = self.cases_of(file, Some(name)).into();
        let lists = &mut self.files[file].cases.joined;
        let joined = (cases.len() > 1).then(|| {
            lists.push(Arc::clone(&cases));
            lists.len() - 1
        });
        let together = Together { cases, joined };
        self.needed.insert(key, together.clone());
        together
    }

    fn unknown(&self, file: usize, name: &str, reference: &Reference) -> Diagnostic {
        let file = &self.files[file];
        if let Some(error) = file.specs().and_then(|specs| lost(name, specs.own(), &reference.span)) {
            return error;
        }
        let error = Diagnostic::error(format!("no request of {} is named `{name}`", file.path.display()))
            .at(&reference.span, "");
        let known = file
            .specs()
            .into_iter()
            .flat_map(|specs| specs.entries(0))
            .map(|(_, entry): (_, &Entry)| display_name(entry));
        let known: Vec<_> = known.collect();
        match nearest(name, known.iter().map(|name| &**name)) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error,
        }
    }
}

fn place_of(file: usize, reference: &Reference) -> ReferencePlace {
    (file, Arc::as_ptr(reference.span.source()), reference.span.range().start)
}

/// The name of the one request that is needed; none where all of a file is.
fn name_of(reference: &Reference) -> Option<&str> {
    match &reference.target {
        Target::RequestOf { name, .. } | Target::Request(name) => Some(&name.value),
        Target::File(_) => None,
    }
}

fn itself(reference: &Reference) -> Diagnostic {
    Diagnostic::error("this file itself is needed")
        .at(&reference.span, "")
        .help("name the request alone, without its file, and it runs before this one")
}
