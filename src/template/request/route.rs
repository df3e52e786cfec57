//! The way that a request takes, compiled and rendered.

use std::fmt::Display;
use std::net::IpAddr;
use std::path::PathBuf;

use crate::client::{self, Options, Proxy};
use crate::diagnostic::Diagnostic;
use crate::source::Spanned;
use crate::spec::{self, FixedAddresses, IpVersion, Text};

use super::super::{Scope, Template};
use super::compiler::Compiler;
use super::error_at;

/// A way with its templates compiled.
#[derive(Debug)]
pub(super) struct Route {
    proxies: Vec<Proxies>,
    unix_socket: Option<Template>,
    resolve: Option<Vec<Fixed>>,
    local_address: Option<Template>,
    ip_version: Option<client::IpVersion>,
}

/// The proxies of one level.
#[derive(Debug)]
struct Proxies {
    entries: Vec<(Spanned<String>, Option<Template>)>,
    except: Vec<Template>,
    tunnels: bool,
}

#[derive(Debug)]
enum Fixed {
    Line(Template),
    Host(Template, Vec<Template>),
}

impl Route {
    /// Compiles a way; none where it says nothing.
    pub(super) fn compile(compiler: &mut Compiler<'_>, route: &spec::Route) -> Option<Box<Self>> {
        if *route == spec::Route::SILENT {
            return None;
        }
        Some(Box::new(Self {
            proxies: route.proxies.iter().map(|level| Proxies::compile(compiler, level)).collect(),
            unix_socket: route.unix_socket.as_ref().map(|path| compiler.text(path)),
            resolve: route.resolve.as_ref().map(|all| all.iter().map(|one| Fixed::compile(compiler, one)).collect()),
            local_address: route.local_address.as_ref().map(|address| checked(compiler, address, ip_address)),
            ip_version: route.ip_version.as_deref().map(|version| match version {
                IpVersion::V4 => client::IpVersion::V4,
                IpVersion::V6 => client::IpVersion::V6,
            }),
        }))
    }

    /// Says in the options of a request which way it takes.
    ///
    /// # Errors
    /// What cannot be rendered, or is then no proxy or address.
    pub(super) fn render_into(&self, scope: &Scope<'_>, options: &mut Options) -> Result<(), Diagnostic> {
        for level in &self.proxies {
            let nearer = options.proxies.take().unwrap_or_default();
            options.proxies = Some(nearer.or(&level.render(scope)?));
        }
        options.unix_socket = self.unix_socket.as_ref().map(|path| socket(path, scope)).transpose()?;
        if let Some(all) = &self.resolve {
            options.resolve = Some(all.iter().map(|one| one.render(scope)).collect::<Result<_, _>>()?);
        }
        let address = self.local_address.as_ref().map(|address| read(address, scope, ip_address));
        options.local_address = address.transpose()?;
        options.ip_version = self.ip_version;
        Ok(())
    }
}

impl Proxies {
    fn compile(compiler: &mut Compiler<'_>, level: &spec::Proxies) -> Self {
        let entries = level.entries.iter().map(|(key, proxy)| {
            if let Err(error) = client::Proxies::new().with(&key.value, None) {
                compiler.error(Diagnostic::error(error.to_string()).at(&key.span, ""));
            }
            (key.clone(), proxy.as_ref().map(|url| checked(compiler, url, str::parse::<Proxy>)))
        });
        let entries = entries.collect();
        let mut except = |hosts| checked(compiler, hosts, |hosts| client::Proxies::new().except(hosts));
        Self { entries, except: level.except.iter().map(&mut except).collect(), tunnels: level.tunnels }
    }

    fn render(&self, scope: &Scope<'_>) -> Result<client::Proxies, Diagnostic> {
        let mut proxies = client::Proxies::new();
        for (key, url) in &self.entries {
            let proxy = url.as_ref().map(|url| read(url, scope, str::parse::<Proxy>)).transpose()?;
            let proxy = proxy.map(|proxy| if self.tunnels { proxy.tunneling() } else { proxy });
            let wrong = |error: client::InvalidProxy| Diagnostic::error(error.to_string()).at(&key.span, "");
            proxies = proxies.with(&key.value, proxy).map_err(wrong)?;
        }
        for hosts in &self.except {
            let excepted = proxies.clone();
            proxies = read(hosts, scope, |hosts| excepted.except(hosts))?;
        }
        Ok(proxies)
    }
}

