//! Files that have changed, and the specs that they concern, as far as that is known.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::run::specs::Specs;

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

    /// Whether one of them concerns a spec file: it is the file or one that it imports, or its name
    /// stands in one of these, or it configures what lies in its folder.
    pub(in crate::run) fn concern(&self, specs: &Specs) -> bool {
        let own = absolute(specs.own().source.0.path());
        self.configure(&own)
            || specs.iter().any(|known| self.concern_one(known.spec.source.0.path(), known.spec.source.0.text()))
    }

    /// Whether one of them is a spec file that cannot be read.
    pub(in crate::run) fn hold(&self, path: &Path) -> bool {
        self.concern_one(path, "")
    }

    fn configure(&self, spec: &Path) -> bool {
        self.folders.iter().any(|folder| spec.starts_with(folder))
    }

    fn concern_one(&self, path: &Path, text: &str) -> bool {
        self.files.contains(&absolute(path))
            || path.canonicalize().is_ok_and(|path| self.files.contains(&path))
            || self.files.iter().filter_map(|changed| changed.file_name()?.to_str()).any(|name| text.contains(name))
    }
}

/// The path of a file that may be a link, or gone.
fn absolute(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (folder.canonicalize(), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
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
        assert!(changes.concern_one(Path::new("/project/a.http"), "# @each data/users.csv"));
        assert!(!changes.concern_one(Path::new("/project/a.http"), "GET /users"));
        assert!(changes.hold(Path::new("/project/data/users.csv")));
    }
}
