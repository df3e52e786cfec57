//! A spec's request, compiled and rendered.

mod body;
mod compiler;
mod fields;
mod multipart;
mod target;

use std::path::PathBuf;

use crate::client::{self, Options, Payload};
use crate::diagnostic::Diagnostic;
use crate::http::Headers;
use crate::secret::Secret;
use crate::source::Root;
use crate::spec::{self, Auth, Settings, Verify};

use self::body::Body;
use self::compiler::Compiler;
use self::fields::{Field, Pair};
use self::target::Target;
use super::{Engine, Scope, Template};

/// A spec's request with its templates compiled.
#[derive(Debug)]
pub struct CompiledRequest {
    target: Target,
    params: Vec<Pair>,
    headers: Vec<Field>,
    cookies: Vec<Pair>,
    body: Option<Body>,
    auth: Option<Credentials>,
    options: Options,
    /// The file of certificates to check the server's against.
    roots: Option<Template>,
}

#[derive(Debug)]
enum Credentials {
    None,
    Basic { user: Template, password: Template },
    Bearer(Template),
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
            cookies: compiler.pairs(&request.cookies),
            body: request.body.as_ref().map(|body| Body::compile(&mut compiler, body, request.target.format)),
            auth: request.auth.as_ref().map(|auth| Credentials::compile(&mut compiler, auth)),
            options: options(&request.settings),
            roots: match request.settings.verify.as_deref() {
                Some(Verify::Roots(path)) => Some(compiler.text(path)),
                _ => None,
            },
        };
        compiler.finish(compiled)
    }

    /// The request to send.
    ///
    /// # Errors
    /// What cannot be rendered or is then no method, URL, header, …; a file that cannot be had.
    pub fn render(&self, scope: &Scope<'_>, root: &Root) -> Result<client::Request, Diagnostic> {
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
        request.auth = self.auth.as_ref().map(|auth| auth.render(scope)).transpose()?;
        request.options = self.options.clone();
        request.options.version = version.or(request.options.version);
        if let Some(roots) = &self.roots {
            request.options.verify = Some(client::Verify::Roots(resolve(roots, scope, root)?));
        }
        Ok(request)
    }

    fn render_headers(&self, scope: &Scope<'_>) -> Result<(Headers, Vec<String>), Diagnostic> {
        let (mut headers, mut omitted) = (Headers::new(), Vec::new());
        for field in &self.headers {
            field.render_into(scope, &mut headers, &mut omitted)?;
        }
        Ok((headers, omitted))
    }
}

impl Credentials {
    fn compile(compiler: &mut Compiler<'_>, auth: &Auth) -> Self {
        match auth {
            Auth::None => Self::None,
            Auth::Basic { user, password } => {
                Self::Basic { user: compiler.text(user), password: compiler.text(password) }
            }
            Auth::Bearer(token) => Self::Bearer(compiler.text(token)),
        }
    }

    fn render(&self, scope: &Scope<'_>) -> Result<client::Auth, Diagnostic> {
        let secret = |template: &Template| template.render(scope).map(Secret::new);
        Ok(match self {
            Self::None => client::Auth::None,
            Self::Basic { user, password } => {
                client::Auth::Basic { user: user.render(scope)?, password: secret(password)? }
            }
            Self::Bearer(token) => client::Auth::Bearer(secret(token)?),
        })
    }
}

fn options(settings: &Settings) -> Options {
    let verify = settings.verify.as_deref().and_then(|verify| match verify {
        Verify::On => Some(client::Verify::Platform),
        Verify::Off => Some(client::Verify::Off),
        Verify::Roots(_) => None,
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
        cookie_jar: settings.cookie_jar.as_deref().copied(),
        max_body: settings.max_body.as_deref().copied(),
    }
}

/// The file that a rendered path means.
fn resolve(path: &Template, scope: &Scope<'_>, root: &Root) -> Result<PathBuf, Diagnostic> {
    let reference = path.render(scope)?;
    root.resolve(path.span().source().path(), &reference).map_err(|error| error_at(path, error))
}

/// An error at the place of a text.
fn error_at(template: &Template, message: impl ToString) -> Diagnostic {
    Diagnostic::error(message.to_string()).at(template.span(), "")
}
