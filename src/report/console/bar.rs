//! The bar on the standard error that shows how far the run is.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Progress;

/// The bar, or none.
pub(super) struct Bar {
    progress: Progress,
    shown: ProgressBar,
}

impl Bar {
    pub(super) fn new(progress: Progress) -> Self {
        Self { progress, shown: progress_bar(progress) }
    }

    pub(super) fn is_hidden(&self) -> bool {
        self.shown.is_hidden()
    }

    /// Sets how many requests there are.
    pub(super) fn set_length(&self, length: u64) {
        self.shown.set_length(length);
    }

    /// Counts a request that is done.
    pub(super) fn advance(&self) {
        self.shown.inc(1);
    }

    pub(super) fn set_message(&self, message: String) {
        self.shown.set_message(message);
    }

    /// Takes the bar away while something else is printed.
    pub(super) fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        self.shown.suspend(print)
    }

    /// Takes the bar away until [`Bar::resume`]: it keeps what it shows.
    pub(super) fn pause(&mut self) {
        let paused = ProgressBar::hidden().with_position(self.shown.position()).with_elapsed(self.shown.elapsed());
        paused.set_length(self.shown.length().unwrap_or_default());
        paused.set_message(self.shown.message());
        self.shown.finish_and_clear();
        self.shown = paused;
    }

    pub(super) fn resume(&mut self) {
        let shown = progress_bar(self.progress).with_position(self.shown.position()).with_elapsed(self.shown.elapsed());
        shown.set_length(self.shown.length().unwrap_or_default());
        shown.set_message(self.shown.message());
        self.shown = shown;
    }

    /// Takes the bar away for good.
    pub(super) fn clear(&self) {
        self.shown.finish_and_clear();
    }
}

fn progress_bar(progress: Progress) -> ProgressBar {
    match progress {
        Progress::Hidden => ProgressBar::hidden(),
        Progress::Bar => {
            let style = ProgressStyle::with_template("{spinner} {pos}/{len} {bar:20} {elapsed}  {wide_msg}")
                .expect("the template is well-formed");
            let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr()).with_style(style);
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_keeps_how_far_the_run_is() {
        let mut bar = Bar::new(Progress::Hidden);
        bar.set_length(3);
        bar.advance();
        bar.set_message("one".to_owned());
        bar.pause();
        bar.advance();
        bar.resume();
        let shown = (bar.shown.position(), bar.shown.length(), bar.shown.message());
        assert_eq!(shown, (2, Some(3), "one".to_owned()));
    }
}
