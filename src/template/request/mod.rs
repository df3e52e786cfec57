//! A spec's request, compiled and rendered.

mod auth;
mod body;
mod compiler;
mod content;
mod fields;
mod graphql;
mod message;
mod multipart;
mod named_oauth2;
pub(super) mod oauth2;
mod route;
mod target;
mod tls;

pub use message::CompiledMessage;

use std::path::PathBuf;
use std::time::Duration;

use crate::client::{self, CookieFields, Options, Payload};
use crate::diagnostic::Diagnostic;
use crate::http::Headers;
use crate::source::{Existing, ReadError, Root, Spanned};
use crate::spec::dialect::{HostField, RepeatedFields, ResponseDecoding, Rules};
use crate::spec::{self, Auth, Cert, Format, Jar, Protocol, Query, Settings, Verify};

use self::body::Body;
use self::compiler::Compiler;
use self::fields::{Field, Pair};
use self::route::Route;
use self::target::Target;
use self::tls::Tls;
use super::{Engine, Scope, Template};

/// A spec's request with its templates compiled.
#[derive(Debug)]
pub struct CompiledRequest {
    target: Target,
    params: Vec<Pair>,
    headers: Vec<Field>,
    header_maps: Vec<Template>,
    cookies: Vec<Pair>,
    body: Option<Body>,
    auth: Option<Spanned<Auth<Template>>>,
    options: Options,
    /// What the session is not asked for.
    omitted_options: Vec<Forget>,
    tls: Option<Box<Tls>>,
    /// The file that cookies are kept in.
    jar: Option<Template>,
    route: Option<Box<Route>>,
    /// The file that the response's body goes to.
    output: Option<(Template, Existing)>,
    rules: &'static Rules,
    format: Format,
}

impl CompiledRequest {
    /// Compiles every template of a request.
    ///
    /// # Errors
    /// Every text that is no template, at its place.
    pub fn compile(engine: &Engine, request: &spec::Request) -> Result<Self, Vec<Diagnostic>> {
        let mut compiler = Compiler::new(engine);
        let compiled = Self {
            target: Target::compile(&mut compiler, request),
            params: compiler.pairs(&request.params),
            headers: request.headers.iter().map(|field| Field::compile(&mut compiler, field)).collect(),
            header_maps: request.header_maps.iter().map(|map| compiler.text(map)).collect(),
            cookies: compiler.pairs(&request.cookies),
            body: request.body.as_ref().map(|body| Body::compile(&mut compiler, body, request.target.format)),
            auth: request.auth.as_ref().map(|auth| auth.span.clone().with(auth.value.map(|text| compiler.text(text)))),
            options: Options {
                read_for: read_for(&request.protocol),
                raw_body: asks_for_raw_body(request).then_some(true),
                ..options(&request.settings)
            },
            omitted_options: omitted(&request.settings),
            tls: Tls::compile(&mut compiler, &request.settings),
            jar: match request.settings.cookie_jar.as_deref() {
                Some(Jar::File(path)) => Some(compiler.text(path)),
                _ => None,
            },
            route: Route::compile(&mut compiler, &request.settings.route),
            output: request.settings.output.as_ref().map(|output| (compiler.text(&output.path), output.existing)),
            rules: compiler.rules(),
            format: request.target.format,
        };
        compiler.finish(compiled)
    }

