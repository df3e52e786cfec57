//! Asks the person at the terminal, on standard error, and reads the answers from standard input.

use std::fmt::Write as _;
use std::io::{self, BufRead as _, Write as _};
use std::sync::Arc;

use crate::run::{Interrupt, Person};
use crate::secret::Redactor;
use crate::spec::Echo;
use crate::template::Question;

use super::terminal::Terminal;

/// The person at the terminal.
#[derive(Debug)]
pub(super) struct Questioner {
    interrupt: Interrupt,
    redactor: Arc<Redactor>,
}

impl Questioner {
    /// The person, if there is one.
    pub(super) fn at(terminal: &Terminal, interrupt: &Interrupt) -> Option<Arc<dyn Person>> {
        let questioner = Self { interrupt: interrupt.clone(), redactor: Arc::clone(&terminal.redactor) };
        terminal.can_ask().then(|| Arc::new(questioner) as Arc<dyn Person>)
    }

    fn print(&self, text: &str) -> Result<(), String> {
        let mut error = io::stderr();
        let printed = error.write_all(self.redactor.redact(text).as_bytes()).and_then(|()| error.flush());
        printed.map_err(|error| format!("the question cannot be printed: {error}"))
    }

    fn read_line(&self) -> Result<String, String> {
        while !input::is_ready().map_err(unreadable)? {
            if let Some(reason) = self.interrupt.reason() {
                return Err(reason.to_owned());
            }
        }
        let mut line = String::new();
        match io::stdin().lock().read_line(&mut line).map_err(unreadable)? {
            0 => Err("the input has ended before an answer".to_owned()),
            _ => Ok(line.trim_end_matches(['\r', '\n']).to_owned()),
        }
    }
}

impl Person for Questioner {
    fn answer(&self, question: &Question) -> Result<String, String> {
        // Held until the answer is there.
        let _hidden = match question.echo {
            Echo::Shown => None,
            Echo::Hidden => Some(input::Hidden::new().map_err(unreadable)?),
        };
        self.print(&choices(question))?;
        loop {
            self.print(&line(question))?;
            if let Some(answer) = accepted(question, self.read_line()?) {
                return Ok(answer);
            }
        }
    }
}

fn unreadable(error: io::Error) -> String {
    format!("the answer cannot be read: {error}")
}

/// What there is to choose from, each with its number.
fn choices(question: &Question) -> String {
    let numbered = question.choices.iter().enumerate();
    numbered.fold(String::new(), |mut list, (index, choice)| {
        writeln!(list, "  {}) {}", index + 1, plain(choice)).expect("a string takes all that is written");
        list
    })
}

/// The line that the answer is typed in.
fn line(question: &Question) -> String {
    let text = if question.text.is_empty() { &question.name } else { &question.text };
    let default = question.default.as_ref().map(|default| format!(" [{}]", plain(default))).unwrap_or_default();
    format!("{}{default}: ", plain(text))
}

/// A text of a spec, which may not steer the terminal.
fn plain(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// The answer that a line stands for, which may be the beginning of one choice alone; none if it
/// has to be another one.
fn accepted(question: &Question, line: String) -> Option<String> {
    if let (true, Some(default)) = (line.is_empty(), &question.default) {
        return Some(default.clone());
    }
    if question.choices.is_empty() || question.choices.contains(&line) {
        return Some(line);
    }
    if let Ok(number) = line.trim().parse::<usize>() {
        return question.choices.get(number.checked_sub(1)?).cloned();
    }
    let mut begun = question.choices.iter().filter(|choice| !line.is_empty() && choice.starts_with(&line));
    begun.next().filter(|_| begun.next().is_none()).cloned()
}

#[cfg(unix)]
mod input {
    //! What only the system can do with the standard input.

    use std::io;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::Errno;
    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    /// The time between two looks at whether the run is to end.
    const PAUSE: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

    /// Whether there is something to read; waits a short while for it.
    pub(super) fn is_ready() -> io::Result<bool> {
        let input = io::stdin();
        match poll(&mut [PollFd::new(&input, PollFlags::IN)], Some(&PAUSE)) {
            Ok(ready) => Ok(ready > 0),
            Err(Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// What is typed is not shown as long as this lives.
    pub(super) struct Hidden(Termios);

    impl Hidden {
        pub(super) fn new() -> io::Result<Self> {
            let before = tcgetattr(io::stdin())?;
            let mut hidden = before.clone();
            hidden.local_modes.remove(LocalModes::ECHO);
            hidden.local_modes.insert(LocalModes::ECHONL);
            // What was typed before nobody was asked is not meant as a secret.
            tcsetattr(io::stdin(), OptionalActions::Flush, &hidden)?;
            Ok(Self(before))
        }
    }

    impl Drop for Hidden {
        fn drop(&mut self) {
            // Nothing can be done about a terminal that is gone.
            tcsetattr(io::stdin(), OptionalActions::Now, &self.0).ok();
        }
    }
}

#[cfg(not(unix))]
mod input {
    //! What only the system can do with the standard input.

    use std::io;

    pub(super) fn is_ready() -> io::Result<bool> {
        Ok(true)
    }

    pub(super) struct Hidden;

    impl Hidden {
        pub(super) fn new() -> io::Result<Self> {
            Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "a secret cannot be typed unseen here: give it with `--var`",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Lifetime;

    fn question(default: Option<&str>, choices: &[&str]) -> Question {
        Question {
            name: "color".to_owned(),
            text: "Which\u{1b} one?".to_owned(),
            default: default.map(str::to_owned),
            choices: choices.iter().map(|&choice| choice.to_owned()).collect(),
            echo: Echo::Shown,
            lifetime: Lifetime::Run,
        }
    }

    #[test]
    fn shows_what_is_asked_and_nothing_that_steers_a_terminal() {
        let asked = question(Some("red"), &["red", "blue"]);
        assert_eq!(choices(&asked) + &line(&asked), "  1) red\n  2) blue\nWhich  one? [red]: ");
        let asked = Question { text: String::new(), ..question(None, &[]) };
        assert_eq!(choices(&asked) + &line(&asked), "color: ");
    }

    #[test]
    fn takes_a_choice_by_its_number_its_text_or_the_beginning_of_that() {
        let free = question(None, &[]);
        let offered = question(Some("red"), &[]);
        let chosen = question(None, &["red", "2", "blue"]);
        let alike = question(None, &["red", "reddish", "blue"]);
        let both = question(Some("red"), &["red", "2", "blue"]);
        for (asked, line, answer) in [
            (&free, "", Some("")),
            (&free, " a b ", Some(" a b ")),
            (&offered, "", Some("red")),
            (&chosen, "blue", Some("blue")),
            (&chosen, "2", Some("2")),
            (&chosen, "3", Some("blue")),
            (&chosen, "0", None),
            (&chosen, "4", None),
            (&chosen, "green", None),
            (&chosen, "", None),
            (&chosen, "b", Some("blue")),
            (&alike, "red", Some("red")),
            (&alike, "r", None),
            (&alike, "redd", Some("reddish")),
            (&both, "", Some("red")),
        ] {
            assert_eq!(accepted(asked, line.to_owned()).as_deref(), answer, "{line:?} of {:?}", asked.choices);
        }
    }
}
