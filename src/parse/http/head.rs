//! The head of a block: comments, directives, definitions, the request line and
//! the header fields, as `grammar/http.pest` tells them apart.

use pest::iterators::Pair;

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::spec::dialect::{
    AssertionLines, FoldedFields, IndentedComments, IndentedLines, LazyDefinitions, LinesAbove, References,
    RepeatedFields, Rules, TargetContinuation,
};
use crate::spec::{Binding, Conflict, Format, Fragment, HeaderField, Script, Text};

use super::grammar::{self, Rule, locate, mismatch};
use super::line::trimmed;
use super::request_line::{self, RequestLine};
use super::{braces, conflict, directive, graphql, script, text};

/// What the head of a block holds.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// Variables of the file.
    pub definitions: Vec<Definition>,
    /// Scripts in braces.
    pub blocks: Vec<braces::Block>,
    /// Fragments of GraphQL that the file's documents share.
    pub fragments: Vec<Fragment>,
    /// Comments that speak to the processor, in order.
    pub directives: Vec<Directive>,
    /// What follows each `import`.
    pub imports: Vec<Span>,
    /// What follows each `run`.
    pub runs: Vec<Span>,
    /// The place of the request line, where there is one, be it malformed.
    pub line: Option<Span>,
    /// What the request line says, where it can be read.
    pub request_line: Option<RequestLine>,
    /// The header fields; `Cookie` fields are one.
    pub fields: Vec<HeaderField>,
    /// What follows each `...`.
    pub spreads: Vec<Text>,
    /// What follows each `??`.
    pub assertions: Vec<Span>,
    /// What runs before the request is sent.
    pub scripts: Vec<Script>,
    /// Where dialects would read its request line differently.
    pub conflicts: Vec<Conflict>,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// `@name = value`
#[derive(Clone, Debug)]
pub(super) struct Definition {
    /// Its name.
    pub name: Span,
    /// Its value, without white space at its ends.
    pub value: Span,
    /// When the value is worked out.
    pub binding: Binding,
}

/// `# @name argument`
#[derive(Clone, Debug)]
pub(super) struct Directive {
    /// Its name.
    pub name: Span,
    /// The rest of the line, without white space at its ends.
    pub argument: Span,
}

/// Reads the lines of a head.
pub(super) fn read(span: &Span, rules: &Rules) -> Head {
    let mut reader = Reader { span, rules, head: Head::default(), request_line: None };
    let rule = match rules.target_continuation {
        TargetContinuation::Parts | TargetContinuation::Query => Rule::head,
        TargetContinuation::Indented => Rule::indented_head,
        TargetContinuation::None => Rule::plain_head,
    };
    match grammar::read(rule, span) {
        Ok(pairs) => pairs.flat_map(Pair::into_inner).for_each(|pair| reader.take_up(pair)),
        Err(mismatch) => reader.head.diagnostics.push(mismatch.diagnostic("malformed request")),
    }
    reader.finish()
}

struct Reader<'a> {
    span: &'a Span,
    rules: &'a Rules,
    head: Head,
    request_line: Option<request_line::Draft>,
}

