//! Requests to the token endpoint and to the one that devices ask (RFC 6749, 3.2; RFC 8628, 3.1).

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::http::{Method, Url};
use crate::secret::Secret;
use crate::transport::Trace;

use super::super::options::Delivery;
use super::super::prepare::prepare;
use super::super::{
    Auth as _, Basic, Cancel, Defaults, Error, ErrorKind, Jar, Payload, PreparedRequest, Request, Response, Session,
};
use super::grant::Parameter;
use super::refusal::Refusal;
use super::token::Token;
use super::{ClientAuthentication, OAuth2, RequestFor};

/// The most bytes that an answer may have.
const MAX_ANSWER: u64 = 1024 * 1024;

/// Where tokens come from, and the way there.
pub(super) struct Endpoint<'a> {
    pub(super) oauth2: &'a OAuth2,
    pub(super) session: &'a Session,
    delivery: Delivery,
    trace: Option<Arc<Trace>>,
}

/// Why there is no token.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server says why, with a word for it.
    Refused {
        code: String,
        error: Error,
    },
    Other(Error),
}

impl<'a> Endpoint<'a> {
    /// The endpoint, asked in the way of the request that needs a token.
    pub(super) fn new(oauth2: &'a OAuth2, session: &'a Session, request: &PreparedRequest) -> Self {
        let delivery = Delivery {
            redirects: 0,
            decompress: true,
            encoding: None,
            cookie_jar: Jar::Off,
            max_body: Some(MAX_ANSWER),
            output: None,
            ..request.delivery.clone()
        };
        Self { oauth2, session, delivery, trace: request.trace.clone() }
    }

    /// Who may cut it short.
    pub(super) fn cancel(&self) -> Option<&Cancel> {
        self.delivery.cancel.as_ref()
    }

    /// Lets what shows the session's secrets nowhere know another one.
    pub(super) fn teach(&self, secret: &Secret<String>) {
        if let Some(redactor) = &self.session.secrets {
            redactor.learn(secret.expose());
        }
    }

    /// Asks for a token.
    pub(super) fn token(&self, parameters: &[Parameter<'_>]) -> Result<Token, Failure> {
        let url = &self.oauth2.token_url;
        let members = self.ask(url, RequestFor::Token, parameters)?;
        Token::read(&members, Instant::now()).map_err(|reason| unusable(url, &reason).into())
    }

    /// The members of the object that is answered to these parameters and those that every
    /// such request has.
    pub(super) fn ask(
        &self,
        url: &Url,
        kind: RequestFor,
        parameters: &[Parameter<'_>],
    ) -> Result<Map<String, Value>, Failure> {
        let response = self.session.send(self.request(url, kind, parameters)?)?;
        let members = match response.json_value() {
            Ok(Value::Object(members)) => members,
            Ok(_) => return Err(not_an_answer(&response, "it is JSON, but no object").into()),
            Err(error) => return Err(not_an_answer(&response, &error.to_string()).into()),
        };
        match Refusal::read(&members) {
            Some(refusal) => {
                let error = Error::new(ErrorKind::Auth, format!("{url} gives no token: {refusal}"));
                Err(Failure::Refused { code: refusal.code, error })
            }
            None if response.status.is_error() || response.status.is_redirect() => {
                Err(not_an_answer(&response, "it names no error").into())
            }
            None => Ok(members),
        }
    }

    fn request(&self, url: &Url, kind: RequestFor, parameters: &[Parameter<'_>]) -> Result<PreparedRequest, Error> {
        let OAuth2 { client_id, client_secret, .. } = self.oauth2;
        let way = self.oauth2.client_authentication;
        let client_secret = client_secret.as_ref().filter(|_| way != ClientAuthentication::None);
        let (header, body) = match (client_id, client_secret) {
            (Some(id), Some(secret)) if way == ClientAuthentication::Basic => {
                let [id, secret] = encoded_pair(id, secret.expose());
                (Some(Basic::new(id, secret)), Vec::new())
            }
            (Some(id), Some(secret)) => (None, vec![("client_id", &**id), ("client_secret", secret.expose())]),
            (Some(id), None) => (None, vec![("client_id", &**id)]),
            (None, _) => (None, Vec::new()),
        };
        let form: Vec<(&str, &str)> =
            parameters.iter().copied().chain(self.oauth2.common_parameters(kind)).chain(body).collect();
        let mut request = Request::new(Method::POST, url.clone());
        request.headers.append("Accept", "application/json")?;
        request.payload = Payload::form(&form)?;
        let mut prepared = prepare(request, &Defaults::default())?;
        prepared.delivery = self.delivery.clone();
        prepared.trace.clone_from(&self.trace);
        // Who the URL names asks, unless the client is to prove who it is in the same field.
        if let Some(auth) = header.or_else(|| url.credentials().map(|(user, password)| Basic::new(user, password))) {
            auth.authorize(&mut prepared, self.session)?;
        }
        Ok(prepared)
    }
}

/// > The client identifier is encoded using the "application/x-www-form-urlencoded" encoding
/// > algorithm …, and the encoded value is used as the username; the client password is
/// > encoded using the same algorithm and used as the password. (RFC 6749, 2.3.1)
pub(super) fn encoded_pair(id: &str, secret: &str) -> [String; 2] {
    [id, secret].map(|text| form_urlencoded::byte_serialize(text.as_bytes()).collect())
}

/// An answer that holds no token, as it should.
pub(super) fn unusable(url: &Url, reason: &str) -> Error {
    Error::new(ErrorKind::Auth, format!("the answer of {url} is of no use: {reason}"))
}

/// An answer in which there is nothing to be read; what it says may hold anything, and is not shown.
fn not_an_answer(response: &Response, reason: &str) -> Error {
    let status = format!("{} {}", response.status, response.reason);
    Error::new(ErrorKind::Auth, format!("{} gives no token: {}, and {reason}", response.url, status.trim_end()))
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused { error, .. } | Failure::Other(error) => error,
        }
    }
}
