//! Templates with statements, such as `{% if … %}`, which YAML files may hold.

use std::ops::Range;
use std::sync::Arc;

use minijinja::Environment;
use minijinja::value::Value;

use crate::diagnostic::Diagnostic;
use crate::spec::{Format, Rules};

use super::cut::{Cut, cut};
use super::environment::ENVIRONMENT;
use super::expression::{Context, Site, Surroundings, put_reference_aside};
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
        let parts = expressions(&code);
        let (environment, surroundings) =
            Surroundings::new(text, site, references).compile(code, text, &parts, |code| {
                let mut environment = ENVIRONMENT.clone();
                environment.add_template_owned(NAME, code).map(|()| environment)
            })?;
        Ok(Self { environment, surroundings })
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

/// Where values may be compared in a program: in braces, and in the conditions of statements.
fn expressions(code: &str) -> Vec<Range<usize>> {
    let (mut found, mut at) = (Vec::new(), 0);
    if code.contains("endraw") {
        return found;
    }
    while let Some(opening) = code[at..].find('{').map(|offset| at + offset) {
        let start = opening + 2;
        let closing = match code.as_bytes().get(opening + 1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            Some(b'#') => "#}",
            _ => {
                at = opening + 1;
                continue;
            }
        };
        let Some(end) = code[start..].find(closing).map(|offset| start + offset) else { break };
        let inner = code[start..end].trim_start_matches(['-', '+']).trim_start();
        let condition = match closing {
            "}}" => Some(inner),
            "%}" => ["if ", "elif "].iter().find_map(|word| inner.strip_prefix(word)),
            _ => None,
        };
        let is_controlled = code[start..end].ends_with(['-', '+']);
        found.extend(condition.map(|condition| end - condition.len()..end - usize::from(is_controlled)));
        at = end + closing.len();
    }
    found.retain(|part| !part.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_expressions_of_a_program() {
        for (code, expected) in [
            (
                "{% if a > 1 %}{{ b }}{% elif c < 2 -%}{% else %}{{- d + 1 -}}{% endif %}",
                &["a > 1 ", "b ", "c < 2 ", "d + 1 "][..],
            ),
            ("{# a < 1 #} { {% set x = a < 1 %}{{ é }}", &["é "]),
            ("{% raw %}{{ a }}{% endraw %}", &[]),
            ("{{ a", &[]),
            ("{{}}{{-}}{%%}{", &[]),
        ] {
            let found: Vec<&str> = expressions(code).into_iter().map(|part| &code[part]).collect();
            assert_eq!(found, expected, "{code}");
        }
    }
}
