//! What httpYac's glue asks for beside the variables: the request, the response, files, and
//! what a script has changed.

use std::rc::Rc;

use rquickjs::prelude::Func;
use rquickjs::{Ctx, Object};
use serde_json::{Map, Value as Json, json};

use crate::client::Response;
use crate::script::rendered::{Changes, Rendered, fields};
use crate::spec::{Format, Text};
use crate::template;

use super::{Host, Run, thrown};

pub(super) fn register(object: &Object<'_>, host: &Rc<Host>) -> rquickjs::Result<()> {
    register_exchange(object, host)?;
    let names = Rc::clone(host);
    object.set("variableNames", Func::from(move || names.with(|run| run.variable_names())))?;
    let reference = Rc::clone(host);
    let reference = move |ctx: Ctx<'_>, text: String| {
        let value = reference.with(|run| run.reference(&text));
        value.map_err(|reason| thrown(&ctx, reason))
    };
    object.set("reference", Func::from(reference))
}

/// The request and the response, and what is to become of them.
fn register_exchange(object: &Object<'_>, host: &Rc<Host>) -> rquickjs::Result<()> {
    let request = Rc::clone(host);
    object.set("rendered", Func::from(move || request.with(|run| run.rendered())))?;
    let response = Rc::clone(host);
    let received = move || response.with(|run| run.response().map(|found| shown(found).to_string()));
    object.set("received", Func::from(received))?;
    let named = Rc::clone(host);
    let exchange = move |name: String| {
        named.with(|run| run.situation.scope.response_of(&name).map(|found| shown(found).to_string()))
    };
    object.set("exchange", Func::from(exchange))?;
    let bytes = Rc::clone(host);
    let bytes = move || bytes.with(|run| run.response().and_then(|found| found.bytes().ok().map(Into::into)));
    object.set("bytes", Func::from(move || bytes().unwrap_or_else(Vec::<u8>::new)))?;
    let change = Rc::clone(host);
    let change = move |ctx: Ctx<'_>, json: String| {
        let changes: Changes = serde_json::from_str(&json).map_err(|error| thrown(&ctx, error))?;
        change.with(|run| run.changes.extend(changes));
        Ok::<_, rquickjs::Error>(())
    };
    object.set("change", Func::from(change))?;
    let cancel = Rc::clone(host);
    object.set("cancel", Func::from(move || cancel.with(|run| run.is_cancelled = true)))
}

impl Run {
    fn rendered(&self) -> String {
        let rendered = || Rendered::from(&*self.situation.request);
        json!(self.situation.rendered.clone().unwrap_or_else(rendered)).to_string()
    }

    /// The names of variables, and those of requests whose responses are there.
    fn variable_names(&self) -> Vec<String> {
        let mut names = self.scope().names();
        names.retain(|name| !name.starts_with('$'));
        for request in self.situation.scope.recorded() {
            names.extend([format!("{request}Response"), request]);
        }
        names
    }

    /// What a template in braces gives, as JSON.
    fn reference(&self, text: &str) -> Result<String, String> {
        let code = Text::new(self.program.caller.clone().with(format!("{{{{{text}}}}}")), Format::Http);
        let value = template::Engine::default().compile(&code).and_then(|template| template.evaluate(&self.scope()));
        value.map(|value| value.to_string()).map_err(|diagnostic| diagnostic.message)
    }
}

/// A response in httpYac's shape.
fn shown(response: &Response) -> Json {
    let text = response.text().map(std::borrow::Cow::into_owned).unwrap_or_default();
    let kind = response.content_type().unwrap_or_default().into_owned();
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let milliseconds = |time: std::time::Duration| time.as_secs_f64() * 1000.0;
    let timings = &response.timings;
    json!({
        "protocol": response.version.as_str(),
        "httpVersion": response.version.as_str().trim_start_matches("HTTP/"),
        "statusCode": response.status.code(),
        "statusMessage": response.reason,
        "headers": lower_fields(response),
        "contentType": { "mimeType": essence, "contentType": kind, "charset": response.encoding },
        "isJson": essence.contains("json") && serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok(),
        "body": text,
        "timings": {
            "dns": milliseconds(timings.dns),
            "tcp": milliseconds(timings.connect),
            "tls": milliseconds(timings.tls),
            "request": milliseconds(timings.request),
            "wait": milliseconds(timings.wait),
            "firstByte": milliseconds(timings.wait),
            "download": milliseconds(timings.download),
            "total": milliseconds(timings.total),
        },
        "request": {
            "method": response.request.method.as_str(),
            "url": response.request.url.to_string(),
            "headers": fields(&response.request.headers),
            "body": response.request.body.in_memory().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        },
    })
}

