//! The request as it is written and was sent, and the response.

use std::borrow::Cow;
use std::rc::Rc;
use std::time::SystemTime;

use rquickjs::prelude::Func;
use rquickjs::{Ctx, Object};
use serde_json::{Value as Json, json};

use crate::client::{Response, SameSite, SetCookie};
use crate::http::Headers;
use crate::source::Spanned;
use crate::spec::{Format, Text};

use super::{Host, Run, thrown};

pub(super) fn register(object: &Object<'_>, host: &Rc<Host>) -> rquickjs::Result<()> {
    let ask = |name: &'static str, ask: fn(&Run) -> String| {
        let host = Rc::clone(host);
        object.set(name, Func::from(move || host.with(|run| ask(run))))
    };
    ask("request", |run| run.request().to_string())?;
    ask("response", |run| run.response().map(describe).unwrap_or_default().to_string())?;
    ask("responseText", |run| run.response().map(text).unwrap_or_default())?;
    let known = Rc::clone(host);
    object.set("hasResponse", Func::from(move || known.with(|run| run.situation.response.is_some())))?;
    let raw = Rc::clone(host);
    object.set("raw", Func::from(move |part: String| raw.with(|run| run.raw(&part))))?;
    let substituted = Rc::clone(host);
    object.set("substituted", Func::from(move |part: String| substituted.with(|run| run.substituted(&part))))?;
    let iteration = Rc::clone(host);
    object.set("iteration", Func::from(move || iteration.with(|run| run.situation.iteration)))?;
    let values = Rc::clone(host);
    let template_value =
        move |index: u32| values.with(|run| run.situation.template_values.get(index as usize).map(Json::to_string));
    object.set("templateValue", Func::from(template_value))?;
    register_headers(object, host)?;
    register_dynamics(object, host)
}

/// Header fields that requests are sent with from here on.
fn register_headers(object: &Object<'_>, host: &Rc<Host>) -> rquickjs::Result<()> {
    let setter = Rc::clone(host);
    let set = move |ctx: Ctx<'_>, name: String, value: String| {
        let set = setter.with(|run| run.situation.headers.set(&name, value));
        set.map_err(|error| thrown(&ctx, error))
    };
    object.set("headerSet", Func::from(set))?;
    let host = Rc::clone(host);
    object.set("headerClear", Func::from(move |name: String| host.with(|run| run.situation.headers.remove(&name))))
}

/// `{{$…}}`, as scripts ask for it.
fn register_dynamics(object: &Object<'_>, host: &Rc<Host>) -> rquickjs::Result<()> {
    let drawer = Rc::clone(host);
    let draw = move |ctx: Ctx<'_>, call: String| {
        let value = drawer.with(|run| run.draw(&call)).map_err(|reason| thrown(&ctx, reason))?;
        Ok::<_, rquickjs::Error>(value.to_string())
    };
    object.set("draw", Func::from(draw))?;
    let host = Rc::clone(host);
    object.set("isDynamic", Func::from(move |call: String| host.with(|run| run.draw(&call).is_ok())))
}

impl Run {
    pub(super) fn response(&self) -> Option<&Response> {
        self.situation.response.as_deref()
    }

    /// The request: its header fields as they are written, and as they are sent.
    fn request(&self) -> Json {
        match self.response() {
            Some(response) => {
                let request = &response.request;
                let body = request.body.in_memory().filter(|body| !body.is_empty());
                let body = body.map(|body| String::from_utf8_lossy(&body).into_owned());
                let written = |name: &str| {
                    let fields = self.situation.request.headers.iter();
                    fields.filter(|(known, _)| known.value.eq_ignore_ascii_case(name)).map(|(_, raw)| &raw.value).next()
                };
                let fields = request.headers.iter().map(|field| {
                    let value = field.value().text();
                    json!([field.name(), written(field.name()).map_or(&*value, String::as_str), value])
                });
                let fields: Vec<_> = fields.collect();
                json!({"method": request.method.as_str(), "url": request.url.to_string(), "body": body, "fields": fields})
            }
            None => {
                let request = &self.situation.request;
                let fields = request.headers.iter();
                let fields = fields.map(|(name, raw)| json!([self.known(name), raw.value, self.known(raw)]));
                json!({"method": self.known(&request.method), "fields": fields.collect::<Vec<_>>()})
            }
        }
    }

    /// A part of the request as it is written.
    fn raw(&self, part: &str) -> Option<String> {
        let text = |texts: &[Text]| texts.iter().map(|text| text.value.as_str()).collect::<String>();
        match part {
            "url" => Some(self.situation.request.target.value.clone()),
            _ => self.situation.request.body.as_deref().map(text),
        }
    }

    /// The same with all that is known put in.
    fn substituted(&self, part: &str) -> Option<String> {
        match part {
            "url" => Some(self.known(&self.situation.request.target)),
            _ => {
                self.situation.request.body.as_deref().map(|texts| texts.iter().map(|text| self.known(text)).collect())
            }
        }
    }

    /// A text with all that is known put in; what is not stays as it is written.
    fn known(&self, text: &Text) -> String {
        self.situation.templates.render_known(text, &self.scope())
    }

    fn draw(&self, call: &str) -> Result<Json, String> {
        let text = Spanned { value: format!("{{{{{call}}}}}"), span: self.program.caller.clone() };
        let drawn = self
            .situation
            .templates
            .compile(&Text::new(text, Format::Http))
            .and_then(|template| template.evaluate(&self.scope()));
        drawn.map_err(|diagnostic| diagnostic.message)
    }
}

fn describe(response: &Response) -> Json {
    let content_type = response.content_type().unwrap_or_default();
    let (mime_type, parameters) = content_type.split_once(';').unwrap_or((&content_type, ""));
    let charset = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_owned())
    });
    let cookies: Vec<_> = response.cookies().iter().map(cookie).collect();
    json!({
        "status": response.status.code(),
        "fields": fields(&response.headers),
        "mimeType": mime_type.trim().to_ascii_lowercase(),
        "charset": charset,
        "cookies": cookies,
    })
}

fn fields(headers: &Headers) -> Vec<(&str, Cow<'_, str>)> {
    headers.iter().map(|field| (field.name(), field.value().text())).collect()
}

fn cookie(cookie: &SetCookie) -> Json {
    let expires = cookie.expires.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
    let same_site = cookie.same_site.map(|same_site| match same_site {
        SameSite::Strict => "Strict",
        SameSite::Lax => "Lax",
        SameSite::None => "None",
    });
    json!({
        "name": cookie.name,
        "value": cookie.value,
        "domain": cookie.domain,
        "path": cookie.path,
        "expires": expires.map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX)),
        "maxAge": cookie.max_age,
        "secure": cookie.secure,
        "httpOnly": cookie.http_only,
        "sameSite": same_site,
    })
}

/// The body as text; what is no text as far as it is UTF-8.
fn text(response: &Response) -> String {
    match response.text() {
        Ok(text) => text.into_owned(),
        Err(_) => response.bytes().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default(),
    }
}
