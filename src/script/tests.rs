//! Scripts that run to their end, and scripts that do not.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::{Engine, Form, Limits, LogLine, Program, Report, Situation, Watch, Written};
use crate::diagnostic::Diagnostic;
use crate::http::Headers;
use crate::source::{Root, SourceFile};
use crate::spec::{Format, Spec, Surroundings, Text};
use crate::template::{self, FileScope, Variables};

/// Nobody calls anything off, and time passes as it does.
struct Patient;

impl Watch for Patient {
    fn is_called_off(&self) -> bool {
        false
    }

    fn wait(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

/// What stands above the code: it begins on the third line, after four characters.
const ABOVE: &str = "GET http://h\n\n> {%";

/// An engine whose scripts have little time, unless they have little memory.
fn engine_for(code: &str) -> Engine {
    let seconds = if code.contains("1e6") { 60 } else { 1 };
    let limits = Limits { time: Duration::from_secs(seconds), memory: 16 * 1024 * 1024, ..Limits::default() };
    Engine::new(limits, Rc::new(Patient)).unwrap()
}

pub(super) fn engine() -> Engine {
    engine_for("")
}

pub(super) fn scope() -> FileScope {
    let source = SourceFile::new("a.http", "@base = http://h\n");
    let spec: Spec = crate::parse::parse(&source, Format::Http, crate::spec::Dialect::default());
    let environment = vec![("env".to_owned(), json!("staging"))];
    let variables = Variables { environment, ..Variables::default() };
    FileScope::new(Arc::new(variables), &spec, &Root::at("."), &template::Engine::default())
}

pub(super) fn situation(scope: FileScope) -> Situation {
    let source = SourceFile::new("a.http", "http://h");
    let target = Text { value: "http://h".to_owned(), span: source.span(0..8), format: Format::Http };
    Situation {
        templates: template::Engine::default(),
        scope,
        position: 0,
        own: Vec::new(),
        headers: Headers::new(),
        request: Arc::new(Written { method: target.clone(), target, headers: Vec::new(), body: None }),
        rendered: None,
        response: None,
        iteration: 0,
        template_values: Vec::new(),
        root: Root::at("."),
    }
}

fn program(code: &str, form: Form) -> Program {
    program_in(Surroundings::JetBrains, code, form)
}

pub(super) fn program_in(surroundings: Surroundings, code: &str, form: Form) -> Program {
    let source = SourceFile::new("a.http", format!("{ABOVE}{code}%}}\n"));
    let span = source.span(ABOVE.len()..ABOVE.len() + code.len());
    let code = Text { value: code.to_owned(), span, format: Format::Http };
    let caller = source.span(ABOVE.len() - 4..ABOVE.len());
    Program { code, caller, form, surroundings }
}

fn run(code: &str) -> Report {
    engine_for(code).run(&program(code, Form::Statements), situation(scope()))
}

/// What is wrong, and where.
fn error(code: &str) -> (String, String) {
    let error = run(code).error.unwrap_or_else(|| panic!("no error: {code}"));
    placed(&error)
}

fn placed(error: &Diagnostic) -> (String, String) {
    (error.message.clone(), error.span().unwrap().to_string())
}

pub(super) fn logged(log: &[LogLine]) -> Vec<&str> {
    log.iter().map(|line| line.text.as_str()).collect()
}

#[test]
fn errors_stand_at_their_line_and_column() {
    let mut wrong = Vec::new();
    for (code, message, place) in [
        (" throw new Error('no')", "the script fails: no", "a.http:3:16"),
        ("\n  nope()", "the script fails: ReferenceError: nope is not defined", "a.http:4:3"),
        ("\nconst é = null; é.x", "the script fails: TypeError: cannot read property 'x' of null", "a.http:4:17"),
        ("\n\n throw 'text'", "the script fails: text", "a.http:5:2"),
        (" const a = ;", "the script fails: SyntaxError: unexpected token in expression: ';'", "a.http:3:16"),
        (" await Promise.reject(new Error('late'))", "the script fails: late", "a.http:3:31"),
        ("\n(async () => { throw new Error('lost') })()", "the script fails: lost", "a.http:4:26"),
        (" const f = () => f(); f()", "the script is stopped: its calls nest too deep", "a.http:3:22"),
        (" for (;;);", "the script is stopped: it ran for longer than 1s", "a.http:3:6"),
        ("\n client.test('a', () => { for (;;); })", "the script is stopped: it ran for longer than 1s", "a.http:4:2"),
        (
            "\nconst a = []; for (;;) a.push('x'.repeat(1e6) + a.length)",
            "the script is stopped: it needs more than 16 MiB of memory",
            "a.http:4:35",
        ),
        (" await new Promise(() => {})", "the script waits for a promise that is never resolved", "a.http:3:6"),
        (
            " await new Promise((end) => setTimeout(end, 1e9))",
            "the script is stopped: it ran for longer than 1s",
            "a.http:3:6",
        ),
        (
            " import x from 'lodash'",
            "the script fails: `lodash` is a package, and only files can be imported: write `./lodash.js`",
            "a.http:3:6",
        ),
    ] {
        let found = error(code);
        if found != (message.to_owned(), place.to_owned()) {
            wrong.push((code, found));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn tests_run_after_the_code_and_each_is_an_outcome() {
    let report = run("\nclient.test('a', () => client.log('in a'))\nclient.test('b', async () => {\n  await null\n  \
                      client.assert(false, 'no b')\n})\nclient.test('c', () => { throw new TypeError('odd') })\n\
                      client.log('code'); client.exit(); client.log('never')");
    assert_eq!(logged(&report.log), ["code", "in a"]);
    let outcomes: Vec<_> = report
        .outcomes
        .iter()
        .map(|outcome| {
            let failure = outcome.failure.as_ref().map(|failure| failure.message.as_str());
            (outcome.assertion.as_str(), outcome.span.to_string(), failure)
        })
        .collect();
    assert_eq!(
        outcomes,
        [
            ("a", "a.http:4:1".to_owned(), None),
            ("b", "a.http:7:3".to_owned(), Some("b: no b")),
            ("c", "a.http:9:1".to_owned(), Some("c: TypeError: odd")),
        ]
    );
    assert_eq!(report.error, None);
}

#[test]
fn tests_are_not_lost_where_the_code_below_them_fails() {
    let report = run("client.test('a', () => client.assert(true)); nowhere()");
    let names: Vec<_> = report.outcomes.iter().map(|outcome| outcome.assertion.as_str()).collect();
    assert_eq!(names, ["a"]);
    assert!(report.error.is_some_and(|error| error.message.contains("nowhere is not defined")));
}

#[test]
fn timers_run_to_their_end() {
    let report = run("setTimeout(() => client.test('a', () => client.assert(false, 'no')), 5);\n\
                      let n = 0; const every = setInterval(() => { if (++n === 2) clearInterval(every) }, 1);\n\
                      client.test('b', () => setTimeout(() => client.test('c', () => client.assert(n === 2)), 10));\n\
                      setTimeout(() => { throw new Error('late') }, 1)");
    let told = report.outcomes.iter().map(|outcome| (outcome.assertion.as_str(), outcome.failure.is_none()));
    assert_eq!(told.collect::<Vec<_>>(), [("b", true), ("a", false), ("c", true)]);
    assert_eq!(report.error.unwrap().message, "the script fails: late");
    let endless = run("client.test('a', () => {}); setInterval(() => {}, 1)");
    assert!(endless.error.unwrap().message.starts_with("the script is stopped: it ran for longer"));
}

#[test]
fn null_that_is_thrown_is_no_want_of_memory() {
    for code in ["throw null", "await Promise.reject(null)", "Promise.reject(null)"] {
        let report = run(&format!("client.test('a', () => client.assert(true)); {code}"));
        assert_eq!(report.outcomes.len(), 1, "{code}");
        assert_eq!(report.error.unwrap().message, "the script fails: null is thrown", "{code}");
    }
}

#[test]
fn scripts_see_nothing_of_each_other_but_the_variables() {
    let engine = engine();
    let mut state = scope();
    for code in [
        " const a = 1; b = 2; globalThis.c = 3; client.global.set('d', {e: [4]})",
        " client.log(typeof a, typeof b, typeof c, client.global.get('d').e[0])",
    ] {
        let report = engine.run(&program(code, Form::Statements), situation(state));
        assert_eq!(report.error, None);
        state = report.scope;
        if !report.log.is_empty() {
            assert_eq!(logged(&report.log), ["undefined undefined undefined 4"]);
        }
    }
}

#[test]
fn an_expression_has_a_value() {
    let report = engine().run(&program(" ({a: [1, await 2]}) ", Form::Expression), situation(scope()));
    assert_eq!(report.value, Some(json!({"a": [1, 2]})));
}

#[test]
fn what_is_said_without_end_is_cut_off() {
    let report = run("for (let i = 0; i < 1e4; i++) client.log('x'.repeat(100))");
    let length: usize = report.log.iter().map(|line| line.text.len()).sum();
    assert!(length < 70_000 && report.log.last().unwrap().text.ends_with("left out)"), "{length}");
}
