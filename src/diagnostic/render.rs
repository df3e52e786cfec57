//! Diagnostics as text: rustc's look, through annotate-snippets.
//!
//! What is handed to it is cut down first, to the lines around the spans and to a
//! window of those that are very long, so that the cost does not depend on the size
//! of the file. Terminals obey control characters: none gets through.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::{
    Annotation, AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str,
};

use super::fold::AMPLE;
use super::{Diagnostic, Label, Severity, fold};
use crate::secret::Redactor;
use crate::source::Span;

/// How text is to look where it ends up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether ANSI colours are wanted.
    pub color: bool,
    /// The width of the terminal, in columns.
    pub width: usize,
}

impl Style {
    /// Without colour, at a width that suits files and logs.
    pub const PLAIN: Self = Self { color: false, width: 140 };
}

/// Excerpts are not squeezed any further.
const NARROWEST: usize = 40;

/// A span of more lines than this is shown by its first line.
const MOST_LINES: usize = 6;

/// Labels that are at most this many bytes apart share an excerpt.
const NEAR: usize = 8 * 1024;

/// How much of a line is kept on each side of a span, in bytes.
const LINE_WINDOW: usize = 1024;

/// A diagnostic with its excerpts, without a trailing newline.
pub fn render(diagnostic: &Diagnostic, style: Style) -> String {
    render_redacted(diagnostic, style, &Redactor::default())
}

/// As [`render`], without the secrets that the redactor knows.
pub fn render_redacted(diagnostic: &Diagnostic, style: Style, redactor: &Redactor) -> String {
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    let text = |text: &str| visible(&redactor.redact(text)).into_owned();
    let width = style.width.max(NARROWEST);
    let excerpts = excerpts(&diagnostic.labels, width);
    let told = |words: &str| folded(&text(words), width);
    let notes = diagnostic.notes.iter().map(|note| Level::NOTE.message(told(note)));
    let help = diagnostic.help.iter().map(|help| Level::HELP.message(told(help)));
    let group = Group::with_title(level(diagnostic.severity).primary_title(text(&diagnostic.message)))
        .elements(excerpts.iter().flat_map(|excerpt| excerpt.elements(redactor)))
        .elements(notes)
        .elements(help);
    let rendered = renderer.term_width(width).render(&[group]);
    rendered.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// The lines of a note as a narrow terminal has room for them, beside what stands before it.
fn folded(text: &str, width: usize) -> String {
    const BEFORE: usize = "1000 = note: ".len();
    if width >= AMPLE {
        return text.to_owned();
    }
    text.lines().flat_map(|line| fold(line, width.saturating_sub(BEFORE))).collect::<Vec<_>>().join("\n")
}

/// Text with its control characters made visible; line breaks stay.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().any(|character| character != '\n' && is_unruly(character)) {
        Cow::Owned(normalize_untrusted_str(&tame(text)))
    } else {
        Cow::Borrowed(text)
    }
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Info => Level::INFO,
        Severity::Warning => Level::WARNING,
        Severity::Error => Level::ERROR,
    }
}

/// Some lines of one source, and the labels that speak of them.
struct Excerpt<'a> {
    /// The first of the labels: its place heads the excerpt.
    head: &'a Span,
    /// The bytes of the source that are shown.
    window: Range<usize>,
    labels: Vec<Shown<'a>>,
}

/// A label, with the part of its span that is underlined.
struct Shown<'a> {
    label: &'a Label,
    range: Range<usize>,
    kind: AnnotationKind,
}

fn excerpts(labels: &[Label], width: usize) -> Vec<Excerpt<'_>> {
    let mut excerpts: Vec<Excerpt<'_>> = Vec::new();
    for (index, label) in labels.iter().enumerate() {
        let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let range = underlined(&label.span, width);
        let window = window(label.span.source().text(), &range);
        let shown = Shown { label, range, kind };
        match excerpts.iter_mut().find(|excerpt| excerpt.takes(&label.span, &window)) {
            Some(excerpt) => excerpt.add(shown, window),
            None => excerpts.push(Excerpt { head: &label.span, window, labels: vec![shown] }),
        }
    }
    excerpts
}

