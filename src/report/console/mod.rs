//! The run as a person watches it: a line a file as it is done, what is wrong the way a
//! compiler shows it, a summary.
//!
//! Files appear in the order of the plan: one that is done early waits for those before
//! it. What was printed is forgotten, but for a line about each request that did not pass.

mod bar;
mod block;
mod file;
mod summary;

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use self::bar::Bar;
use self::block::{Block, Blocks};
use super::order::{Done, PlanOrder};
use super::{Reporter, RunStatistics, interrupted};
use crate::diagnostic::{Style, fit};
use crate::event::{CaseId, Event, Outline};
use crate::secret::Redactor;

/// How much is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// What did not pass, and the summary.
    Quiet,
    /// A line a file too, what was skipped, flaky or drew a warning.
    #[default]
    Normal,
    /// Every exchange too.
    Verbose,
    /// All that happens on the wire in the place of the exchanges, bodies by their length.
    Wire,
    /// The same with the bodies.
    WireAndBodies,
}

/// Whether a bar on the standard error shows how far the run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Progress {
    /// No bar: for files, pipes and logs.
    #[default]
    Hidden,
    /// A bar: for terminals.
    Bar,
}

/// How the console looks.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Colour and width.
    pub style: Style,
    /// How much is said.
    pub verbosity: Verbosity,
    /// Whether there is a progress bar.
    pub progress: Progress,
}

/// Writes for a person.
pub struct Console {
    out: Box<dyn Write + Send>,
    blocks: Blocks,
    outline: Arc<Outline>,
    order: PlanOrder<Block>,
    statistics: RunStatistics,
    bar: Bar,
    /// What is under way, oldest first.
    running: Vec<CaseId>,
    /// A line about each request that did not pass.
    recap: Vec<String>,
    /// Whether the last line that was printed is blank.
    ends_blank: bool,
}

impl Console {
    /// Writes to `out`, without the secrets that the redactor knows by then.
    pub fn new(out: Box<dyn Write + Send>, redactor: Arc<Redactor>, options: Options) -> Self {
        Self {
            out,
            blocks: Blocks::new(redactor, options),
            outline: Arc::default(),
            order: PlanOrder::default(),
            statistics: RunStatistics::default(),
            bar: Bar::new(if options.verbosity == Verbosity::Quiet { Progress::Hidden } else { options.progress }),
            running: Vec::new(),
            recap: Vec::new(),
            ends_blank: false,
        }
    }

    fn start(&mut self, outline: &Arc<Outline>) {
        self.outline = Arc::clone(outline);
        self.order = PlanOrder::new(outline);
        self.blocks.align(outline);
        self.bar.set_length(outline.cases() as u64);
    }

    /// Names the request beside the bar that has been under way for longest.
    fn tell_progress(&self) {
        if self.bar.is_hidden() {
            return;
        }
        let case = |id: &CaseId| self.outline.files.get(id.file).and_then(|file| file.cases.get(id.case));
        let name = self.running.first().and_then(case).map(|case| self.blocks.line(&case.name));
        self.bar.set_message(name.unwrap_or_default());
    }

    fn print_files(&mut self, files: Vec<Done<Block>>) -> io::Result<()> {
        for done in files {
            let file = &self.outline.files[done.file];
            let unrun = |index: usize| self.blocks.case(file, index, &interrupted());
            let cases: Vec<Block> = done
                .cases
                .into_iter()
                .enumerate()
                .map(|(index, block)| block.unwrap_or_else(|| unrun(index)))
                .collect();
            let text = self.blocks.file(file, &cases, done.elapsed);
            self.recap.extend(cases.into_iter().filter_map(|block| block.recap));
            self.print(&text)?;
        }
        Ok(())
    }

    fn summarize(&mut self) -> io::Result<()> {
        let rest = self.order.rest();
        self.print_files(rest)?;
        self.bar.clear();
        let gap = if self.ends_blank { "" } else { "\n" };
        let text = self.blocks.summary(&self.statistics, &self.recap);
        self.print(&format!("{gap}{text}"))
    }

    /// Prints above the progress bar.
    fn print(&mut self, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        self.ends_blank = text.ends_with("\n\n");
        let text = fit(text, self.blocks.options.style.width);
        let out = &mut self.out;
        self.bar.suspend(|| out.write_all(text.as_bytes()).and_then(|()| out.flush()))
    }
}

