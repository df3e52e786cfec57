//! The JavaScript between scripts and host functions.

use rquickjs::context::EvalOptions;
use rquickjs::{Ctx, Exception, Function, Result};

use crate::spec::Surroundings;

/// What all scripts find; gives the tools that the other glue is made of.
pub(super) const STANDARD: Glue = Glue("standard.js", include_str!("glue/standard.js"));

/// What is only read where a script uses it.
const PARTS: &[Glue] = &[
    Glue("crypto.js", include_str!("glue/crypto.js")),
    Glue("document.js", include_str!("glue/document.js")),
    Glue("url.js", include_str!("glue/url.js")),
];

/// httpYac's, with the chains of `expect`.
const HTTPYAC: &str = concat!(
    "(host, tools) => (",
    include_str!("glue/httpyac.js"),
    ")(host, tools, ",
    include_str!("glue/expect.js"),
    ")"
);

/// A piece of glue: a name, and the text of a function.
#[derive(Clone, Copy)]
pub(super) struct Glue(&'static str, &'static str);

impl Glue {
    /// That of surroundings.
    pub(super) fn of(surroundings: Surroundings) -> Self {
        match surroundings {
            Surroundings::JetBrains => Self("jetbrains.js", include_str!("glue/jetbrains.js")),
            Surroundings::HttpYac => Self("httpyac.js", HTTPYAC),
        }
    }

    /// The function that it is.
    pub(super) fn read<'js>(self, ctx: &Ctx<'js>) -> Result<Function<'js>> {
        ctx.eval_with_options(self.1, named(self.0))
    }
}

/// The function of a part, as JavaScript asks for it.
pub(super) fn part<'js>(ctx: Ctx<'js>, name: String) -> Result<Function<'js>> {
    let part = PARTS.iter().find(|part| part.0.strip_suffix(".js") == Some(&name));
    part.ok_or_else(|| Exception::throw_message(&ctx, &format!("there is no part `{name}`")))?.read(&ctx)
}

/// Code under the name that stacks of calls show. It is sloppy, as the scripts of editors
/// are: a variable may be set that was not declared.
pub(super) fn named(name: &str) -> EvalOptions {
    let mut options = EvalOptions::default();
    options.strict = false;
    options.filename = Some(name.to_owned());
    options
}