impl<'a> Excerpt<'a> {
    fn takes(&self, span: &Span, window: &Range<usize>) -> bool {
        self.head.source().path() == span.source().path()
            && window.start <= self.window.end.saturating_add(NEAR)
            && self.window.start <= window.end.saturating_add(NEAR)
    }

    fn add(&mut self, shown: Shown<'a>, window: Range<usize>) {
        self.window = self.window.start.min(window.start)..self.window.end.max(window.end);
        self.labels.push(shown);
    }

    /// The snippet; it says by itself where it stands, unless the start of its first line is
    /// cut off. Of a private source only the place is told.
    fn elements(&self, redactor: &Redactor) -> Vec<Element<'static>> {
        let source = self.head.source();
        let path = visible(&redactor.redact(&source.path().to_string_lossy())).into_owned();
        let location = self.head.location();
        let origin = || Origin::path(path.clone()).line(location.line).char_column(location.column);
        if source.is_private() {
            return vec![origin().into()];
        }
        let lines = &source.text()[self.window.clone()];
        let snippet = Snippet::source(tame(&redactor.mask(lines)))
            .line_start(source.location(self.window.start).line)
            .annotations(self.labels.iter().map(|shown| self.annotation(shown, redactor)));
        if self.window.start == 0 || source.text()[..self.window.start].ends_with('\n') {
            return vec![snippet.path(path).into()];
        }
        vec![origin().into(), snippet.into()]
    }

    fn annotation(&self, shown: &Shown<'_>, redactor: &Redactor) -> Annotation<'static> {
        let range = shown.range.start - self.window.start..shown.range.end - self.window.start;
        let text = visible(&redactor.redact(&shown.label.text)).into_owned();
        shown.kind.span(range).label((!text.is_empty()).then_some(text))
    }
}

/// The part of a span that is underlined: not its line break, not more than fits.
fn underlined(span: &Span, width: usize) -> Range<usize> {
    let text = span.text();
    let start = span.range().start;
    let trimmed = text.trim_end();
    let text = if trimmed.is_empty() { text.lines().next().unwrap_or("") } else { trimmed };
    let text = if text.lines().nth(MOST_LINES).is_some() { text.lines().next().unwrap_or("") } else { text };
    let longest = if text.contains('\n') { NEAR } else { width };
    let end = text.char_indices().nth(longest).map_or(text.len(), |(at, _)| at);
    start..start + end
}

/// The lines that a range lies on, cut where they are very long.
fn window(text: &str, range: &Range<usize>) -> Range<usize> {
    let earliest = text.floor_char_boundary(range.start.saturating_sub(LINE_WINDOW));
    let latest = text.ceil_char_boundary(range.end.saturating_add(LINE_WINDOW).min(text.len()));
    let start = text[earliest..range.start].rfind('\n').map_or(earliest, |at| earliest + at + 1);
    let end = text[range.end..latest].find('\n').map_or(latest, |at| range.end + at);
    let rest = &text[range.end..end];
    start..range.end + rest.strip_suffix('\r').unwrap_or(rest).len()
}

/// Replaces what annotate-snippets lets through by something harmless of the same length in bytes.
fn tame(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\u{80}'..='\u{9f}' => '¤',
            '\u{2028}' | '\u{2029}' => '\u{fffd}',
            other => other,
        })
        .collect()
}

