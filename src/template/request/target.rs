//! Method, URL and version: what the request line says once it is rendered.

use crate::diagnostic::Diagnostic;
use crate::http::{Headers, Method, Scheme, Url, Version};
use crate::source::Span;
use crate::spec;
use crate::spec::Format;
use crate::spec::dialect::{DefaultScheme, LonePaths, Methods, Rules, TargetOctets};

use super::super::{Scope, Template};
use super::compiler::Compiler;
use super::error_at;

/// The request line, compiled.
#[derive(Debug)]
pub(super) struct Target {
    method: Option<Template>,
    url: Template,
    /// What the URL begins with if it is only a path.
    base: Option<Template>,
    version: Option<Version>,
    format: Format,
    is_websocket: bool,
    rules: &'static Rules,
}

/// The methods that the http specification names (`method-support`).
const SUPPORTED: &[Method] =
    &[Method::DELETE, Method::GET, Method::HEAD, Method::OPTIONS, Method::PATCH, Method::POST, Method::PUT];

impl Target {
    /// Compiles the line. A URL without templates is one already, or wrong.
    pub(super) fn compile(compiler: &mut Compiler<'_>, request: &spec::Request) -> Self {
        let url = compiler.text(&request.target);
        let is_websocket = request.protocol.is_websocket();
        let fixed = url.as_literal().filter(|literal| *literal == request.target.value).map(str::trim);
        let fixed = fixed.filter(|target| !target.starts_with('/'));
        let rules = compiler.rules();
        if let Some(Err(error)) = fixed.map(|target| parse(target, is_websocket, rules)) {
            compiler.error(error.at(url.span(), ""));
        }
        Self {
            method: request.method.as_ref().map(|method| compiler.text(method)),
            url,
            base: request.settings.base_url.as_ref().map(|base| compiler.text(base)),
            version: request.version.as_deref().copied(),
            format: request.target.format,
            is_websocket,
            rules,
        }
    }

    /// Where the URL stands.
    pub(super) fn span(&self) -> &Span {
        self.url.span()
    }

    /// An error at the URL.
    pub(super) fn error(&self, message: impl ToString) -> Diagnostic {
        error_at(&self.url, message)
    }

    /// The method, the URL and, where the line names one, the version.
    pub(super) fn render(
        &self,
        scope: &Scope<'_>,
        headers: &Headers,
    ) -> Result<(Method, Url, Option<Version>), Diagnostic> {
        let rendered = self.url.render(scope)?;
        let line = match self.rules.methods {
            Methods::AnyToken if self.rereads() => self.read_exactly(rendered.trim())?,
            _ => Line::read(rendered.trim(), self.rereads(), self.method.is_none()),
        };
        let method = match (&self.method, line.method) {
            (Some(template), _) => {
                let method = template.render(scope)?;
                let method = Method::parse_knowing(method.trim(), known_methods(self.rules));
                method.map_err(|error| error_at(template, error))?
            }
            (None, method) => method.unwrap_or(Method::GET),
        };
        let url = self.url(line.target, scope, headers)?;
        Ok((method, url, self.version.or(line.version)))
    }

    /// The http specification, `variable-substitution#resolved-interpretation`: token-level
    /// meaning is read from the text as it stands after substitution.
    fn rereads(&self) -> bool {
        self.format == Format::Http && self.url.as_literal().is_none()
    }

    /// Reads a rendered line that has nothing but a method, a target and a version, where each
    /// is not written beside it.
    fn read_exactly<'a>(&self, text: &'a str) -> Result<Line<'a>, Diagnostic> {
        let malformed = || error_at(&self.url, format!("`{text}` is a malformed request line"));
        let words: Vec<&str> = text.split(' ').collect();
        let (words, version) = match words.split_last() {
            Some((last, rest)) if !rest.is_empty() && last.starts_with("HTTP/") => {
                let is_exact = |version: &Version| version.as_str() == *last;
                (rest, Some(Version::parse(last).filter(is_exact).ok_or_else(malformed)?))
            }
            _ => (words.as_slice(), None),
        };
        match words {
            [target] => Ok(Line { method: None, target, version }),
            [method, target] if self.method.is_none() => {
                let method = Method::parse_knowing(method, known_methods(self.rules)).map_err(|_| malformed())?;
                Ok(Line { method: Some(method), target, version })
            }
            _ => Err(malformed()),
        }
    }

    fn url(&self, target: &str, scope: &Scope<'_>, headers: &Headers) -> Result<Url, Diagnostic> {
        let absolute = match (&self.base, headers.text("Host")) {
            _ if !target.starts_with('/') => target.to_owned(),
            (Some(base), _) => self.below(base, target, scope)?,
            (None, Some(host)) => format!("{}{target}", host.trim()),
            (None, None) => match self.variable_host(scope)? {
                Some(host) => format!("{}{target}", host.trim().trim_end_matches('/')),
                None => {
                    return Err(error_at(&self.url, "the target is a path, and no `Host` header names its host")
                        .help("write the whole URL, give its beginning as `base_url`, or add the header `Host: …`"));
                }
            },
        };
        let (url, assumed) =
            parse(&absolute, self.is_websocket, self.rules).map_err(|error| error.at(self.url.span(), ""))?;
        if assumed {
            let scheme = url.scheme_name();
            scope.warn(
                Diagnostic::warning(format!("the URL names no scheme: `{scheme}` is assumed"))
                    .at(self.url.span(), "")
                    .help(format!("begin it with `{scheme}://`")),
            );
        }
        Ok(url)
    }
}

