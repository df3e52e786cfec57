//! Modules: files below the root that scripts import.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use rquickjs::loader::{self, ImportAttributes};
use rquickjs::module::Declared;
use rquickjs::prelude::Func;
use rquickjs::{Ctx, Exception, Function, Module, Object, Result};

use crate::source::{SourceFile, read_source};

use super::glue::named;
use super::host::Host;
use super::program::{Kind, file_text};

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
        let file = read(&self.0, name).map_err(|reason| Exception::throw_message(ctx, &reason))?;
        Module::declare(ctx.clone(), name, file_text(&file, Kind::Module))
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
    let (base, name) = (Path::new(base), name.strip_prefix("./").unwrap_or(name));
    let found = match root.resolve(base, name) {
        Err(error) if error.is_not_found() => root.resolve(base, &format!("{name}.js")).map_err(|_| error),
        found => found,
    };
    found.map_err(|error| error.to_string())?;
    let written = base.parent().unwrap_or(Path::new("")).join(name);
    let written = if written.is_file() { written } else { written.with_added_extension("js") };
    Ok(written.display().to_string())
}

/// A file that was found.
///
/// # Errors
/// If it cannot be read: a lowercase fragment.
fn read(host: &Host, name: &str) -> std::result::Result<Arc<SourceFile>, String> {
    let file = match host.sources.file(name) {
        Some(file) => file,
        None => read_source(Path::new(name)).map_err(|error| error.to_string())?,
    };
    host.sources.name(&file);
    Ok(file)
}

/// What `require` is made of.
pub(super) fn register(object: &Object<'_>, host: &Rc<Host>) -> Result<()> {
    let base = Rc::clone(host);
    object.set("base", Func::from(move || base.script_path()))?;
    let finder = Rc::clone(host);
    let find = move |ctx: Ctx<'_>, base: String, name: String| {
        resolve(&finder, &base, &name).map_err(|reason| Exception::throw_message(&ctx, &reason))
    };
    object.set("resolve", Func::from(find))?;
    let reader = Rc::clone(host);
    let read_text = move |ctx: Ctx<'_>, path: String| {
        let file = read(&reader, &path).map_err(|reason| Exception::throw_message(&ctx, &reason))?;
        Ok::<_, rquickjs::Error>(file.text().to_owned())
    };
    object.set("readFile", Func::from(read_text))?;
    object.set("compile", compiler(object.ctx(), host)?)
}

/// A function that makes one of a file that is required.
fn compiler<'js>(ctx: &Ctx<'js>, host: &Rc<Host>) -> Result<Function<'js>> {
    let host = Rc::clone(host);
    Function::new(ctx.clone(), move |ctx: Ctx<'js>, path: String| {
        let file = read(&host, &path).map_err(|reason| Exception::throw_message(&ctx, &reason))?;
        ctx.eval_with_options::<Function<'js>, _>(file_text(&file, Kind::Required), named(&path))
    })
}
