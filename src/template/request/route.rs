//! The way that a request takes, compiled and rendered.

use std::fmt::Display;
use std::net::IpAddr;
use std::path::PathBuf;

use crate::client::{self, Options, Proxy};
use crate::diagnostic::Diagnostic;
use crate::source::Spanned;
use crate::spec::{self, FixedAddresses, IpVersion};

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
            local_address: route.local_address.as_ref().map(|address| compiler.text(address)),
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
        options.local_address = self.local_address.as_ref().map(|address| local_address(address, scope)).transpose()?;
        options.ip_version = self.ip_version;
        Ok(())
    }
}

impl Proxies {
    fn compile(compiler: &mut Compiler<'_>, level: &spec::Proxies) -> Self {
        let entries = level.entries.iter();
        let entries = entries.map(|(key, proxy)| (key.clone(), proxy.as_ref().map(|url| compiler.text(url))));
        Self {
            entries: entries.collect(),
            except: level.except.iter().map(|hosts| compiler.text(hosts)).collect(),
            tunnels: level.tunnels,
        }
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
            FixedAddresses::Line(line) => Self::Line(compiler.text(line)),
            FixedAddresses::Host(host, addresses) => {
                let host = compiler.text(host);
                Self::Host(host, addresses.iter().map(|address| compiler.text(address)).collect())
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

fn local_address(address: &Template, scope: &Scope<'_>) -> Result<IpAddr, Diagnostic> {
    read(address, scope, |text| {
        text.parse().map_err(|_| format!("`{}` is not an IP address of this machine", text.escape_debug()))
    })
}
