//! The snapshots of a run: the files that responses are compared with, and that are written
//! where that is asked for.
//!
//! They stand in `__snapshots__` beside the spec that is run, in a folder with the name of its
//! file, each under the name of its request. Nothing is written before the last attempt at a
//! request, and nothing of one that does not pass otherwise.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use sha2::{Digest as _, Sha256};

use crate::assertion::{Failure, Kept, Label, Outcome, Renewal, Snapshots};
use crate::diagnostic::Diagnostic;
use crate::event::Attempt;
use crate::history::of_any_run;
use crate::secret::Redactor;
use crate::source::{Access, Root, files_at, read_bytes, replace};

/// The folder beside a spec.
const FOLDER: &str = "__snapshots__";

/// The most bytes of a snapshot that are read.
const LARGEST: u64 = 64 * 1024 * 1024;

/// The most bytes of a name; file systems take 255 with what is added to it.
const LONGEST_NAME: usize = 160;

/// How the names of files end that people write.
const AUTHORED: &[&str] = &[".http", ".rest", ".yaml", ".yml", ".env", ".js", ".mjs", ".csv", ".jsonl"];

/// Characters of names that file systems or shells have another use for.
const RESERVED: &str = "/\\:*?\"<>|%";

/// What is done where a response is not as its snapshot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SnapshotMode {
    /// Its request fails.
    #[default]
    Compare,
    /// The snapshot is written.
    Update,
}

/// What became of the snapshots of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SnapshotSummary {
    /// Those that were not there before.
    pub new: Vec<String>,
    /// Those that were replaced.
    pub changed: Vec<String>,
    /// Those that no request of their spec has asked for, though all have passed.
    pub obsolete: Vec<PathBuf>,
    /// Why it cannot be told of some specs what is obsolete.
    pub unread: Vec<String>,
}

/// The snapshots of a run.
#[derive(Debug, Default)]
pub(super) struct Shelf(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The files that were asked for.
    asked: BTreeSet<PathBuf>,
    /// Those that held what some request has come to.
    confirmed: BTreeSet<PathBuf>,
    /// What was written.
    written: BTreeMap<PathBuf, Vec<u8>>,
    summary: SnapshotSummary,
}

/// The snapshots of one request.
#[derive(Debug)]
pub(super) struct CaseSnapshots<'a> {
    pub(super) shelf: &'a Shelf,
    pub(super) root: &'a Root,
    pub(super) redactor: &'a Redactor,
    /// The file that is run.
    pub(super) spec: &'a Path,
    /// The name of the case.
    pub(super) case: &'a str,
    /// Whether several values have one name, as messages have: then each needs one of its own.
    pub(super) are_many: bool,
    /// The files that were found to hold what there is now.
    pub(super) confirmed: &'a RefCell<Vec<PathBuf>>,
}

impl Snapshots for CaseSnapshots<'_> {
    fn find(&self, label: &Label<'_>) -> Result<Kept, String> {
        let name = self.name(label)?;
        if self.redactor.finds(&name) {
            return Err(
                "the name of a snapshot holds a secret: give it another, as in `body snapshot hello.json`".to_owned()
            );
        }
        // A name with a slash is a path.
        let reference = if name.contains('/') { name } else { format!("{}/{name}", folder_of(self.spec)) };
        let path = self.root.resolve_new(self.spec, &reference).map_err(|error| error.to_string())?;
        if is_of_another_kind(&path) {
            return Err(format!("{reference} is no name of a snapshot: what it holds would be overwritten"));
        }
        let content = match read_bytes(&path, LARGEST) {
            Ok(content) => Some(content),
            Err(error) if error.is_missing() => None,
            Err(error) => return Err(error.to_string()),
        };
        self.shelf.state().asked.insert(path.clone());
        Ok(Kept { shown: self.root.shown(&path).display().to_string(), path, content })
    }

    fn confirm(&self, kept: Kept) {
        self.confirmed.borrow_mut().push(kept.path);
    }

    fn without_secrets<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.redactor.redact(text)
    }
}

