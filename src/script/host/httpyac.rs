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
