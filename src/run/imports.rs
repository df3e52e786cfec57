//! The files that others import, or take requests from: each is read once a run.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use crate::diagnostic::Diagnostic;
use crate::parse::yaml::UNREADABLE;
use crate::source::{Root, Span, Spanned};
use crate::spec::{Entry, Invalid, Reference, Spec, Target};

use super::specs::{KnownSpec, Specs};

/// Reads the spec file at a path. Why it cannot is a lowercase fragment.
pub(super) type Read<'a> = dyn Fn(&Path, &Root) -> Result<Spec, String> + Sync + 'a;

/// The files that others refer to.
pub(super) struct Library<'a> {
    read: &'a Read<'a>,
    files: Mutex<HashMap<PathBuf, Slot>>,
}

/// A file that may be being read by another thread.
type Slot = Arc<OnceLock<Result<Arc<Spec>, String>>>;

impl<'a> Library<'a> {
    pub(super) fn new(read: &'a Read<'a>) -> Self {
        Self { read, files: Mutex::default() }
    }

    fn get(&self, path: PathBuf, root: &Root) -> Result<Arc<Spec>, String> {
        let mut files = self.files.lock().expect("no holder of this lock panics");
        let slot = Arc::clone(files.entry(path.clone()).or_default());
        drop(files);
        slot.get_or_init(|| (self.read)(&path, root).map(Arc::new)).clone()
    }
}

/// A file with all that it refers to, and what cannot be had of that.
pub(super) struct Gathered {
    pub(super) specs: Specs,
    pub(super) paths: Paths,
    /// The imports that cannot be followed, each in the place of a case.
    pub(super) problems: Vec<Invalid>,
}

/// Which file is meant by a path that a file names, or why there is none.
pub(super) type Paths = HashMap<(usize, String), Result<usize, Diagnostic>>;

/// Reads all that a file refers to.
pub(super) fn gather(spec: Spec, root: &Root, library: &Library<'_>) -> Gathered {
    let mut gathering = Gathering {
        root,
        library,
        files: Vec::new(),
        found: HashMap::new(),
        paths: HashMap::new(),
        trail: Vec::new(),
        problems: Vec::new(),
    };
    gathering.add(Arc::new(spec), None);
    // The list grows as files are found.
    let mut next = 0;
    while next < gathering.files.len() {
        gathering.follow_references(next);
        next += 1;
    }
    gathering.finish()
}

struct Gathering<'a> {
    root: &'a Root,
    library: &'a Library<'a>,
    files: Vec<File>,
    found: HashMap<PathBuf, usize>,
    paths: Paths,
    /// The files whose imports are being followed, the outermost first.
    trail: Vec<usize>,
    problems: Vec<Invalid>,
}

struct File {
    spec: Arc<Spec>,
    /// Those that it imports itself.
    imports: Vec<usize>,
    /// The place in the file that is run which led here.
    origin: Option<Span>,
}