impl CaseSnapshots<'_> {
    /// The name of the file in the folder of the spec's snapshots, or a path relative to the spec.
    fn name(&self, label: &Label<'_>) -> Result<String, String> {
        Ok(match label {
            Label::Named(path) if path.contains('/') => (*path).to_owned(),
            Label::Named(name) => file_name(name, ""),
            Label::Of { .. } if self.are_many => {
                return Err("the snapshot of a message needs a name, as in `body snapshot hello.json`".to_owned());
            }
            Label::Of { subject: "body", extension } => file_name(&of_any_run(self.case), extension),
            Label::Of { subject, extension } => {
                let words: Vec<&str> = subject.split_whitespace().collect();
                file_name(&format!("{} {}", of_any_run(self.case), words.join(" ")), extension)
            }
        })
    }
}

/// Whether a file is likely one that somebody has written: a spec, a configuration, data, a script.
fn is_of_another_kind(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    AUTHORED.iter().any(|end| name.ends_with(end)) || name.starts_with("http-client.")
}

/// The folder of a spec's snapshots, relative to it.
fn folder_of(spec: &Path) -> String {
    format!("{FOLDER}/{}", spec.file_name().unwrap_or_default().to_string_lossy())
}

/// A file name that no other name has: what is reserved is percent-encoded, and of a long one
/// the end is a digest.
fn file_name(name: &str, extension: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    for (at, character) in name.chars().enumerate() {
        if RESERVED.contains(character) || character.is_control() || (at == 0 && character == '.') {
            encoded.extend(character.to_string().bytes().map(|byte| format!("%{byte:02X}")));
        } else {
            encoded.push(character);
        }
    }
    if encoded.len() > LONGEST_NAME {
        let digest: String = Sha256::digest(name).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        encoded.truncate(encoded.floor_char_boundary(LONGEST_NAME - digest.len() - 1));
        encoded = format!("{encoded}-{digest}");
    }
    if extension.is_empty() { encoded } else { format!("{encoded}.{extension}") }
}

impl Shelf {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no holder of this lock panics")
    }

    /// Notes which snapshots held what the last attempt at a request came to: they are not
    /// written for anything else.
    pub(super) fn confirm(&self, files: Vec<PathBuf>) {
        self.state().confirmed.extend(files);
    }

    /// Writes the snapshots with which the last attempt at a request would pass. The attempts
    /// before it that were not as a snapshot that is replaced now were only too early.
    pub(super) fn renew(&self, attempts: &mut [Attempt], redactor: &Redactor) {
        let Some((last, earlier)) = attempts.split_last_mut() else { return };
        if !last.outcomes.iter().any(is_of_snapshot) {
            return;
        }
        if !passes_otherwise(last) {
            let message = "no snapshot is written of a request that does not pass otherwise";
            last.warnings.push(Diagnostic::warning(message));
            return;
        }
        for outcome in &mut last.outcomes {
            let Some(renewal) = outcome.failure.as_mut().and_then(|failure| failure.renewal.take()) else { continue };
            let written = self.write(&renewal, redactor);
            if written.is_ok() {
                let caution = |caution: String| Diagnostic::warning(caution).at(&outcome.span, "");
                last.warnings.extend(renewal.cautions().map(caution));
            }
            outcome.failure = written.err().map(|message| Failure { message, ..Failure::default() });
        }
        earlier.iter_mut().filter(|attempt| passes_otherwise(attempt)).for_each(|attempt| attempt.is_pending = true);
    }

    /// The lock is held while a file is written, so that of two who want to write one file the
    /// second sees it.
    fn write(&self, renewal: &Renewal, redactor: &Redactor) -> Result<(), String> {
        let mut state = self.state();
        match state.written.get(&renewal.path) {
            Some(other) if *other == renewal.content => return Ok(()),
            Some(_) => return Err(ambiguous(renewal, "was written in this run already")),
            None if state.confirmed.contains(&renewal.path) => {
                return Err(ambiguous(renewal, "is what something else in this run is compared with, and like"));
            }
            None => {}
        }
        write_snapshot(renewal, redactor)?;
        state.written.insert(renewal.path.clone(), renewal.content.clone());
        let list = if renewal.is_new { &mut state.summary.new } else { &mut state.summary.changed };
        list.push(renewal.shown.clone());
        Ok(())
    }

    /// Notes the snapshots of a spec, all of whose requests have passed, that none has asked for.
    pub(super) fn look_for_obsolete(&self, spec: &Path, root: &Root) {
        let folder = root.resolve(spec, &folder_of(spec));
        let files = folder.and_then(|folder| files_at(&folder));
        let mut state = self.state();
        let files = match files {
            Ok(files) => files,
            // Where there is no folder, there is nothing in it.
            Err(error) if error.is_missing() => return,
            Err(error) => return state.summary.unread.push(error.to_string()),
        };
        let obsolete: Vec<PathBuf> = files.into_iter().filter(|file| !state.asked.contains(file)).collect();
        state.summary.obsolete.extend(obsolete.iter().map(|file| root.shown(file)));
    }

    /// What became of them, in order.
    pub(super) fn summary(&self) -> SnapshotSummary {
        let mut summary = self.state().summary.clone();
        summary.new.sort_unstable();
        summary.changed.sort_unstable();
        summary.obsolete.sort_unstable();
        summary.obsolete.dedup();
        summary.unread.sort_unstable();
        summary.unread.dedup();
        summary
    }
}

