//! Templates with statements, such as `{% if … %}`, which YAML files may hold.

use std::sync::Arc;

use minijinja::Environment;
use minijinja::value::Value;

use crate::diagnostic::Diagnostic;
use crate::spec::{Format, Rules};

use super::cut::{Cut, cut};
use super::environment::ENVIRONMENT;
use super::expression::{Context, Site, Surroundings, explain, put_reference_aside};
use super::reference::Reference;
use super::view::View;

/// The name of the only template in an environment.
const NAME: &str = "template";

/// A text with statements in it, compiled.
#[derive(Debug)]
pub(super) struct Program {
    environment: Environment<'static>,
    surroundings: Arc<Surroundings>,
}

impl Program {
    /// Compiles a text with statements in it.
    ///
    /// # Errors
    /// Where and why it is no template.
    pub(super) fn compile(text: &str, site: Site) -> Result<Self, Diagnostic> {
        let (code, references) = put_references_aside(text);
        let surroundings = Surroundings::new(text, site, references);
        let mut environment = ENVIRONMENT.clone();
        let added = environment.add_template_owned(NAME, code);
        added.map_err(|error| explain(&error, &surroundings.place(&error)))?;
        Ok(Self { environment, surroundings: surroundings.into() })
    }

    /// The text that it renders to.
    ///
    /// # Errors
    /// Where and why it cannot be rendered.
    pub(super) fn render(&self, view: &View) -> Result<String, Diagnostic> {
        let context = Arc::new(Context::new(view, &self.surroundings));
        let template = self.environment.get_template(NAME).expect("it was added when this was compiled");
        context.check(template.render(Value::from_dyn_object(Arc::clone(&context))))
    }
}

/// Puts the references of a program aside that the language cannot read, but for one that
/// quotes template text.
fn put_references_aside(text: &str) -> (String, Vec<Reference>) {
    let mut references = Vec::new();
    let cuts = match cut(text, Format::Yaml, <&Rules>::default()) {
        Ok(cuts) if !text.contains("endraw") => cuts,
        _ => return (text.to_owned(), references),
    };
    let mut code = String::with_capacity(text.len());
    for piece in cuts {
        match piece {
            Cut::Literal(literal) => code.push_str(&literal),
            Cut::Live(inner) => {
                // The language says what is wrong with what is no reference.
                let aside = put_reference_aside(&text[inner.clone()], Format::Yaml, references.len());
                let (expression, reference) = aside.unwrap_or_else(|_| (text[inner].to_owned(), None));
                references.extend(reference);
                code.extend(["{{", &expression, "}}"]);
            }
        }
    }
    (code, references)
}
