//! Makes plans: spec files are found, read and filtered.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rayon::prelude::*;

use crate::event::{FileOutline, Outline};
use crate::history::{FileHistory, History, of_run};
use crate::parse;
use crate::source::{Root, SourceFile, read_source};
use crate::spec::{Defaults, Dialect, Entry, Format, Spec};

use super::finder::{Finder, Found, Input, format_of, no_spec};
use super::imports::Library;
use super::links::link;
use super::loaded::Loaded;
use super::order::{Order, Rank};
use super::plan::{Plan, PlannedFile};
use super::schemas::Schemas;
use super::select::{self, Changes, FileSelection, Shard};
use super::{Environments, Selection, tables};

/// Makes plans.
#[derive(Debug, Default)]
pub struct Planner {
    /// Which requests are to run.
    pub selection: Selection,
    /// The files that must have changed, or concern what has; all, where nothing is said.
    pub changes: Option<Changes>,
    /// The share of the files that is to run; all, where nothing is said.
    pub shard: Option<Shard>,
    /// What decides on the order of the files; without it, it is that in which they are found.
    pub order: Option<u64>,
    /// What is known of earlier runs.
    pub history: History,
    /// What holds for every request that does not say otherwise, what counts most first.
    pub defaults: Vec<Defaults>,
    /// Whose rules `.http` files are read by, where editors differ.
    pub dialect: Dialect,
    /// The folder that references between files may not leave: the project's. Without
    /// one it is the folder that is run, or for a file the working directory.
    pub root: Option<Root>,
    /// A folder outside of the root that responses may be saved in.
    pub output: Option<PathBuf>,
    /// The spec files that run before all others, once.
    pub setup: Vec<PathBuf>,
    /// Those that run after all others, once.
    pub teardown: Vec<PathBuf>,
    /// What the folders of specs give to their requests, as far as it is known yet.
    pub environments: Environments,
    /// How many times each file is run.
    pub repeat: usize,
    /// The time now, since 1970-01-01T00:00:00Z.
    pub now: Duration,
}

