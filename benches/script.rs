//! What a script costs: the first of a file, which makes the engine, and those after it.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use divan::{Bencher, black_box};
use rqtest::client::{Answer, InMemory, Response, Session};
use rqtest::http::Headers;
use rqtest::parse::parse;
use rqtest::script::{Engine, Form, Limits, Program, Report, Situation, Watch, Written};
use rqtest::source::{Root, SourceFile};
use rqtest::spec::{Code, Dialect, Entry, Format, Request, Spec};
use rqtest::template::{self, FileScope, Variables};

fn main() {
    divan::main();
}

/// Nobody calls a script off, and none of these waits.
struct Patient;

impl Watch for Patient {
    fn is_called_off(&self) -> bool {
        false
    }

    fn wait(&self, _: Duration) {}
}

/// Scripts of which each should cost under 0.3 ms.
const SCRIPTS: &[&str] = &[
    "client.test('ok', () => client.assert(response.status === 200));",
    "client.test('name', () => client.assert(response.body.items[7].name === 'item 7'));\nclient.global.set('id', response.body.items[7].id);",
    "client.test('digest', () => client.assert(crypto.sha256().updateWithText('a').digest().toHex().length === 64));",
];

struct Case {
    spec: Spec,
    response: Arc<Response>,
}

impl Case {
    fn new(script: &str) -> Self {
        let source = SourceFile::new("a.http", format!("GET https://a.example/items\n\n> {{%\n{script}\n%}}\n"));
        let spec = parse(&source, Format::Http, Dialect::default());
        let items: Vec<_> = (0..20).map(|id| format!("{{\"id\": {id}, \"name\": \"item {id}\"}}")).collect();
        let body = format!("{{\"items\": [{}]}}", items.join(", "));
        let answer = Answer::ok(body).header("Content-Type", "application/json").expect("the header is valid");
        let session = Session::with_adapter(InMemory::new(move |_| answer.clone()));
        let response = session.get("https://a.example/items").send().expect("there is an answer");
        Self { spec, response: Arc::new(response) }
    }

    fn request(&self) -> &Request {
        match &self.spec.requests[0] {
            Entry::Request(request) => request,
            entry => panic!("{:?} is no request", entry.span()),
        }
    }

    fn program(&self) -> Program {
        let script = &self.request().scripts.after[0];
        let Code::Inline(code) = &script.code else { panic!("the code is in the spec") };
        let (code, caller) = (code.clone(), code.span.clone());
        Program { code, caller, form: Form::Statements, surroundings: script.surroundings }
    }

    fn run(&self, engine: &Engine, program: &Program) -> Report {
        let templates = template::Engine::default();
        let root = Root::at(".");
        let scope = FileScope::new(Arc::new(Variables::default()), &self.spec, &root, &templates);
        let situation = Situation {
            templates,
            scope,
            position: 0,
            own: Vec::new(),
            headers: Headers::new(),
            request: Arc::new(Written::from(self.request())),
            rendered: None,
            response: Some(Arc::clone(&self.response)),
            iteration: 0,
            template_values: Vec::new(),
            root,
        };
        let report = engine.run(program, situation);
        assert!(report.error.is_none() && report.outcomes.iter().all(|outcome| outcome.failure.is_none()));
        report
    }
}

fn engine() -> Engine {
    Engine::new(Limits::default(), Rc::new(Patient)).expect("there is memory for an engine")
}

#[divan::bench(args = SCRIPTS)]
fn first(bencher: Bencher, script: &str) {
    let case = Case::new(script);
    let program = case.program();
    bencher.bench_local(|| case.run(&engine(), black_box(&program)));
}

#[divan::bench(args = SCRIPTS)]
fn later(bencher: Bencher, script: &str) {
    let (case, engine) = (Case::new(script), engine());
    let program = case.program();
    case.run(&engine, &program);
    bencher.bench_local(|| case.run(&engine, black_box(&program)));
}
