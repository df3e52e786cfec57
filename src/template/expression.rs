//! Expressions of the template language, and the context that they see.
//!
//! References that the language cannot read, such as `$uuid` or `login.response.body.$.id`,
//! may begin an expression: `{{ $uuid | upper }}`. They are put aside, and stand-ins of the
//! same length take their place, so that the language's byte offsets still hold.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use minijinja::value::{Object, Value};
use minijinja::{Error, ErrorKind, State};

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::spec::{Format, Rules};

use super::chain;
use super::comparison::{Comparisons, Operands};
use super::demand::Demand;
use super::environment::{ENVIRONMENT, filter_names};
use super::functions;
use super::reference::{Malformed, Reference};
use super::view::View;

/// The name under which functions find the context; no variable can have it.
const CONTEXT: &str = "$";

/// Where a text stands in a source.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// The place of the text.
    pub(super) span: Span,
    /// Whether a byte offset in the text is one in the span.
    pub(super) exact: bool,
}

impl Site {
    /// The place of a part of the text, or of all of it where parts cannot be told.
    pub(super) fn slice(&self, range: Range<usize>) -> Span {
        if self.exact { self.span.slice(range) } else { self.span.clone() }
    }

    /// The place of a part of a text that is not as it stands in the source, where it stands there but once.
    pub(super) fn find(&self, part: &str) -> Option<Self> {
        let mut places = self.span.text().match_indices(part).map(|(at, _)| at);
        let (at, other) = (places.next()?, places.next());
        other.is_none().then(|| Self { span: self.span.slice(at..at + part.len()), exact: true })
    }

    /// The place of a name within a part, where that can be told.
    fn word(&self, part: &Span, name: &str) -> Span {
        let in_word = |character: char| character.is_alphanumeric() || character == '_';
        let is_whole = |at: usize| {
            let (before, after) = (&part.text()[..at], &part.text()[at + name.len()..]);
            !before.ends_with(in_word) && !after.starts_with(in_word)
        };
        let found = part.text().match_indices(name).map(|(at, _)| at).find(|&at| self.exact && is_whole(at));
        found.map_or_else(|| part.clone(), |at| part.slice(at..at + name.len()))
    }

    /// The place of a part as a site.
    pub(super) fn part(&self, range: Range<usize>) -> Self {
        Self { span: self.slice(range), exact: self.exact }
    }
}

/// An expression, compiled.
#[derive(Debug)]
pub(super) struct Expression {
    code: minijinja::Expression<'static, 'static>,
    surroundings: Arc<Surroundings>,
}

/// What is known of an expression beside its code.
#[derive(Debug)]
pub(super) struct Surroundings {
    pub(super) site: Site,
    /// The references that were put aside.
    pub(super) references: Vec<Reference>,
    /// The functions that are called: a variable of the same name does not hide them.
    functions: Vec<&'static str>,
    /// Whether undefined variables are provided for.
    lenient: bool,
    /// What is compared, where that is watched.
    comparisons: Comparisons,
}

impl Surroundings {
    pub(super) fn new(text: &str, site: Site, references: Vec<Reference>) -> Self {
        let lenient = ["default", "defined"].iter().any(|word| text.contains(word));
        let functions = functions::called_in(text);
        Self { site, references, functions, lenient, comparisons: Comparisons::default() }
    }

    /// Compiles the code of a text, with what is compared in parts of it watched.
    ///
    /// # Errors
    /// Where and why it is none.
    pub(super) fn compile<T>(
        mut self,
        code: String,
        text: &str,
        parts: &[Range<usize>],
        compile: impl Fn(String) -> Result<T, Error>,
    ) -> Result<(T, Arc<Self>), Diagnostic> {
        parts.iter().try_for_each(|part| chain::check(&code[part.clone()], &self.site))?;
        // What is no code is none without this too, and then the language says where.
        if let Some((watched, comparisons)) = Comparisons::watch(&code, text, parts)
            && let Ok(compiled) = compile(watched)
        {
            self.comparisons = comparisons;
            return Ok((compiled, Arc::new(self)));
        }
        let compiled = compile(code).map_err(|error| explain(&error, &self.place(&error)))?;
        Ok((compiled, Arc::new(self)))
    }

    /// Where the language says that its error is.
    fn place(&self, error: &Error) -> Span {
        let range = error.range().map(|range| self.comparisons.written(range));
        range.map_or_else(|| self.site.span.clone(), |range| self.site.slice(range))
    }
}

