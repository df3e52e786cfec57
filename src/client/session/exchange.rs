//! One request of a session, sent once, and its response.

use crate::transport::{Deadlines, Exchange, Receiver, Reply};

use super::super::collector::{Collector, Received};
use super::super::hooks::Listener;
use super::super::response::Handover;
use super::super::sink::Sink;
use super::super::{Error, PreparedRequest, Response};
use super::Session;

impl Session {
    /// Sends a request and reads its response.
    pub(super) fn exchange<'sink>(
        &self,
        mut request: PreparedRequest,
        deadlines: Deadlines,
        sink: Option<&mut (dyn Sink + 'sink)>,
    ) -> Result<Response, Error> {
        let own = request.hooks.clone();
        let called = self.hooks.call_pre_request(&mut request).and_then(|()| own.call_pre_request(&mut request));
        called.map_err(|error| error.with_url(&request.url))?;
        let mut collector = Collector::new(&request, sink);
        let sent = self.carry(&request, deadlines, &mut collector);
        let upgraded = collector.upgraded.take();
        let received = match sent {
            Ok(reply) => collector.finish().map(|received| (reply, received)),
            Err(error) => Err(collector.explain(error)),
        };
        let (reply, Received { body, raw_body, warnings }) = received.map_err(|error| {
            request.note(|| error.to_string());
            error.with_url(&request.url)
        })?;
        let mut response = Response::new(request, reply, body);
        response.raw_body = raw_body;
        response.upgraded = upgraded.map(Handover::new);
        response.warnings.extend(warnings);
        response.warnings.extend(self.keep_cookies(&response)?);
        response.trace_decoded();
        Ok(response)
    }

    /// Has the adapter send a request, and the hooks see the response as it comes.
    fn carry(
        &self,
        request: &PreparedRequest,
        deadlines: Deadlines,
        receiver: &mut dyn Receiver,
    ) -> Result<Reply, Error> {
        let endpoint = request.endpoint();
        let exchange = Exchange {
            endpoint: &endpoint,
            method: &request.method,
            target: request.url.target(),
            version: request.delivery.version,
            headers: &request.headers,
            body: &request.body,
            is_message: request.is_message,
            deadlines,
            trace: request.trace.as_ref(),
        };
        let adapter = self.mounts.of(&request.url);
        if !self.hooks.listens() && !request.hooks.listens() {
            return adapter.send(&exchange, receiver);
        }
        adapter.send(&exchange, &mut Listener { hooks: [&self.hooks, &request.hooks], request, receiver })
    }

    /// Has the hooks see a response that was read.
    pub(super) fn finish(&self, response: &mut Response) -> Result<(), Error> {
        let own = response.request.hooks.clone();
        let called = self.hooks.call_post_request(response).and_then(|()| own.call_post_request(response));
        called.map_err(|error| error.with_url(&response.url))
    }
}
