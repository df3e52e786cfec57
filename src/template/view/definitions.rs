//! The definitions of files, requests and environments, worked out where they are needed.

use minijinja::value::Value;

use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};
use crate::spec::dialect::{DynamicDefinitions, UnusableDefinitions};
use crate::spec::{Binding, Echo, Format, dialect};
use crate::template::definition::{Definition, Definitions};
use crate::template::question::{Lifetime, Question};
use crate::template::scope::Fixed;
use crate::template::value::text;

use super::{DEEPEST, Owner, Place, View};

impl View {
    /// Works out the file's definitions whose places are reached, in order.
    ///
    /// # Errors
    /// Why one right above the request cannot be, in a dialect in which that is an error. In
    /// others it is one where it is used, if it is.
    pub(in crate::template) fn settle(&self) -> Result<(), Diagnostic> {
        let (owner, position, mut problem) = (Owner::File(0), self.bindings.position, None);
        for (index, definition) in self.definitions(owner).iter().enumerate() {
            let is_strict = self.rules().unusable_definitions == UnusableDefinitions::Error
                && definition.position == position
                && definition.drawn().is_none();
            if definition.is_due(position) || is_strict {
                let error = self.work_out(Place { owner, index }, None).err();
                problem = problem.or(error.filter(|_| is_strict));
            }
        }
        problem.map_or(Ok(()), Err)
    }

    /// The value of a definition of a name: of the latest one above this place, else of the
    /// first one below it.
    pub(super) fn defined(&self, owner: Owner, name: &str, at: Option<&Span>) -> Result<Option<Value>, Diagnostic> {
        let indices = self.definitions(owner).indices(name);
        if indices.is_empty() || (owner == Owner::Request && matches!(self.owner(), Some(Owner::File(_)))) {
            return Ok(None);
        }
        let above = indices.partition_point(|&index| self.is_above(Place { owner, index }));
        // A definition that refers to its own name extends one above it, or one from outside.
        let extends = self.trail.last().is_some_and(|&here| self.definition(here).name.value == name);
        let index = match self.rules().definitions {
            dialect::Definitions::LastOfFile if !extends => indices.last(),
            dialect::Definitions::AboveElseBelow if !extends => indices[..above].last().or(indices[above..].first()),
            _ => indices[..above].last(),
        };
        let Some(&index) = index else { return Ok(None) };
        let place = Place { owner, index };
        let is_http = matches!(owner, Owner::File(file) if self.file(file).format == Format::Http);
        if let Some(at) = at.filter(|_| is_http && !self.is_above(place)) {
            self.warn(used_too_early(self.definition(place), at));
        }
        self.work_out(place, at).map(Some)
    }

    pub(super) fn work_out(&self, place: Place, at: Option<&Span>) -> Result<Value, Diagnostic> {
        let definition = self.definition(place);
        if let Some(value) = self.drawn(place) {
            return Ok(value);
        }
        if let Some(first) = self.trail.iter().position(|&other| other == place) {
            return Err(self.cycle(&self.trail[first..], definition));
        }
        if self.trail.len() == DEEPEST {
            let message = format!("variable `{}` needs more than {DEEPEST} others in a row", definition.name.value);
            return Err(Diagnostic::error(message).at(&definition.name.span, ""));
        }
        let mut inner = self.clone();
        inner.trail.push(place);
        let value = definition.value.as_ref().map_err(Diagnostic::clone).and_then(|value| value.value(&inner));
        let value = match definition.binding {
            Binding::Once | Binding::Lazy => value,
            Binding::Asked(echo) => value.and_then(|question| self.ask_for(definition, &question, echo)),
        };
        match (value, at) {
            (Ok(value), _) => Ok(self.draw(place, value)),
            (Err(error), Some(at)) => Err(error.at(at, "needed here")),
            (Err(error), None) => Err(error),
        }
    }

    pub(super) fn ask_for(&self, definition: &Definition, question: &Value, echo: Echo) -> Result<Value, Diagnostic> {
        let Spanned { value: name, span } = &definition.name;
        let question = Question {
            name: name.clone(),
            text: text(question),
            default: None,
            choices: Vec::new(),
            echo,
            lifetime: Lifetime::Run,
        };
        self.ask(&question).map_err(|message| Diagnostic::error(message).at(span, ""))
    }

