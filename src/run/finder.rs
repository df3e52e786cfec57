//! Finds the spec files of a run, by the paths that were named: each once, however many of these lead to it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::parse;
use crate::source::{Root, SourceFile, is_same_file, read_source, real_path, walk};
use crate::spec::Format;

use super::order::Rank;

/// A path to run, and the line of the one request in it that is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// A file or a folder.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: Option<usize>,
}

impl Input {
    /// Reads `path` or `path:LINE`; a path that exists as it stands is just that.
    pub fn parse(text: &str) -> Self {
        let whole = Self { path: text.into(), line: None };
        if whole.path.exists() {
            return whole;
        }
        match text.rsplit_once(':').map(|(path, line)| (path, line.parse())) {
            Some((path, Ok(line))) => Self { path: path.into(), line: Some(line) },
            _ => whole,
        }
    }
}

/// Finds spec files.
pub(super) struct Finder<'a> {
    /// The folder that references between files may not leave, if a project says it.
    pub(super) root: Option<&'a Root>,
    /// A folder outside of it that responses may be saved in.
    pub(super) output: Option<&'a PathBuf>,
    /// The spec files that run before all others.
    pub(super) setup: &'a [PathBuf],
    /// Those that run after all others.
    pub(super) teardown: &'a [PathBuf],
}

/// A spec file that was found, or named and not found.
pub(super) struct Found {
    pub(super) rank: Rank,
    pub(super) path: PathBuf,
    /// The lines of those of its requests that are meant; all are, where nothing is said.
    pub(super) lines: Option<Vec<usize>>,
    pub(super) root: Arc<Root>,
    pub(super) content: Result<Arc<SourceFile>, String>,
}

impl Finder<'_> {
    /// The files of a run in their order. One that runs before or after all others does not run
    /// with them too, unless it is all that was asked for.
    pub(super) fn all(&self, inputs: &[Input]) -> Vec<Found> {
        let around = |paths: &[PathBuf], rank: Rank| -> Vec<Found> {
            let find = |path: &PathBuf| Found { rank, ..self.one(&Input { path: path.clone(), line: None }) };
            paths.iter().map(find).collect()
        };
        let mut found: Vec<Found> = inputs.iter().flat_map(|input| self.below(input)).collect();
        if inputs.len() > 1 {
            found = each_once(found);
        }
        let (setup, teardown) = (around(self.setup, Rank::Setup), around(self.teardown, Rank::Teardown));
        let is_around = |one: &Found| setup.iter().chain(&teardown).any(|other| is_same_file(&one.path, &other.path));
        if (!setup.is_empty() || !teardown.is_empty()) && !found.iter().all(is_around) {
            found.retain(|one| !is_around(one));
        }
        setup.into_iter().chain(found).chain(teardown).collect()
    }

    fn root_of(&self, path: &Path) -> Arc<Root> {
        let root = self.root.cloned().unwrap_or_else(|| Root::at(root_of(path)));
        Arc::new(root.with_output(self.output.cloned()))
    }

    /// A file by its path.
    fn one(&self, Input { path, line }: &Input) -> Found {
        let content = match format_of(path) {
            Some(_) => read_source(path).map_err(|error| error.to_string()).and_then(|source| holding(source, *line)),
            None if path.exists() => Err(no_spec(path)),
            None => Err(format!("there is no file or folder {}", path.display())),
        };
        Found {
            rank: Rank::Main,
            path: path.clone(),
            lines: line.map(|line| vec![line]),
            root: self.root_of(path),
            content,
        }
    }

    fn below(&self, input: &Input) -> Vec<Found> {
        let Input { path, line } = input;
        if !path.is_dir() {
            return vec![self.one(input)];
        }
        let root = self.root_of(path);
        let lines = line.map(|line| vec![line]);
        let found = |path: PathBuf, content| {
            let (lines, root) = (lines.clone(), Arc::clone(&root));
            Found { rank: Rank::Main, path, lines, root, content }
        };
        walk(path)
            .filter_map(|entry| match entry {
                Ok(path) => {
                    format_of(&path)?;
                    let path = path.strip_prefix(".").map(Path::to_owned).unwrap_or(path);
                    let content = read_source(&path).map_err(|error| error.to_string());
                    let is_spec = content.as_ref().map_or(true, is_spec);
                    is_spec.then(|| found(path, content))
                }
                Err(message) => Some(found(path.clone(), Err(message))),
            })
            .collect()
    }
}

/// Each of some files where it was found first, with all that is meant of it. What cannot be read stays
/// as it is: each says what is wrong with it.
fn each_once(found: Vec<Found>) -> Vec<Found> {
    let mut all: Vec<Found> = Vec::with_capacity(found.len());
    let mut known: HashMap<PathBuf, usize> = HashMap::new();
    for one in found {
        let real = one.content.is_ok().then(|| real_path(&one.path)).flatten();
        match real.as_ref().and_then(|real| known.get(real)) {
            Some(&place) => all[place].add(one.lines),
            None => {
                known.extend(real.map(|real| (real, all.len())));
                all.push(one);
            }
        }
    }
    all
}

impl Found {
    /// Has more of it be meant: all of it, where no lines are named.
    fn add(&mut self, lines: Option<Vec<usize>>) {
        self.lines = self.lines.take().zip(lines).map(|(known, more)| [known, more].concat());
    }
}

/// A file, if it has the line that is asked for.
fn holding(source: Arc<SourceFile>, line: Option<usize>) -> Result<Arc<SourceFile>, String> {
    let lines = source.text().lines().count();
    match line {
        Some(line) if !(1..=lines.max(1)).contains(&line) => {
            Err(format!("there is no line {line}: the file has {lines}"))
        }
        _ => Ok(source),
    }
}

pub(super) fn no_spec(path: &Path) -> String {
    format!("{} is no spec file: those end in .http, .rest, .yaml or .yml", path.display())
}

fn root_of(path: &Path) -> &Path {
    if path.is_dir() {
        return path;
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if folder.is_relative() && !folder.starts_with("..") { Path::new(".") } else { folder }
}

/// What the names of spec files end with, in any case.
const ENDINGS: &[(&str, Format)] =
    &[("http", Format::Http), ("rest", Format::Http), ("yaml", Format::Yaml), ("yml", Format::Yaml)];

/// The format that a file's name says that it is in.
pub(super) fn format_of(path: &Path) -> Option<Format> {
    let extension = path.extension()?;
    ENDINGS.iter().find(|(ending, _)| extension.eq_ignore_ascii_case(ending)).map(|&(_, format)| format)
}

/// Whether a file found in a folder is a spec: a YAML file is, if it has a top-level `requests:`.
fn is_spec(source: &Arc<SourceFile>) -> bool {
    format_of(source.path()) == Some(Format::Http) || parse::yaml::is_spec(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_the_format_in_any_case() {
        for (name, format) in [("a.HTTP", Some(Format::Http)), ("a.b.Yml", Some(Format::Yaml)), ("http", None)] {
            assert_eq!(format_of(Path::new(name)), format, "{name}");
        }
    }

    #[test]
    fn a_line_is_what_follows_the_last_colon_of_a_path_that_does_not_exist() {
        for (text, path, line) in [
            ("Cargo.toml", "Cargo.toml", None),
            ("a.http:12", "a.http", Some(12)),
            ("a.http", "a.http", None),
            ("c:/a.http:x", "c:/a.http:x", None),
        ] {
            assert_eq!(Input::parse(text), Input { path: path.into(), line }, "{text}");
        }
    }
}
