//! Requests signed for a consumer, and for a user who let it in (OAuth 1.0).

use std::time::{SystemTime, UNIX_EPOCH};

use percent_encoding::utf8_percent_encode;

use crate::http::Body;
use crate::proto::auth::{OAuth1Method, RESERVED, authorization, base_string, form_pairs};
use crate::secret::Secret;

use super::super::{Error, ErrorKind, Payload, PreparedRequest, Session};
use super::{Auth, body, random};

const FORM: &str = "application/x-www-form-urlencoded";

/// A consumer, with or without a token, which signs each request (RFC 5849): the method, the URL,
/// and a body that is a form.
///
/// ```
/// use rqtest::client::{Answer, InMemory, OAuth1, OAuth1Method, Session};
///
/// let echo = InMemory::new(|request| Answer::ok(&*request.headers.text("Authorization").unwrap_or_default()));
/// let auth = OAuth1::new("consumer", "c0nsumer").token("token", "t0ken").method(OAuth1Method::HmacSha256);
/// let response = Session::with_adapter(echo).get("http://localhost/").auth(auth).send()?;
/// assert!(response.text()?.starts_with("OAuth oauth_consumer_key=\"consumer\", oauth_token=\"token\", "));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct OAuth1 {
    consumer_key: String,
    consumer_secret: Secret<String>,
    token: Option<String>,
    token_secret: Secret<String>,
    method: OAuth1Method,
    place: OAuth1Place,
    realm: Option<String>,
    callback: Option<String>,
    verifier: Option<String>,
    is_body_hashed: bool,
    timestamp: Option<String>,
    nonce: Option<String>,
}

/// Where the parameters of OAuth 1.0 stand (RFC 5849, 3.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OAuth1Place {
    /// In the `Authorization` field.
    #[default]
    Header,
    /// In the query of the URL.
    Query,
    /// In the body, which is a form.
    Body,
}

type Parameters = Vec<(String, String)>;

impl OAuth1 {
    /// A consumer with its secret, which is empty where a key of RSA takes its place.
    pub fn new(consumer_key: impl Into<String>, consumer_secret: impl Into<String>) -> Self {
        Self {
            consumer_key: consumer_key.into(),
            consumer_secret: Secret::new(consumer_secret.into()),
            token: None,
            token_secret: Secret::new(String::new()),
            method: OAuth1Method::HmacSha1,
            place: OAuth1Place::Header,
            realm: None,
            callback: None,
            verifier: None,
            is_body_hashed: false,
            timestamp: None,
            nonce: None,
        }
    }

    /// A token with its secret.
    #[must_use]
    pub fn token(self, token: impl Into<String>, secret: impl Into<String>) -> Self {
        Self { token: Some(token.into()), token_secret: Secret::new(secret.into()), ..self }
    }

    /// How the request is signed. Default: with HMAC-SHA1.
    #[must_use]
    pub fn method(self, method: OAuth1Method) -> Self {
        Self { method, ..self }
    }

    /// Where the parameters stand. Default: in the header.
    #[must_use]
    pub fn place(self, place: OAuth1Place) -> Self {
        Self { place, ..self }
    }

    /// The realm, which the header names and nobody signs.
    #[must_use]
    pub fn realm(self, realm: impl Into<String>) -> Self {
        Self { realm: Some(realm.into()), ..self }
    }

    /// Where the user comes back to, when temporary credentials are asked for; `oob` is nowhere.
    #[must_use]
    pub fn callback(self, callback: impl Into<String>) -> Self {
        Self { callback: Some(callback.into()), ..self }
    }

    /// What the user came back with, when a token is asked for.
    #[must_use]
    pub fn verifier(self, verifier: impl Into<String>) -> Self {
        Self { verifier: Some(verifier.into()), ..self }
    }

    /// Signs bodies that are no forms too, by an extension that not every server knows.
    #[must_use]
    pub fn body_hash(self) -> Self {
        Self { is_body_hashed: true, ..self }
    }

    /// The time in seconds since 1970. Default: when the request is prepared.
    #[must_use]
    pub fn timestamp(self, timestamp: impl Into<String>) -> Self {
        Self { timestamp: Some(timestamp.into()), ..self }
    }

    /// The text that goes with no other request of that second. Default: drawn at random.
    #[must_use]
    pub fn nonce(self, nonce: impl Into<String>) -> Self {
        Self { nonce: Some(nonce.into()), ..self }
    }

    /// RFC 5849, 3.1, but for the signature.
    fn parameters(&self) -> Parameters {
        let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs().to_string();
        let parameters = [
            ("oauth_consumer_key", Some(self.consumer_key.clone())),
            ("oauth_token", self.token.clone()),
            ("oauth_signature_method", Some(self.method.name().to_owned())),
            ("oauth_timestamp", Some(self.timestamp.clone().unwrap_or_else(now))),
            ("oauth_nonce", Some(self.nonce.clone().unwrap_or_else(random))),
            ("oauth_version", Some("1.0".to_owned())),
            ("oauth_callback", self.callback.clone()),
            ("oauth_verifier", self.verifier.clone()),
        ];
        parameters.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }

