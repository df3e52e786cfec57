//! Requests that are signed: by OAuth 1.0 (RFC 5849), and for Amazon Web Services.

use percent_encoding::percent_decode_str;
use serde_json::json;

use crate::http::Url;
use crate::proto::auth::{
    Challenge, Hasher, OAuth1Method, SigV4, SignedPath, SignedRequest, UNSIGNED_PAYLOAD, base_string, form_pairs,
};
use crate::serve::problem::Problem;
use crate::serve::response::Response;
use crate::serve::router::{ANY, Answer, Call, Route};

pub(super) const ROUTES: &[Route] = &[
    Route::new(ANY, "/oauth1/:consumer_secret", "200 for what a consumer signs with that secret, else 401", oauth1),
    Route::new(ANY, "/oauth1/:consumer_secret/:token_secret", "the same with the secret of a token as well", oauth1),
    Route::new(
        ANY,
        "/aws-sigv4/:secret_key",
        "200 for what is signed with that key, in header or query, else 403",
        aws,
    ),
];

/// The methods that can be checked with the secrets alone.
const METHODS: &[OAuth1Method] =
    &[OAuth1Method::HmacSha1, OAuth1Method::HmacSha256, OAuth1Method::HmacSha512, OAuth1Method::Plaintext];

type Pairs = Vec<(String, String)>;

fn oauth1(call: &Call<'_>) -> Answer {
    let refused = |reason: &'static str| Problem::new(401, reason).with_header("WWW-Authenticate", "OAuth");
    let mut pairs = pairs_of(call);
    let signature = take(&mut pairs, "oauth_signature").ok_or_else(|| refused("there is no oauth_signature"))?;
    let value = |name: &str| pairs.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value.as_str());
    let named = value("oauth_signature_method");
    let method = METHODS.iter().find(|method| method.name() == named);
    let method = method.ok_or_else(|| refused("that oauth_signature_method is not known here"))?;
    let base_string = base_string(&call.request.head.method, &url(call)?, &pairs);
    let expected = method.sign(&base_string, call.text("consumer_secret"), call.text("token_secret"));
    if expected.ok().as_ref() != Some(&signature) {
        return Err(refused("the oauth_signature is not that of this request"));
    }
    let (consumer, token) = (value("oauth_consumer_key"), value("oauth_token"));
    Ok(Response::json(&json!({"authenticated": true, "consumer_key": consumer, "token": token, "method": named})))
}

/// All that is signed, and the signature (RFC 5849, 3.4.1.3.1).
fn pairs_of(call: &Call<'_>) -> Pairs {
    let field = call.request.header("Authorization").unwrap_or_default();
    let given = Challenge::parse(&field).into_iter().filter(|given| given.is("OAuth"));
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let given = given.flat_map(|given| given.parameters).filter(|(name, _)| name != "realm");
    let mut pairs: Pairs = given.map(|(name, value)| (decoded(&name), decoded(&value))).collect();
    pairs.extend(form_pairs(call.request.head.target.split_once('?').map_or("", |(_, query)| query)));
    if call.request.media_type() == "application/x-www-form-urlencoded" {
        pairs.extend(form_pairs(&String::from_utf8_lossy(&call.request.body)));
    }
    pairs
}

fn take(pairs: &mut Pairs, name: &str) -> Option<String> {
    let at = pairs.iter().position(|(other, _)| other == name)?;
    Some(pairs.remove(at).1)
}

fn url(call: &Call<'_>) -> Result<Url, Problem> {
    let url = format!("{}{}", call.request.base_url(), call.request.head.target);
    url.parse().map_err(|_| Problem::bad_request("the request has no URL that could be signed"))
}

fn aws(call: &Call<'_>) -> Answer {
    let refused = |reason: &'static str| Problem::new(403, reason);
    let given = AwsSignature::of(call).ok_or_else(|| refused("there is no signature of AWS4-HMAC-SHA256"))?;
    let [access_key, _date, region, service, "aws4_request"] = *given.credential.split('/').collect::<Vec<_>>() else {
        return Err(refused("the credential is not KEY/DATE/REGION/SERVICE/aws4_request"));
    };
    let (secret_key, path) = (call.text("secret_key"), SignedPath::of(service));
    let body_hash = sha256(&call.request.body);
    let announced = call.request.header("X-Amz-Content-Sha256").map(std::borrow::Cow::into_owned);
    let usual = if given.is_in_query && path == SignedPath::Verbatim { UNSIGNED_PAYLOAD } else { &body_hash };
    let payload_hash = announced.unwrap_or_else(|| usual.to_owned());
    if payload_hash != body_hash && payload_hash != UNSIGNED_PAYLOAD {
        return Err(refused("the body has another hash than X-Amz-Content-Sha256 says"));
    }
    let signer = SigV4 { access_key, secret_key, region, service, time: &given.time, path };
    let (method, headers) = (&*call.request.head.method, &call.request.head.headers);
    let request =
        SignedRequest { method, target: &given.target, headers, signed: &given.signed, payload_hash: &payload_hash };
    if signer.signature(&request) != given.signature {
        return Err(refused("the signature is not that of this request"));
    }
    Ok(Response::json(&json!({"authenticated": true, "access_key": access_key, "region": region, "service": service})))
}

/// A signature with what is needed to check it.
struct AwsSignature {
    credential: String,
    signed: Vec<String>,
    signature: String,
    time: String,
    /// The request target without the signature.
    target: String,
    is_in_query: bool,
}

impl AwsSignature {
    fn of(call: &Call<'_>) -> Option<Self> {
        Self::of_header(call).or_else(|| Self::of_query(call))
    }

    fn of_header(call: &Call<'_>) -> Option<Self> {
        let field = call.request.header("Authorization")?;
        let given = Challenge::parse(&field).into_iter().find(|given| given.is("AWS4-HMAC-SHA256"))?;
        let value = |name: &str| given.parameter(name).map(str::to_owned);
        Some(Self {
            credential: value("Credential")?,
            signed: names(&value("SignedHeaders")?),
            signature: value("Signature")?,
            time: call.request.header("X-Amz-Date")?.into_owned(),
            target: call.request.head.target.clone(),
            is_in_query: false,
        })
    }

    fn of_query(call: &Call<'_>) -> Option<Self> {
        let value = |name: &str| call.request.query_text(name);
        let (target, _) = call.request.head.target.rsplit_once("&X-Amz-Signature=")?;
        Some(Self {
            credential: value("X-Amz-Credential")?,
            signed: names(&value("X-Amz-SignedHeaders")?),
            signature: value("X-Amz-Signature")?,
            time: value("X-Amz-Date")?,
            target: target.to_owned(),
            is_in_query: true,
        })
    }
}

fn names(text: &str) -> Vec<String> {
    text.split(';').map(str::to_owned).collect()
}

fn sha256(bytes: &[u8]) -> String {
    let mut hasher = Hasher::sha256();
    hasher.update(bytes);
    hasher.hexadecimal()
}