    /// The request to send.
    ///
    /// # Errors
    /// What cannot be rendered or is then no method, URL, header, …; a file that cannot be had.
    pub fn render(&self, scope: &Scope<'_>, root: &Root) -> Result<client::Request, Diagnostic> {
        scope.settled()?;
        let (headers, omitted_headers) = self.render_headers(scope)?;
        let (method, url, version) = self.target.render(scope, &headers)?;
        let mut request = client::Request::new(method, url);
        for param in &self.params {
            param.render_into(scope, &mut request.params)?;
        }
        for cookie in &self.cookies {
            cookie.render_into(scope, &mut request.cookies)?;
        }
        request.headers = headers;
        request.omitted_headers = omitted_headers;
        request.payload = self.body.as_ref().map_or_else(|| Ok(Payload::default()), |body| body.render(scope, root))?;
        request.auth = self.auth.as_ref().map(|auth| auth::render(auth, scope, root)).transpose()?;
        request.options = self.options.clone();
        request.omitted_options.clone_from(&self.omitted_options);
        request.options.version = version.or(request.options.version);
        if let Some(tls) = &self.tls {
            tls.render_into(&mut request.options, scope, root)?;
        }
        if let Some(jar) = &self.jar {
            request.options.cookie_jar = Some(client::Jar::File(resolve_new(jar, scope, root)?));
        }
        if let Some(route) = &self.route {
            route.render_into(scope, &mut request.options)?;
        }
        if let Some((template, existing)) = &self.output {
            let path = root.resolve_new(template.span().source().path(), &template.render(scope)?);
            let path = path.map_err(|error| outside(template, error))?;
            request.options.output = Some(client::Output { path, existing: *existing });
        }
        if self.format == Format::Http {
            self.obey(scope, &mut request)?;
        }
        Ok(request)
    }

    /// Has the request be sent as its dialect says.
    fn obey(&self, scope: &Scope<'_>, request: &mut client::Request) -> Result<(), Diagnostic> {
        if self.rules.repeated_fields == RepeatedFields::Separate {
            request.cookie_fields = CookieFields::Separate;
        }
        if self.rules.response_decoding == ResponseDecoding::Verbatim {
            request.omitted_headers.push("Accept-Encoding".to_owned());
            request.options.decompress.get_or_insert(false);
        }
        let host = request.url.host_header();
        let written = request.headers.text("Host").filter(|written| *written != host);
        if let Some(written) = written.filter(|_| self.rules.host_field == HostField::OfTarget) {
            let message = format!("the field `Host: {written}` is not sent: the URL names `{host}`");
            scope.warn(Diagnostic::warning(message).at(self.target.span(), ""));
            request.headers.set("Host", &host).map_err(|error| self.target.error(error))?;
        }
        Ok(())
    }

    fn render_headers(&self, scope: &Scope<'_>) -> Result<(Headers, Vec<String>), Diagnostic> {
        let (mut headers, mut omitted) = (Headers::new(), Vec::new());
        for field in &self.headers {
            field.render_into(scope, &mut headers, &mut omitted)?;
        }
        for map in &self.header_maps {
            fields::spread(map, scope, &mut headers)?;
        }
        Ok((headers, omitted))
    }
}

/// How long a stream is read.
fn read_for(protocol: &Protocol) -> Option<Duration> {
    match protocol {
        Protocol::Stream(stream) => stream.time,
        Protocol::Http | Protocol::WebSocket(_) => None,
    }
}

/// Whether a response's body is needed as it came.
fn asks_for_raw_body(request: &spec::Request) -> bool {
    let asserted = request.assertions.iter().map(|assertion| &assertion.subject);
    let captured = request.captures.iter().map(|capture| &capture.subject);
    asserted.chain(captured).any(|subject| subject.query.value == Query::RawBytes)
}

/// Makes a session's word on an option go unheard.
type Forget = fn(&mut Options);

/// What takes a default away of what a session can say, by the key of a setting.
const OMITTED: &[(&str, Forget)] = &[
    ("timeout", |options| options.timeout = None),
    ("redirects", |options| options.redirects = None),
    ("verify", |options| options.verify = None),
    ("cookie_jar", |options| options.cookie_jar = None),
];

/// What the session is not asked for.
fn omitted(settings: &Settings) -> Vec<Forget> {
    let removed = OMITTED.iter().filter(|(key, _)| settings.removed.contains(key)).map(|&(_, forget)| forget);
    let is_nobody = settings.cert.as_deref().is_some_and(|cert| matches!(cert, Cert::None));
    let nobody: Forget = |options| (options.cert, options.host_certs) = (None, None);
    removed.chain(is_nobody.then_some(nobody)).collect()
}