    /// The hash of the body where it is wanted; a form is signed as it is.
    fn body_hash_of(&self, request: &PreparedRequest) -> Result<Option<(String, String)>, Error> {
        let hasher = self.method.body_hasher().filter(|_| self.is_body_hashed && !is_form(request));
        let hash = hasher.map(|hasher| body::hash(&request.body, hasher)).transpose()?;
        Ok(hash.map(|hash| ("oauth_body_hash".to_owned(), hash.base64())))
    }

    fn sign(&self, request: &PreparedRequest, form: &Parameters) -> Result<Parameters, Error> {
        let mut parameters = self.parameters();
        parameters.extend(self.body_hash_of(request)?);
        let mut signed = form_pairs(request.url.query().unwrap_or_default());
        signed.extend(form.iter().chain(&parameters).cloned());
        let base_string = base_string(request.method.as_str(), &request.url, &signed);
        let signature = self.method.sign(&base_string, self.consumer_secret.expose(), self.token_secret.expose());
        let signature =
            signature.map_err(|error| Error::new(ErrorKind::Request, error.to_string()).with_source(error))?;
        parameters.push(("oauth_signature".to_owned(), signature));
        Ok(parameters)
    }
}

impl Auth for OAuth1 {
    fn field(&self) -> Option<&str> {
        (self.place == OAuth1Place::Header).then_some("Authorization")
    }

    fn authorize(&self, request: &mut PreparedRequest, _session: &Session) -> Result<(), Error> {
        if self.place == OAuth1Place::Query {
            request.url.retain_query(|name| !name.starts_with("oauth_"));
        }
        let mut form = form_of(request)?;
        if self.place == OAuth1Place::Body {
            form.retain(|(name, _)| !name.starts_with("oauth_"));
        }
        let parameters = self.sign(request, &form)?;
        match self.place {
            OAuth1Place::Header => {
                request.headers.set("Authorization", authorization(self.realm.as_deref(), &parameters))?;
            }
            OAuth1Place::Query => {
                request.url.append_query(parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())));
            }
            OAuth1Place::Body => send_form(request, form.iter().chain(&parameters))?,
        }
        Ok(())
    }

    fn secrets(&self) -> Vec<String> {
        let (secret, token_secret) = (self.consumer_secret.expose(), self.token_secret.expose());
        let mut secrets = vec![secret.clone(), token_secret.clone()];
        if let (OAuth1Method::Plaintext, Ok(signature)) = (&self.method, self.method.sign("", secret, token_secret)) {
            secrets.push(utf8_percent_encode(&signature, RESERVED).to_string());
        }
        secrets
    }
}

fn is_form(request: &PreparedRequest) -> bool {
    let content_type = request.headers.text("Content-Type").unwrap_or_default();
    content_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(FORM)
}

/// The names and values of a body that is a form, which are signed (RFC 5849, 3.4.1.3.1).
fn form_of(request: &PreparedRequest) -> Result<Parameters, Error> {
    if !is_form(request) {
        return Ok(Vec::new());
    }
    let bytes = request.body.in_memory().ok_or_else(|| {
        Error::new(ErrorKind::Request, "a form is signed by OAuth 1.0, and so must be in memory".to_owned())
    })?;
    Ok(form_pairs(&String::from_utf8_lossy(&bytes)))
}

