//! Environments: named sets of variables, one of which is chosen for a run.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value as Json;

use crate::cli::configuration::Configuration;
use crate::diagnostic::Diagnostic;
use crate::parse::yaml;
use crate::source::{SourceFile, Spanned, read_private_source, read_source};
use crate::spec::{Node, Value};

use super::{Pairs, define, unreadable};

/// Files that define environments, the public one first.
const FILES: &[(&str, Visibility)] =
    &[("http-client.env.json", Visibility::Public), ("http-client.private.env.json", Visibility::Private)];

/// The environment that is a part of every other.
const SHARED: &str = "$shared";

/// Who may see a file; what fewer may see wins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Visibility {
    Public,
    Private,
}

/// A set of variables.
struct Environment {
    name: String,
    variables: Pairs,
    visibility: Visibility,
}

/// The environments that the files of some folders define.
pub(super) struct Environments(Vec<Environment>);

impl Environments {
    /// Reads the files of some folders. Of two folders that define a variable, the earlier wins.
    pub(super) fn read(folders: &[PathBuf]) -> Result<Self, Vec<Diagnostic>> {
        let mut environments = Vec::new();
        let mut problems = Vec::new();
        for folder in folders.iter().rev() {
            for (name, visibility) in FILES {
                match read_file(&folder.join(name), *visibility) {
                    Ok(read) => environments.extend(read),
                    Err(wrong) => problems.extend(wrong),
                }
            }
        }
        if problems.is_empty() { Ok(Self(environments)) } else { Err(problems) }
    }

    /// The variables of an environment, and the texts among them that are secret. The private
    /// file wins over the public one, that over what all environments share, and that over
    /// the project's configuration.
    pub(super) fn choose(
        &self,
        name: Option<&Spanned<String>>,
        configuration: &Configuration,
    ) -> Result<(Pairs, Vec<String>), Diagnostic> {
        if let Some(name) = name {
            self.check(name, configuration)?;
        }
        let mut variables = Pairs::new();
        let is_chosen = |candidate: &str| name.is_some_and(|name| name.value == candidate);
        for (_, configured) in configuration.environments.iter().filter(|(name, _)| is_chosen(name)) {
            for (name, value) in configured {
                define(&mut variables, &name.value, value.to_json());
            }
        }
        let is_layer = |environment: &&Environment| environment.name == SHARED || is_chosen(&environment.name);
        let mut layers: Vec<&Environment> = self.0.iter().filter(is_layer).collect();
        layers.sort_by_key(|environment| (environment.name != SHARED, environment.visibility));
        let mut secrets = Vec::new();
        for Environment { variables: layer, visibility, .. } in layers {
            layer.iter().for_each(|(name, value)| define(&mut variables, name, value.clone()));
            if *visibility == Visibility::Private {
                layer.iter().for_each(|(_, value)| collect_texts(value, &mut secrets));
            }
        }
        Ok((variables, secrets))
    }

    /// Whether anything defines an environment.
    fn check(&self, name: &Spanned<String>, configuration: &Configuration) -> Result<(), Diagnostic> {
        let configured = configuration.environments.iter().map(|(name, _)| name.value.as_str());
        let mut known: Vec<&str> =
            self.0.iter().map(|environment| environment.name.as_str()).chain(configured).collect();
        known.retain(|name| *name != SHARED);
        known.sort_unstable();
        known.dedup();
        if known.contains(&name.value.as_str()) {
            return Ok(());
        }
        let problem = Diagnostic::error(format!("there is no environment `{}`", name.value)).at(&name.span, "");
        if known.is_empty() {
            let help = "define it in `http-client.env.json`, or as one of `environments:` in `rqtest.yaml`";
            return Err(problem.note("no environment is defined").help(help));
        }
        let note = format!("these are defined: {}", known.join(", "));
        Err(problem.note(note).suggest(&name.value, known.iter().copied()))
    }
}

/// Reads a file of environments; there need not be one.
fn read_file(path: &Path, visibility: Visibility) -> Result<Vec<Environment>, Vec<Diagnostic>> {
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let read = if visibility == Visibility::Private { read_private_source } else { read_source };
    let source = read(path).map_err(|error| vec![unreadable(&error)])?;
    environments(&source, visibility)
}

fn environments(source: &Arc<SourceFile>, visibility: Visibility) -> Result<Vec<Environment>, Vec<Diagnostic>> {
    let root = yaml::load(source)?;
    let Node::Map(entries) = &root.node else {
        return Err(vec![Diagnostic::error("environments are a map: `{\"dev\": {…}}`").at(&root.span.slice(0..0), "")]);
    };
    let mut problems = Vec::new();
    let mut environments = Vec::new();
    for (name, value) in entries {
        match variables(value) {
            Some(variables) => environments.push(Environment { name: name.value.clone(), variables, visibility }),
            None => {
                let message = format!("the environment `{}` is not a map of variables", name.value);
                problems.push(Diagnostic::error(message).at(&value.span, ""));
            }
        }
    }
    if problems.is_empty() { Ok(environments) } else { Err(problems) }
}

/// The entries of a map as JSON.
pub(super) fn variables(value: &Value) -> Option<Pairs> {
    match &value.node {
        Node::Map(entries) => Some(entries.iter().map(|(name, value)| (name.value.clone(), value.to_json())).collect()),
        _ => None,
    }
}

fn collect_texts(value: &Json, texts: &mut Vec<String>) {
    match value {
        Json::String(text) => texts.push(text.clone()),
        Json::Number(number) => texts.push(number.to_string()),
        Json::Array(items) => items.iter().for_each(|item| collect_texts(item, texts)),
        Json::Object(entries) => entries.values().for_each(|value| collect_texts(value, texts)),
        Json::Null | Json::Bool(_) => {}
    }
}
