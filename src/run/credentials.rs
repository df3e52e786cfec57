//! The passwords and tokens that requests carry, which no output may show.

use std::borrow::Cow;

use serde_json::Value;

use crate::client::{self, Identity, Proxies, Proxy};
use crate::http::Headers;
use crate::secret::{MASK, Redactor, is_credential_field, is_credential_parameter};
use crate::spec::{self, Entry, Spec, Text};

/// Learns what a spec holds in clear, before anything of it is shown.
pub(super) fn learn_written(spec: &Spec, redactor: &Redactor) {
    url_passwords(spec.source.0.text()).for_each(|password| redactor.learn(password));
    for entry in [&spec.setup, &spec.requests, &spec.teardown].into_iter().flatten() {
        if let Entry::Request(request) = entry {
            learn_literals(request, redactor);
        }
    }
}

/// Learns what a request is about to be sent with.
pub(super) fn learn_rendered(request: &client::Request, redactor: &Redactor) {
    let secrets = request.auth.as_ref().map(|auth| auth.secrets());
    secrets.into_iter().flatten().for_each(|secret| redactor.learn(&secret));
    request.options.cert.iter().filter_map(Identity::secret).for_each(|secret| redactor.learn(secret));
    if let Some((user, password)) = request.url.credentials() {
        learn_pair(user, password, redactor);
    }
    request.url.query().into_iter().for_each(|query| redactor.learn_query(query));
    let parameters = request.params.iter().filter(|(name, _)| is_credential_parameter(name));
    parameters.for_each(|(_, value)| redactor.learn(value));
    request.options.proxies.iter().for_each(|proxies| learn_proxies(proxies, redactor));
    learn_fields(&request.headers, redactor);
    if let (true, Some(message)) = (request.payload.is_message, request.payload.body.in_memory()) {
        learn_head(&String::from_utf8_lossy(&message), redactor);
    }
}

/// Learns what was captured to be kept secret: a text or a number, the texts of a list or an object.
pub(super) fn learn_captured(value: &Value, redactor: &Redactor) {
    match value {
        Value::Number(number) => redactor.learn(&number.to_string()),
        other => learn_texts(other, redactor),
    }
}

fn learn_texts(value: &Value, redactor: &Redactor) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::String(text) => redactor.learn(text),
        Value::Array(items) => items.iter().for_each(|item| learn_texts(item, redactor)),
        Value::Object(members) => members.values().for_each(|member| learn_texts(member, redactor)),
    }
}

/// Learns who asks proxies.
pub fn learn_proxies(proxies: &Proxies, redactor: &Redactor) {
    for (user, password) in proxies.iter().filter_map(Proxy::credentials) {
        learn_pair(user, password, redactor);
    }
}

fn learn_literals(request: &spec::Request, redactor: &Redactor) {
    let literal = |text: &&Text| !text.value.contains("{{");
    let secrets = request.auth.iter().flat_map(|auth| auth.secrets());
    let secrets = secrets.chain(request.settings.cert.iter().filter_map(|cert| cert.secret()));
    secrets.filter(literal).for_each(|secret| redactor.learn(&secret.value));
    let values = request.headers.iter().filter(|field| is_credential_field(&field.name.value));
    let values = values.filter_map(|field| field.value.as_ref()).filter(literal);
    values.for_each(|value| redactor.learn(after_scheme(&value.value)));
}

fn learn_pair(user: &str, password: &str, redactor: &Redactor) {
    redactor.learn(password);
    redactor.learn(&format!("{user}:{password}"));
}

fn learn_fields(headers: &Headers, redactor: &Redactor) {
    let fields = headers.iter().filter(|field| is_credential_field(field.name()));
    fields.for_each(|field| redactor.learn(after_scheme(&field.value().text())));
}

/// A head without credentials, of which nothing but the scheme is anyone's business: they
/// may have been made for this request alone.
pub(super) fn without_credentials(head: &str) -> String {
    let line = |line: &str| match line.split_once(':') {
        Some((name, value)) if is_credential_field(name.trim()) => {
            let end = &line[line.trim_end().len()..];
            format!("{name}: {}{end}", scheme_alone(value))
        }
        _ => line.to_owned(),
    };
    head.split_inclusive('\n').map(line).collect()
}

