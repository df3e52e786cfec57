//! What holds for every request of a file or of a project, unless the request says otherwise.

use crate::source::Spanned;

use super::{Auth, Flow, HeaderField, Request, Settings, Text, Value};

/// Defaults of one level.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Defaults {
    /// Query parameters.
    pub params: Vec<(Text, Value)>,
    /// Header fields.
    pub headers: Vec<HeaderField>,
    /// Cookies.
    pub cookies: Vec<(Text, Value)>,
    /// Who sends it.
    pub auth: Option<Spanned<Auth>>,
    /// How it is sent.
    pub settings: Settings,
    /// Whether, when and how often it runs.
    pub flow: Flow,
}

impl Defaults {
    /// Gives a request what it does not say itself. Params, headers and cookies are
    /// merged by name, those of the defaults first.
    pub fn apply(&self, request: &mut Request) {
        merge(&self.params, &mut request.params, |(name, _)| name.value.clone());
        merge(&self.headers, &mut request.headers, |field| field.name.value.to_ascii_lowercase());
        merge(&self.cookies, &mut request.cookies, |(name, _)| name.value.clone());
        request.auth = request.auth.take().or_else(|| self.auth.clone().map(Box::new));
        request.settings = request.settings.or(&self.settings).into();
        request.flow = request.flow.or(&self.flow).into();
    }
}

fn merge<T: Clone>(defaults: &[T], own: &mut Vec<T>, name: impl Fn(&T) -> String) {
    let missing = |default: &&T| !own.iter().any(|item| name(item) == name(default));
    let missing: Vec<T> = defaults.iter().filter(missing).cloned().collect();
    own.splice(0..0, missing);
}
