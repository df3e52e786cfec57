//! Which folders concern a spec: its own and those above it, up to that of its project.

use std::path::{Path, PathBuf};

/// What lies in the folder of a project, whichever editor works on it; the earlier counts more.
const MARKS: &[&str] = &["rqtest.yaml", ".git", ".idea", ".vscode/settings.json"];

/// What is known of the folders of a run.
#[derive(Debug)]
pub(super) struct Territory {
    /// The working directory, which messages leave out of paths.
    current: Option<PathBuf>,
    /// The project's, where it has a configuration.
    project: Option<PathBuf>,
    /// Those that were named.
    named: Vec<PathBuf>,
}

impl Territory {
    /// The territory of these folders.
    pub(super) fn new(project: Option<&Path>, named: &[PathBuf]) -> Self {
        Self {
            current: std::env::current_dir().ok(),
            project: project.and_then(real),
            named: named.iter().filter_map(|folder| real(folder)).collect(),
        }
    }

    /// The folders that concern the specs in one, the nearest first, as messages show them.
    /// That of the project is always one of them.
    pub(super) fn above(&self, folder: &Path) -> Vec<PathBuf> {
        let Some(start) = real(folder) else { return vec![folder.to_owned()] };
        let top = self.top(&start);
        let within = start.ancestors().take_while(|above| above.starts_with(&top));
        let elsewhere = self.project.as_deref().filter(|project| !start.starts_with(project));
        within.chain(elsewhere).map(|folder| self.shown(folder)).collect()
    }

    /// The last folder that is looked into: the project's, else the one that an editor or a
    /// version control takes for one, else the working directory or a folder that was named.
    fn top(&self, start: &Path) -> PathBuf {
        let encloses = |folder: &&PathBuf| start.starts_with(folder);
        let marked = || MARKS.iter().find_map(|mark| start.ancestors().find(|above| above.join(mark).exists()));
        let outermost = || self.current.iter().chain(&self.named).filter(encloses).min_by_key(|folder| depth(folder));
        let project = self.project.as_ref().filter(encloses).map(PathBuf::as_path);
        project.or_else(marked).or_else(|| outermost().map(PathBuf::as_path)).unwrap_or(start).to_owned()
    }

    fn shown(&self, folder: &Path) -> PathBuf {
        match self.current.as_deref().and_then(|current| folder.strip_prefix(current).ok()) {
            Some(relative) => relative.to_owned(),
            None => folder.to_owned(),
        }
    }
}

fn real(folder: &Path) -> Option<PathBuf> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    folder.canonicalize().ok()
}

fn depth(folder: &Path) -> usize {
    folder.components().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The folders above `a/b/c`, of a folder in which these files are.
    fn above(files: &[&str], project: Option<&str>, named: &[&str]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("a/b/c")).unwrap();
        for file in files {
            std::fs::create_dir_all(root.join(file)).unwrap();
        }
        let named: Vec<PathBuf> = named.iter().map(|name| root.join(name)).collect();
        let territory = Territory::new(project.map(|name| root.join(name)).as_deref(), &named);
        let found = territory.above(&root.join("a/b/c"));
        found.iter().map(|path| path.strip_prefix(&root).unwrap().display().to_string()).collect()
    }

    #[test]
    fn ends_at_the_folder_of_the_project() {
        for (files, project, named, expected) in [
            (&[][..], None, &["a/b/c"][..], &["a/b/c"][..]),
            (&[], None, &["a/b/c", "a"], &["a/b/c", "a/b", "a"]),
            (&[".git"], None, &["a/b/c"], &["a/b/c", "a/b", "a", ""]),
            (&[".git", "a/.idea"], None, &[], &["a/b/c", "a/b", "a", ""]),
            (&["a/.idea"], None, &[], &["a/b/c", "a/b", "a"]),
            (&["a/b/.vscode/settings.json"], None, &[], &["a/b/c", "a/b"]),
            (&[".git"], Some("a/b"), &["a/b/c"], &["a/b/c", "a/b"]),
            (&["z"], Some("z"), &["a/b"], &["a/b/c", "a/b", "z"]),
        ] {
            assert_eq!(above(files, project, named), expected, "{files:?} {project:?} {named:?}");
        }
    }
}