    /// What a definition gave already, as long as that counts.
    pub(super) fn drawn(&self, place: Place) -> Option<Value> {
        match self.is_drawn_again(place) {
            true => self.bindings.drawn.lock().expect("no holder of this lock panics").get(&place).cloned(),
            false => self.definition(place).drawn().cloned(),
        }
    }

    pub(super) fn draw(&self, place: Place, value: Value) -> Value {
        if !self.is_drawn_again(place) {
            return self.definition(place).draw(value);
        }
        let mut drawn = self.bindings.drawn.lock().expect("no holder of this lock panics");
        drawn.entry(place).or_insert(value).clone()
    }

    /// Whether a definition is worked out again for each request.
    pub(super) fn is_drawn_again(&self, place: Place) -> bool {
        let each_request = self.rules().dynamic_definitions == DynamicDefinitions::EachRequest;
        each_request && matches!(place.owner, Owner::File(_)) && self.definition(place).binding == Binding::Once
    }

    pub(super) fn cycle(&self, trail: &[Place], again: &Definition) -> Diagnostic {
        let names = trail.iter().map(|&place| self.definition(place)).chain([again]);
        let names: Vec<_> = names.map(|definition| definition.name.value.as_str()).collect();
        Diagnostic::error(format!("variables are defined by one another: {}", names.join(" -> ")))
            .at(&again.name.span, "")
    }

    /// Whether a definition stands above this place, in the order of the file. One that is
    /// worked out at every use is seen from there, but for what it extends.
    pub(super) fn is_above(&self, definition: Place) -> bool {
        let name = &self.definition(definition).name.value;
        let is_fixed = |place: &Place| {
            let defined = self.definition(*place);
            defined.binding == Binding::Once || defined.name.value == *name
        };
        match (self.trail.iter().rfind(|place| is_fixed(place)), definition.owner) {
            (Some(here), owner) if here.owner == owner => definition.index < here.index,
            (_, Owner::Request | Owner::Environment) => true,
            (_, Owner::File(file)) => self.definition(definition).position <= self.position(file),
        }
    }

    /// The file that the innermost definition stands in, or else the request.
    pub(super) fn here(&self) -> usize {
        match self.owner() {
            Some(Owner::File(file)) => file,
            Some(Owner::Request | Owner::Environment) | None => 0,
        }
    }

    /// The files whose variables are seen from this place, the nearest first.
    pub(super) fn files_in_sight(&self) -> impl Iterator<Item = usize> + use<> {
        let (here, around) = (self.here(), &self.bindings.file.around);
        let onward = here.checked_sub(1).map_or(1, |neighbour| around[neighbour].onward);
        std::iter::once(here).chain((onward..=around.len()).filter(move |&file| file != here))
    }

    pub(super) fn file(&self, file: usize) -> &Fixed {
        match file.checked_sub(1) {
            None => &self.bindings.file.fixed,
            Some(neighbour) => self.bindings.file.around[neighbour].module.fixed(),
        }
    }

    /// How many requests of a file stand above the place that it is seen from.
    pub(super) fn position(&self, file: usize) -> usize {
        match file.checked_sub(1) {
            None => self.bindings.position,
            Some(neighbour) => self.bindings.file.around[neighbour].position,
        }
    }

    pub(super) fn owner(&self) -> Option<Owner> {
        self.trail.last().map(|place| place.owner)
    }

    pub(super) fn definitions(&self, owner: Owner) -> &Definitions {
        match owner {
            Owner::Request => &self.bindings.own,
            Owner::File(file) => &self.file(file).definitions,
            Owner::Environment => self.variables().derived.definitions(),
        }
    }

    pub(super) fn definition(&self, place: Place) -> &Definition {
        self.definitions(place.owner).at(place.index)
    }
}

fn used_too_early(definition: &Definition, at: &Span) -> Diagnostic {
    Diagnostic::warning(format!("variable `{}` is used above its definition", definition.name.value))
        .at(at, "")
        .at(&definition.name.span, "defined here")
        .help("move the definition up")
}