impl Reporter for Console {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.statistics.event(event);
        match event {
            Event::RunStarted(outline) => self.start(outline),
            Event::FileStarted { .. } => {}
            Event::CaseUnrolled(id, cases) => {
                Arc::make_mut(&mut self.outline).unroll(*id, cases);
                self.order.unroll(*id, cases.len());
                self.bar.set_length(self.outline.cases() as u64);
            }
            Event::CaseStarted(id) => {
                self.running.push(*id);
                self.tell_progress();
            }
            // Also where nothing else is said: somebody is waited for.
            Event::Prompted(text) => self.print(&format!("{}\n", self.blocks.line(text)))?,
            Event::Asked => self.bar.pause(),
            Event::Answered => self.bar.resume(),
            Event::CaseFinished(id, result) => {
                if let Some(file) = self.outline.files.get(id.file).filter(|file| id.case < file.cases.len()) {
                    self.order.put(*id, self.blocks.case(file, id.case, result));
                }
                self.running.retain(|running| running != id);
                self.bar.advance();
                self.tell_progress();
            }
            Event::FileFinished { file, elapsed } => {
                let due = self.order.finish(*file, *elapsed);
                self.print_files(due)?;
            }
            Event::RunFinished { .. } => self.summarize()?,
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        if self.statistics.is_finished() {
            return Ok(());
        }
        self.statistics.event(&Event::RunFinished { elapsed: Duration::ZERO, interrupted: true });
        self.summarize()
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.bar.clear();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::sample::{self, Written};
    use super::*;

    fn print(events: &[Event], verbosity: Verbosity, style: Style) -> String {
        let written = Written::default();
        let options = Options { style, verbosity, progress: Progress::Hidden };
        let mut console = Box::new(Console::new(Box::new(written.clone()), sample::redactor(), options));
        for event in events {
            console.event(event).unwrap();
        }
        console.finish().unwrap();
        written.text()
    }

    const EVERY: [Verbosity; 5] =
        [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose, Verbosity::Wire, Verbosity::WireAndBodies];

    const WIDE: Style = Style { color: false, width: 120 };

    #[test]
    fn shows_a_run_of_everything() {
        let run = sample::events();
        insta::assert_snapshot!("normal", print(&run, Verbosity::Normal, WIDE));
        insta::assert_snapshot!("narrow", print(&run, Verbosity::Normal, Style { color: false, width: 60 }));
        insta::assert_snapshot!("color", print(&run, Verbosity::Normal, Style { color: true, width: 100 }));
        insta::assert_snapshot!("quiet", print(&run, Verbosity::Quiet, WIDE));
        insta::assert_snapshot!("verbose", print(&run, Verbosity::Verbose, WIDE));
        insta::assert_snapshot!("wire", print(&run, Verbosity::Wire, WIDE));
        insta::assert_snapshot!("wire_and_bodies", print(&run, Verbosity::WireAndBodies, WIDE));
    }

    #[test]
    fn no_line_is_longer_than_the_terminal_is_wide() {
        for (verbosity, width) in EVERY.into_iter().flat_map(|verbosity| [40, 60, 80].map(|width| (verbosity, width))) {
            let printed = print(&sample::events(), verbosity, Style { color: false, width });
            let is_short = |line: &&str| unicode_width::UnicodeWidthStr::width(*line) <= width;
            assert_eq!(printed.lines().find(|line| !is_short(line)), None, "{verbosity:?} {width}\n{printed}");
        }
    }

    #[test]
    fn says_what_an_interrupted_run_left() {
        insta::assert_snapshot!("interrupted", print(&sample::interrupted_events(), Verbosity::Normal, WIDE));
        let mut cut = sample::interrupted_events();
        cut.pop();
        assert!(print(&cut, Verbosity::Normal, WIDE).contains("interrupted"));
    }

    #[test]
    fn a_run_in_which_all_is_well_is_short() {
        insta::assert_snapshot!("all_is_well", print(&sample::healthy_events(), Verbosity::Normal, WIDE));
    }

    #[test]
    fn no_secret_and_no_control_character_gets_through() {
        for verbosity in EVERY {
            let text = print(&sample::events(), verbosity, WIDE);
            assert!(!text.contains("hunter2secret"));
            assert!(!text.chars().any(|character| character.is_control() && character != '\n'));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_text_outside_value_reaches_the_terminal_as_it_is(text in "(\\PC|\\p{Cc}){0,40}") {
            for verbosity in EVERY {
                let printed = print(&sample::events_that_say(&text), verbosity, Style { color: false, width: 60 });
                prop_assert!(!printed.chars().any(|character| character.is_control() && character != '\n'));
            }
        }
    }

    #[test]
    fn forgets_a_file_once_it_is_printed() {
        let mut console = Console::new(
            Box::new(Written::default()),
            sample::redactor(),
            Options { style: WIDE, verbosity: Verbosity::Normal, progress: Progress::Hidden },
        );
        for event in sample::events() {
            console.event(&event).unwrap();
        }
        assert!(console.order.rest().is_empty());
        assert_eq!(console.recap.len(), 4);
    }
}