fn options(settings: &Settings) -> Options {
    let verify = settings.verify.as_deref().and_then(|verify| match verify {
        Verify::On => Some(client::Verify::Platform),
        Verify::Off => Some(client::Verify::Off),
        Verify::Roots(_) => None,
    });
    let cookie_jar = settings.cookie_jar.as_deref().and_then(|jar| match jar {
        Jar::Session => Some(client::Jar::Session),
        Jar::Off => Some(client::Jar::Off),
        Jar::File(_) => None,
    });
    Options {
        timeout: settings.timeout.as_deref().copied(),
        connect_timeout: settings.connect_timeout.as_deref().copied(),
        read_timeout: settings.read_timeout.as_deref().copied(),
        redirects: settings.redirects.as_deref().copied(),
        verify,
        version: settings.http_version.as_deref().copied(),
        decompress: settings.decompress.as_deref().copied(),
        encoding: settings.encoding.as_deref().cloned(),
        cookie_jar,
        max_body: settings.max_body.as_deref().copied(),
        read_for: None,
        ..Options::default()
    }
}

/// The file that a rendered path means.
fn resolve(path: &Template, scope: &Scope<'_>, root: &Root) -> Result<PathBuf, Diagnostic> {
    let reference = path.render(scope)?;
    root.resolve(path.span().source().path(), &reference).map_err(|error| error_at(path, error))
}

fn outside(output: &Template, error: ReadError) -> Diagnostic {
    let is_outside = error.is_outside();
    let diagnostic = error_at(output, error);
    if is_outside { diagnostic.help("name its folder with `--output-root`, if it is to lie there") } else { diagnostic }
}

/// The file that a rendered path means, which need not be there yet.
fn resolve_new(path: &Template, scope: &Scope<'_>, root: &Root) -> Result<PathBuf, Diagnostic> {
    let reference = path.render(scope)?;
    root.resolve_new(path.span().source().path(), &reference).map_err(|error| error_at(path, error))
}

