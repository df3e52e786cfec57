//! Who watches a request on its way: hooks, and a trace.

use std::sync::Arc;

use crate::http::BoxError;
use crate::proto::ResponseHead;

use super::super::{Hooks, PreparedRequest, Response, Trace};
use super::RequestBuilder;

impl RequestBuilder<'_> {
    /// Calls a function right before it is sent: see [`Hooks::pre_request`].
    pub fn pre_request(
        self,
        hook: impl Fn(&mut PreparedRequest) -> Result<(), BoxError> + Send + Sync + 'static,
    ) -> Self {
        self.hook(|hooks| hooks.pre_request(hook))
    }

    /// Shows a function the head of the response: see [`Hooks::on_headers`].
    pub fn on_headers(
        self,
        hook: impl Fn(&PreparedRequest, &ResponseHead) -> Result<(), BoxError> + Send + Sync + 'static,
    ) -> Self {
        self.hook(|hooks| hooks.on_headers(hook))
    }

    /// Shows a function each piece of the body as it comes: see [`Hooks::on_data`].
    pub fn on_data(
        self,
        hook: impl Fn(&PreparedRequest, &[u8]) -> Result<(), BoxError> + Send + Sync + 'static,
    ) -> Self {
        self.hook(|hooks| hooks.on_data(hook))
    }

    /// Gives a function the response: see [`Hooks::post_request`].
    pub fn post_request(self, hook: impl Fn(&mut Response) -> Result<(), BoxError> + Send + Sync + 'static) -> Self {
        self.hook(|hooks| hooks.post_request(hook))
    }

    /// Tells a trace what happens on the wire; what it holds is there also where there is no response.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use rqtest::client::{Step, Trace, get};
    ///
    /// let trace = Arc::new(Trace::new(0));
    /// get("http://127.0.0.1:1/").trace(&trace).send().unwrap_err();
    /// let (_, first) = trace.take().remove(0);
    /// assert_eq!(first, Step::Note("connecting to 127.0.0.1:1".to_owned()));
    /// ```
    pub fn trace(self, trace: &Arc<Trace>) -> Self {
        self.change(|request| request.trace = Some(Arc::clone(trace)))
    }

    fn hook(self, add: impl FnOnce(&mut Hooks) -> &mut Hooks) -> Self {
        self.change(|request| {
            add(&mut request.hooks);
        })
    }
}
