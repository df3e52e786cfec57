//! Names that dashboards tell tests apart by.

use std::collections::{HashMap, HashSet};
use std::path::{Component, Path};

use super::text;
use crate::event::Outline;
use crate::secret::Redactor;

/// The classname of each file: `specs/users/log.in.http` is `specs.users.log_in`. Where files
/// differ in nothing else, the extension is kept.
pub(super) fn classnames(outline: &Outline, redactor: &Redactor) -> Vec<String> {
    let paths: Vec<_> = outline.files.iter().map(|file| redactor.redact(&file.path).replace('\\', "/")).collect();
    let short: Vec<String> = paths.iter().map(|path| classname(&Path::new(path).with_extension(""))).collect();
    let mut uses: HashMap<&str, usize> = HashMap::new();
    short.iter().for_each(|name| *uses.entry(name).or_default() += 1);
    let mut unique = Unique::default();
    let name = |(short, path): (&String, &String)| {
        if uses[short.as_str()] == 1 { short.clone() } else { classname(Path::new(path)) }
    };
    short.iter().zip(&paths).map(|pair| unique.take(&name(pair))).collect()
}

fn classname(path: &Path) -> String {
    let names = path.components().filter_map(|component| match component {
        Component::Normal(name) => Some(text::attribute(&name.to_string_lossy().replace('.', "_"))),
        _ => None,
    });
    names.collect::<Vec<_>>().join(".")
}

/// Gives each name once: `name`, `name (2)`, ….
#[derive(Debug, Default)]
pub(super) struct Unique {
    taken: HashSet<String>,
}

impl Unique {
    pub(super) fn take(&mut self, name: &str) -> String {
        let numbered = (2..).map(|number| format!("{name} ({number})"));
        let mut candidates = std::iter::once(name.to_owned()).chain(numbered);
        candidates.find(|candidate| self.taken.insert(candidate.clone())).expect("there is no end of numbers")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::FileOutline;

    #[test]
    fn classnames_are_unique_and_grouped_by_folder() {
        let cases = [
            ("specs/users/log.in.http", "specs.users.log_in"),
            ("./specs/a.http", "specs.a_http"),
            ("specs/a.yaml", "specs.a_yaml"),
            ("../specs/a.http", "specs.a_http (2)"),
            ("/abs/b.http", "abs.b"),
            ("dir\\c.http", "dir.c"),
            ("v1.2/d.http", "v1_2.d"),
        ];
        let file = |path: &str| FileOutline {
            path: path.to_owned(),
            name: String::new(),
            cases: Vec::new(),
            is_whole: true,
            diagnostics: Vec::new(),
        };
        let outline = Outline { files: cases.iter().map(|(path, _)| file(path)).collect(), ..Outline::default() };
        let expected: Vec<&str> = cases.iter().map(|&(_, name)| name).collect();
        assert_eq!(classnames(&outline, &Redactor::default()), expected);
    }

    #[test]
    fn names_that_are_taken_are_numbered() {
        let mut unique = Unique::default();
        assert_eq!(["a", "a", "a (2)", "a"].map(|name| unique.take(name)), ["a", "a (2)", "a (2) (2)", "a (3)"]);
    }
}