fn send_form<'a>(
    request: &mut PreparedRequest,
    pairs: impl Iterator<Item = &'a (String, String)>,
) -> Result<(), Error> {
    if !is_form(request) && !request.body.is_empty() {
        let message = "OAuth 1.0 in the body needs a body that is a form: put it into the header or the query";
        return Err(Error::new(ErrorKind::Request, message.to_owned()));
    }
    let body: Body = Payload::form(&pairs.collect::<Vec<_>>())?.body;
    request.headers.set("Content-Type", FORM)?;
    request.headers.set("Content-Length", body.len().unwrap_or_default().to_string())?;
    request.body = body;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::client::site::{leads, notes, site};
    use crate::client::{Request, RequestBuilder};
    use crate::http::Method;
    use crate::proto::auth::Challenge;

    use super::*;

    fn consumer() -> OAuth1 {
        OAuth1::new("dpf43f3p2l4k3l03", "kd94hf93k423kf44").token("nnch734d00sl2jdk", "pfkkdhi9sl3r4s00")
    }

    fn prepared(change: impl FnOnce(RequestBuilder<'_>) -> RequestBuilder<'_>) -> Result<PreparedRequest, Error> {
        let (session, _) = site(vec![]);
        session.prepare(change(session.post("http://h/a?q=x+y")).build().unwrap())
    }

    /// The signature of all parameters but itself.
    fn expected(request: &PreparedRequest, all: &[(String, String)]) -> String {
        let signed: Vec<_> =
            all.iter().filter(|(name, _)| name != "oauth_signature" && name != "realm").cloned().collect();
        let base_string = base_string("POST", &request.url, &signed);
        OAuth1Method::HmacSha1.sign(&base_string, "kd94hf93k423kf44", "pfkkdhi9sl3r4s00").unwrap()
    }

    fn value<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
        pairs.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value)
    }

    #[test]
    fn signs_query_and_form_in_the_header() {
        let auth = consumer().realm("a \"b\"").callback("oob").verifier("v");
        let sent = prepared(|request| request.form(&[("f", "1 2")]).auth(auth)).unwrap();
        let field = sent.headers.text("Authorization").unwrap();
        let challenge = &Challenge::parse(&field)[0];
        let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
        let mut all: Vec<_> = challenge.parameters.iter().map(|(name, value)| (name.clone(), decode(value))).collect();
        all.extend([("q", "x y"), ("f", "1 2")].map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(value(&all, "oauth_signature"), expected(&sent, &all));
        let names = ["realm", "oauth_callback", "oauth_verifier", "oauth_version"].map(|name| value(&all, name));
        assert_eq!(names, ["a \"b\"", "oob", "v", "1.0"]);
        assert_eq!(sent.body.in_memory().unwrap(), b"f=1+2");
    }

    #[test]
    fn signs_in_the_query() {
        let sent = prepared(|request| request.auth(consumer().place(OAuth1Place::Query))).unwrap();
        let all = form_pairs(sent.url.query().unwrap());
        assert_eq!(value(&all, "oauth_signature"), expected(&sent, &all));
        assert!(!sent.headers.contains("Authorization"));
    }

    #[test]
    fn signs_in_the_body() {
        for with_form in [true, false] {
            let auth = consumer().place(OAuth1Place::Body);
            let sent = prepared(|request| {
                let request = if with_form { request.form(&[("f", "1 2")]) } else { request };
                request.auth(auth)
            })
            .unwrap();
            let body = String::from_utf8(sent.body.in_memory().unwrap()).unwrap();
            let mut all = form_pairs(&body);
            assert_eq!(value(&all, "f") == "1 2", with_form);
            all.push(("q".to_owned(), "x y".to_owned()));
            assert_eq!(value(&all, "oauth_signature"), expected(&sent, &all));
            assert_eq!(sent.headers.text("Content-Length").unwrap(), body.len().to_string());
            assert_eq!(sent.headers.text("Content-Type").unwrap(), FORM);
        }
        let error = prepared(|request| request.text("x").auth(consumer().place(OAuth1Place::Body))).unwrap_err();
        assert!(error.to_string().starts_with("OAuth 1.0 in the body needs a body that is a form"), "{error}");
    }

    #[test]
    fn vouches_for_a_body_that_is_no_form_where_it_is_told_to() {
        // The example of the extension's draft.
        let auth = OAuth1::new("consumer", "secret").body_hash();
        let sent = prepared(|request| request.text("Hello World!").auth(auth)).unwrap();
        let field = sent.headers.text("Authorization").unwrap();
        assert!(field.contains("oauth_body_hash=\"Lve95gjOVATpfV8EL5X4nxwjKHE%3D\""), "{field}");
    }

    #[test]
    fn takes_time_and_nonce_as_they_are_given() {
        let (session, _) = site(vec![]);
        let mut request = Request::new(
            Method::GET,
            "http://photos.example.net/photos?file=vacation.jpg&size=original".parse().unwrap(),
        );
        request.auth = Some(std::sync::Arc::new(consumer().timestamp("137131202").nonce("chapoH")));
        let sent = session.prepare(request).unwrap();
        assert_eq!(
            sent.headers.text("Authorization").unwrap(),
            "OAuth oauth_consumer_key=\"dpf43f3p2l4k3l03\", oauth_token=\"nnch734d00sl2jdk\", \
             oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"137131202\", oauth_nonce=\"chapoH\", \
             oauth_version=\"1.0\", oauth_signature=\"1IAE9RzK%2BDqSqVTdQ%2F0zWANXVzs%3D\""
        );
    }

    #[test]
    fn signs_anew_after_a_redirect_and_not_for_another_origin() {
        for place in [OAuth1Place::Header, OAuth1Place::Query, OAuth1Place::Body] {
            let (session, log) = site(vec![("/c", leads(307, "http://other/d"))]);
            let auth = consumer().place(place).timestamp("1").nonce("2");
            session.post("http://h/c").auth(auth.clone()).send().unwrap();
            let sent = notes(&log);
            if place == OAuth1Place::Header {
                assert_eq!(sent[1], "POST other:80/d | Host: other | Content-Length: 0");
            }
            assert!(!sent.last().unwrap().contains("OAuth "), "{sent:?}");
        }
    }

    #[test]
    fn tells_its_secrets_as_they_stand_in_plain_text() {
        let auth = OAuth1::new("c", "a-b c").method(OAuth1Method::Plaintext);
        assert_eq!(auth.secrets(), ["a-b c", "", "a-b%2520c%26"]);
    }
}