/// An error at the place of a text.
fn error_at(template: &Template, message: impl ToString) -> Diagnostic {
    Diagnostic::error(message.to_string()).at(template.span(), "")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::{self, engine, file, header, place, text};
    use super::super::{FileScope, Variables};
    use super::*;
    use crate::http::{Method, Version};
    use crate::source::Span;
    use crate::spec::{Format, Rare, Request};

    fn scope_file() -> FileScope {
        let given = [
            ("host", json!("http://h")),
            ("line", json!("PATCH http://h/p HTTP/1.0")),
            ("verb", json!("put")),
            ("id", json!(7)),
            ("none", json!(null)),
            ("list", json!(["a", 1])),
            ("evil", json!("a\r\nX: y")),
            ("space", json!(" ")),
            ("scheme", json!("http")),
        ];
        let environment = given.map(|(name, value)| (name.to_owned(), value)).to_vec();
        file(Variables { environment, ..Variables::default() }, Format::Http, &[])
    }

    fn render(request: &Request) -> Result<(client::Request, Vec<Diagnostic>), Diagnostic> {
        let file = scope_file();
        let scope = Scope::new(&file, 0, &request.variables);
        let root = Root::at(std::env::temp_dir());
        let compiled = CompiledRequest::compile(&engine(), request).map_err(|mut errors| errors.remove(0))?;
        let rendered = compiled.render(&scope, &root)?;
        Ok((rendered, scope.take_warnings()))
    }

    fn pair(name: &str, value: &str) -> (spec::Text, spec::Value) {
        (text(name, Format::Yaml), fixture::value(value, Format::Yaml))
    }

    #[test]
    fn reads_the_request_line_after_substitution() {
        for (method, target, expected, version) in [
            (None, "{{host}}/a/{{id}}", "GET http://h/a/7", None),
            (Some("{{verb}}"), "{{host}}/", "PUT http://h/", None),
            (Some("Purge"), "http://h", "Purge http://h/", None),
            (None, "{{line}}", "PATCH http://h/p", Some(Version::Http10)),
            (Some("POST"), "{{host}}/a HTTP/1.1", "POST http://h/a", Some(Version::Http11)),
            (None, "{{host}}/a b?q={{space}}", "GET http://h/a%20b?q=", None),
        ] {
            let mut request = fixture::request(target, Format::Http);
            request.method = method.map(|method| text(method, Format::Http));
            let (rendered, warnings) = render(&request).unwrap();
            assert_eq!(format!("{} {}", rendered.method, rendered.url), expected, "{target}");
            assert_eq!(rendered.options.version, version, "{target}");
            assert_eq!(warnings, []);
        }
    }

    #[test]
    fn assumes_a_scheme_with_a_warning() {
        for (target, host, expected) in [
            ("example.org/a", None, "https://example.org/a"),
            ("localhost:8080/a", None, "http://localhost:8080/a"),
            ("/a?b", Some("example.org"), "https://example.org/a?b"),
            ("/a", Some("localhost"), "http://localhost/a"),
        ] {
            let mut request = fixture::request(target, Format::Http);
            request.headers.extend(host.map(|host| header("host", host, Format::Http)));
            let (rendered, warnings) = render(&request).unwrap();
            assert_eq!(rendered.url.to_string(), expected);
            assert_eq!(warnings.len(), 1);
            assert_eq!(place(&warnings[0]), target);
        }
    }

    #[test]
    fn params_and_cookies_keep_repeat_and_leave_out() {
        let mut request = fixture::request("http://h/", Format::Yaml);
        request.params = vec![pair("id", "{{ id }}"), pair("l", "{{ list }}"), pair("n", "{{ none }}"), pair("e", "")];
        request.cookies = vec![pair("c{{ id }}", "x"), pair("n", "{{ none }}")];
        let (rendered, _) = render(&request).unwrap();
        let pairs = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>()
        };
        assert_eq!(rendered.params, pairs(&[("id", "7"), ("l", "a"), ("l", "1"), ("e", "")]));
        assert_eq!(rendered.cookies, pairs(&[("c7", "x")]));
    }

    #[test]
    fn headers_keep_order_case_and_number() {
        let mut request = fixture::request("http://h/", Format::Http);
        let written =
            [("X-b", "{{id}} "), ("Cookie", "a=1"), ("x-B", "2"), ("cookie", "b=2"), ("Authorization", "Basic u p")];
        request.headers = written.map(|(name, value)| header(name, value, Format::Http)).to_vec();
        request.headers.push(spec::HeaderField { name: text("Accept", Format::Http), value: None });
        let (rendered, _) = render(&request).unwrap();
        let fields: Vec<_> = rendered.headers.iter().map(|field| format!("{field:?}")).collect();
        assert_eq!(fields, ["X-b: 7", "Cookie: a=1; b=2", "x-B: 2", "Authorization: Basic dTpw"]);
        assert_eq!(rendered.omitted_headers, ["Accept"]);
    }

    #[test]
    fn secrets_are_rendered_and_hidden() {
        let mut request = fixture::request("http://h/", Format::Yaml);
        let user = text("u{{ id }}", Format::Yaml);
        let password = text("p{{ id }}", Format::Yaml);
        request.auth = Some(Box::new(request.span.clone().with(Auth::Basic { user, password })));
        let (rendered, _) = render(&request).unwrap();
        assert_eq!(rendered.auth.as_ref().unwrap().secrets(), ["p7", "u7:p7"]);
        assert!(!format!("{rendered:?}").contains("p7"));
    }

    #[test]
    fn errors_point_at_the_text_that_caused_them() {
        let with = |change: fn(&mut Request)| {
            let mut request = fixture::request("http://h/", Format::Http);
            change(&mut request);
            request
        };
        for (request, at, message) in [
            (with(|r| r.target = text("http://", Format::Http)), "http://", "it names no host"),
            (with(|r| r.target = text("{{scheme}}://", Format::Http)), "{{scheme}}://", "it names no host"),
            (with(|r| r.target = text("http:/h", Format::Http)), "http:/h", "lacks a slash after its scheme"),
            (with(|r| r.target = text("/a", Format::Yaml)), "/a", "no `Host` header"),
            (with(|r| r.target = text("a{{nope}}", Format::Http)), "nope", "not defined"),
            (with(|r| r.method = Some(text("{{evil}}", Format::Http))), "{{evil}}", "is not a method"),
            (with(|r| r.headers = vec![header("A", "{{evil}}", Format::Http)]), "{{evil}}", "holds a line break"),
            (with(|r| r.headers = vec![header("A{{space}}", "1", Format::Http)]), "A{{space}}", "is not a header name"),
            (with(|r| r.params = vec![pair("a", "x {{ nope }}")]), "nope", "not defined"),
            (with(|r| r.settings = roots(&r.span, "no.pem")), "no.pem", "there is no file"),
        ] {
            let error = render(&request).unwrap_err();
            assert!(error.message.contains(message), "{}", error.message);
            assert_eq!(place(&error), at);
        }
    }

    #[test]
    fn a_token_is_asked_for_with_what_the_texts_become() {
        let token = |token_url: &str| spec::OAuth2 {
            grant: spec::Grant::Password {
                username: text("u{{ id }}", Format::Yaml),
                password: text("p", Format::Yaml),
            },
            token_url: text(token_url, Format::Yaml),
            client_id: Some(text("c{{ id }}", Format::Yaml)),
            client_secret: None,
            client_authentication: spec::ClientAuthentication::Basic,
            scope: vec![text("a", Format::Yaml), text("b{{ id }}", Format::Yaml)],
            parameters: vec![(spec::RequestFor::Both, text("audience", Format::Yaml), text("x", Format::Yaml))],
            timeout: None,
        };
        let render_with = |token_url: &str| {
            let mut request = fixture::request("http://h/", Format::Yaml);
            request.auth = Some(Box::new(request.span.clone().with(spec::Auth::OAuth2(Box::new(token(token_url))))));
            render(&request)
        };
        let (rendered, _) = render_with("{{ host }}/token").unwrap();
        let expected = client::OAuth2::new("http://h/token".parse().unwrap(), client::Grant::password("u7", "p"))
            .public_client("c7")
            .scope("a b7")
            .parameter("audience", "x");
        assert_eq!(format!("{:?}", rendered.auth.unwrap()), format!("{expected:?}"));
        let error = render_with("token{{ id }}").unwrap_err();
        assert!(error.message.contains("`token7` is not a URL"), "{}", error.message);
        assert_eq!(place(&error), "token{{ id }}");
    }

    #[test]
    fn collects_every_text_that_is_no_template() {
        let mut request = fixture::request("http://{{ a + }}/", Format::Http);
        request.headers = vec![header("A", "{{$nope}}", Format::Http)];
        request.params = vec![pair("a", "{{")];
        let errors = CompiledRequest::compile(&engine(), &request).unwrap_err();
        assert_eq!(errors.len(), 3);
    }

    fn roots(span: &Span, path: &str) -> Rare<Settings> {
        let verify = Some(span.clone().with(Verify::Roots(text(path, Format::Http))));
        Settings { verify, ..Settings::default() }.into()
    }

    #[test]
    fn settings_become_options_and_the_request_line_names_the_version() {
        let mut request = fixture::request("http://h/", Format::Http);
        let span = request.span.clone();
        let settings = Settings {
            http_version: Some(span.clone().with(Version::Http2)),
            redirects: Some(span.clone().with(0)),
            verify: Some(span.clone().with(Verify::Off)),
            ..Settings::default()
        };
        request.settings = settings.into();
        request.version = Some(span.with(Version::Http11));
        let (rendered, _) = render(&request).unwrap();
        let options = Options {
            version: Some(Version::Http11),
            redirects: Some(0),
            verify: Some(client::Verify::Off),
            ..Options::default()
        };
        assert_eq!((rendered.method, rendered.options), (Method::GET, options));
    }
}
