//! What earlier runs of a project have left: which requests did not pass, and how long files took.

mod names;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::source::{Access, read_source, replace};

pub use names::{is_among, is_turn_of, of_any_run, of_run};

/// The folder of a project that holds what belongs to no one else.
const FOLDER: &str = ".rqtest";

/// The version of the file's form.
const VERSION: u32 = 1;

/// What is known of earlier runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    root: PathBuf,
    files: BTreeMap<String, FileHistory>,
}

/// What is known of a spec file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FileHistory {
    /// How many seconds it took when it ran last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seconds: Option<f64>,
    /// The names of its cases that did not pass when they ran last.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    failed: BTreeSet<String>,
}

/// What becomes of what was known of a file once it has run again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// All of it was to run: of what is known that stays which did not run all the same.
    Whole,
    /// Some of its requests were: what is known of the others stays.
    #[default]
    Selected,
}

/// How a file has run.
#[derive(Clone, Debug, Default)]
pub struct FileRun {
    /// How much of it was to run.
    pub scope: Scope,
    /// How long it took, unless that says nothing of other runs.
    pub elapsed: Option<Duration>,
    /// The names of its cases that passed.
    pub passed: BTreeSet<String>,
    /// The names of those that did not.
    pub failed: BTreeSet<String>,
    /// The names of those that did not run.
    pub skipped: BTreeSet<String>,
}

/// The file that holds the history of a project.
#[derive(Clone, Debug)]
pub struct Archive {
    root: PathBuf,
    path: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Document {
    version: u32,
    files: BTreeMap<String, FileHistory>,
}

impl History {
    /// What is known of a spec file.
    pub fn of(&self, spec: &Path) -> Option<&FileHistory> {
        self.files.get(&self.key(spec))
    }

    /// The name of a spec file here, which is the same on every machine: its path in the project.
    pub fn key(&self, spec: &Path) -> String {
        let absolute = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path));
        let [spec, root] = [spec, &self.root].map(|path| absolute(path).unwrap_or_else(|_| path.to_owned()));
        let inside = spec.strip_prefix(&root).unwrap_or(&spec);
        inside.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
    }

    /// Takes in how a spec file has run.
    pub fn learn(&mut self, spec: &Path, run: FileRun) {
        let known = self.files.entry(self.key(spec)).or_default();
        known.seconds = run.elapsed.map(|elapsed| elapsed.as_secs_f64()).or(known.seconds);
        if run.scope == Scope::Whole {
            // A request that did not run has not counted its turns.
            let is_skipped = |name: &str| run.skipped.iter().any(|case| case == name || is_turn_of(name, case));
            known.failed.retain(|name| is_skipped(name));
        }
        known.failed.retain(|name| !run.passed.contains(name));
        known.failed.extend(run.failed);
    }
}

impl FileHistory {
    /// How long the file took when it ran last.
    pub fn elapsed(&self) -> Option<Duration> {
        Duration::try_from_secs_f64(self.seconds?).ok()
    }

    /// The names of its cases that did not pass when they ran last.
    pub fn failed(&self) -> &BTreeSet<String> {
        &self.failed
    }
}

impl Archive {
    /// That of a project which says nothing of it: a file in a folder that git ignores.
    pub fn in_project(root: &Path) -> Self {
        Self { root: root.to_owned(), path: root.join(FOLDER).join("history.json") }
    }