impl Reader<'_> {
    fn take_up(&mut self, pair: Pair<'_, Rule>) {
        let whole = locate(self.span, &pair);
        let span = trimmed(&whole);
        if let Some(indent) = self.wrong_indent(&whole, pair.as_rule()) {
            let error = Diagnostic::error("white space at the start of a line").at(&indent, "");
            self.head.diagnostics.push(error.help("begin the line with its first word"));
        }
        if let Some(refusal) = self.refusal(&span, pair.as_rule()) {
            return self.head.diagnostics.push(refusal);
        }
        match pair.as_rule() {
            Rule::directive => self.take_up_directive(pair),
            Rule::comment => self.head.diagnostics.extend(directive::spaced(&span)),
            Rule::definition => self.take_up_definition(pair),
            Rule::request_line => self.request_line = Some(request_line::Draft::new(self.span, pair)),
            Rule::continuation | Rule::path_continuation | Rule::indented_continuation => {
                self.take_up_continuation(pair, &span)
            }
            Rule::field => self.take_up_field(pair),
            Rule::spread => self.take_up_spread(pair),
            Rule::whole_field => self.take_up_whole_field(&span),
            Rule::folded => self.take_up_folded(pair, &span),
            Rule::assertion => self.head.assertions.extend(self.argument(pair)),
            Rule::fragment | Rule::named_file => self.take_up_fragment(pair, &span),
            Rule::malformed_request_line => {
                self.head.diagnostics.push(request_line::mismatch(&span));
                self.head.line = Some(span);
            }
            Rule::malformed_definition => self.head.diagnostics.push(malformed_definition(&span)),
            Rule::malformed_line => self.head.diagnostics.push(malformed_line(&span)),
            Rule::braces => self.head.blocks.extend(braces::Block::of(&span)),
            Rule::script => self.take_up_script(pair),
            Rule::import => self.head.imports.extend(self.argument(pair)),
            Rule::run => self.head.runs.extend(self.argument(pair)),
            _ => {}
        }
    }

    /// What is wrong with a line that the grammar has a rule for, and the dialect has not.
    fn refusal(&self, line: &Span, rule: Rule) -> Option<Diagnostic> {
        let Rules { target_continuation, assertion_lines, lines_above, folded_fields, references, .. } = self.rules;
        match rule {
            // The http specification, `variable-definition#name-grammar`: letters are those of ASCII.
            Rule::definition if *references == References::Exact && !name_of(line).is_ascii() => {
                let error = Diagnostic::error("malformed definition of a variable").at(line, "");
                Some(error.help("a name holds letters of ASCII, digits, `_` and `-`"))
            }
            Rule::continuation | Rule::path_continuation
                if *target_continuation == TargetContinuation::Query && !line.text().starts_with(['?', '&']) =>
            {
                Some(malformed_line(line))
            }
            Rule::folded if *folded_fields == FoldedFields::Malformed && !self.head.fields.is_empty() => {
                Some(malformed_line(line))
            }
            Rule::assertion if *assertion_lines == AssertionLines::Content => Some(malformed_line(line)),
            Rule::braces | Rule::script | Rule::import if *lines_above == LinesAbove::RequestLine => {
                Some(request_line::mismatch(&first_line(line)))
            }
            _ => None,
        }
    }

    fn take_up_directive(&mut self, pair: Pair<'_, Rule>) {
        let [name, argument] = self.places(pair, [Rule::directive_name, Rule::argument]);
        self.head.directives.push(Directive { name, argument: trimmed(&argument) });
    }

    fn take_up_definition(&mut self, pair: Pair<'_, Rule>) {
        let lazy = pair.clone().into_inner().find(|part| part.as_rule() == Rule::lazy);
        if let Some(lazy) = lazy.as_ref().filter(|_| self.rules.lazy_definitions == LazyDefinitions::Malformed) {
            let error = Diagnostic::error("malformed definition of a variable");
            self.head.diagnostics.push(error.at(&locate(self.span, lazy), "expected `=`"));
        }
        let binding = if lazy.is_some() { Binding::Lazy } else { Binding::Once };
        let [name, value] = self.places(pair, [Rule::variable_name, Rule::argument]);
        self.head.definitions.push(Definition { name, value: trimmed(&value), binding });
    }

    fn take_up_continuation(&mut self, pair: Pair<'_, Rule>, span: &Span) {
        match &mut self.request_line {
            Some(draft) if self.head.fields.is_empty() => {
                self.head.diagnostics.extend(directive::one_question_mark(span, "URL", self.rules));
                draft.go_on(self.span, pair);
            }
            // The line that it goes on with is malformed, which has been said.
            None => {}
            Some(_) => self.head.diagnostics.push(
                Diagnostic::error("a part of the URL below a header field")
                    .at(span, "")
                    .help("put it right below the request line; an assertion begins with `??`"),
            ),
        }
    }

    fn take_up_field(&mut self, pair: Pair<'_, Rule>) {
        let [name, value] = self.places(pair, [Rule::field_name, Rule::argument]);
        self.head.fields.push(HeaderField { name: text(&name), value: Some(text(&trimmed(&value))) });
    }

    /// A line that goes on with the URL after `?` or `&`, or with the value of a field.
    fn take_up_folded(&mut self, pair: Pair<'_, Rule>, line: &Span) {
        let [rest] = self.places(pair, [Rule::argument]);
        match (&mut self.request_line, self.head.fields.last_mut()) {
            (Some(draft), None) if self.rules.target_continuation == TargetContinuation::Parts && draft.is_open() => {
                draft.target.push(trimmed(&rest));
            }
            (_, Some(HeaderField { value: Some(value), .. })) => {
                value.value.push(' ');
                value.value.push_str(trimmed(&rest).text());
                value.span = value.span.to(&trimmed(&rest));
            }
            _ => self.head.diagnostics.push(malformed_line(line)),
        }
    }

    /// A name, or an expression, is what would stand in braces.
    fn take_up_spread(&mut self, pair: Pair<'_, Rule>) {
        let [value] = self.places(pair, [Rule::argument]);
        let value = trimmed(&value);
        let value = value.slice(0..value.text().trim_end_matches(',').len());
        let is_template = value.text().starts_with("{{");
        let written = if is_template { value.text().to_owned() } else { format!("{{{{{}}}}}", value.text()) };
        self.head.spreads.push(Text::new(value.with(written), Format::Http));
    }

    /// `gql < file` without a name is a document that nothing can spread.
    fn take_up_fragment(&mut self, pair: Pair<'_, Rule>, span: &Span) {
        let name = pair.into_inner().find(|part| part.as_rule() == Rule::fragment_name);
        if let Some(name) = name.map(|name| locate(self.span, &name)) {
            let (fragment, diagnostics) = graphql::fragment(name, span, self.rules);
            self.head.fragments.push(fragment);
            self.head.diagnostics.extend(diagnostics);
        }
    }

    /// A reference that stands for a field: its colon shows only once it is rendered.
    fn take_up_whole_field(&mut self, line: &Span) {
        let end = line.text().len();
        let value = Text::new(line.slice(end..end).with(String::new()), Format::Http);
        self.head.fields.push(HeaderField { name: text(line), value: Some(value) });
    }

    /// The white space that a line must not begin with.
    fn wrong_indent(&self, line: &Span, rule: Rule) -> Option<Span> {
        let is_wrong = match rule {
            Rule::comment | Rule::directive => self.rules.indented_comments == IndentedComments::Content,
            Rule::request_line | Rule::field | Rule::definition => {
                self.rules.indented_lines == IndentedLines::Malformed
            }
            _ => false,
        };
        let width = line.text().len() - line.text().trim_start_matches([' ', '\t']).len();
        (is_wrong && width > 0).then(|| line.slice(0..width))
    }

    fn take_up_script(&mut self, pair: Pair<'_, Rule>) {
        let [code] = self.places(pair, [Rule::script_code]);
        match script::read(&code) {
            Ok(script) => self.head.scripts.push(script),
            Err(diagnostic) => self.head.diagnostics.push(diagnostic),
        }
    }

    fn argument(&self, pair: Pair<'_, Rule>) -> Option<Span> {
        let argument = pair.into_inner().find(|part| part.as_rule() == Rule::argument)?;
        Some(trimmed(&locate(self.span, &argument)))
    }

    /// The places of the parts of a line that the grammar makes sure of.
    fn places<const N: usize>(&self, pair: Pair<'_, Rule>, rules: [Rule; N]) -> [Span; N] {
        let parts: Vec<_> = pair.into_inner().collect();
        rules.map(|rule| {
            let part = parts.iter().find(|part| part.as_rule() == rule).expect("the grammar demands this part");
            locate(self.span, part)
        })
    }

    fn finish(mut self) -> Head {
        match self.rules.repeated_fields {
            RepeatedFields::Separate => {}
            RepeatedFields::CookiesJoined => self.head.fields = joined(self.head.fields, is_cookie),
            RepeatedFields::Joined => self.head.fields = joined(self.head.fields, |_| true),
        }
        if let Some(draft) = self.request_line.take() {
            self.head.line = Some(draft.line().clone());
            conflict::of_request_line(&draft, &self.head.fields, &mut self.head.conflicts);
            match draft.finish(self.rules) {
                Ok(line) => {
                    self.head.diagnostics.extend(line.doubt());
                    self.head.request_line = Some(line);
                }
                Err(diagnostic) => self.head.diagnostics.insert(0, diagnostic),
            }
        }
        self.warn_of_open_braces();
        self.head
    }

    /// What is not closed is no reference, and sent as it stands.
    fn warn_of_open_braces(&mut self) {
        let targets = self.head.request_line.iter().map(|line| line.target.clone());
        let values = self.head.fields.iter().filter_map(|field| field.value.clone());
        let definitions = self.head.definitions.iter().map(|definition| text(&definition.value));
        let open: Vec<Span> = targets.chain(values).chain(definitions).filter_map(|text| open_braces(&text)).collect();
        self.head.diagnostics.extend(open.iter().map(|place| {
            Diagnostic::warning("`{{` is not closed, and is sent as it is")
                .at(place, "")
                .help("close it with `}}`, if a variable is meant")
        }));
    }
}

