//! Imports run one way: the layers are read from its `use crate::` lines.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Each module, and the modules that it may import.
const LAYERS: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("secret", &[]),
    ("hash", &[]),
    ("diagnostic", &["source", "secret"]),
    ("http", &[]),
    ("xpath", &[]),
    ("schema", &[]),
    ("spec", &["source", "diagnostic", "http", "schema"]),
    ("parse", &["source", "diagnostic", "http", "spec"]),
    ("proto", &["http"]),
    ("transport", &["source", "secret", "http", "proto"]),
    ("client", &["source", "secret", "http", "proto", "transport"]),
    ("template", &["source", "secret", "hash", "diagnostic", "http", "xpath", "spec", "client"]),
    ("assertion", &["source", "diagnostic", "http", "xpath", "schema", "spec", "client", "template"]),
    ("script", &["source", "secret", "diagnostic", "http", "xpath", "spec", "client", "template", "assertion"]),
    ("event", &["source", "diagnostic", "http", "assertion", "client", "script"]),
    ("serve", &["http", "proto"]),
    ("history", &["source", "secret"]),
    (
        "run",
        &[
            "source",
            "secret",
            "hash",
            "diagnostic",
            "http",
            "schema",
            "spec",
            "parse",
            "transport",
            "client",
            "template",
            "assertion",
            "script",
            "event",
            "serve",
            "history",
        ],
    ),
    ("report", &["source", "secret", "diagnostic", "http", "assertion", "script", "event", "history"]),
    (
        "cli",
        &[
            "source",
            "secret",
            "diagnostic",
            "http",
            "spec",
            "parse",
            "client",
            "assertion",
            "template",
            "script",
            "event",
            "run",
            "report",
            "serve",
            "history",
        ],
    ),
];

#[test]
fn imports_run_one_way() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut broken = Vec::new();
    for (module, allowed) in LAYERS {
        for file in files_of(&sources, module).into_iter().filter(|file| !is_test(file)) {
            let text = std::fs::read_to_string(&file).unwrap();
            let production = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            for import in imports(production) {
                if import != *module && !allowed.contains(&import.as_str()) {
                    broken.push(format!("{} imports {import}", file.strip_prefix(&sources).unwrap().display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "against the layers:\n{}", broken.join("\n"));
}

#[test]
fn every_module_has_a_layer() {
    let library = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let declared: BTreeSet<&str> =
        library.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let layered: BTreeSet<&str> = LAYERS.iter().map(|(module, _)| *module).collect();
    assert_eq!(declared, layered);
}

fn files_of(sources: &Path, module: &str) -> Vec<PathBuf> {
    let single = sources.join(format!("{module}.rs"));
    if single.exists() {
        return vec![single];
    }
    let mut folders = vec![sources.join(module)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}

/// Whether a file is a module that its parent declares for tests only, or a part of one.
fn is_test(file: &Path) -> bool {
    if file.components().any(|part| part.as_os_str() == "tests") {
        return true;
    }
    let parent = std::fs::read_to_string(file.with_file_name("mod.rs")).unwrap_or_default();
    let name = file.file_stem().unwrap().to_string_lossy();
    let mut lines = parent.lines().map(str::trim).zip(parent.lines().skip(1).map(str::trim));
    lines.any(|(above, line)| above == "#[cfg(test)]" && line.ends_with(&format!("mod {name};")))
}

/// The top-level modules that a text names as `crate::module`, comments aside.
fn imports(text: &str) -> BTreeSet<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut found = BTreeSet::new();
    for piece in code.split("crate::").skip(1) {
        let names: Vec<&str> = match piece.strip_prefix('{') {
            Some(group) => top_level(group),
            None => vec![piece],
        };
        for name in names {
            let end = name.find(|character: char| !character.is_ascii_alphanumeric() && character != '_');
            let name = &name[..end.unwrap_or(name.len())];
            if !name.is_empty() && name.starts_with(|first: char| first.is_ascii_lowercase()) {
                found.insert(name.to_owned());
            }
        }
    }
    found
}

/// The items of a `{…}` group, nested groups aside.
fn top_level(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut items) = (0, 0, Vec::new());
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => {
                items.push(group[start..at].trim_start());
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(group[start..at].trim_start());
                start = at + 1;
            }
            _ => {}
        }
    }
    items
}
