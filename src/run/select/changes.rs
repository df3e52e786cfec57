//! Files that have changed, and the specs that they concern, as far as that is known.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::run::specs::Specs;

/// Files that concern every spec of their folder and of those below it.
const CONFIGURATIONS: &[&str] =
    &["rqtest.yaml", ".env", "http-client.env.json", "http-client.env.json.user", "http-client.private.env.json"];

/// Files that have changed, and those that are new or gone.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    files: BTreeSet<PathBuf>,
}

impl Changes {
    /// Some files, by their absolute paths.
    pub fn new(files: impl IntoIterator<Item = PathBuf>) -> Self {
        Self { files: files.into_iter().collect() }
    }

    /// Whether one of them concerns a spec file: it is the file or one that it imports, or its name
    /// stands in one of these, or it configures what lies in its folder.
    pub(in crate::run) fn concern(&self, specs: &Specs) -> bool {
        let own = absolute(specs.own().source.0.path());
        self.files.iter().any(|changed| configures(changed, &own))
            || specs.iter().any(|known| self.concern_one(known.spec.source.0.path(), known.spec.source.0.text()))
    }

    /// Whether one of them is a spec file that cannot be read.
    pub(in crate::run) fn hold(&self, path: &Path) -> bool {
        self.concern_one(path, "")
    }

    fn concern_one(&self, path: &Path, text: &str) -> bool {
        self.files.contains(&absolute(path))
            || path.canonicalize().is_ok_and(|path| self.files.contains(&path))
            || self.files.iter().filter_map(|changed| changed.file_name()?.to_str()).any(|name| text.contains(name))
    }
}

fn configures(changed: &Path, spec: &Path) -> bool {
    let is_configuration = |name: &OsStr| CONFIGURATIONS.iter().any(|known| name == *known);
    changed.file_name().is_some_and(is_configuration) && changed.parent().is_some_and(|folder| spec.starts_with(folder))
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
    fn a_configuration_concerns_what_lies_below_it() {
        let spec = Path::new("/project/specs/a.http");
        for (changed, expected) in [
            ("/project/rqtest.yaml", true),
            ("/project/specs/http-client.env.json", true),
            ("/project/other/rqtest.yaml", false),
            ("/project/specs/data.yaml", false),
        ] {
            assert_eq!(configures(Path::new(changed), spec), expected, "{changed}");
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
