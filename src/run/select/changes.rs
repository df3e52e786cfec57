//! Files that have changed, and the specs that they concern, as far as that is known.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::run::specs::Specs;
use crate::source::{read_source, real_path};

/// The files that may name others, by the ends of their names.
const READ: [&str; 13] =
    ["http", "rest", "yaml", "yml", "json", "js", "mjs", "cjs", "ts", "graphql", "gql", "xml", "txt"];

/// The longest path that a text is looked through for.
const LONGEST: usize = 255;

/// Files that have changed, and those that are new or gone.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    files: BTreeSet<PathBuf>,
    /// The folders that some of them configure.
    folders: BTreeSet<PathBuf>,
}

impl Changes {
    /// Some files, by their absolute paths.
    pub fn new(files: impl IntoIterator<Item = PathBuf>) -> Self {
        Self { files: files.into_iter().collect(), folders: BTreeSet::new() }
    }

    /// The same, with the folders in which some of them concern every spec.
    #[must_use]
    pub fn configuring(self, folders: impl IntoIterator<Item = PathBuf>) -> Self {
        Self { folders: folders.into_iter().collect(), ..self }
    }

    /// Looks through specs for what has changed.
    pub(in crate::run) fn search(&self) -> ChangeSearch<'_> {
        ChangeSearch { changes: self, known: HashMap::new() }
    }

    fn configure(&self, spec: &Path) -> bool {
        self.folders.iter().any(|folder| spec.starts_with(folder))
    }

    /// Whether a file has changed, or names one that has, which may be gone.
    fn concern(&self, path: &Path, text: &str) -> bool {
        self.files.contains(&absolute(path))
            || real_path(path).is_some_and(|path| self.files.contains(&path))
            || self.files.iter().filter_map(|changed| changed.file_name()?.to_str()).any(|name| text.contains(name))
    }
}

/// A search through what specs read, each file of which is looked at once.
pub(in crate::run) struct ChangeSearch<'a> {
    changes: &'a Changes,
    known: HashMap<PathBuf, Known>,
}

/// What is known of a file.
struct Known {
    /// Whether it has changed, or names a file that has.
    is_changed: bool,
    /// The files that it names.
    named: Vec<PathBuf>,
}

impl ChangeSearch<'_> {
    /// Whether a spec file is concerned: it has changed, or a file that it imports or names, or one that these name,
    /// and so on, or what configures its folder has.
    pub(in crate::run) fn finds(&mut self, specs: &Specs) -> bool {
        let sources = || specs.iter().map(|known| &known.spec.source.0);
        self.changes.configure(&absolute(specs.own().source.0.path()))
            || sources().any(|source| self.changes.concern(source.path(), source.text()))
            || self.reaches(sources().flat_map(|source| named(source.path(), source.text())).collect())
    }

    /// Whether a spec file is concerned that cannot be read.
    pub(in crate::run) fn finds_unreadable(&self, path: &Path) -> bool {
        self.changes.concern(path, "")
    }

    fn reaches(&mut self, mut waiting: Vec<PathBuf>) -> bool {
        let mut seen: HashSet<PathBuf> = waiting.iter().cloned().collect();
        while let Some(path) = waiting.pop() {
            let known = self.known(path);
            if known.is_changed {
                return true;
            }
            let more: Vec<PathBuf> = known.named.iter().filter(|path| seen.insert((*path).clone())).cloned().collect();
            waiting.extend(more);
        }
        false
    }

    fn known(&mut self, path: PathBuf) -> &Known {
        let changes = self.changes;
        self.known.entry(path).or_insert_with_key(|path| {
            let is_text = path.extension().and_then(|end| end.to_str()).is_some_and(|end| READ.contains(&end));
            // What cannot be read names nothing.
            let source = if is_text { read_source(path).ok() } else { None };
            let text = source.as_ref().map_or("", |source| source.text());
            Known { is_changed: changes.concern(path, text), named: named(path, text) }
        })
    }
}

/// The files that a text names: words that are paths from its folder. A module may be named without its end.
fn named(path: &Path, text: &str) -> Vec<PathBuf> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let words: HashSet<&str> = text.split(is_no_part_of_a_path).filter(|word| may_be_path(word)).collect();
    let file = |word: &str| {
        let path = folder.join(word);
        let module = || path.with_added_extension("js");
        let found = if path.is_file() { Some(path.clone()) } else { Some(module()).filter(|path| path.is_file()) };
        real_path(&found?)
    };
    words.into_iter().filter_map(file).collect()
}

fn is_no_part_of_a_path(next: char) -> bool {
    next.is_whitespace() || "\"'`()[]{},;<>=#|".contains(next)
}

fn may_be_path(word: &str) -> bool {
    let is_long = word.len() > LONGEST;
    !is_long
        && word.contains(['.', '/'])
        && !word.starts_with('/')
        && !word.contains("://")
        && !word.ends_with(['.', '/'])
}

/// The path of a file that may be a link, or gone.
fn absolute(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (real_path(folder), path.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_concerns_what_lies_below_its_folder() {
        let changes = Changes::new([]).configuring([PathBuf::from("/project/specs")]);
        for (spec, expected) in [("/project/specs/deep/a.http", true), ("/project/other/a.http", false)] {
            assert_eq!(changes.configure(Path::new(spec)), expected, "{spec}");
        }
    }

    #[test]
    fn a_file_concerns_those_that_name_it() {
        let changes = Changes::new([PathBuf::from("/project/data/users.csv")]);
        assert!(changes.concern(Path::new("/project/a.http"), "# @each data/users.csv"));
        assert!(!changes.concern(Path::new("/project/a.http"), "GET /users"));
        assert!(changes.search().finds_unreadable(Path::new("/project/data/users.csv")));
    }

    #[test]
    fn a_file_is_reached_by_way_of_others() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        for (name, text) in [
            ("user.json", r##"{"$ref": "parts/address.json#/definitions/a", "x": {"$ref": "user.json"}}"##),
            ("parts/address.json", "{}"),
            ("check.js", "import { near } from './lib/near';\n"),
            ("lib/near.js", "const far = require('../far.js');\n"),
            ("far.js", ""),
        ] {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            #[expect(clippy::disallowed_methods, reason = "the test makes the files that it reads")]
            std::fs::write(path, text).unwrap();
        }
        let changes = |name: &str| Changes::new([folder.join(name)]);
        let reaches = |changed: &str, start: &str| changes(changed).search().reaches(vec![folder.join(start)]);
        for (changed, start, expected) in [
            ("parts/address.json", "user.json", true),
            ("far.js", "check.js", true),
            ("lib/near.js", "check.js", true),
            ("far.js", "user.json", false),
        ] {
            assert_eq!(reaches(changed, start), expected, "{changed} from {start}");
        }
    }
}