impl Target {
    /// The text that a path stands below for httpYac.
    fn variable_host(&self, scope: &Scope<'_>) -> Result<Option<String>, Diagnostic> {
        match (self.rules.lone_paths, self.format) {
            (LonePaths::BelowHost, Format::Http) => {
                Ok(scope.lookup("host")?.and_then(|host| host.as_str().map(str::to_owned)))
            }
            _ => Ok(None),
        }
    }

    /// A path below a URL, whatever that has for a path itself.
    fn below(&self, base: &Template, path: &str, scope: &Scope<'_>) -> Result<String, Diagnostic> {
        let rendered = base.render(scope)?;
        let url = rendered.trim();
        if url.is_empty() || url.starts_with('/') || url.contains(['?', '#']) {
            let error = error_at(base, format!("`{url}` is no base URL"));
            return Err(error.help("such as `https://example.org/v1`: with a host, and without a query"));
        }
        let url = url.trim_end_matches('/');
        let scheme = if self.is_websocket { url.strip_prefix("http").map(|rest| format!("ws{rest}")) } else { None };
        Ok(format!("{}{path}", scheme.as_deref().unwrap_or(url)))
    }
}

/// The URL that a text is, and whether its scheme is assumed.
fn parse(text: &str, is_websocket: bool, rules: &Rules) -> Result<(Url, bool), Diagnostic> {
    let scheme = ["http:", "https:", "ws:", "wss:"].into_iter().find(|scheme| text.starts_with(scheme));
    if let Some(scheme) = scheme.filter(|scheme| text[scheme.len()..].starts_with('/') && !text.contains("://")) {
        let error = Diagnostic::error(format!("`{text}` lacks a slash after its scheme"));
        return Err(error.help(format!("begin it with `{scheme}//`")));
    }
    let url = match rules.default_scheme {
        _ if is_websocket => Url::parse_websocket(text),
        DefaultScheme::HttpsButLocally => Url::parse_with_default_scheme(text),
        DefaultScheme::Https => Url::parse_assuming(text, |_| Scheme::Https),
        DefaultScheme::Http => Url::parse_assuming(text, |_| Scheme::Http),
        DefaultScheme::HttpButOnTlsPorts => Url::parse_assuming(text, |url| {
            let authority = url.clone().as_written(text).host_header();
            let is_tls = [":443", ":8443"].iter().any(|port| authority.ends_with(port));
            if is_tls { Scheme::Https } else { Scheme::Http }
        }),
    };
    let as_written = |(url, assumed): (Url, bool)| match rules.target_octets {
        TargetOctets::Verbatim => (url.as_written(text), assumed),
        TargetOctets::Encoded => (url, assumed),
    };
    url.map(as_written).map_err(|error| {
        let diagnostic = Diagnostic::error(error.to_string());
        match Url::begins_as_websocket(text) && !is_websocket {
            true => diagnostic.help("write `WEBSOCKET URL` in a `.http` file, or `websocket: URL` in YAML"),
            false => diagnostic,
        }
    })
}

/// The methods that are read in any letter case.
fn known_methods(rules: &Rules) -> &'static [Method] {
    if rules.methods == Methods::AnyToken { SUPPORTED } else { Method::KNOWN }
}

/// A request line, or only the target of one.
#[derive(Debug, PartialEq)]
struct Line<'a> {
    method: Option<Method>,
    target: &'a str,
    version: Option<Version>,
}

impl<'a> Line<'a> {
    fn read(text: &'a str, whole: bool, with_method: bool) -> Self {
        if !whole {
            return Self { method: None, target: text, version: None };
        }
        let version = text.rsplit_once([' ', '\t']).and_then(|(rest, version)| {
            let version = version.starts_with("HTTP/").then(|| Version::parse(version))??;
            Some((rest.trim_end(), version))
        });
        let (text, version) = version.map_or((text, None), |(rest, version)| (rest, Some(version)));
        let method = text.split_once([' ', '\t']).filter(|_| with_method).and_then(|(method, target)| {
            let is_method = method.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-')
                || Method::KNOWN.iter().any(|known| known.as_str().eq_ignore_ascii_case(method));
            Some((method.parse().ok().filter(|_| is_method)?, target.trim_start()))
        });
        match method {
            Some((method, target)) => Self { method: Some(method), target, version },
            None => Self { method: None, target: text, version },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rereads_a_rendered_request_line() {
        for (text, method, target, version) in [
            ("http://h/", None, "http://h/", None),
            ("POST http://h/ HTTP/1.1", Some(Method::POST), "http://h/", Some(Version::Http11)),
            ("post  http://h/", Some(Method::POST), "http://h/", None),
            ("http://h/ HTTP/2", None, "http://h/", Some(Version::Http2)),
            ("http://h/a b", None, "http://h/a b", None),
            ("hello http://h/", None, "hello http://h/", None),
            ("", None, "", None),
        ] {
            assert_eq!(Line::read(text, true, true), Line { method, target, version }, "{text}");
        }
    }

    #[test]
    fn reads_no_method_where_one_is_written() {
        let line = Line { method: None, target: "POST http://h/", version: None };
        assert_eq!(Line::read("POST http://h/", true, false), line);
    }
}