/// Whether an assertion failed that would hold with another snapshot.
fn is_of_snapshot(outcome: &Outcome) -> bool {
    outcome.failure.as_ref().is_some_and(|failure| failure.renewal.is_some())
}

/// Whether an attempt has no failures but those of snapshots.
fn passes_otherwise(attempt: &Attempt) -> bool {
    attempt.error.is_none() && !attempt.outcomes.iter().any(|outcome| outcome.is_failed() && !is_of_snapshot(outcome))
}

fn ambiguous(renewal: &Renewal, why: &str) -> String {
    let shown = &renewal.shown;
    format!("{shown} {why}, with another content: redact what varies, or give it a name of its own")
}

/// Puts a snapshot in its place, whole or not at all.
///
/// # Errors
/// Why it cannot be written: a lowercase fragment.
pub fn write_snapshot(renewal: &Renewal, redactor: &Redactor) -> Result<(), String> {
    // It was not known to be one when the content was made, as in an earlier message of a WebSocket.
    if str::from_utf8(&renewal.content).is_ok_and(|text| redactor.finds(text)) {
        return Err(format!("{} is not written: it holds what was captured as a secret later", renewal.shown));
    }
    let written = replace(&renewal.path, Access::Usual, |writer| writer.write_all(&renewal.content));
    written.map_err(|error| format!("{} cannot be written: {error}", renewal.shown))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_of_files_are_those_of_requests_as_far_as_they_may() {
        for (name, file) in [
            ("create a user", "create a user.json"),
            ("GET {{api}}/users?a=1", "GET {{api}}%2Fusers%3Fa=1.json"),
            ("..", "%2E..json"),
            ("Ünïcode [1 of 2] (2)", "Ünïcode [1 of 2] (2).json"),
            ("a\tb", "a%09b.json"),
        ] {
            assert_eq!(file_name(name, "json"), file);
        }
        let [one, other] = ["x", "y"].map(|end| file_name(&("a".repeat(300) + end), "json"));
        assert!(one != other && one.len() < 200, "{one}");
    }

    proptest! {
        #[test]
        fn no_two_names_have_one_file(one in "[a/%.é ]{0,6}", other in "[a/%.é ]{0,6}") {
            let (file, others) = (file_name(&one, "json"), file_name(&other, "json"));
            prop_assert_eq!(one == other, file == others);
            prop_assert!(!file.contains('/') && !file.starts_with('.') || one.is_empty());
        }
    }
}
