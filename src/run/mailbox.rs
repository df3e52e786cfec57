//! The way of events from the workers to the reporting thread: a channel that is read
//! in batches. Waking a thread for each event would cost more than sending a request.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use crate::event::Event;

/// How many events may wait before those who send more have to.
const BACKLOG: usize = 1024;

/// How long events wait at most to be read.
const TICK: Duration = Duration::from_millis(10);

/// The reading end.
#[derive(Debug)]
pub(super) struct Mailbox {
    shared: Arc<Shared>,
    /// Events that have been taken out, and not yet been read.
    batch: VecDeque<Event>,
}

/// A sending end. Cheap to clone.
#[derive(Debug)]
pub(super) struct Sender {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// Notified when the mailbox is full, or the last sender is gone.
    to_reader: Condvar,
    /// Notified when there is room again.
    to_senders: Condvar,
}

#[derive(Debug, Default)]
struct State {
    events: VecDeque<Event>,
    senders: usize,
    /// Nobody reads any more: what is sent goes nowhere.
    abandoned: bool,
}

/// What a look into the mailbox gives.
pub(super) enum Look {
    /// The next event.
    Event(Event),
    /// There is none yet.
    Nothing,
    /// There is none, and no sender is left.
    Closed,
}

impl Mailbox {
    /// A mailbox, and its first sender.
    pub(super) fn new() -> (Self, Sender) {
        let shared = Arc::new(Shared::default());
        shared.lock().senders = 1;
        (Self { shared: Arc::clone(&shared), batch: VecDeque::new() }, Sender { shared })
    }

    /// The next event; waits a short while for one.
    pub(super) fn look(&mut self) -> Look {
        if let Some(event) = self.batch.pop_front() {
            return Look::Event(event);
        }
        let is_quiet = |state: &mut State| state.senders > 0 && state.events.len() < BACKLOG;
        let guard = self.shared.lock();
        let waited = self.shared.to_reader.wait_timeout_while(guard, TICK, is_quiet);
        let mut state = waited.expect("no holder of this lock panics").0;
        std::mem::swap(&mut state.events, &mut self.batch);
        self.shared.to_senders.notify_all();
        match self.batch.pop_front() {
            Some(event) => Look::Event(event),
            None if state.senders == 0 => Look::Closed,
            None => Look::Nothing,
        }
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.shared.lock().abandoned = true;
        self.shared.to_senders.notify_all();
    }
}

impl Sender {
    /// Sends an event, once there is room for it.
    pub(super) fn send(&self, event: Event) {
        let is_full = |state: &mut State| state.events.len() >= BACKLOG && !state.abandoned;
        let guard = self.shared.lock();
        let waited = self.shared.to_senders.wait_while(guard, is_full);
        let mut state = waited.expect("no holder of this lock panics");
        if state.abandoned {
            return;
        }
        state.events.push_back(event);
        if state.events.len() == BACKLOG {
            self.shared.to_reader.notify_one();
        }
    }
}

impl Clone for Sender {
    fn clone(&self) -> Self {
        self.shared.lock().senders += 1;
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.senders -= 1;
        if state.senders == 0 {
            self.shared.to_reader.notify_one();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of this lock panics")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_event_is_lost_and_each_sender_keeps_its_order() {
        const EACH: usize = 3 * BACKLOG;
        let (mut mailbox, sender) = Mailbox::new();
        let threads: Vec<_> = (0..2)
            .map(|file| {
                let sender = sender.clone();
                std::thread::spawn(move || {
                    (0..EACH).for_each(|case| sender.send(Event::CaseStarted(crate::event::CaseId { file, case })));
                })
            })
            .collect();
        drop(sender);
        let mut next = [0, 0];
        loop {
            match mailbox.look() {
                Look::Event(Event::CaseStarted(id)) => {
                    assert_eq!(id.case, next[id.file]);
                    next[id.file] += 1;
                }
                Look::Event(_) | Look::Nothing => {}
                Look::Closed => break,
            }
        }
        assert_eq!(next, [EACH, EACH]);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    }

    #[test]
    fn senders_do_not_wait_for_a_reader_that_is_gone() {
        let (mailbox, sender) = Mailbox::new();
        drop(mailbox);
        (0..2 * BACKLOG).for_each(|file| sender.send(Event::FileStarted { file }));
    }
}
