//! What a person is asked to do.

use std::fmt;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use crate::http::BoxError;

use super::super::{Cancel, Error, ErrorKind};

/// What a person has to do for a token: go to a place with a browser, and agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// Where to go.
    pub url: String,
    /// What to enter there, or to compare with what is shown there (RFC 8628, 3.3).
    pub code: Option<String>,
}

impl fmt::Display for Prompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => write!(f, "to let rqtest in, go to {} with the code {code}", self.url),
            None => write!(f, "to let rqtest in, go to {}", self.url),
        }
    }
}

type Ask = dyn Fn(&Prompt) -> Result<(), BoxError> + Send + Sync;

/// Who asks a person; nobody, unless a session is told who.
#[derive(Default)]
pub(in crate::client) struct Asker(Option<Box<Ask>>);

impl Asker {
    pub(in crate::client) fn new(ask: impl Fn(&Prompt) -> Result<(), BoxError> + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(ask)))
    }

    /// Asks, and waits meanwhile for what comes of it: as long as the function that `wait` is
    /// given says so, and no longer than until it is cut short. Who asks may be the one who goes there, and so has a thread of their own.
    ///
    /// # Errors
    /// If nobody can be asked, or nobody has agreed in time.
    pub(super) fn ask<T>(
        &self,
        prompt: &Prompt,
        patience: Duration,
        cancel: Option<&Cancel>,
        wait: impl FnOnce(&dyn Fn() -> bool) -> Result<Option<T>, Error>,
    ) -> Result<T, Error> {
        let ask = self.0.as_ref().ok_or_else(nobody)?;
        let (start, refused) = (Instant::now(), OnceLock::new());
        let is_cancelled = || cancel.is_some_and(Cancel::is_raised);
        let come = thread::scope(|scope| {
            scope.spawn(|| ask(prompt).map_err(|error| refused.set(error)));
            wait(&|| start.elapsed() < patience && refused.get().is_none() && !is_cancelled())
        })?;
        match (come, refused.into_inner()) {
            (Some(come), _) => Ok(come),
            (None, Some(error)) => Err(Error::new(ErrorKind::Auth, error.to_string()).with_source(error)),
            (None, None) if is_cancelled() => {
                Err(Error::new(ErrorKind::Interrupted, format!("interrupted before anybody agreed: {prompt}")))
            }
            (None, None) => Err(Error::new(ErrorKind::Auth, format!("nobody agreed within {patience:?}: {prompt}"))),
        }
    }
}

fn nobody() -> Error {
    let message = "a person has to agree to this grant, and the session does not say how to ask one: \
                   see `Session::on_prompt`";
    Error::new(ErrorKind::Auth, message)
}

impl fmt::Debug for Asker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Asker" } else { "nobody" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_waited_for_once_it_is_cut_short() {
        let (asker, cancel) = (Asker::new(|_| Ok(())), Cancel::default());
        cancel.raise();
        let prompt = Prompt { url: "http://h/".to_owned(), code: None };
        let wait = |goes_on: &dyn Fn() -> bool| {
            while goes_on() {}
            Ok(None::<()>)
        };
        let error = asker.ask(&prompt, Duration::MAX, Some(&cancel), wait).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}");
    }
}
