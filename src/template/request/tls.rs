//! What a request says of TLS, compiled and rendered.

use crate::client::{self, Identity, KeyPin, Options};
use crate::diagnostic::Diagnostic;
use crate::source::Root;
use crate::spec::{self, Cert, Settings, Verify};

use super::super::{Scope, Template};
use super::compiler::Compiler;
use super::{error_at, resolve, resolve_new};

/// What has templates of what is said of TLS.
#[derive(Debug)]
pub(super) struct Tls {
    /// The file or folder of certificates to check the server's against.
    roots: Option<Template>,
    cert: Option<Cert<Template>>,
    rest: spec::Tls<Template>,
}

impl Tls {
    /// Compiles what is said; nothing where nothing is.
    pub(super) fn compile(compiler: &mut Compiler<'_>, settings: &Settings) -> Option<Box<Self>> {
        let roots = match settings.verify.as_deref() {
            Some(Verify::Roots(path)) => Some(compiler.text(path)),
            _ => None,
        };
        if roots.is_none() && settings.cert.is_none() && settings.tls == spec::Tls::SILENT {
            return None;
        }
        let cert = settings.cert.as_ref().map(|cert| cert.value.map(|text| compiler.text(text)));
        let rest = settings.tls.map(|text| compiler.text(text));
        Some(Box::new(Self { roots, cert, rest }))
    }

    /// Says it in the options of a request.
    ///
    /// # Errors
    /// The first text that cannot be rendered, names no file, or is no pinned key.
    pub(super) fn render_into(&self, options: &mut Options, scope: &Scope<'_>, root: &Root) -> Result<(), Diagnostic> {
        let path = |path: &Template| resolve(path, scope, root);
        if let Some(roots) = &self.roots {
            options.verify = Some(client::Verify::roots(path(roots)?));
        }
        options.cert = self.cert.as_ref().map(|cert| identity(cert, scope, root)).transpose()?.flatten();
        options.server_name = self.rest.server_name.as_ref().map(|name| name.render(scope)).transpose()?;
        options.min_tls_version = self.rest.min_version.as_deref().copied();
        options.max_tls_version = self.rest.max_version.as_deref().copied();
        options.pinned_keys = self.rest.pinned_key.as_ref().map(|pins| pinned_keys(pins, scope)).transpose()?;
        options.crl = self.rest.crl.as_ref().map(path).transpose()?;
        options.key_log = self.rest.key_log.as_ref().map(|path| resolve_new(path, scope, root)).transpose()?;
        Ok(())
    }
}

fn identity(cert: &Cert<Template>, scope: &Scope<'_>, root: &Root) -> Result<Option<Identity>, Diagnostic> {
    let Cert::Files { certificate, key, password } = cert else { return Ok(None) };
    let mut identity = Identity::new(resolve(certificate, scope, root)?);
    if let Some(key) = key {
        identity = identity.key(resolve(key, scope, root)?);
    }
    if let Some(password) = password {
        identity = identity.password(password.render(scope)?);
    }
    Ok(Some(identity))
}

/// Several may stand in one text, as curl writes them: `sha256//…;sha256//…`.
fn pinned_keys(pins: &[Template], scope: &Scope<'_>) -> Result<Vec<KeyPin>, Diagnostic> {
    let mut keys = Vec::new();
    for pin in pins {
        for text in pin.render(scope)?.split(';') {
            keys.push(text.trim().parse().map_err(|error| error_at(pin, error))?);
        }
    }
    Ok(keys)
}
