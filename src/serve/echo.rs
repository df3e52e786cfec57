//! What a request looked like, in the words of httpbin: `args`, `headers`, `form` and so on.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::multipart;
use super::problem::Problem;
use super::request::Request;

/// The query.
pub(super) fn args(request: &Request) -> Value {
    gather(request.query().map(|(name, value)| (name.into_owned(), value.into_owned().into())))
}

/// The header fields: names in title case, the values of one name joined by commas.
pub(super) fn headers(request: &Request) -> Value {
    let mut fields = Map::new();
    for field in &request.head.headers {
        let value = field.value().text();
        match fields.entry(title_case(field.name())).or_insert(Value::Null) {
            Value::String(all) => {
                all.push(',');
                all.push_str(&value);
            }
            empty => *empty = value.into(),
        }
    }
    Value::Object(fields)
}

/// `x-request-id` becomes `X-Request-Id`.
fn title_case(name: &str) -> String {
    let mut at_start = true;
    let mut title = String::with_capacity(name.len());
    for character in name.chars() {
        title.push(if at_start { character.to_ascii_uppercase() } else { character.to_ascii_lowercase() });
        at_start = character == '-';
    }
    title
}

/// The address of the client, or the one that a proxy gives for it.
pub(super) fn origin(request: &Request) -> Value {
    request.header("X-Forwarded-For").map_or_else(|| request.peer.to_string().into(), |origin| json!(origin))
}

/// The whole URL.
pub(super) fn url(request: &Request) -> Value {
    format!("{}{}", request.base_url(), request.head.target).into()
}

/// What `/get` tells.
pub(super) fn without_body(request: &Request) -> Value {
    json!({
        "args": args(request),
        "headers": headers(request),
        "origin": origin(request),
        "url": url(request),
    })
}

/// What `/post` tells.
///
/// # Errors
/// If the body is not what its type says, and a part of it cannot be shown.
pub(super) fn with_body(request: &Request) -> Result<Value, Problem> {
    let Payload { data, form, files, json } = Payload::of(request)?;
    Ok(json!({
        "args": args(request),
        "data": data,
        "files": files,
        "form": form,
        "headers": headers(request),
        "json": json,
        "origin": origin(request),
        "url": url(request),
    }))
}

/// The body as it is understood: a form, or data that may be JSON.
struct Payload {
    data: String,
    form: Value,
    files: Value,
    json: Value,
}

impl Payload {
    fn of(request: &Request) -> Result<Self, Problem> {
        let none = Self { data: String::new(), form: json!({}), files: json!({}), json: Value::Null };
        match &*request.media_type() {
            "application/x-www-form-urlencoded" => Ok(Self { form: gather(form_pairs(&request.body)), ..none }),
            "multipart/form-data" => {
                let (form, files) = multipart_fields(request)?;
                Ok(Self { form, files, ..none })
            }
            _ => {
                let json = serde_json::from_slice(&request.body).unwrap_or_default();
                Ok(Self { data: as_text(&request.body, "application/octet-stream"), json, ..none })
            }
        }
    }
}

/// Names and values of an urlencoded form.
pub(super) fn form_pairs(body: &[u8]) -> impl Iterator<Item = (String, Value)> {
    url::form_urlencoded::parse(body).map(|(name, value)| (name.into_owned(), value.into_owned().into()))
}

fn multipart_fields(request: &Request) -> Result<(Value, Value), Problem> {
    let content_type = request.header("Content-Type").unwrap_or_default();
    let boundary = multipart::boundary(&content_type)
        .ok_or_else(|| Problem::bad_request("the Content-Type of a multipart body has no valid boundary"))?;
    let (files, fields): (Vec<_>, Vec<_>) =
        multipart::parse(&request.body, &boundary)?.into_iter().partition(|part| part.file_name.is_some());
    let shown = |part: multipart::Part<'_>| {
        let media_type = part.media_type.as_deref().unwrap_or("application/octet-stream");
        let content = as_text(part.content, media_type);
        (part.name, Value::from(content))
    };
    Ok((gather(fields.into_iter().map(shown)), gather(files.into_iter().map(shown))))
}

/// UTF-8 as it is, other bytes as a `data:` URL.
fn as_text(bytes: &[u8], media_type: &str) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => format!("data:{media_type};base64,{}", STANDARD.encode(bytes)),
    }
}

/// An object with the value of each name, or the list of its values if it is repeated.
pub(super) fn gather(pairs: impl Iterator<Item = (String, Value)>) -> Value {
    let mut object = Map::new();
    for (name, value) in pairs {
        match object.get_mut(&name) {
            None => {
                object.insert(name, value);
            }
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    Value::Object(object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::request::Head;

    fn request(line: &str, fields: &str, body: &[u8]) -> Request {
        let text = format!("{line} HTTP/1.1\r\nhost: h:1\r\n{fields}\r\n");
        let (head, _) = Head::parse(text.as_bytes()).unwrap().unwrap();
        Request { head, body: body.to_vec(), peer: [127, 0, 0, 1].into() }
    }

    #[test]
    fn lists_repeated_arguments() {
        let request = request("GET /get?a=1&b=%C3%A9+&a=2&c&a=3", "x-a: 1\r\nX-A: 2\r\nDNT: 1\r\n", b"");
        assert_eq!(
            without_body(&request),
            json!({
                "args": {"a": ["1", "2", "3"], "b": "é ", "c": ""},
                "headers": {"Host": "h:1", "X-A": "1,2", "Dnt": "1"},
                "origin": "127.0.0.1",
                "url": "http://h:1/get?a=1&b=%C3%A9+&a=2&c&a=3",
            })
        );
    }

    #[test]
    fn understands_bodies_by_their_type() {
        let multipart: &[u8] = b"--b\r\nContent-Disposition: form-data; name=f; filename=f.bin\r\nContent-Type: image/x\r\n\r\n\xff\r\n--b\r\nContent-Disposition: form-data; name=g\r\n\r\n1\r\n--b--";
        for (media_type, body, expected) in [
            ("application/json", &b"{\"a\": 1}"[..], json!(["{\"a\": 1}", {}, {}, {"a": 1}])),
            ("application/json", b"{", json!(["{", {}, {}, null])),
            ("text/plain", b"\xff", json!(["data:application/octet-stream;base64,/w==", {}, {}, null])),
            ("application/x-www-form-urlencoded; charset=x", b"a=1&a=2", json!(["", {"a": ["1", "2"]}, {}, null])),
            (
                "multipart/form-data; boundary=b",
                multipart,
                json!(["", {"g": "1"}, {"f": "data:image/x;base64,/w=="}, null]),
            ),
        ] {
            let request = request("POST /post", &format!("Content-Type: {media_type}\r\n"), body);
            let told = with_body(&request).unwrap();
            assert_eq!(json!([told["data"], told["form"], told["files"], told["json"]]), expected, "{media_type}");
        }
    }

    #[test]
    fn believes_a_proxy() {
        let fields = "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n";
        let told = without_body(&request("GET /get", fields, b""));
        assert_eq!((&told["origin"], &told["url"]), (&json!("192.0.2.1"), &json!("https://h:1/get")));
    }
}
