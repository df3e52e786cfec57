//! The parts of a `multipart/form-data` body.

use serde_json::Value;

use crate::client::{self, Multipart, Payload};
use crate::diagnostic::Diagnostic;
use crate::http::{Body, Headers, Segment};
use crate::source::Root;
use crate::spec;
use crate::spec::PartContent;

use super::super::{CompiledValue, Scope, Template};
use super::compiler::Compiler;
use super::content::file_segment;
use super::error_at;
use super::fields::text;

/// A part, compiled.
#[derive(Debug)]
pub(super) struct Part {
    name: Template,
    content: Content,
    filename: Option<Template>,
    content_type: Option<Template>,
    headers: Vec<(Template, Template)>,
}

#[derive(Debug)]
enum Content {
    Value(CompiledValue),
    File(Template),
}

/// The body, and its media type with a boundary drawn for it.
pub(super) fn render(parts: &[Part], scope: &Scope<'_>, root: &Root) -> Result<Payload, Diagnostic> {
    let rendered = parts.iter().map(|part| part.render(scope, root)).collect::<Result<_, _>>()?;
    let boundary: String =
        scope.view().draw_random(|random| std::iter::repeat_with(|| random.alphanumeric()).take(32).collect());
    // Each part was checked as it was rendered, and the boundary is letters and digits.
    Multipart { parts: rendered }.into_payload(&boundary).map_err(|error| Diagnostic::error(error.to_string()))
}

impl Part {
    pub(super) fn compile(compiler: &mut Compiler<'_>, part: &spec::Part) -> Self {
        let mut texts = |texts: &[(spec::Text, spec::Text)]| {
            texts.iter().map(|(name, value)| (compiler.text(name), compiler.text(value))).collect()
        };
        let headers = texts(&part.headers);
        Self {
            name: compiler.text(&part.name),
            content: match &part.content {
                PartContent::Value(value) => Content::Value(compiler.value(value)),
                PartContent::File(path) => Content::File(compiler.text(path)),
            },
            filename: part.filename.as_ref().map(|name| compiler.text(name)),
            content_type: part.content_type.as_ref().map(|media_type| compiler.text(media_type)),
            headers,
        }
    }

    fn render(&self, scope: &Scope<'_>, root: &Root) -> Result<client::Part, Diagnostic> {
        let mut part = match &self.content {
            Content::Value(value) => value_part(&value.evaluate(scope)?),
            Content::File(path) => file_part(file_segment(path, scope, root)?),
        };
        part.name = one_line(&self.name, scope)?;
        if let Some(filename) = &self.filename {
            part.filename = Some(one_line(filename, scope)?);
        }
        if let Some(content_type) = &self.content_type {
            part.content_type = Some(one_line(content_type, scope)?);
        }
        for (name, value) in &self.headers {
            let (written, content) = (name.render(scope)?, value.render(scope)?);
            part.headers.append(&written, content).map_err(|error| error_at(value, error))?;
        }
        // What is left to be wrong is the name that a file has on the disk.
        let place = if let Content::File(path) = &self.content { path } else { &self.name };
        part.head().map_err(|error| error_at(place, error))?;
        Ok(part)
    }
}

/// What stands in the head of a part, where a line break would begin another field.
fn one_line(template: &Template, scope: &Scope<'_>) -> Result<String, Diagnostic> {
    let text = template.render(scope)?;
    if text.contains(['\r', '\n', '\0']) {
        let message = format!("`{}` holds a line break or NUL, which the head of a part cannot", text.escape_debug());
        return Err(error_at(template, message));
    }
    Ok(text)
}

fn value_part(value: &Value) -> client::Part {
    let is_tree = value.is_array() || value.is_object();
    client::Part {
        name: String::new(),
        body: Body::from(text(value)),
        filename: None,
        content_type: is_tree.then(|| "application/json".to_owned()),
        headers: Headers::new(),
    }
}

/// A part with a file, which is called by its own name; the client guesses its media type.
fn file_part(file: Segment) -> client::Part {
    let filename = match &file {
        Segment::File { path, .. } => path.file_name().map(|name| name.to_string_lossy().into_owned()),
        Segment::Bytes(_) | Segment::Stream(_) => None,
    };
    client::Part {
        name: String::new(),
        body: Body::new(vec![file]),
        filename,
        content_type: None,
        headers: Headers::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Format, Node};
    use crate::template::fixture::{Folder, engine, place, text, value};

    fn part(content: PartContent) -> spec::Part {
        let header = (text("X-A", Format::Yaml), text("{{ id }}", Format::Yaml));
        let name = text("n{{ id }}", Format::Yaml);
        spec::Part { name, content, filename: None, content_type: None, headers: vec![header] }
    }

    fn render(folder: &Folder, part: &spec::Part) -> Result<client::Part, Diagnostic> {
        let engine = engine();
        let compiled = Part::compile(&mut Compiler::new(&engine), part);
        folder.in_scope(|scope, root| compiled.render(scope, root))
    }

    #[test]
    fn parts_are_values_and_files() {
        let folder = Folder::new();
        let number = value("{{ id }}", Format::Yaml);
        let list = spec::Value { span: number.span.clone(), node: Node::List(vec![number.clone()]) };
        let mut named = part(PartContent::File(folder.text("data.bin", Format::Yaml)));
        named.filename = Some(text("f{{ id }}", Format::Yaml));
        named.content_type = Some(text("a/b", Format::Yaml));
        for (part, body, filename, content_type) in [
            (part(PartContent::Value(number)), Some("7"), None, None),
            (part(PartContent::Value(list)), Some("[7]"), None, Some("application/json")),
            (part(PartContent::File(folder.text("plain.txt", Format::Yaml))), None, Some("plain.txt"), None),
            (named, None, Some("f7"), Some("a/b")),
        ] {
            let part = render(&folder, &part).unwrap();
            assert_eq!(part.body.in_memory(), body.map(|text| text.as_bytes().to_vec()));
            assert_eq!((part.name.as_str(), part.filename.as_deref()), ("n7", filename));
            assert_eq!(part.content_type.as_deref(), content_type);
            assert_eq!(part.headers.text("x-a").unwrap(), "7");
        }
    }

    #[test]
    fn refuses_line_breaks_in_the_head_of_a_part_where_they_come_from() {
        let folder = Folder::new();
        let with = |change: fn(&mut spec::Part, spec::Text)| {
            let mut part = part(PartContent::Value(value("v", Format::Yaml)));
            change(&mut part, text("{{ 'a\\nb' }}", Format::Yaml));
            part
        };
        for part in [
            with(|part, evil| part.name = evil),
            with(|part, evil| part.filename = Some(evil)),
            with(|part, evil| part.content_type = Some(evil)),
            with(|part, evil| part.headers[0].1 = evil),
        ] {
            let error = render(&folder, &part).unwrap_err();
            assert!(error.message.contains("holds a line break or NUL"), "{}", error.message);
            assert_eq!(place(&error), "{{ 'a\\nb' }}");
        }
    }

    #[test]
    fn each_body_has_a_boundary_of_its_own() {
        let folder = Folder::new();
        let render = || folder.in_scope(|scope, root| super::render(&[], scope, root)).unwrap();
        assert_ne!(render().content_type, render().content_type);
    }
}
