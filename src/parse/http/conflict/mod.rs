//! Where dialects would read a file differently, whatever dialect it is read by.
//!
//! What a block says is found by its raw lines and by the parts of its request line: the
//! same places are found in each dialect, as far as it does not cut the blocks differently.

mod braces;
mod request;

pub(super) use request::read as of_request_line;

use crate::parse::protocol::Named;
use crate::source::{Span, Spanned};
use crate::spec::{Binding, Conflict, Rule, Variable};

use super::blocks::{Block, begins_json, begins_line_above};
use super::head::{Definition, Directive, Head};
use super::line::{Line, LineKind, lines, lines_of, trimmed};
use super::request_line::begins_request;
use super::{body, form, graphql, media};

/// The conflicts of one block.
pub(super) fn find(block: &Block, head: &Head) -> Vec<Conflict> {
    let mut finder = Finder { block, conflicts: Vec::new() };
    finder.read_separator();
    for definition in &head.definitions {
        finder.read_definition(definition);
    }
    for directive in &head.directives {
        finder.read_directive(directive);
    }
    finder.read_head(head.line.as_ref());
    finder.conflicts.extend_from_slice(&head.conflicts);
    finder.read_body(head);
    finder.conflicts.sort_by_key(|conflict| conflict.span.range().start);
    finder.conflicts
}

/// Uses of variables above their definitions, and second definitions.
pub(super) fn of_definitions(variables: &[Variable], source: &Span) -> Vec<Conflict> {
    let mut first: std::collections::HashMap<&str, &Variable> = std::collections::HashMap::new();
    let mut conflicts = Vec::new();
    for variable in variables {
        let Spanned { value: name, span } = &variable.name;
        let earlier = first.insert(name, variable);
        let above = &source.text()[..span.range().start];
        let used = |written: String| above.find(&written).map(|at| source.slice(at + 2..at + written.len()));
        match earlier {
            Some(_) => conflicts.push(Rule::LaterDefinition.at(span)),
            None if variable.position > 0 => {
                let place = used(format!("{{{{{name}}}}}")).or_else(|| used(format!("{{{{ {name} }}}}")));
                conflicts.extend(place.map(|place| Rule::LaterDefinition.at(&place)));
            }
            None => {}
        }
    }
    conflicts
}

struct Finder<'a> {
    block: &'a Block,
    conflicts: Vec<Conflict>,
}