/// Whether a terminal may take a character for a command, or turn the text around it.
fn is_unruly(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::source::SourceFile;

    const SPEC: &str = "### Create a user\n# @name create\n# @assert status == 201\nPOST {{base}}/users?notify=true\nAuthorization: Bearer hunter2secret\n\n{ \"name\": \"Ada\" }\n";

    fn span(path: &str, text: &str, part: &str) -> Span {
        let start = text.find(part).expect("the part stands in the text");
        SourceFile::new(path, text).span(start..start + part.len())
    }

    fn narrow() -> Style {
        Style { color: false, width: 60 }
    }

    #[test]
    fn looks_like_rustc() {
        let spec = SourceFile::new("users.http", SPEC);
        let base = SPEC.find("{{base}}").expect("it is there");
        let name = SPEC.find("create").expect("it is there");
        let diagnostic = Diagnostic::error("the variable `base` is not defined")
            .at(&spec.span(base..base + 8), "not defined")
            .at(&spec.span(name..name + 6), "used by this request")
            .note("3 variables are defined: api, token, user")
            .help("define it above the request: `@base = …`");
        insta::assert_snapshot!(render(&diagnostic, Style::PLAIN));
        insta::assert_snapshot!("looks_like_rustc_in_color", render(&diagnostic, Style { color: true, width: 80 }));
    }

    #[test]
    fn shows_only_the_message_where_there_is_no_place() {
        assert_eq!(render(&Diagnostic::warning("nothing matched"), narrow()), "warning: nothing matched");
    }

    #[test]
    fn heads_each_file_and_each_far_part_with_its_place() {
        let far = format!("@api = one\n{}@api = two\n", "# filler\n".repeat(5000));
        let source = SourceFile::new("far.http", far.as_str());
        let last = far.rfind("@api").expect("it is there");
        let diagnostic = Diagnostic::warning("defined twice")
            .at(&source.span(last..last + 4), "here")
            .at(&source.span(0..4), "and here")
            .at(&span("users.http", SPEC, "users"), "used here");
        insta::assert_snapshot!(render(&diagnostic, narrow()));
    }

    #[test]
    fn trims_long_lines_around_the_span() {
        let line = format!("{}WRONG{}", "left ".repeat(40_000), " right".repeat(40_000));
        let diagnostic = Diagnostic::error("wrong").at(&span("long.http", &line, "WRONG"), "this");
        let rendered = render(&diagnostic, narrow());
        insta::assert_snapshot!(rendered);
        assert!(rendered.lines().all(|line| line.chars().count() <= 70));
    }

    #[test]
    fn shows_long_spans_by_their_first_line() {
        let body = "{\n".to_owned() + &"  \"a\": 1,\n".repeat(100) + "}";
        let source = SourceFile::new("body.http", body.as_str());
        insta::assert_snapshot!(render(&Diagnostic::error("not JSON").at(&source.span(0..body.len()), ""), narrow()));
        let short = SourceFile::new("short.http", "{\n  \"a\":\n}\n");
        insta::assert_snapshot!(
            "marks_short_spans_whole",
            render(&Diagnostic::error("not JSON").at(&short.span(0..11), "no value"), narrow())
        );
    }

    #[test]
    fn makes_control_characters_harmless() {
        let text = "GET \u{1b}[31m/\u{9b}2J\u{202e}x\r\n";
        let source = SourceFile::new("evil\u{7}.http", text);
        let diagnostic = Diagnostic::error("bad \u{1b}]0;title\u{7}").at(&source.span(4..9), "\u{9d}").note("a\u{85}b");
        let rendered = render(&diagnostic, narrow());
        insta::assert_snapshot!(rendered);
        assert!(!rendered.chars().any(|character| character != '\n' && is_unruly(character)));
    }

    #[test]
    fn does_not_show_line_breaks() {
        let source = SourceFile::new("windows.http", "GET /\r\nAccept: *\r\n\r\n{}\r\n");
        let diagnostic = Diagnostic::error("wrong").at(&source.span(4..7), "this").at(&source.span(7..13), "that");
        let rendered = render(&diagnostic, narrow());
        assert!(!rendered.contains('␍'), "{rendered}");
    }

    #[test]
    fn shows_no_secret_and_keeps_the_underline_in_place() {
        let redactor = Redactor::default();
        redactor.learn("hunter2secret");
        let diagnostic = Diagnostic::error("got hunter2secret").at(&span("users.http", SPEC, "hunter2secret"), "");
        let rendered = render_redacted(&diagnostic, narrow(), &redactor);
        insta::assert_snapshot!(rendered);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn renders_any_span_of_any_text(text in "(?s)[a-c\\n\\r\\t é\u{1f600}\u{1b}\u{9b}]{0,60}", a in 0usize..61, b in 0usize..61, color: bool) {
            let [a, b] = [a, b].map(|at| text.floor_char_boundary(at.min(text.len())));
            let source = SourceFile::new("a.http", text);
            let diagnostic = Diagnostic::error("wrong").at(&source.span(a.min(b)..a.max(b)), "one").at(&source.span(a..a), "two");
            let rendered = render(&diagnostic, Style { color, width: 20 });
            prop_assert!(rendered.contains("wrong"));
        }
    }
}
