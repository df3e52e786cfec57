//! Requests signed for Amazon Web Services, or for what is compatible with them.

use std::time::{Duration, SystemTime};

use crate::proto::auth::{Hasher, SigV4, SignedPath, SignedRequest, UNSIGNED_PAYLOAD, signable};
use crate::secret::Secret;

use super::super::{Error, ErrorKind, PreparedRequest, Session};
use super::{Auth, body};

/// The region of addresses that name none.
const DEFAULT_REGION: &str = "us-east-1";

/// A key of Amazon Web Services, which signs each request (Signature Version 4): the method, the
/// URL, the header fields, and the body, files as they are read.
///
/// ```
/// use rqtest::client::{Answer, AwsSigV4, InMemory, Session};
///
/// let echo = InMemory::new(|request| Answer::ok(&*request.headers.text("Authorization").unwrap_or_default()));
/// let auth = AwsSigV4::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
///     .region("eu-west-1")
///     .service("execute-api");
/// let response = Session::with_adapter(echo).get("http://localhost/").auth(auth).send()?;
/// assert!(response.text()?.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsSigV4 {
    access_key: String,
    secret_key: Secret<String>,
    token: Option<Secret<String>>,
    region: Option<String>,
    service: Option<String>,
    is_payload_signed: bool,
    /// How long a URL that carries its signature is good for.
    expires: Option<Duration>,
    time: Option<SystemTime>,
}

impl AwsSigV4 {
    /// A key by its name, and the key itself.
    pub fn new(access_key: impl Into<String>, secret_key: impl Into<String>) -> Self {
        Self {
            access_key: access_key.into(),
            secret_key: Secret::new(secret_key.into()),
            token: None,
            region: None,
            service: None,
            is_payload_signed: true,
            expires: None,
            time: None,
        }
    }

    /// The token of a session that goes with a key for a time.
    #[must_use]
    pub fn token(self, token: impl Into<String>) -> Self {
        Self { token: Some(Secret::new(token.into())), ..self }
    }

    /// The region. Default: as the host has it, `SERVICE.REGION.amazonaws.com`.
    #[must_use]
    pub fn region(self, region: impl Into<String>) -> Self {
        Self { region: Some(region.into()), ..self }
    }

    /// The service, such as `s3` or `execute-api`. Default: as the host has it.
    #[must_use]
    pub fn service(self, service: impl Into<String>) -> Self {
        Self { service: Some(service.into()), ..self }
    }

    /// Leaves the body out of the signature, so that it need not be read twice; S3 accepts that.
    #[must_use]
    pub fn unsigned_payload(self) -> Self {
        Self { is_payload_signed: false, ..self }
    }

    /// Puts the signature into the query, where it is good for so long: the URL of the prepared
    /// request can be given away.
    #[must_use]
    pub fn in_query(self, expires: Duration) -> Self {
        Self { expires: Some(expires), ..self }
    }

    /// Signs as of this time. Default: when the request is prepared.
    #[must_use]
    pub fn at(self, time: SystemTime) -> Self {
        Self { time: Some(time), ..self }
    }

    /// `20150830T123600Z`
    fn timestamp(&self) -> Result<String, Error> {
        let time = jiff::Timestamp::try_from(self.time.unwrap_or_else(SystemTime::now));
        let time = time.map_err(|error| invalid(format!("the time cannot be signed: {error}")))?;
        Ok(time.strftime("%Y%m%dT%H%M%SZ").to_string())
    }

    /// Region and service: as they were given, or as the host has them.
    fn scope(&self, host: &str) -> Result<(String, String), Error> {
        let named = named_by(host);
        let region = self.region.clone().or_else(|| named.map(|(region, _)| region.to_owned()));
        let service = self.service.clone().or_else(|| named.map(|(_, service)| service.to_owned()));
        let missing =
            |what: &str| invalid(format!("the host `{host}` does not name the {what} of AWS: say which it is"));
        Ok((region.ok_or_else(|| missing("region"))?, service.ok_or_else(|| missing("service"))?))
    }

