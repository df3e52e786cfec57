//! A file as the scopes of its requests know it: what stays as it is while it runs.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::source::Root;
use crate::spec::{Entry, Format, Rules, Spec};

use crate::template::Engine;
use crate::template::definition::Definitions;
use crate::template::engine::Clock;
use crate::template::mentions::Mentions;

use super::Variables;

/// What a file brings along wherever its requests run: its variables, the names of its
/// requests, and its place.
#[derive(Clone, Debug)]
pub struct Module(pub(in crate::template) Arc<Fixed>);

impl Module {
    /// What a file brings along, nothing worked out yet.
    pub fn new(variables: Arc<Variables>, spec: &Spec, root: &Root, engine: &Engine) -> Self {
        let entries = spec.setup.iter().chain(&spec.requests).chain(&spec.teardown);
        let names = entries.filter_map(Entry::name).map(|name| name.value.clone());
        let fixed = Fixed {
            variables,
            definitions: Definitions::compile(&spec.variables, spec.dialect.rules()),
            rules: spec.dialect.rules(),
            format: spec.format,
            requests: names.collect(),
            mentions: Mentions::of(spec),
            clock: engine.clock().clone(),
            files: Some((spec.source.0.path().to_owned(), root.clone())),
        };
        Self(Arc::new(fixed))
    }

    /// What stands for a file where texts stand in none.
    pub(super) fn of_project(variables: Arc<Variables>, engine: &Engine) -> Self {
        let fixed = Fixed {
            variables,
            definitions: Definitions::default(),
            rules: engine.rules(),
            format: Format::Yaml,
            requests: Vec::new(),
            mentions: Mentions::Names(HashSet::new()),
            clock: engine.clock().clone(),
            files: None,
        };
        Self(Arc::new(fixed))
    }

    /// Whether the file speaks of the exchange of a request of this name.
    pub(super) fn mentions(&self, request: &str) -> bool {
        self.0.mentions.include(request)
    }

    pub(in crate::template) fn fixed(&self) -> &Fixed {
        &self.0
    }
}

/// What stays as it is while a file runs.
#[derive(Debug)]
pub(in crate::template) struct Fixed {
    pub(in crate::template) variables: Arc<Variables>,
    pub(in crate::template) definitions: Definitions,
    pub(in crate::template) rules: &'static Rules,
    pub(in crate::template) format: Format,
    /// The names of the file's requests.
    pub(in crate::template) requests: Vec<String>,
    /// Those of them whose exchanges are kept.
    mentions: Mentions,
    pub(in crate::template) clock: Clock,
    /// Where files are read from: the spec that names them, and the folder that they lie in.
    pub(in crate::template) files: Option<(PathBuf, Root)>,
}
