//! Who goes where a person has to go for a token of OAuth 2.0.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::client::{Prompt, Session};
use crate::event::Event;
use crate::http::BoxError;
use crate::transport::Pool;

use super::mailbox::Sender;

/// How long a program is watched: one that cannot do what it shall says so at once, and a
/// browser stays open.
const WATCH: Duration = Duration::from_secs(1);

/// The time between two looks at a program.
const PAUSE: Duration = Duration::from_millis(10);

/// Who goes where a person has to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Browser {
    /// The person at the terminal, who is told where.
    Person,
    /// Nobody: there is no terminal.
    Nobody,
    /// rqtest itself follows the links: enough for a server that asks nothing.
    Follow,
    /// A program, whose last argument is where; before it stand these words.
    Program(Vec<String>),
}

impl Browser {
    /// The one that these words name: `follow`, or a program and its arguments.
    pub fn named(words: Vec<String>) -> Self {
        if words == ["follow"] { Self::Follow } else { Self::Program(words) }
    }

    /// What a session does where a person has to go somewhere.
    pub(super) fn visitor(
        &self,
        connections: &Arc<Pool>,
        sender: &Sender,
    ) -> impl Fn(&Prompt) -> Result<(), BoxError> + Send + Sync + use<> {
        let (browser, connections, sender) = (self.clone(), Arc::clone(connections), sender.clone());
        move |prompt| match &browser {
            Self::Person => {
                sender.send(Event::Prompted(prompt.to_string()));
                Ok(())
            }
            Self::Nobody => Err(NOBODY.into()),
            Self::Follow => follow(&prompt.url, &connections),
            Self::Program(words) => start(words, &prompt.url),
        }
    }
}

const NOBODY: &str = "a person has to agree to this grant, and there is nobody at a terminal: say who goes there with \
    `--browser PROGRAM`, or with `--browser follow` where the server asks nothing; or take a grant that needs nobody";

fn follow(url: &str, connections: &Arc<Pool>) -> Result<(), BoxError> {
    let failed = |error| format!("rqtest cannot go where a person would: {error}");
    let response = Session::with_pool(Arc::clone(connections)).get(url).send().map_err(failed)?;
    Ok(response.raise_for_status().map(drop).map_err(failed)?)
}

fn start(words: &[String], url: &str) -> Result<(), BoxError> {
    let [program, arguments @ ..] = words else { return Err("the browser is no program".into()) };
    let mut command = Command::new(program);
    command.args(arguments).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let failed = |error| format!("the browser `{program}` cannot be started: {error}");
    let mut browser = command.spawn().map_err(failed)?;
    match watch(&mut browser) {
        Some(success) if !success => Err(format!("the browser `{program}` has failed").into()),
        Some(_) => Ok(()),
        None => {
            // Somebody has to take note of its end.
            thread::spawn(move || browser.wait());
            Ok(())
        }
    }
}

/// Whether it has ended well; nothing if it goes on.
fn watch(browser: &mut Child) -> Option<bool> {
    let start = Instant::now();
    while start.elapsed() < WATCH {
        match browser.try_wait() {
            Ok(Some(status)) => return Some(status.success()),
            Ok(None) => thread::sleep(PAUSE),
            Err(_) => return Some(false),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::mailbox::{Look, Mailbox};
    use super::*;

    fn ask(browser: &Browser, url: &str) -> Result<Option<String>, String> {
        let (mut mailbox, sender) = Mailbox::new();
        let prompt = Prompt { url: url.to_owned(), code: None };
        browser.visitor(&Pool::new(), &sender)(&prompt).map_err(|error| error.to_string())?;
        match mailbox.look() {
            Look::Event(Event::Prompted(text)) => Ok(Some(text)),
            _ => Ok(None),
        }
    }

    #[test]
    fn tells_a_person_where_to_go() {
        let told = ask(&Browser::Person, "http://h/").unwrap();
        assert_eq!(told.as_deref(), Some("to let rqtest in, go to http://h/"));
    }

    #[test]
    fn says_what_to_do_where_nobody_goes() {
        for (browser, expected) in [
            (Browser::Nobody, "there is nobody at a terminal"),
            (Browser::Follow, "rqtest cannot go where a person would: cannot connect to 127.0.0.1:1"),
            (Browser::Program(vec!["/none/at all".to_owned()]), "the browser `/none/at all` cannot be started"),
            (Browser::Program(Vec::new()), "the browser is no program"),
        ] {
            let error = ask(&browser, "http://127.0.0.1:1/").unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn notices_a_program_that_fails_at_once() {
        let program = |script: &str| Browser::Program(["sh", "-c", script].map(str::to_owned).to_vec());
        assert_eq!(ask(&program("exit 0"), "u"), Ok(None));
        assert_eq!(ask(&program("exit 3"), "u"), Err("the browser `sh` has failed".to_owned()));
        assert_eq!(ask(&program("test \"$0\" = u"), "u"), Ok(None));
    }
}