    fn payload_hash(&self, request: &PreparedRequest, service: &str) -> Result<String, Error> {
        // S3 signs no body with a URL that is given away before anyone has a body.
        if !self.is_payload_signed || self.expires.is_some() && is_storage(service) {
            return Ok(UNSIGNED_PAYLOAD.to_owned());
        }
        Ok(body::hash(&request.body, Hasher::sha256())?.hexadecimal())
    }

    fn sign_header(&self, request: &mut PreparedRequest, signer: &SigV4<'_>, payload_hash: &str) -> Result<(), Error> {
        request.headers.set("X-Amz-Date", signer.time)?;
        if let Some(token) = &self.token {
            request.headers.set("X-Amz-Security-Token", token.expose())?;
        }
        if is_storage(signer.service) || !self.is_payload_signed {
            request.headers.set("X-Amz-Content-Sha256", payload_hash)?;
        }
        let signed = signable(&request.headers);
        let authorization = signer.authorization(&signed_request(request, &signed, payload_hash));
        Ok(request.headers.set("Authorization", authorization)?)
    }

    fn sign_query(&self, request: &mut PreparedRequest, signer: &SigV4<'_>, payload_hash: &str, expires: Duration) {
        request.url.retain_query(|name| !name.starts_with("X-Amz-"));
        let signed = signable(&request.headers);
        let token = self.token.as_ref().map(|token| token.expose().as_str());
        let parameters = signer.query(&signed, expires.as_secs(), token);
        request.url.append_query(parameters.iter().map(|(name, value)| (*name, value.as_str())));
        let signature = signer.signature(&signed_request(request, &signed, payload_hash));
        request.url.append_query([("X-Amz-Signature", signature.as_str())]);
    }
}

impl Auth for AwsSigV4 {
    fn field(&self) -> Option<&str> {
        self.expires.is_none().then_some("Authorization")
    }

    fn authorize(&self, request: &mut PreparedRequest, session: &Session) -> Result<(), Error> {
        let (region, service) = self.scope(request.url.host())?;
        let time = self.timestamp()?;
        let payload_hash = self.payload_hash(request, &service)?;
        let signer = SigV4 {
            access_key: &self.access_key,
            secret_key: self.secret_key.expose(),
            region: &region,
            service: &service,
            time: &time,
            path: SignedPath::of(&service),
        };
        match self.expires {
            None => self.sign_header(request, &signer, &payload_hash),
            Some(expires) => {
                self.sign_query(request, &signer, &payload_hash, expires);
                if let (Some(redactor), Some(query)) = (&session.secrets, request.url.query()) {
                    redactor.learn_query(query);
                }
                Ok(())
            }
        }
    }

    fn secrets(&self) -> Vec<String> {
        [Some(&self.secret_key), self.token.as_ref()].into_iter().flatten().map(|it| it.expose().clone()).collect()
    }
}

fn signed_request<'a>(request: &'a PreparedRequest, signed: &'a [String], payload_hash: &'a str) -> SignedRequest<'a> {
    let (method, target) = (request.method.as_str(), request.url.target());
    SignedRequest { method, target, headers: &request.headers, signed, payload_hash }
}

fn is_storage(service: &str) -> bool {
    SignedPath::of(service) == SignedPath::Verbatim
}

/// Region and service of `[…].SERVICE.[REGION.]amazonaws.com`.
fn named_by(host: &str) -> Option<(&str, &str)> {
    let names = host.strip_suffix(".amazonaws.com").or_else(|| host.strip_suffix(".amazonaws.com.cn"))?;
    let mut names = names.rsplit('.');
    let last = names.next()?;
    let is_region = last.contains('-') && last.ends_with(|end: char| end.is_ascii_digit());
    Some(if is_region { (last, names.next()?) } else { (DEFAULT_REGION, last) })
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::Request, message)
}

