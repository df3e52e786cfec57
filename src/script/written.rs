//! A request as it is written.

use crate::spec::{Request, Text};

/// A request as it is written, for scripts that look at it before it is rendered.
#[derive(Clone, Debug)]
pub struct Written {
    /// The method.
    pub method: String,
    /// The URL.
    pub target: Text,
    /// The header fields that have a value.
    pub headers: Vec<(Text, Text)>,
}

impl From<&Request> for Written {
    fn from(request: &Request) -> Self {
        let fields = request.headers.iter();
        let headers = fields.filter_map(|field| Some((field.name.clone(), field.value.clone()?))).collect();
        let method = request.method.as_ref().map_or_else(|| "GET".to_owned(), |method| method.value.clone());
        Self { method, target: request.target.clone(), headers }
    }
}
