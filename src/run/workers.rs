//! The workers of a run: so many tasks go on at once as there are jobs, and one that only
//! waits does not count.
//!
//! ```text
//!  given --> begins --> goes on <--> aside --> ended
//!                          ^  \-> gives way
//!                          \______/
//! ```
//!
//! What a task has come to is on the stack of its thread, so while it waits it keeps the
//! thread, and gives its place to another task. If no thread is there to begin that one, one
//! more is started: there are at most [`MOST_STAND_INS`] more than there are jobs. Whoever
//! comes back from a wait goes on before those who did not wait, and these before what has
//! not begun.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use rayon::{ThreadPool, ThreadPoolBuildError};

/// How many threads are started, beyond one a job, for tasks to begin while others wait.
const MOST_STAND_INS: usize = 256;

/// Runs tasks, a limited number of them at once.
#[derive(Debug)]
pub(super) struct Workers {
    threads: ThreadPool,
    state: Mutex<State>,
    changed: Condvar,
    /// How many wait to go on after a wait, for a look without the lock.
    woken: AtomicUsize,
}

type Task = Box<dyn FnOnce() + Send>;

struct State {
    /// What has not begun, in order.
    tasks: VecDeque<Task>,
    /// How many tasks more may go on.
    free: usize,
    /// How many tasks wait for something else than a place.
    aside: usize,
    /// How many threads of each rank wait for a place.
    waiting: [usize; 3],
    stand_ins: usize,
    /// Stand-ins that are started, and do not wait for a place yet.
    coming: usize,
}

/// Who gets a free place first.
#[derive(Clone, Copy, Debug)]
enum Rank {
    /// A task that comes back from a wait.
    Woken,
    /// A task that has given way to such a one.
    Waived,
    /// A task that is to begin.
    New,
}

impl Workers {
    /// Workers for so many jobs, at least one.
    ///
    /// # Errors
    /// If the threads cannot be started.
    pub(super) fn new(jobs: usize) -> Result<Arc<Self>, ThreadPoolBuildError> {
        let jobs = jobs.max(1);
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(jobs)
            .thread_name(|index| format!("job {index}"))
            // What a panic leaves without a result is settled at the end of the run.
            .panic_handler(drop)
            .build()?;
        let state = State { tasks: VecDeque::new(), free: jobs, aside: 0, waiting: [0; 3], stand_ins: 0, coming: 0 };
        Ok(Arc::new(Self { threads, state: Mutex::new(state), changed: Condvar::new(), woken: AtomicUsize::new(0) }))
    }

    /// Has a task run when its turn comes: tasks begin in the order in which they are given.
    pub(super) fn spawn(self: &Arc<Self>, task: impl FnOnce() + Send + 'static) {
        let mut state = self.lock();
        state.tasks.push_back(Box::new(task));
        // The threads of those may be all that there are.
        if state.aside > 0 {
            self.see_to_a_thread(state);
        } else {
            drop(state);
        }
        let workers = Arc::clone(self);
        self.threads.spawn_fifo(move || workers.work());
    }

    /// Waits, as a task does that goes on, and lets others go on meanwhile.
    pub(super) fn aside<T>(self: &Arc<Self>, wait: impl FnOnce() -> T) -> T {
        self.leave();
        let _back = Back(self);
        wait()
    }

    /// Lets those go on who come back from a wait, if they have to wait for a place.
    pub(super) fn give_way(&self) {
        if self.woken.load(Ordering::Relaxed) == 0 {
            return;
        }
        let mut state = self.lock();
        if state.free == 0 && state.waiting[Rank::Woken as usize] > 0 {
            state.free += 1;
            self.changed.notify_all();
            drop(self.enter(state, Rank::Waived));
        }
    }

    /// Begins one task after the other, until none is left.
    fn work(&self) {
        while let Some(task) = self.next_task() {
            let _place = Place(self);
            task();
        }
    }

    /// The next task, once there is a place for it.
    fn next_task(&self) -> Option<Task> {
        let mut state = self.lock();
        state.waiting[Rank::New as usize] += 1;
        let must_wait = |state: &mut State| !state.tasks.is_empty() && !state.admits(Rank::New);
        let mut state = self.changed.wait_while(state, must_wait).expect("no holder of this lock panics");
        state.waiting[Rank::New as usize] -= 1;
        let task = state.tasks.pop_front()?;
        state.free -= 1;
        if state.tasks.is_empty() {
            self.changed.notify_all();
        }
        Some(task)
    }

    /// Gives a place away.
    fn leave(self: &Arc<Self>) {
        let mut state = self.lock();
        (state.free, state.aside) = (state.free + 1, state.aside + 1);
        self.changed.notify_all();
        self.see_to_a_thread(state);
    }

    /// Starts a thread, if one is missing for a task to begin in a free place.
    fn see_to_a_thread(self: &Arc<Self>, mut state: MutexGuard<'_, State>) {
        let on_their_way = state.coming + state.waiting.iter().sum::<usize>();
        if state.tasks.is_empty() || on_their_way >= state.free || state.stand_ins >= MOST_STAND_INS {
            return;
        }
        (state.stand_ins, state.coming) = (state.stand_ins + 1, state.coming + 1);
        drop(state);
        let workers = Arc::clone(self);
        let started = std::thread::Builder::new().name("stand-in".to_owned()).spawn(move || workers.stand_in());
        // Without it, what has not begun waits for a thread that is there.
        if started.is_err() {
            let mut state = self.lock();
            (state.stand_ins, state.coming) = (state.stand_ins - 1, state.coming - 1);
        }
    }