    /// One at a path.
    pub fn at(root: &Path, path: &Path) -> Self {
        Self { root: root.to_owned(), path: path.to_owned() }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it holds; nothing where there is none yet.
    ///
    /// # Errors
    /// If it cannot be read: a lowercase fragment.
    pub fn read(&self) -> Result<History, String> {
        let empty = History { root: self.root.clone(), files: BTreeMap::new() };
        if !self.path.exists() {
            return Ok(empty);
        }
        let source = read_source(&self.path).map_err(|error| error.to_string())?;
        let document: Result<Document, _> = serde_json::from_str(source.text());
        match document {
            Ok(Document { version: VERSION, files }) => Ok(History { files, ..empty }),
            Ok(_) => Err(format!("{} was written by another version of rqtest", self.path.display())),
            Err(error) => Err(format!("{} is no history of rqtest's: {error}", self.path.display())),
        }
    }

    /// Takes in how the files of a run have run. What was left by another version, or cannot be read in the
    /// folder that holds nothing else, is begun anew.
    ///
    /// # Errors
    /// If the file cannot be written, or is somebody else's.
    pub fn add(&self, runs: impl IntoIterator<Item = (PathBuf, FileRun)>) -> io::Result<()> {
        let mut history = match self.read() {
            Ok(history) => history,
            Err(problem) if self.is_foreign() => return Err(io::Error::other(problem)),
            Err(_) => History { root: self.root.clone(), ..History::default() },
        };
        runs.into_iter().for_each(|(spec, run)| history.learn(&spec, run));
        if self.is_in_own_folder() {
            self.hide()?;
        }
        let document = Document { version: VERSION, files: history.files };
        replace(&self.path, Access::Usual, |writer| Ok(serde_json::to_writer_pretty(writer, &document)?))
    }

    fn is_in_own_folder(&self) -> bool {
        self.path == Self::in_project(&self.root).path
    }

    /// Whether there is a file of the name that no version of rqtest has written.
    fn is_foreign(&self) -> bool {
        let is_ours = |text: &str| {
            let document: Json = serde_json::from_str(text).unwrap_or_default();
            text.trim().is_empty() || (document["version"].is_u64() && document["files"].is_object())
        };
        !self.is_in_own_folder() && !read_source(&self.path).is_ok_and(|source| is_ours(source.text()))
    }

    /// Has git ignore the folder, as it is nobody's work.
    fn hide(&self) -> io::Result<()> {
        let ignore = self.path.with_file_name(".gitignore");
        if ignore.exists() { Ok(()) } else { replace(&ignore, Access::Usual, |writer| writer.write_all(b"*\n")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(scope: Scope, passed: &[&str], failed: &[&str], skipped: &[&str]) -> FileRun {
        let [passed, failed, skipped] =
            [passed, failed, skipped].map(|names| names.iter().map(|&name| name.to_owned()).collect());
        FileRun { scope, elapsed: Some(Duration::from_millis(1500)), passed, failed, skipped }
    }

    #[test]
    fn what_did_not_pass_is_known_until_it_does() {
        let folder = tempfile::tempdir().unwrap();
        let (archive, spec) = (Archive::in_project(folder.path()), folder.path().join("a/b.http"));
        let failed =
            |archive: &Archive| archive.read().unwrap().of(&spec).unwrap().failed.iter().cloned().collect::<Vec<_>>();
        assert_eq!(archive.read().unwrap().of(&spec), None);
        for (ran, expected) in [
            (run(Scope::Whole, &["one"], &["two", "three"], &[]), &["three", "two"][..]),
            (run(Scope::Selected, &["three"], &[], &[]), &["two"]),
            (run(Scope::Selected, &[], &["one"], &[]), &["one", "two"]),
            (run(Scope::Whole, &["one"], &["four", "five [1]"], &[]), &["five [1]", "four"]),
            (run(Scope::Whole, &[], &["one"], &["four", "five"]), &["five [1]", "four", "one"]),
            (run(Scope::Whole, &["one"], &["four"], &[]), &["four"]),
        ] {
            archive.add([(spec.clone(), ran)]).unwrap();
            assert_eq!(failed(&archive), expected);
        }
        let history = archive.read().unwrap();
        assert_eq!(history.key(&spec), "a/b.http");
        assert_eq!(history.of(&spec).unwrap().elapsed(), Some(Duration::from_millis(1500)));
        assert_eq!(read_source(&folder.path().join(".rqtest/.gitignore")).unwrap().text(), "*\n");
    }

    #[test]
    fn what_another_version_left_is_begun_anew_and_what_is_no_history_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let named = Archive::at(folder.path(), &folder.path().join("kept/history.json"));
        let own = Archive::in_project(folder.path());
        let other_version = r#"{"version": 2, "files": {"a.http": {"new": 1}}}"#;
        for (archive, text, is_begun_anew) in [
            (&named, "{", false),
            (&named, "[]", false),
            (&named, r#"{"files": []}"#, false),
            (&named, "notes", false),
            (&named, other_version, true),
            (&named, "", true),
            (&own, "{", true),
            (&own, other_version, true),
        ] {
            replace(archive.path(), Access::Usual, |writer| writer.write_all(text.as_bytes())).unwrap();
            assert!(archive.read().is_err(), "{text}");
            let added = archive.add([(folder.path().join("a.http"), run(Scope::Whole, &[], &["one"], &[]))]);
            assert_eq!(added.is_ok(), is_begun_anew, "{text}");
            if is_begun_anew {
                assert_eq!(archive.read().unwrap().files.len(), 1);
            } else {
                assert_eq!(read_source(archive.path()).unwrap().text(), text);
            }
        }
        assert!(!folder.path().join("kept/.gitignore").exists());
    }
}