impl Finder<'_> {
    fn note(&mut self, rule: Rule, span: &Span) {
        self.conflicts.push(rule.at(span));
    }

    /// A line of assertions, which may hold more than one conflict.
    fn read_assertion(&mut self, line: &Line<'_>, place: &Span) {
        if line.look() == LineKind::Assertion && line.text.contains(['"', '\'']) {
            self.note(Rule::AssertionValue, place);
        }
    }

    /// The line that the block begins after, and what stands on it.
    fn read_separator(&mut self) {
        let source = self.block.head.source();
        let start = self.block.head.range().start;
        let text = &source.text()[..start];
        let line_start = text.trim_end_matches('\n').rfind('\n').map_or(0, |at| at + 1);
        if let Some(line) = lines(&text[line_start..], line_start).next() {
            match line.look() {
                LineKind::IndentedSeparator => self.note(Rule::IndentedSeparator, &source.span(line.range())),
                LineKind::Separator => {}
                _ => {
                    let first = lines_of(&self.block.head).find(|line| begins_request(line.text));
                    let first = first.map(|line| source.span(line.range()));
                    self.conflicts.extend(first.map(|line| Rule::SecondRequestLine.at(&line)));
                }
            }
        }
        if let Some(title) = &self.block.title {
            self.note(Rule::SeparatorText, title);
            self.read_name(title);
        }
    }

    fn read_name(&mut self, name: &Span) {
        if name.text().contains([' ', '\t']) {
            self.note(Rule::NameExtent, name);
        }
    }

    fn read_definition(&mut self, definition: &Definition) {
        let Definition { name, value, binding } = definition;
        if value.text().contains('\\') {
            self.note(Rule::DefinitionEscape, value);
        }
        match binding {
            Binding::Lazy => self.note(Rule::LazyDefinition, name),
            _ if value.text().contains("{{$") => self.note(Rule::DynamicDefinition, value),
            _ if value.text().contains(".response.") => self.note(Rule::UnusableDefinition, value),
            _ => {}
        }
    }

    fn read_directive(&mut self, directive: &Directive) {
        match directive.name.text() {
            "name" => self.read_name(&directive.argument),
            "timeout" if directive.argument.text().parse::<f64>().is_ok() => {
                self.note(Rule::TimeoutUnit, &directive.argument);
            }
            _ => {}
        }
    }

    fn read_head(&mut self, request_line: Option<&Span>) {
        let source = self.block.head.source();
        let start = request_line.map_or(usize::MAX, |line| line.range().start);
        let mut names: Vec<&str> = Vec::new();
        for line in lines_of(&self.block.head) {
            let place = source.span(line.range());
            self.read_assertion(&line, &place);
            let is_comment = line.look() == LineKind::Comment;
            match line.look() {
                LineKind::Comment if line.is_indented() => self.note(Rule::IndentedComment, &place),
                LineKind::Blank | LineKind::Comment | LineKind::Separator => {}
                LineKind::IndentedSeparator => self.note(Rule::IndentedSeparator, &place),
                LineKind::Assertion => self.note(Rule::AssertionLine, &place),
                LineKind::Script => self.note(Rule::LineAbove, &place),
                _ if line.next <= start => self.read_above(&line, &place),
                _ if line.start <= start && line.is_indented() => self.note(Rule::IndentedLine, &place),
                _ if line.start <= start => {}
                _ => self.read_field(&line, &place, &mut names),
            }
            if !is_comment {
                braces::read(&place, &mut self.conflicts);
            }
        }
    }

    fn read_above(&mut self, line: &Line<'_>, place: &Span) {
        if begins_line_above(line.text) {
            self.note(Rule::LineAbove, place);
        } else if line.is_indented() {
            self.note(Rule::IndentedLine, place);
        }
    }

    /// A line below the request line.
    fn read_field<'a>(&mut self, line: &Line<'a>, place: &Span, names: &mut Vec<&'a str>) {
        let text = line.text.trim_start_matches([' ', '\t']);
        let goes_on = text.starts_with(['?', '&']) || line.is_indented() && text.starts_with(['/', '{']);
        if line.is_indented() && !text.contains(':') && !names.is_empty() {
            return self.note(Rule::FoldedField, place);
        }
        if goes_on || line.is_indented() && !text.contains(':') {
            return self.note(Rule::TargetContinuation, place);
        }
        if begins_request(line.text) {
            return self.note(Rule::SecondRequestLine, place);
        }
        if begins_json(line.text) {
            return self.note(Rule::UnseparatedBody, place);
        }
        if line.is_indented() {
            self.note(Rule::IndentedLine, place);
        }
        let Some((name, value)) = text.split_once(':') else { return };
        if names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            self.note(Rule::RepeatedField, place);
        }
        names.push(name);
        let rule = request::FIELDS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name));
        let is_one = |is_one: fn(&str) -> bool| is_one(value.trim());
        if let Some(&(_, rule, _)) = rule.filter(|(.., holds)| is_one(*holds)) {
            self.note(rule, place);
        }
    }

    fn read_body(&mut self, head: &Head) {
        let body = &self.block.body;
        let ends_blank = lines_of(&self.block.head).last().is_none_or(|line| line.look() == LineKind::Blank);
        let source = body.source();
        for (index, line) in lines_of(body).enumerate() {
            let place = source.span(line.range());
            self.read_assertion(&line, &place);
            let rule = match line.look() {
                LineKind::Comment => Some(Rule::BodyComment),
                LineKind::IndentedSeparator => Some(Rule::IndentedSeparator),
                LineKind::Assertion => Some(Rule::AssertionLine),
                LineKind::Handler | LineKind::Output | LineKind::KeptResponse => Some(Rule::ResponseLine),
                LineKind::Script => Some(Rule::LineAbove),
                LineKind::Content if index == 0 && !ends_blank && begins_json(line.text) => Some(Rule::UnseparatedBody),
                LineKind::Content if begins_request(line.text) => Some(Rule::SecondRequestLine),
                LineKind::Content if body::file_reference(&place).is_some() => Some(Rule::FileLine),
                LineKind::Blank | LineKind::Separator | LineKind::Content => None,
            };
            self.conflicts.extend(rule.map(|rule| rule.at(&place)));
            braces::read(&place, &mut self.conflicts);
        }
        self.read_media(head);
    }

    fn read_form(&mut self, first: &Span, is_long: bool) {
        if is_long {
            self.note(Rule::FormLine, first);
        }
        let body = &self.block.body;
        let mut places = lines_of(body).map(|line| body.source().span(line.range()));
        if let Some(place) = places.find(|place| form::is_changed(&trimmed(place))) {
            self.note(Rule::FormText, &place);
        }
    }

    fn read_media(&mut self, head: &Head) {
        let body = &self.block.body;
        let Some(first) = lines_of(body).find(|line| line.look() != LineKind::Blank) else { return };
        let first = body.source().span(first.range());
        let is_long = lines_of(body).filter(|line| line.look() == LineKind::Content).nth(1).is_some();
        match media::Media::declared(&head.fields, body.text()) {
            media::Media::Form => self.read_form(&first, is_long),
            media::Media::JsonLines => self.note(Rule::FinalLineEnd, &first),
            media::Media::Multipart if body.text().replace("\r\n", "").contains('\n') => {
                self.note(Rule::MultipartLineEnd, &first);
            }
            _ if !says_graphql(head) && graphql::may_be_document(body) => self.note(Rule::GraphQlBodies, &first),
            _ => {}
        }
    }
}

/// Whether the request line says that the body is a document.
fn says_graphql(head: &Head) -> bool {
    head.request_line.as_ref().is_some_and(|line| line.protocol == Some(Named::GraphQl))
}
