//! Modules: files below the root that scripts import.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use rquickjs::loader::{self, ImportAttributes};
use rquickjs::module::Declared;
use rquickjs::{Ctx, Exception, Module, Result};

use crate::source::{SourceFile, read_source};

use super::host::Host;
use super::program::module_text;

/// Finds the file that an import means.
pub(super) struct Resolver(Rc<Host>);

/// Reads the file that was found.
pub(super) struct Loader(Rc<Host>);

impl Resolver {
    pub(super) fn new(host: &Rc<Host>) -> Self {
        Self(Rc::clone(host))
    }
}

impl Loader {
    pub(super) fn new(host: &Rc<Host>) -> Self {
        Self(Rc::clone(host))
    }
}

impl loader::Resolver for Resolver {
    fn resolve<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        base: &str,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<String> {
        resolve(&self.0, base, name).map_err(|reason| Exception::throw_message(ctx, &reason))
    }
}

impl loader::Loader for Loader {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<Module<'js, Declared>> {
        let text = read(&self.0, name).map_err(|reason| Exception::throw_message(ctx, &reason))?;
        Module::declare(ctx.clone(), name, text)
    }
}

/// The path of the file that `name` means in the file `base`; an extension may be left out.
///
/// # Errors
/// If it is no path, there is no such file, or it lies outside of the root: a lowercase fragment.
pub(super) fn resolve(host: &Host, base: &str, name: &str) -> std::result::Result<String, String> {
    if !name.starts_with(['.', '/']) {
        return Err(format!("`{name}` is a package, and only files can be imported: write `./{name}.js`"));
    }
    let root = host.root().ok_or_else(|| "nothing can be imported here".to_owned())?;
    let base = Path::new(base);
    let found = match root.resolve(base, name) {
        Err(error) if error.is_not_found() => root.resolve(base, &format!("{name}.js")).map_err(|_| error),
        found => found,
    };
    found.map_err(|error| error.to_string())?;
    let written = base.parent().unwrap_or(Path::new("")).join(name);
    let written = if written.is_file() { written } else { written.with_added_extension("js") };
    Ok(written.display().to_string())
}

/// The text of a module.
///
/// # Errors
/// If the file cannot be read: a lowercase fragment.
pub(super) fn read(host: &Host, name: &str) -> std::result::Result<String, String> {
    read_file(host, name).map(|file| module_text(&file))
}

/// A file that code is read from.
///
/// # Errors
/// If it cannot be read: a lowercase fragment.
pub(super) fn read_file(host: &Host, name: &str) -> std::result::Result<Arc<SourceFile>, String> {
    let file = match host.sources.file(name) {
        Some(file) => file,
        None => read_source(Path::new(name)).map_err(|error| error.to_string())?,
    };
    host.sources.name(&file);
    Ok(file)
}