#[cfg(test)]
mod tests {
    use crate::client::site::{leads, notes, site};

    use super::*;

    fn prepared(auth: AwsSigV4, url: &str) -> PreparedRequest {
        let (session, _) = site(vec![]);
        let request = session.put(url).without_header("Content-Type").text("Welcome to Amazon S3.").auth(auth);
        session.prepare(request.build().unwrap()).unwrap()
    }

    fn key() -> AwsSigV4 {
        let time = "2013-05-24T00:00:00Z".parse::<jiff::Timestamp>().unwrap();
        AwsSigV4::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY").at(time.into())
    }

    #[test]
    fn signs_what_is_sent() {
        let sent = prepared(key().token("a-token"), "https://bucket.s3.eu-west-1.amazonaws.com/a%20b");
        let fields = ["X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256"];
        let [date, token, hash] = fields.map(|name| sent.headers.text(name).unwrap());
        assert_eq!((&*date, &*token), ("20130524T000000Z", "a-token"));
        assert_eq!(hash, "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072");
        let field = sent.headers.text("Authorization").unwrap();
        let start = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/eu-west-1/s3/aws4_request, \
             SignedHeaders=content-length;host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=";
        assert!(field.starts_with(start), "{field}");
    }

    #[test]
    fn leaves_the_body_out_where_it_is_told_to() {
        let url = "https://h/";
        let signed = prepared(key().region("r").service("execute-api"), url);
        assert!(!signed.headers.contains("X-Amz-Content-Sha256"));
        let unsigned = prepared(key().region("r").service("execute-api").unsigned_payload(), url);
        assert_eq!(unsigned.headers.text("X-Amz-Content-Sha256").unwrap(), UNSIGNED_PAYLOAD);
    }

    /// The example of Amazon's manual for S3, "Authenticating Requests: Using Query Parameters".
    #[test]
    fn signs_urls_that_are_given_away() {
        let (session, _) = site(vec![]);
        let auth = key().service("s3").region("us-east-1").in_query(Duration::from_secs(86400));
        let request = session.get("https://examplebucket.s3.amazonaws.com/test.txt").auth(auth).build().unwrap();
        let sent = session.prepare(request).unwrap();
        assert_eq!(
            sent.url.target(),
            "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
             &X-Amz-Date=20130524T000000Z&X-Amz-SignedHeaders=host&X-Amz-Expires=86400\
             &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
        );
        assert!(!sent.headers.contains("Authorization"));
    }

    #[test]
    fn finds_region_and_service_in_the_host() {
        for (host, expected) in [
            ("dynamodb.us-west-2.amazonaws.com", Some(("us-west-2", "dynamodb"))),
            ("abc.execute-api.eu-west-1.amazonaws.com", Some(("eu-west-1", "execute-api"))),
            ("s3.amazonaws.com", Some(("us-east-1", "s3"))),
            ("b.s3.cn-north-1.amazonaws.com.cn", Some(("cn-north-1", "s3"))),
            ("amazonaws.com", None),
            ("localhost", None),
        ] {
            assert_eq!(named_by(host), expected, "{host}");
        }
        let (session, _) = site(vec![]);
        let error = session.get("http://h/").auth(key().service("s3")).send().unwrap_err();
        assert_eq!(error.to_string(), "the host `h` does not name the region of AWS: say which it is");
    }

    #[test]
    fn takes_nothing_to_another_origin() {
        let (session, log) = site(vec![("/a", leads(307, "/b")), ("/b", leads(307, "http://other/c"))]);
        let auth = key().region("r").service("s").token("a-token");
        let response = session.get("http://h/a").auth(auth).send().unwrap();
        let log = notes(&log);
        assert!(log[0].contains("Signature=") && log[1].contains("Signature=") && log[0] != log[1], "{log:?}");
        assert_eq!(log[2], "GET other:80/c | Host: other");
        assert!(!response.request.headers.contains("X-Amz-Security-Token"));
    }
}
