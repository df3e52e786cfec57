//! A response that is read item by item, for as long as is wanted.

use std::ops::ControlFlow;

use serde_json::{Value, json};

use crate::assertion::{CompiledAssertion, Context, Inspection};
use crate::client::{self, Error, ErrorKind, Item, ItemForm, Response, accept_events};
use crate::run::case::CaseRun;
use crate::template::{FileScope, Scope};

use super::stream::CompiledStream;
use super::transcript::{MOST_ITEMS, json_or_text};

/// The most bytes that a stream may have, where nothing else is said: its items are kept.
const MOST: u64 = 64 * 1024 * 1024;

impl CaseRun<'_> {
    /// Sends a request and reads items until enough have come. They become the body of the
    /// response: a list, as JSON. What is no stream stays as it is.
    pub(in crate::run) fn read_items(
        &self,
        stream: &CompiledStream,
        mut request: client::Request,
        file_scope: &FileScope,
    ) -> Result<Response, Error> {
        request.options.max_body.get_or_insert(MOST);
        if stream.form == Some(ItemForm::Events) {
            accept_events(&mut request)?;
        }
        let has_time = request.options.read_for.is_some();
        let request = self.session.prepare(request)?;
        let mut single = Response::made(request.clone());
        let (mut items, mut against_last) = (Vec::new(), None);
        // Where a time limits the reading too, whatever has come by then is enough.
        let mut is_enough = has_time || (stream.count.is_none() && stream.until.is_none());
        let mut response = self.session.send_in_items(request, stream.form, |item| {
            let Some(item) = value(item) else { return ControlFlow::Continue(()) };
            if let Some(until) = &stream.until {
                against_last = self.against(until, &item, &mut single, file_scope);
            }
            let is_last = stream.until.is_some() && against_last.is_none();
            items.push(item);
            if is_last || items.len() >= stream.count.unwrap_or(MOST_ITEMS + 1) {
                is_enough = true;
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        if stream.count.is_none() && items.len() > MOST_ITEMS {
            let message = format!("the stream has more than {MOST_ITEMS} items: say with `count` how many are enough");
            return Err(Error::new(ErrorKind::TooLarge, message).with_url(&response.url));
        }
        if response.status.is_success() && response.body.is_empty() {
            if !is_enough {
                let count = items.len();
                let last = against_last.map(|reason| format!("; of the last one, {reason}")).unwrap_or_default();
                response
                    .warnings
                    .push(format!("the stream ended before there were enough items: it had {count}{last}"));
            }
            response.body = Value::Array(items).to_string().into_bytes();
            response.encoding = Some("utf-8".to_owned());
        }
        Ok(response)
    }

    /// Why an assertion does not hold of an item, which it sees as the body of a response; nothing
    /// where it holds.
    fn against(
        &self,
        assertion: &CompiledAssertion,
        item: &Value,
        response: &mut Response,
        file_scope: &FileScope,
    ) -> Option<String> {
        response.body = match item {
            Value::String(text) => text.clone().into_bytes(),
            other => other.to_string().into_bytes(),
        };
        let scope = Scope::new(file_scope, self.position, &self.request.variables);
        let (engine, root) = (&self.shared.engine, self.root);
        let context = Context { engine, scope: &scope, root, snapshots: None, scripts: None };
        assertion.evaluate(&Inspection::new(response), context).failure.map(|failure| failure.message)
    }
}

/// An item as a value: a line as what its JSON says, an event with its data so. An empty
/// line is none: servers send such so that the connection is not taken for dead.
fn value(item: Item) -> Option<Value> {
    match item {
        Item::Line(line) if line.is_empty() => None,
        Item::Line(line) => Some(json_or_text(&String::from_utf8_lossy(&line))),
        Item::Event(event) => Some(json!({"event": event.event, "id": event.id, "data": json_or_text(&event.data)})),
    }
}