impl Expression {
    /// Compiles an expression.
    ///
    /// # Errors
    /// Where and why it is none.
    pub(super) fn compile(text: &str, site: Site, format: Format) -> Result<Self, Diagnostic> {
        let (mut code, reference) =
            put_reference_aside(text, format, 0).map_err(|malformed| malformed.at(|range| site.slice(range)))?;
        let mut references: Vec<_> = reference.into_iter().collect();
        put_counters_aside(&mut code, &mut references);
        let whole = 0..code.len();
        let (code, surroundings) = Surroundings::new(text, site, references)
            .compile(code, text, &[whole], |code| ENVIRONMENT.compile_expression_owned(code))?;
        Ok(Self { code, surroundings })
    }

    /// The requests that it asks for.
    pub(super) fn demands(&self) -> Vec<Demand<'_>> {
        let Surroundings { site, references, .. } = &*self.surroundings;
        references.iter().filter_map(|reference| reference.demand(&site.span)).collect()
    }

    /// Its value.
    ///
    /// # Errors
    /// Why it has none.
    pub(super) fn evaluate(&self, view: &View) -> Result<Value, Diagnostic> {
        let context = Arc::new(Context::new(view, &self.surroundings));
        let value = context.check(self.code.eval(Value::from_dyn_object(Arc::clone(&context))))?;
        if value.is_undefined() {
            let site = &self.surroundings.site;
            return Err(Diagnostic::error("the expression gives nothing: a part of it is undefined")
                .at(&site.span, "")
                .help("check the names after each `.`, or give it a value with `| default(…)`"));
        }
        Ok(value)
    }
}

/// Replaces the reference that an expression begins with, if the language could not read
/// it, by a stand-in of the same length.
///
/// # Errors
/// If it begins with what looks like a reference and is none.
pub(super) fn put_reference_aside(
    text: &str,
    format: Format,
    index: usize,
) -> Result<(String, Option<Reference>), Malformed> {
    let start = text.len() - text.trim_start().len();
    let head = text[start..head_end(text)].trim_end();
    let stand_in = format!("_{index}");
    let readable = head.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if readable || head.len() < stand_in.len() {
        return Ok((text.to_owned(), None));
    }
    let Some(reference) = Reference::parse(head, format, <&Rules>::default()) else {
        return Ok((text.to_owned(), None));
    };
    let reference = reference.map_err(|malformed| malformed.shifted(start))?;
    let width = head.len();
    let code = format!("{}{stand_in:<width$}{}", &text[..start], &text[start + width..]);
    Ok((code, Some(reference)))
}

/// What counts the times that a request runs; unlike other references it may stand anywhere.
const COUNTER: &str = "$index";

/// Replaces the counters of an expression that stand outside of quotes by stand-ins.
fn put_counters_aside(code: &mut String, references: &mut Vec<Reference>) {
    let (mut quote, mut at) = (None, 0);
    while let Some(&byte) = code.as_bytes().get(at) {
        match quote {
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None if matches!(byte, b'"' | b'\'') => quote = Some(byte),
            None if is_counter(&code[at..]) => {
                let Some(Ok(counter)) = Reference::parse(COUNTER, Format::Yaml, <&Rules>::default()) else { return };
                let stand_in = format!("{:<1$}", format!("_{}", references.len()), COUNTER.len());
                code.replace_range(at..at + COUNTER.len(), &stand_in);
                references.push(counter);
            }
            None => {}
        }
        at += code[at..].chars().next().map_or(1, char::len_utf8);
    }
}

fn is_counter(text: &str) -> bool {
    let in_name = |character: char| character.is_alphanumeric() || character == '_';
    text.strip_prefix(COUNTER).is_some_and(|rest| !rest.starts_with(in_name))
}

/// Where the first `|` stands outside of quotes and brackets; else the end. A counter is a
/// head by itself: `$index + 1` is a sum, and no call with arguments.
pub(super) fn head_end(text: &str) -> usize {
    let start = text.len() - text.trim_start().len();
    if is_counter(&text[start..]) {
        return start + COUNTER.len();
    }
    let (mut depth, mut quote) = (0_usize, None);
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b')' | b']' | b'}') => depth = depth.saturating_sub(1),
            (None, b'|') if depth == 0 => return at,
            _ => {}
        }
    }
    text.len()
}

/// What an expression sees: each name is looked up when it is asked for.
#[derive(Debug)]
pub(super) struct Context {
    view: View,
    surroundings: Arc<Surroundings>,
    /// Why a variable that exists has no value.
    failure: Mutex<Option<Diagnostic>>,
    /// Names that mean nothing, in the order in which they were asked for.
    missing: Mutex<Vec<String>>,
    /// What has been compared so far.
    operands: Mutex<Operands>,
}

impl Context {
    /// The context of one evaluation.
    pub(super) fn new(view: &View, surroundings: &Arc<Surroundings>) -> Self {
        Self {
            view: view.clone(),
            surroundings: Arc::clone(surroundings),
            failure: Mutex::default(),
            missing: Mutex::default(),
            operands: Mutex::default(),
        }
    }

