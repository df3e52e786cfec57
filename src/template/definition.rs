//! The variables that a file or a request defines, compiled.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use minijinja::value::Value;

use crate::diagnostic::Diagnostic;
use crate::source::Spanned;
use crate::spec::{self, Binding, Dialect, Rules, Variable};

use super::{CompiledValue, words};

/// Definitions in the order in which they are written.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    list: Vec<Definition>,
    by_name: HashMap<String, Vec<usize>>,
}

/// One definition.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) name: Spanned<String>,
    /// How many of the file's requests stand above it.
    pub(super) position: usize,
    /// What it is worked out from. A value that does not compile is an error where it is used.
    pub(super) value: Result<CompiledValue, Diagnostic>,
    pub(super) binding: Binding,
    drawn: OnceLock<Value>,
    tried: AtomicBool,
}

impl Definitions {
    /// Compiles definitions.
    pub(super) fn compile(variables: &[Variable], rules: &Rules) -> Self {
        Self::of(variables.iter().map(|variable| Definition::compile(variable, rules)).collect())
    }

    fn of(list: Vec<Definition>) -> Self {
        let mut by_name: HashMap<_, Vec<_>> = HashMap::new();
        for (index, definition) in list.iter().enumerate() {
            by_name.entry(definition.name.value.clone()).or_default().push(index);
        }
        Self { list, by_name }
    }

    /// The definitions, in order.
    pub(super) fn iter(&self) -> std::slice::Iter<'_, Definition> {
        self.list.iter()
    }

    /// The definition at an index.
    pub(super) fn at(&self, index: usize) -> &Definition {
        &self.list[index]
    }

    /// Where the definitions of a name stand, in order.
    pub(super) fn indices(&self, name: &str) -> &[usize] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }
}

/// Definitions of an environment, worked out at every use. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Derived {
    definitions: Arc<Definitions>,
    /// The templates that each of them is made of, by their names.
    templates: Arc<HashMap<String, Vec<String>>>,
    /// The names that stand in these.
    mentioned: Arc<HashSet<String>>,
}

impl Derived {
    /// Compiles them; of each name there is one. What does not compile is an error where it is used.
    pub fn compile(variables: impl IntoIterator<Item = (Spanned<String>, Result<spec::Value, Diagnostic>)>) -> Self {
        let mut templates = HashMap::new();
        let mut define = |(name, value): (Spanned<String>, Result<spec::Value, Diagnostic>)| {
            templates.insert(name.value.clone(), words::templates(&value));
            Definition::derived(name, value)
        };
        let list: Vec<_> = variables.into_iter().map(&mut define).collect();
        let words = templates.values().flatten().flat_map(|text: &String| words::words(text)).flat_map(words::meant);
        let mentioned = Arc::new(words.map(str::to_owned).collect());
        Self { definitions: Arc::new(Definitions::of(list)), templates: Arc::new(templates), mentioned }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.templates.is_empty()
    }

    /// Whether something of this name may be spoken of in them.
    pub(super) fn mention(&self, name: &str) -> bool {
        self.mentioned.contains(name)
    }

    /// The names of all of them, each with what stands in the braces of its templates.
    pub fn templates(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.templates.iter().map(|(name, templates)| (name.as_str(), templates.as_slice()))
    }

    /// Where the definition of a name stands.
    pub(super) fn index(&self, name: &str) -> Option<usize> {
        self.definitions.indices(name).last().copied()
    }

    pub(super) fn definitions(&self) -> &Definitions {
        &self.definitions
    }
}

impl Definition {
    fn derived(name: Spanned<String>, value: Result<spec::Value, Diagnostic>) -> Self {
        Self {
            name,
            position: 0,
            // An environment is no `.http` file, and has no dialect.
            value: value.and_then(|value| CompiledValue::compile(&value, Dialect::default().rules())),
            binding: Binding::Lazy,
            drawn: OnceLock::new(),
            tried: AtomicBool::new(false),
        }
    }

    fn compile(variable: &Variable, rules: &Rules) -> Self {
        Self {
            name: variable.name.clone(),
            position: variable.position,
            value: CompiledValue::compile(&variable.value, rules),
            binding: variable.binding,
            drawn: OnceLock::new(),
            tried: AtomicBool::new(false),
        }
    }

    /// Its value, where it is worked out once and that is done.
    pub(super) fn drawn(&self) -> Option<&Value> {
        self.drawn.get()
    }

    /// Keeps its value, where it is worked out once. Of two threads that do so at a time
    /// the first one sets it for both.
    pub(super) fn draw(&self, value: Value) -> Value {
        match self.binding {
            Binding::Once => self.drawn.get_or_init(|| value).clone(),
            // What a person has answered is kept by who has asked.
            Binding::Lazy | Binding::Asked(_) => value,
        }
    }

    /// Whether it is to be worked out now that its place is reached. True only once, so
    /// that one which cannot be is tried again only where it is used.
    pub(super) fn is_due(&self, position: usize) -> bool {
        self.binding == Binding::Once && self.position <= position && !self.tried.swap(true, Ordering::Relaxed)
    }
}