impl Planner {
    /// Finds and reads the spec files of some paths. What cannot be read becomes an
    /// error case of its own.
    pub fn plan(&self, inputs: &[Input]) -> Plan {
        let schemas = Schemas::default();
        let read = |path: &Path, root: &Root| self.read_referenced(path, root, &schemas);
        let library = Library::new(&read);
        let load = |found: Found| self.load(found, &library, &schemas);
        let finder = Finder {
            root: self.root.as_ref(),
            output: self.output.as_ref(),
            setup: &self.setup,
            teardown: &self.teardown,
        };
        let found = finder.all(inputs);
        // Below this many files, waking up a pool costs more than it saves.
        let loaded: Vec<Loaded<'_>> = if found.len() < 16 {
            found.into_iter().filter_map(load).collect()
        } else {
            found.into_par_iter().filter_map(load).collect()
        };
        let (main, around): (Vec<_>, Vec<_>) = loaded.into_iter().partition(|file| file.rank == Rank::Main);
        let found = main.len();
        let changed = self.changed(main, &around);
        let (all, unchanged) = (changed.len(), found - changed.len());
        let chosen = self.ordered(self.shared_out(changed));
        let (count, left) = (chosen.len(), all - chosen.len());
        if count == 0 {
            return Plan { left, unchanged, ..Plan::default() };
        }
        let (setup, teardown): (Vec<_>, Vec<_>) = around.into_iter().partition(|file| file.rank == Rank::Setup);
        let needed = |rank, path: PathBuf, root: &Arc<Root>| self.load_needed(rank, path, root, &library, &schemas);
        let files = self.repeated(link(setup.into_iter().chain(chosen).chain(teardown).collect(), &needed));
        let brought = files.iter().map(|file| file.brought).sum();
        let ranks = files.iter().map(|file| file.rank).collect();
        let (mut planned, outlines): (Vec<_>, Vec<_>) =
            files.into_iter().map(|file| (file.planned, file.outline)).unzip();
        let order = Order::of(&mut planned, &outlines, ranks, &self.environments);
        Plan {
            files: planned,
            outline: Arc::new(Outline { files: outlines, started: self.now }),
            chosen: count,
            left,
            unchanged,
            brought,
            order,
        }
    }

    /// Those that have changed, or that what has changed concerns: all, if the files around them are.
    fn changed<'a>(&self, mut files: Vec<Loaded<'a>>, around: &[Loaded<'_>]) -> Vec<Loaded<'a>> {
        let Some(changes) = &self.changes else { return files };
        let mut search = changes.search();
        let mut is_changed = |file: &Loaded<'_>| match file.specs() {
            Some(specs) => search.finds(specs),
            None => search.finds_unreadable(&file.path),
        };
        if !around.iter().any(&mut is_changed) {
            files.retain(is_changed);
        }
        files
    }

    /// Those of this shard.
    fn shared_out<'a>(&self, mut files: Vec<Loaded<'a>>) -> Vec<Loaded<'a>> {
        if let Some(shard) = self.shard {
            let known = |file: &Loaded<'_>| {
                let elapsed = self.history.of(&file.path).and_then(FileHistory::elapsed);
                select::File { key: self.history.key(&file.path), elapsed }
            };
            let mut taken = shard.takes(&files.iter().map(known).collect::<Vec<_>>()).into_iter();
            files.retain(|_| taken.next().unwrap_or_default());
        }
        files
    }

    fn ordered<'a>(&self, mut files: Vec<Loaded<'a>>) -> Vec<Loaded<'a>> {
        if let Some(seed) = self.order {
            fastrand::Rng::with_seed(seed).shuffle(&mut files);
        }
        files
    }

    /// Takes from a file what is to run; nothing at all if none of its requests is.
    fn load(&self, found: Found, library: &Library<'_>, schemas: &Schemas) -> Option<Loaded<'_>> {
        let Found { rank, path, lines, root, content } = found;
        let selection = match rank {
            Rank::Main => self.selection.of_file(&path, &self.history)?,
            Rank::Setup | Rank::Teardown => FileSelection::everything(),
        };
        let source = match content {
            Ok(source) => source,
            Err(message) => return Some(Loaded::unreadable(rank, path, root, message)),
        };
        let spec = self.read(&source, format_of(&path).unwrap_or(Format::Yaml), &root, schemas);
        let mut loaded = self.loaded(rank, path, root, spec, library).asked_for(selection, lines);
        match loaded.choose() {
            true => Some(loaded),
            false if rank == Rank::Main => None,
            false => {
                let message = format!("there is no request in {}", loaded.path.display());
                Some(Loaded::unreadable(rank, loaded.path, loaded.root, message))
            }
        }
    }

    /// A file of which nothing runs but what others need.
    fn load_needed(
        &self,
        rank: Rank,
        path: PathBuf,
        root: &Arc<Root>,
        library: &Library<'_>,
        schemas: &Schemas,
    ) -> Loaded<'_> {
        match self.read_referenced(&path, root, schemas) {
            Ok(spec) => self.loaded(rank, path, Arc::clone(root), spec, library),
            Err(message) => Loaded::unreadable(rank, path, Arc::clone(root), message),
        }
    }

    fn loaded<'a>(&self, rank: Rank, path: PathBuf, root: Arc<Root>, spec: Spec, library: &Library<'_>) -> Loaded<'a> {
        let outside = Arc::clone(&self.environments.of(&path).variables);
        Loaded::new(rank, path, root, spec, library).with_variables(outside)
    }

    /// Reads a file that another one refers to.
    fn read_referenced(&self, path: &Path, root: &Root, schemas: &Schemas) -> Result<Spec, String> {
        let format = format_of(path).ok_or_else(|| no_spec(path))?;
        Ok(self.read(&read_source(path).map_err(|error| error.to_string())?, format, root, schemas))
    }

    fn read(&self, source: &Arc<SourceFile>, format: Format, root: &Root, schemas: &Schemas) -> Spec {
        let mut spec = parse::parse(source, format, self.dialect);
        for entry in [&mut spec.setup, &mut spec.requests, &mut spec.teardown].into_iter().flatten() {
            if let Entry::Request(request) = entry {
                self.defaults.iter().for_each(|defaults| defaults.apply(request));
            }
            tables::fill(entry, root);
            schemas.fill(entry, root);
        }
        spec
    }

    /// Each file as often as it is to run. What a file needs of others is of the same run.
    fn repeated(&self, once: Vec<Loaded<'_>>) -> Vec<Repeated> {
        let is_again = |rank: Rank| rank == Rank::Main && self.repeat > 1;
        let runs = |file: &Loaded<'_>| if is_again(file.rank) { self.repeat } else { 1 };
        let ranks: Vec<Rank> = once.iter().map(|file| file.rank).collect();
        let mut places = Vec::with_capacity(once.len());
        let mut next = 0;
        for file in &once {
            places.push(next);
            next += runs(file);
        }
        let place = |file: usize, run: usize| places[file] + if is_again(ranks[file]) { run } else { 0 };
        let all = once.into_iter().flat_map(|file| {
            let (rank, runs, brought) = (file.rank, runs(&file), file.cases.brought);
            let (planned, outline) = file.into_parts();
            (0..runs).map(move |run| {
                let (planned, outline) = (planned.clone(), outline.clone());
                Repeated { rank, run, brought: if run == 0 { brought } else { 0 }, planned, outline }
            })
        });
        let mut all: Vec<Repeated> = all.collect();
        if next > ranks.len() {
            all.iter_mut().filter(|one| is_again(one.rank)).for_each(|one| one.number(self.repeat));
            all.iter_mut().for_each(|one| one.planned.move_needs(|file| place(file, one.run)));
        }
        all
    }
}

/// A file of the plan, which may run several times.
struct Repeated {
    rank: Rank,
    /// Which of these times it is, from 0.
    run: usize,
    /// How many of its requests others take something from, which alone were chosen: counted once.
    brought: usize,
    planned: PlannedFile,
    outline: FileOutline,
}

impl Repeated {
    /// Tells it apart from the other times that the file runs.
    fn number(&mut self, runs: usize) {
        let run = self.run + 1;
        let FileOutline { name, cases, diagnostics, .. } = &mut self.outline;
        cases.iter_mut().map(|case| &mut case.name).chain([name]).for_each(|name| *name = of_run(name, run, runs));
        if run > 1 {
            diagnostics.clear();
        }
    }
}
