//! Why a request is refused, as a response says it (RFC 9457).

use std::borrow::Cow;

use serde_json::{Value, json};

use super::response::Response;
use crate::http::InvalidHeader;

/// A refusal: a status code, a detail for people, and members of its own.
#[derive(Debug)]
pub(super) struct Problem(Box<Members>);

#[derive(Debug)]
struct Members {
    status: u16,
    detail: Cow<'static, str>,
    errors: Option<Value>,
    field: Option<(&'static str, Cow<'static, str>)>,
}

impl Problem {
    /// A refusal with a status code of the registry.
    pub(super) fn new(status: u16, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Members { status, detail: detail.into(), errors: None, field: None }))
    }

    /// 400.
    pub(super) fn bad_request(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(400, detail)
    }

    /// 404.
    pub(super) fn not_found(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(404, detail)
    }

    /// With an `errors` member, which tells each fault by its place.
    pub(super) fn with_errors(mut self, errors: Value) -> Self {
        self.0.errors = Some(errors);
        self
    }

    /// With a header field, whose value must hold no line break.
    pub(super) fn with_header(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.0.field = Some((name, value.into()));
        self
    }

    /// The status code.
    #[cfg(test)]
    pub(super) fn status(&self) -> u16 {
        self.0.status
    }
}

impl From<InvalidHeader> for Problem {
    fn from(error: InvalidHeader) -> Self {
        Self::bad_request(error.to_string())
    }
}

impl From<Problem> for Response {
    fn from(Problem(members): Problem) -> Self {
        let Members { status, detail, errors, field } = *members;
        let mut body = json!({
            "type": "about:blank",
            "title": Self::reason_of(status),
            "status": status,
            "detail": detail,
        });
        if let Some(errors) = errors {
            body["errors"] = errors;
        }
        let mut response = Self::json(&body).with_status(status).with_type("application/problem+json");
        if let Some((name, value)) = field {
            // A value that cannot be sent is left out: the refusal matters more.
            let _ = response.headers_mut().set(name, value.as_bytes());
        }
        response
    }
}