impl Gathering<'_> {
    fn add(&mut self, spec: Arc<Spec>, origin: Option<&Span>) -> usize {
        let file = self.files.len();
        self.files.push(File { spec: Arc::clone(&spec), imports: Vec::new(), origin: origin.cloned() });
        if let (Some(origin), Some(unreadable)) = (origin, unreadable(&spec)) {
            self.report(origin, unreadable.diagnostics.clone());
        }
        self.trail.push(file);
        for import in &spec.imports {
            let origin = origin.unwrap_or(&import.path.span);
            match self.find(file, &import.path, origin) {
                Ok(other) => match self.trail.iter().position(|&open| open == other) {
                    Some(start) => self.report(origin, vec![self.cycle(start, &import.path.span)]),
                    None => self.files[file].imports.push(other),
                },
                Err(diagnostic) => self.report(origin, vec![diagnostic]),
            }
        }
        self.trail.pop();
        file
    }

    /// Finds the files whose requests run though they are not imported. That one cannot be
    /// had is said where it is needed, if it is.
    fn follow_references(&mut self, file: usize) {
        let spec = Arc::clone(&self.files[file].spec);
        let origin = self.files[file].origin.clone();
        for entry in [&spec.setup, &spec.requests, &spec.teardown].into_iter().flatten() {
            for Reference { target, .. } in references(entry).iter().filter(|reference| !reference.is_apart) {
                if let Target::File(path) | Target::RequestOf { path, .. } = target {
                    self.find(file, path, origin.as_ref().unwrap_or(&path.span)).ok();
                }
            }
        }
    }

    /// The file that another one means by a path.
    fn find(&mut self, from: usize, path: &Spanned<String>, origin: &Span) -> Result<usize, Diagnostic> {
        let key = (from, path.value.clone());
        if let Some(known) = self.paths.get(&key) {
            return known.clone();
        }
        let found = self.load(from, path, origin);
        self.paths.insert(key, found.clone());
        found
    }

    fn load(&mut self, from: usize, path: &Spanned<String>, origin: &Span) -> Result<usize, Diagnostic> {
        let refused = |message: String| Diagnostic::error(message).at(&path.span, "");
        let importing = self.files[from].spec.source.0.path();
        let found = self.root.resolve(importing, &path.value).map_err(|error| refused(error.to_string()))?;
        if self.found.is_empty() {
            let own = self.files[0].spec.source.0.path();
            let name = own.file_name().unwrap_or_default().to_string_lossy();
            self.found.extend(self.root.resolve(own, &name).ok().map(|own| (own, 0)));
        }
        if let Some(&known) = self.found.get(&found) {
            return Ok(known);
        }
        let spec = self.library.get(self.root.shown(&found), self.root).map_err(refused)?;
        self.found.insert(found, self.files.len());
        Ok(self.add(spec, Some(origin)))
    }

    /// The error of a file that imports itself by way of others.
    fn cycle(&self, start: usize, at: &Span) -> Diagnostic {
        let files = self.trail[start..].iter().chain([&self.trail[start]]);
        let paths: Vec<String> =
            files.map(|&file| self.files[file].spec.source.0.path().display().to_string()).collect();
        Diagnostic::error(format!("files import one another: {}", paths.join(" -> ")))
            .at(at, "")
            .help("move what they share to a file that imports neither of them")
    }

    fn report(&mut self, origin: &Span, diagnostics: Vec<Diagnostic>) {
        let name = origin.clone().with(format!("import {}", origin.text()));
        let span = origin.clone();
        self.problems.push(Invalid { name: Some(name), tags: Vec::new(), span, diagnostics, must: None });
    }

    fn finish(self) -> Gathered {
        let direct: Vec<&[usize]> = self.files.iter().map(|file| &*file.imports).collect();
        let imports: Vec<Vec<usize>> = (0..direct.len()).map(|file| reachable(file, &direct)).collect();
        let files = self.files.into_iter().zip(imports).map(|(file, imports)| KnownSpec { spec: file.spec, imports });
        Gathered { specs: Specs::new(files.collect()), paths: self.paths, problems: self.problems }
    }
}

/// What an entry runs, or needs, that stands elsewhere.
fn references(entry: &Entry) -> &[Reference] {
    match entry {
        Entry::Request(request) => &request.references,
        Entry::Run(run) => std::slice::from_ref(&run.reference),
        Entry::Invalid(_) => &[],
    }
}

/// The error that a request of a file cannot be had, if the file as a whole cannot be read.
pub(super) fn lost(name: &str, spec: &Spec, at: &Span) -> Option<Diagnostic> {
    let wrong = unreadable(spec)?.diagnostics.first()?;
    let path = spec.source.0.path().display();
    let error = Diagnostic::error(format!("`{name}` cannot be found: {path} cannot be read")).at(at, "");
    Some(wrong.span().into_iter().fold(error, |error, span| error.at(span, &wrong.message)))
}

/// What is wrong with a file as a whole.
pub(super) fn unreadable(spec: &Spec) -> Option<&Invalid> {
    let entries = [&spec.setup, &spec.requests].into_iter().flatten();
    let mut invalid =
        entries.filter_map(|entry| if let Entry::Invalid(invalid) = entry { Some(invalid) } else { None });
    invalid.find(|invalid| invalid.name.as_deref().is_some_and(|name| name == UNREADABLE))
}

/// The files that a file imports, then those that they import, and so on.
fn reachable(file: usize, direct: &[&[usize]]) -> Vec<usize> {
    let mut all = Vec::new();
    let mut waiting = VecDeque::from([file]);
    while let Some(next) = waiting.pop_front() {
        for &import in direct[next] {
            if import != file && !all.contains(&import) {
                all.push(import);
                waiting.push_back(import);
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_imports_come_first() {
        let direct: [&[usize]; 5] = [&[2, 1], &[3], &[4, 1], &[], &[]];
        assert_eq!(reachable(0, &direct), [2, 1, 4, 3]);
        assert!(reachable(4, &direct).is_empty());
    }
}
