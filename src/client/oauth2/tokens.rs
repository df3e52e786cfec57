//! The tokens that are kept for a run.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::super::{Error, ErrorKind};
use super::OAuth2;
use super::endpoint::{Endpoint, Failure};
use super::grant::refresh;
use super::token::Token;

/// The tokens of OAuth 2.0 that sessions share. Of several that need the same one, the first
/// asks for it, and the others wait for what it gets.
#[derive(Debug, Default)]
pub struct Tokens {
    /// A run has a handful of them.
    slots: Mutex<Vec<(OAuth2, Arc<Slot>)>>,
}

/// The place of one token.
#[derive(Debug, Default)]
struct Slot {
    /// How often it was asked for.
    rounds: AtomicU64,
    /// Held while it is asked for.
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    token: Option<Token>,
    /// Why the last round brought none.
    failure: Option<(ErrorKind, String)>,
}

impl Tokens {
    /// The token that is kept, or a new one where there is none or it is about to expire.
    pub(super) fn get(&self, endpoint: &Endpoint<'_>, now: Instant) -> Result<Token, Error> {
        let slot = self.slot(endpoint.oauth2);
        let round = slot.rounds.load(Ordering::Acquire);
        let mut held = slot.lock();
        if let Some(token) = held.token.as_ref().filter(|token| token.is_fresh(now)) {
            return Ok(token.clone());
        }
        // Whoever was waited for was told why there is none; asking again would say the same.
        if let (true, Some((kind, message))) = (slot.rounds.load(Ordering::Acquire) != round, &held.failure) {
            return Err(Error::new(*kind, message.clone()));
        }
        slot.fetch(&mut held, endpoint)
    }

    /// Another token than the one that was refused; none where only a person could give it.
    pub(super) fn renew(
        &self,
        endpoint: &Endpoint<'_>,
        is_refused: impl Fn(&Token) -> bool,
        now: Instant,
    ) -> Result<Option<Token>, Error> {
        let slot = self.slot(endpoint.oauth2);
        let mut held = slot.lock();
        if let Some(token) = held.token.as_ref().filter(|token| token.is_fresh(now) && !is_refused(token)) {
            return Ok(Some(token.clone()));
        }
        let has_refresh_token = held.token.as_ref().is_some_and(|token| token.refresh.is_some());
        if !has_refresh_token && !endpoint.oauth2.grant.is_silent() {
            return Ok(None);
        }
        let refused = |error: Error| Error::new(error.kind(), format!("the token was refused with 401, and {error}"));
        slot.fetch(&mut held, endpoint).map(Some).map_err(refused)
    }

    fn slot(&self, oauth2: &OAuth2) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, slot)) = slots.iter().find(|(other, _)| other == oauth2) {
            return Arc::clone(slot);
        }
        let slot = Arc::new(Slot::default());
        slots.push((oauth2.clone(), Arc::clone(&slot)));
        slot
    }
}

impl Slot {
    /// Asks for a token, and keeps what comes of it.
    fn fetch(&self, held: &mut Held, endpoint: &Endpoint<'_>) -> Result<Token, Error> {
        let fetched = fetch(held.token.as_ref(), endpoint);
        self.rounds.fetch_add(1, Ordering::Release);
        match fetched {
            Ok(token) => {
                [Some(&token.access), token.refresh.as_ref(), token.id.as_ref()]
                    .into_iter()
                    .flatten()
                    .for_each(|secret| endpoint.teach(secret));
                *held = Held { token: Some(token.clone()), failure: None };
                Ok(token)
            }
            Err(error) => {
                held.failure = Some((error.kind(), error.to_string()));
                Err(error)
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        // A panic elsewhere leaves no token behind that was half written.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A token for the refresh token of the last one; by the grant, where there is none or the
/// server does not take it any more.
fn fetch(last: Option<&Token>, endpoint: &Endpoint<'_>) -> Result<Token, Error> {
    if let Some(token) = last.and_then(|token| token.refresh.as_ref()) {
        match endpoint.token(&refresh(token)) {
            Ok(fresh) => return Ok(fresh.refreshed_by(token.clone())),
            Err(Failure::Other(error)) => return Err(error),
            Err(Failure::Refused { .. }) => {}
        }
    }
    endpoint.oauth2.obtain(endpoint)
}