/// `Bearer ***` of `Bearer abc`, and `***` of `abc`.
pub(super) fn scheme_alone(value: &str) -> Cow<'static, str> {
    value.trim().split_once(' ').map_or_else(|| MASK.into(), |(scheme, _)| format!("{scheme} {MASK}").into())
}

/// Learns the credentials in the head of a message.
fn learn_head(head: &str, redactor: &Redactor) {
    let fields = head.lines().filter_map(|line| line.split_once(':'));
    let credentials = fields.filter(|(name, _)| is_credential_field(name.trim()));
    credentials.for_each(|(_, value)| redactor.learn(after_scheme(value)));
}

/// `abc` of `Bearer abc`, and of `abc`.
fn after_scheme(value: &str) -> &str {
    let value = value.trim();
    value.split_once(' ').map_or(value, |(_, credentials)| credentials.trim())
}

/// The passwords of the URLs in a text, but those that are templates.
fn url_passwords(text: &str) -> impl Iterator<Item = &str> {
    let authorities = text.split("://").skip(1);
    authorities.filter_map(|rest| {
        let end = rest.find(|end: char| end.is_whitespace() || "/?#\"'<>".contains(end)).unwrap_or(rest.len());
        let (credentials, _) = rest[..end].rsplit_once('@')?;
        let (_, password) = credentials.split_once(':')?;
        (!password.contains("{{")).then_some(password)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use crate::spec::{Dialect, Format};

    #[test]
    fn shows_of_credentials_their_scheme_alone() {
        let head = "GET /a:b HTTP/1.1\r\nauthorization:  Digest a=b, c=d\r\nX-API-Key: k\nHost: h\r\n\r\n";
        let shown = "GET /a:b HTTP/1.1\r\nauthorization: Digest ***\r\nX-API-Key: ***\nHost: h\r\n\r\n";
        assert_eq!(without_credentials(head), shown);
    }

    #[test]
    fn learns_the_texts_of_what_was_captured() {
        let redactor = Redactor::default();
        learn_captured(&serde_json::json!(123_456), &redactor);
        learn_captured(&serde_json::json!({"a": ["first", {"b": "second"}], "number": 1000, "c": null}), &redactor);
        assert_eq!(redactor.redact("123456 first second 1000"), "*** *** *** 1000");
    }

    #[test]
    fn finds_the_passwords_of_urls_wherever_they_stand() {
        let text = "GET http://ada:one@host/a:b@c\n# https://x:two@[::1\nPOST {{api}}/?to=http://u:three@h\nhttp://a:{{p}}@h http://h:80/";
        assert_eq!(url_passwords(text).collect::<Vec<_>>(), ["one", "two", "three"]);
    }

    #[test]
    fn learns_what_a_spec_holds_in_clear() {
        let text = "GET http://h\nAuthorization: Basic ada secret1\n\n###\nGET http://h\nAuthorization: Token secret2\n\n\
                    ###\nGET http://h\nX-API-Key: secret3\n\n###\nGET http://h\nAuthorization: Bearer {{token}}\n";
        let redactor = Redactor::default();
        learn_written(
            &crate::parse::parse(&SourceFile::new("a.http", text), Format::Http, Dialect::default()),
            &redactor,
        );
        assert_eq!(redactor.redact("secret1 secret2 secret3 {{token}}"), "*** *** *** {{token}}");
    }

    #[test]
    fn learns_the_credentials_of_a_request_wherever_they_are_kept() {
        let redactor = Redactor::default();
        let mut request =
            client::Request::new(crate::http::Method::GET, "http://ada:secret1@h/?sig=secret5".parse().unwrap());
        request.headers.append("authorization", "Digest user=x, response=secret2").unwrap();
        request.options.proxies = Some(Proxies::all("http://ada:secret4@p".parse().unwrap()));
        request.auth = Some(std::sync::Arc::new(client::Bearer::new("secret3")));
        request.params.push(("access_token".to_owned(), "secret6".to_owned()));
        learn_rendered(&request, &redactor);
        let shown = redactor
            .redact("secret1 YWRhOnNlY3JldDE= user=x, response=secret2 secret3 YWRhOnNlY3JldDQ= secret5 secret6")
            .into_owned();
        assert_eq!(shown, "*** *** *** *** *** *** ***");
    }
}