impl Fixed {
    fn compile(compiler: &mut Compiler<'_>, fixed: &FixedAddresses) -> Self {
        match fixed {
            FixedAddresses::Line(line) => Self::Line(checked(compiler, line, str::parse::<client::FixedAddresses>)),
            FixedAddresses::Host(host, addresses) => {
                let of_host = |host: &str| client::FixedAddresses::new(host, addresses.first().map(|_| "::"));
                let host = checked(compiler, host, of_host);
                let mut address =
                    |address| checked(compiler, address, |address| client::FixedAddresses::new("*", [address]));
                Self::Host(host, addresses.iter().map(&mut address).collect())
            }
        }
    }

    fn render(&self, scope: &Scope<'_>) -> Result<client::FixedAddresses, Diagnostic> {
        match self {
            Self::Line(line) => read(line, scope, str::parse),
            Self::Host(host, addresses) => {
                let texts = addresses.iter().map(|address| address.render(scope)).collect::<Result<Vec<_>, _>>()?;
                let place = addresses.first().unwrap_or(host);
                let fixed = client::FixedAddresses::new(&host.render(scope)?, texts);
                fixed.map_err(|error| error_at(place, error))
            }
        }
    }
}

/// Compiles a text; one without a template is tried at once, before anything is sent.
fn checked<T, E: Display>(
    compiler: &mut Compiler<'_>,
    text: &Text,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Template {
    let template = compiler.text(text);
    if let Some(Err(error)) = template.as_literal().map(parse) {
        compiler.error(error_at(&template, error));
    }
    template
}

/// A rendered text, read as something else.
fn read<T, E: Display>(
    template: &Template,
    scope: &Scope<'_>,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, Diagnostic> {
    parse(&template.render(scope)?).map_err(|error| error_at(template, error))
}

/// A Unix socket is no file that is read: it may be anywhere. A relative path is one from
/// the folder of the spec.
fn socket(path: &Template, scope: &Scope<'_>) -> Result<PathBuf, Diagnostic> {
    let folder = path.span().source().path().parent().map(PathBuf::from).unwrap_or_default();
    Ok(folder.join(path.render(scope)?))
}

fn ip_address(text: &str) -> Result<IpAddr, String> {
    text.parse().map_err(|_| format!("`{}` is not an IP address of this machine", text.escape_debug()))
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{self, engine, place, text};
    use super::super::CompiledRequest;
    use crate::spec::{Format, Proxies, Settings};

    use super::*;

    /// What is wrong with a way before anything is sent, and where.
    fn wrong(route: spec::Route) -> Vec<String> {
        let mut request = fixture::request("http://h/", Format::Yaml);
        request.settings = Settings { route, ..Settings::default() }.into();
        let errors = CompiledRequest::compile(&engine(), &request).err().unwrap_or_default();
        errors.iter().map(|error| format!("{}: {}", place(error), error.message)).collect()
    }

    #[test]
    fn tells_all_that_is_wrong_before_anything_is_sent() {
        let yaml = |written: &str| text(written, Format::Yaml);
        let key = |written: &str| Spanned { value: written.to_owned(), span: yaml(written).span };
        let proxies = Proxies {
            entries: vec![
                (key("ftp"), None),
                (key("all"), Some(yaml("h:x"))),
                (key("http"), Some(yaml("{{ later }}"))),
            ],
            except: vec![yaml("10.0.0.0/99")],
            tunnels: false,
        };
        let resolve = vec![
            FixedAddresses::Line(yaml("h:80")),
            FixedAddresses::Host(yaml("a b"), vec![yaml("nowhere"), yaml("{{ later }}")]),
            FixedAddresses::Host(yaml("empty"), Vec::new()),
        ];
        let found = wrong(spec::Route {
            proxies: vec![proxies],
            resolve: Some(resolve),
            local_address: Some(yaml("eth0")),
            ..spec::Route::SILENT
        });
        let places: Vec<&str> = found.iter().map(|line| line.split(": ").next().unwrap()).collect();
        assert_eq!(places, ["ftp", "h:x", "10.0.0.0/99", "h:80", "a b", "nowhere", "empty", "eth0"], "{found:?}");
    }
}