/// Where the last `{{` of a text stands, if no `}}` follows it.
fn open_braces(text: &Text) -> Option<Span> {
    let at = text.value.rfind("{{").filter(|&at| !text.value[at..].contains("}}"))?;
    let start = if text.is_verbatim() { at..at + 2 } else { 0..text.span.text().len() };
    Some(text.span.slice(start))
}

/// One field of several that have a name which is joined: the values of `Cookie` with `; `
/// (RFC 6265, 5.4: a client sends one such field at most), of others with `,`.
fn joined(fields: Vec<HeaderField>, is_joined: fn(&str) -> bool) -> Vec<HeaderField> {
    let mut joined: Vec<HeaderField> = Vec::with_capacity(fields.len());
    for field in fields {
        let name = &field.name.value;
        let first = joined.iter_mut().find(|first| first.name.value.eq_ignore_ascii_case(name));
        match (first.filter(|_| is_joined(name)), &field.value) {
            (Some(first), Some(value)) => append(first, value),
            _ => joined.push(field),
        }
    }
    joined
}

fn is_cookie(name: &str) -> bool {
    name.eq_ignore_ascii_case("cookie")
}

fn append(field: &mut HeaderField, later: &Text) {
    let separator = if is_cookie(&field.name.value) { "; " } else { "," };
    if let Some(value) = &mut field.value {
        value.value.push_str(separator);
        value.value.push_str(&later.value);
        value.span = value.span.to(&later.span);
    }
}

/// What a line defines.
fn name_of(line: &Span) -> &str {
    line.text().split('=').next().unwrap_or_default()
}

fn malformed_definition(line: &Span) -> Diagnostic {
    mismatch(Rule::definition, line, "malformed definition of a variable")
        .help("write `@name = value`; a name holds letters, digits, `_` and `-`")
}

/// Why a line below the request line is no header field, by what it begins with.
fn malformed_line(line: &Span) -> Diagnostic {
    let text = line.text();
    if text.starts_with('@') {
        return Diagnostic::error("a variable is defined among the header fields")
            .at(line, "")
            .help("put the definition above the request line");
    }
    let may_be_body = text.starts_with('<') || !text.contains(':');
    let help = if may_be_body {
        "write `Name: value`; if the body begins here, leave an empty line above it"
    } else {
        "write `Name: value`"
    };
    mismatch(Rule::field, line, "malformed header field").help(help)
}

fn first_line(span: &Span) -> Span {
    let end = span.text().find(['\r', '\n']).unwrap_or(span.text().len());
    span.slice(0..end)
}
