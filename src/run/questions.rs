//! Questions to a person: one at a time, whichever worker has them, and put by the calling
//! thread, which alone speaks with people.

use std::collections::HashMap;
use std::fmt;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::event::Event;
use crate::secret::Redactor;
use crate::spec::{Binding, Echo, Variable};
use crate::template::{Ask, Lifetime, Question, Variables};

use super::Interrupt;
use super::mailbox::Sender;

/// The time between two looks at whether the run is to end.
const PAUSE: Duration = Duration::from_millis(50);

/// Who answers questions.
pub trait Person: fmt::Debug + Send + Sync {
    /// What the person answers.
    ///
    /// # Errors
    /// Why there is no answer: a lowercase fragment.
    fn answer(&self, question: &Question) -> Result<String, String>;
}

/// The questions of a run.
#[derive(Debug)]
pub(super) struct Questions {
    person: Option<Arc<dyn Person>>,
    variables: Arc<Variables>,
    redactor: Arc<Redactor>,
    interrupt: Interrupt,
    /// The answers that hold to the end of the run. Held while somebody is asked, so that
    /// nobody is asked two things at once, or the same thing twice.
    answers: Mutex<HashMap<String, String>>,
    /// What is to be asked, and where the answer goes.
    pending: Mutex<Option<Pending>>,
}

#[derive(Debug)]
struct Pending {
    question: Question,
    answer: mpsc::Sender<Result<String, String>>,
}

impl Questions {
    pub(super) fn new(
        person: Option<Arc<dyn Person>>,
        variables: Arc<Variables>,
        redactor: Arc<Redactor>,
        interrupt: Interrupt,
    ) -> Self {
        Self { person, variables, redactor, interrupt, answers: Mutex::default(), pending: Mutex::default() }
    }

    /// Learns what the command line gives in the place of answers that are secret.
    pub(super) fn learn_given(&self, variables: &[Variable]) {
        let secret = |variable: &&Variable| variable.binding == Binding::Asked(Echo::Hidden);
        for variable in variables.iter().filter(secret) {
            if let Some(given) = self.given(&variable.name) {
                self.redactor.learn(&given);
            }
        }
    }

    /// Puts the question that waits to the person. The calling thread's part.
    pub(super) fn put(&self) {
        let pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let (Some(Pending { question, answer }), Some(person)) = (pending, &self.person) {
            // Who has asked may have given up meanwhile.
            answer.send(person.answer(&question)).ok();
        }
    }

    /// What the command line says in the place of an answer.
    fn given(&self, name: &str) -> Option<String> {
        let (_, value) = self.variables.overrides.iter().rev().find(|(known, _)| known == name)?;
        Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    }

    fn answer(&self, question: &Question, sender: &Sender) -> Result<String, String> {
        if let Some(given) = self.given(&question.name) {
            return Ok(given);
        }
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = answers.get(&question.name).filter(|_| question.lifetime == Lifetime::Run) {
            return Ok(answer.clone());
        }
        let answer = self.ask(question, sender)?;
        answers.insert(question.name.clone(), answer.clone());
        Ok(answer)
    }

    fn ask(&self, question: &Question, sender: &Sender) -> Result<String, String> {
        if self.person.is_none() {
            return Err(nobody(&question.name));
        }
        let (answer, answered) = mpsc::channel();
        let pending = Pending { question: question.clone(), answer };
        *self.pending.lock().unwrap_or_else(PoisonError::into_inner) = Some(pending);
        sender.send(Event::Asked);
        loop {
            match answered.recv_timeout(PAUSE) {
                Ok(answer) => return answer,
                Err(RecvTimeoutError::Timeout) if self.interrupt.reason().is_none() => {}
                Err(_) => return Err(format!("nobody has answered what `{}` is", question.name)),
            }
        }
    }
}

fn nobody(name: &str) -> String {
    let quote =
        if name.contains(|character: char| !character.is_alphanumeric() && character != '_') { "'" } else { "" };
    format!(
        "`{name}` is asked of a person, and there is nobody at a terminal: give it with `--var {quote}{name}=…{quote}`"
    )
}

/// Who asks for the requests of one file.
#[derive(Debug)]
pub(super) struct Inquirer {
    questions: Arc<Questions>,
    sender: Sender,
}

impl Inquirer {
    pub(super) fn new(questions: &Arc<Questions>, sender: &Sender) -> Self {
        Self { questions: Arc::clone(questions), sender: sender.clone() }
    }
}

impl Ask for Inquirer {
    fn ask(&self, question: &Question) -> Result<String, String> {
        let answer = self.questions.answer(question, &self.sender)?;
        if question.echo == Echo::Hidden {
            self.questions.redactor.learn(&answer);
        }
        Ok(answer)
    }
}