    fn stand_in(&self) {
        let _end = StandIn(self);
        self.lock().coming -= 1;
        self.work();
    }

    /// Waits for a place.
    fn enter<'a>(&'a self, mut state: MutexGuard<'a, State>, rank: Rank) -> MutexGuard<'a, State> {
        state.waiting[rank as usize] += 1;
        self.tell_woken(&state);
        let must_wait = |state: &mut State| !state.admits(rank);
        let mut state = self.changed.wait_while(state, must_wait).expect("no holder of this lock panics");
        state.waiting[rank as usize] -= 1;
        state.free -= 1;
        self.tell_woken(&state);
        // Those of lower ranks have waited for this one too.
        if state.free > 0 {
            self.changed.notify_all();
        }
        state
    }

    fn tell_woken(&self, state: &State) {
        self.woken.store(state.waiting[Rank::Woken as usize], Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of this lock panics")
    }
}

impl State {
    /// Whether there is a place for one of a rank.
    fn admits(&self, rank: Rank) -> bool {
        self.free > 0 && self.waiting[..rank as usize].iter().all(|&waiting| waiting == 0)
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("tasks", &self.tasks.len())
            .field("free", &self.free)
            .field("waiting", &self.waiting)
            .field("stand_ins", &self.stand_ins)
            .finish_non_exhaustive()
    }
}

/// The place of a task that goes on; it is free again when this is dropped.
struct Place<'a>(&'a Workers);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.lock().free += 1;
        self.0.changed.notify_all();
    }
}

/// A task that waits; when this is dropped, it goes on.
struct Back<'a>(&'a Workers);

impl Drop for Back<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.aside -= 1;
        drop(self.0.enter(state, Rank::Woken));
    }
}

/// A thread beyond one a job.
struct StandIn<'a>(&'a Workers);

impl Drop for StandIn<'_> {
    fn drop(&mut self) {
        self.0.lock().stand_ins -= 1;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Has what tasks do told in order.
    fn told(receiver: &mpsc::Receiver<&'static str>, count: usize) -> Vec<&'static str> {
        receiver.iter().take(count).collect()
    }

    #[test]
    fn tasks_begin_in_order_and_one_at_a_time_for_one_job() {
        let workers = Workers::new(1).unwrap();
        let (sender, receiver) = mpsc::channel();
        for name in ["a", "b", "c"] {
            let sender = sender.clone();
            workers.spawn(move || sender.send(name).unwrap());
        }
        assert_eq!(told(&receiver, 3), ["a", "b", "c"]);
    }

    #[test]
    fn others_go_on_while_a_task_waits_and_it_goes_on_before_what_has_not_begun() {
        let workers = Workers::new(1).unwrap();
        let (sender, receiver) = mpsc::channel();
        let (wake, woken) = mpsc::channel::<()>();
        let (waiter, of_a) = (Arc::clone(&workers), sender.clone());
        workers.spawn(move || {
            of_a.send("a waits").unwrap();
            waiter.aside(|| woken.recv().unwrap());
            of_a.send("a goes on").unwrap();
        });
        let (other, of_b) = (Arc::clone(&workers), sender.clone());
        workers.spawn(move || {
            of_b.send("b begins").unwrap();
            wake.send(()).unwrap();
            while other.woken.load(Ordering::Relaxed) == 0 {
                std::thread::yield_now();
            }
            other.give_way();
            of_b.send("b goes on").unwrap();
        });
        workers.spawn(move || sender.send("c begins").unwrap());
        assert_eq!(told(&receiver, 5), ["a waits", "b begins", "a goes on", "b goes on", "c begins"]);
    }

    #[test]
    fn a_task_that_waits_for_others_gets_its_place_back() {
        let workers = Workers::new(2).unwrap();
        let (sender, receiver) = mpsc::channel();
        for _ in 0..8 {
            let (own, sender) = (Arc::clone(&workers), sender.clone());
            workers.spawn(move || {
                for _ in 0..20 {
                    own.aside(std::thread::yield_now);
                    own.give_way();
                }
                sender.send("done").unwrap();
            });
        }
        assert_eq!(told(&receiver, 8).len(), 8);
    }

    #[test]
    fn what_is_given_while_all_threads_wait_begins_all_the_same() {
        let workers = Workers::new(1).unwrap();
        let (sender, receiver) = mpsc::channel();
        let (wake, woken) = mpsc::channel::<()>();
        let (waiter, of_waiter) = (Arc::clone(&workers), sender.clone());
        workers.spawn(move || {
            waiter.aside(|| {
                of_waiter.send("waits").unwrap();
                woken.recv().unwrap();
            });
        });
        assert_eq!(told(&receiver, 1), ["waits"]);
        workers.spawn(move || {
            sender.send("begins").unwrap();
            wake.send(()).unwrap();
        });
        assert_eq!(told(&receiver, 1), ["begins"]);
    }

    #[test]
    fn a_task_that_panics_leaves_its_place_to_others() {
        let workers = Workers::new(1).unwrap();
        let (sender, receiver) = mpsc::channel();
        workers.spawn(|| std::panic::resume_unwind(Box::new("broken")));
        workers.spawn(move || sender.send("after").unwrap());
        assert_eq!(told(&receiver, 1), ["after"]);
    }
}