    /// Notes a side of a comparison.
    ///
    /// # Errors
    /// If it cannot be compared with the other one.
    pub(super) fn note_operand(&self, index: usize, value: Value) -> Result<Value, Error> {
        let Surroundings { site, comparisons, .. } = &*self.surroundings;
        let mut operands = self.operands.lock().expect("no holder of this lock panics");
        match operands.note(index, &value, comparisons, site) {
            Some(clash) => Err(self.fail(clash)),
            None => Ok(comparisons.meant(index, value)),
        }
    }

    /// Keeps why there is no value.
    fn fail(&self, diagnostic: Diagnostic) -> Error {
        let error = Error::new(ErrorKind::InvalidOperation, diagnostic.message.clone());
        *self.failure.lock().expect("no holder of this lock panics") = Some(diagnostic);
        error
    }

    /// The context of a running template, as a value of the language.
    pub(super) fn lookup(state: &State<'_, '_>) -> Option<Value> {
        state.lookup(CONTEXT)
    }

    /// Where it is looked up from.
    pub(super) fn view(&self) -> &View {
        &self.view
    }

    /// The result of an evaluation, its error with the place. That a variable is undefined
    /// is an error even where the language would let it pass, as in `x == 1`.
    pub(super) fn check<T>(&self, result: Result<T, Error>) -> Result<T, Diagnostic> {
        if let Some(failure) = self.failure.lock().expect("no holder of this lock panics").take() {
            return Err(failure);
        }
        let surroundings = &*self.surroundings;
        let Surroundings { site, lenient, .. } = surroundings;
        let missing = self.missing.lock().expect("no holder of this lock panics");
        match (result, missing.last()) {
            (Ok(_), Some(name)) if !lenient => Err(self.view.undefined(name, &site.word(&site.span, name))),
            (Ok(value), _) => Ok(value),
            (Err(error), Some(name)) if is_of_undefined(&error, *lenient) => {
                Err(self.view.undefined(name, &site.word(&surroundings.place(&error), name)))
            }
            (Err(error), _) => Err(explain(&error, &surroundings.place(&error))),
        }
    }

    fn find(self: &Arc<Self>, name: &str) -> Result<Option<Value>, Diagnostic> {
        if name == CONTEXT {
            return Ok(Some(Value::from_dyn_object(Arc::clone(self))));
        }
        let Surroundings { site, references, functions, .. } = &*self.surroundings;
        let aside = name.strip_prefix('_').and_then(|index| index.parse().ok());
        if let Some(reference) = aside.and_then(|index: usize| references.get(index)) {
            return reference.resolve(&self.view, &site.span).map(Some);
        }
        if functions.contains(&name) {
            return Ok(None);
        }
        if let Some(value) = self.view.variable(name, Some(&site.span))? {
            return Ok(Some(value));
        }
        Ok(self.view.exchange(name).map(|exchange| exchange.as_value()))
    }
}

impl Object for Context {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        match self.find(key) {
            Ok(None) => {
                if !functions::names().any(|name| name == key) {
                    self.missing.lock().expect("no holder of this lock panics").push(key.to_owned());
                }
                None
            }
            Ok(found) => found,
            Err(diagnostic) => Some(self.fail(diagnostic).into()),
        }
    }
}

/// Whether an error comes from an undefined variable, where one was asked for.
fn is_of_undefined(error: &Error, lenient: bool) -> bool {
    let is_name =
        matches!(error.kind(), ErrorKind::UnknownFunction | ErrorKind::UnknownFilter | ErrorKind::UnknownTest);
    error.kind() == ErrorKind::UndefinedError || !(lenient || is_name)
}

/// The language's error in our words.
fn explain(error: &Error, place: &Span) -> Diagnostic {
    let detail = error.detail().unwrap_or_default();
    let said = |message: String| Diagnostic::error(message).at(place, "");
    let unknown = || detail.split_whitespace().find(|word| !matches!(*word, "filter" | "test")).unwrap_or_default();
    match error.kind() {
        ErrorKind::UnknownFilter => {
            said(format!("there is no filter `{}`", unknown())).suggest(unknown(), filter_names())
        }
        ErrorKind::UnknownFunction => {
            said(format!("there is no function `{}`", unknown())).suggest(unknown(), functions::names())
        }
        ErrorKind::OutOfFuel => said("the template takes too many steps".to_owned()),
        ErrorKind::SyntaxError => said(format!("this is not an expression: {detail}")),
        kind if detail.is_empty() => said(kind.to_string()),
        _ => said(detail.to_owned()),
    }
}