/// Header fields as Node gives them: in lower case, joined, but for those of cookies.
fn lower_fields(response: &Response) -> Map<String, Json> {
    let mut lower = Map::new();
    for field in response.headers.iter() {
        let name = field.name().to_ascii_lowercase();
        let all = || response.headers.get_all(field.name()).map(|value| value.text().into_owned());
        let value = match name.as_str() {
            "set-cookie" => all().collect::<Vec<_>>().into(),
            _ => all().collect::<Vec<_>>().join(", ").into(),
        };
        lower.insert(name, value);
    }
    lower
}
#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::client::{Answer, InMemory, Session};
    use crate::http::Status;
    use crate::script::tests::{engine, logged, program_in, scope, situation};
    use crate::script::{Engine, Form, Report, Situation};
    use crate::spec::Surroundings;

    fn run_with(engine: &Engine, code: &str, situation: Situation) -> Report {
        engine.run(&program_in(Surroundings::HttpYac, code, Form::Statements), situation)
    }

    /// What a script makes of a response.
    fn run(code: &str) -> Report {
        let mut situation = situation(scope());
        situation.response = Some(Arc::new(response()));
        run_with(&engine(), code, situation)
    }

    fn response() -> Response {
        let body = br#"{"name": "Ada", "roles": ["admin", "author"], "age": 36, "none": null}"#;
        let answer = Answer { body: body.to_vec(), ..Answer::new(Status::OK) };
        let fields = [("Content-Type", "application/json; charset=utf-8"), ("X-Id", "7")];
        let answer = fields.iter().fold(answer, |answer, (name, value)| answer.header(name, value).unwrap());
        Session::with_adapter(InMemory::new(move |_| answer.clone())).get("http://h/users").send().unwrap()
    }

    /// The tests that fail, with what they say.
    fn failures(report: &Report) -> Vec<String> {
        assert_eq!(report.error, None);
        let failed = report.outcomes.iter().filter_map(|outcome| {
            let failure = outcome.failure.as_ref()?;
            Some(format!("{}: {}", outcome.assertion, failure.message))
        });
        failed.collect()
    }

    #[test]
    fn responses_are_tested_in_short() {
        let report = run("test.status(200); test.header('x-id', '7'); test.headerContains('content-type', 'json');\n\
                          test.hasResponseBody(); test.totalTime(1000); test.status(404); test.header('X-Id', '8')\n\
                          test.responseBody('x'); test.hasNoResponseBody()");
        assert_eq!(report.outcomes.len(), 9);
        let failed = failures(&report);
        assert_eq!(failed.len(), 4, "{failed:?}");
        assert_eq!(failed[0], "response status equals to 404: response status is 200 (expected: 404)");
        assert_eq!(report.outcomes[6].span.to_string(), "a.http:4:1");
    }

    #[test]
    fn tests_are_functions_that_throw_or_do_not() {
        let report = run("test('a', () => {}); test('b', () => { throw new Error('no') });\n\
                          test('c', async () => { await sleep(1); assert.equal(response.parsedBody.age, 37) });\n\
                          test('d', () => assert(response.statusCode === 200 && response.body.length > 10))");
        assert_eq!(failures(&report), ["b: no", "c: expected 36 to equal 37"]);
    }

    #[test]
    fn expectations_read_as_those_of_chai() {
        let body = "const body = response.parsedBody; const { expect } = require('chai'); ";
        for (code, failure) in [
            ("expect(body.name).to.equal('Ada')", None),
            ("expect(body.name).to.be.a('string').that.is.not.empty", None),
            ("expect(body).to.have.property('roles').that.is.an('array').with.lengthOf(2)", None),
            ("expect(body.roles).to.include('admin').and.not.include('guest')", None),
            ("expect(body).to.deep.include({roles: ['admin', 'author']})", None),
            ("expect(body).to.have.all.keys('name', 'roles', 'age', 'none')", None),
            ("expect(body).to.include.keys('name')", None),
            ("expect(body.roles).to.have.length.above(1)", None),
            ("expect(body.roles).to.have.members(['author', 'admin'])", None),
            ("expect(body).to.have.nested.property('roles[1]', 'author')", None),
            ("expect(body.none).to.be.null; expect(body.nope).to.be.undefined; expect(body.age).to.exist", None),
            ("expect(body.age).to.be.within(30, 40).and.to.be.at.least(36)", None),
            ("expect(() => { throw new TypeError('odd') }).to.throw(TypeError, /odd/)", None),
            ("expect(body.name).to.match(/^A/).and.to.be.oneOf(['Ada', 'Alan'])", None),
            ("expect(body).to.eql({...body}); expect([1]).to.deep.equal([1])", None),
            ("expect(body.age).to.equal('36')", Some("expected 36 to equal \"36\"")),
            ("expect(body.age, 'age').to.be.below(30)", Some("age: expected 36 to be below 30")),
            ("expect(body.name).to.be.an('array')", Some("expected \"Ada\" to be an array")),
            ("expect(body.name).to.not.equal('Ada')", Some("expected \"Ada\" not to equal \"Ada\"")),
            ("expect(body).to.have.property('age', 7)", Some("to have a property \"age\" of 7, and not 36")),
        ] {
            let failed = failures(&run(&format!("test('t', () => {{ {body}{code} }})")));
            match failure {
                None => assert!(failed.is_empty(), "{code}: {failed:?}"),
                Some(words) => assert!(failed.len() == 1 && failed[0].contains(words), "{code}: {failed:?}"),
            }
        }
    }

    #[test]
    fn what_is_exported_is_a_variable_also_where_json_cannot_say_it() {
        let engine = engine();
        let first = run_with(
            &engine,
            "exports.token = 't'; exports.later = sleep(1).then(() => 5);\n\
             exports.twice = (value) => value * 2; $global.seen = [base]; module.exports['user-id'] = 7",
            situation(scope()),
        );
        assert_eq!(first.error, None);
        for (name, value) in [("token", json!("t")), ("later", json!(5)), ("$global", json!({"seen": ["http://h"]}))] {
            assert_eq!(first.scope.captured(name), Some(value), "{name}");
        }
        let code = "console.log(token, twice(later), $global.seen[0], userId, typeof nope, env)";
        let second = run_with(&engine, code, situation(first.scope));
        assert_eq!(second.error, None);
        assert_eq!(logged(&second.log), ["t 10 http://h 7 undefined staging"]);
    }

    #[test]
    fn a_request_may_be_changed_or_not_sent() {
        let report =
            run("request.headers['X-A'] = 'b'; request.url += '?q=1'; request.body = {c: 1}; exports.$cancel = true");
        assert_eq!(report.error, None);
        let mut request = client_request();
        report.changes.apply(&mut request).unwrap();
        assert_eq!(
            (request.url.to_string(), request.headers.text("x-a").unwrap().into_owned()),
            ("http://h/?q=1".to_owned(), "b".to_owned())
        );
        assert_eq!(request.payload.body.in_memory().unwrap(), br#"{"c":1}"#);
        assert!(report.is_cancelled && run("1").changes.is_empty());
    }

    fn client_request() -> crate::client::Request {
        crate::client::Request::new("GET".parse().unwrap(), "http://h".parse().unwrap())
    }

    #[test]
    fn packages_of_node_are_named_where_they_are_required() {
        for (name, message) in
            [("lodash", "the script fails: `lodash` is a package"), ("./nowhere", "the script fails: there is no file")]
        {
            let error = run(&format!("\nconst a = require('{name}')")).error.unwrap();
            assert!(error.message.starts_with(message), "{}", error.message);
            assert_eq!(error.span().unwrap().location().line, 4);
        }
    }

    #[test]
    fn an_expression_sees_the_variables() {
        let program = program_in(Surroundings::HttpYac, "base.length + $random.integer(1, 2)", Form::Expression);
        assert_eq!(engine().run(&program, situation(scope())).value, Some(json!(9)));
    }
}
