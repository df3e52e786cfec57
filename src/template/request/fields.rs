//! Names with values: header fields, query parameters, cookies, form fields.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::http::{Headers, InvalidHeader};
use crate::spec::dialect::{Credentials, RepeatedFields, Rules};
use crate::spec::{Format, HeaderField};

use super::super::{CompiledValue, Scope, Template};
use super::compiler::Compiler;
use super::error_at;

/// A name and a typed value.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) name: Template,
    pub(super) value: CompiledValue,
}

impl Pair {
    /// Adds the name with its value: once for each item of a list, not at all for null.
    pub(super) fn render_into(&self, scope: &Scope<'_>, pairs: &mut Vec<(String, String)>) -> Result<(), Diagnostic> {
        let name = self.name.render(scope)?;
        let items = match self.value.evaluate(scope)? {
            Value::Array(items) => items,
            one => vec![one],
        };
        pairs.extend(items.iter().filter(|item| !item.is_null()).map(|item| (name.clone(), text(item))));
        Ok(())
    }
}

/// A value as it stands in a query, a form or a part: a string as it is, all else as JSON.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Adds the header fields of a map, each in the place of those of its name; null is none.
pub(super) fn spread(map: &Template, scope: &Scope<'_>, headers: &mut Headers) -> Result<(), Diagnostic> {
    let Value::Object(fields) = map.evaluate(scope)? else {
        return Err(error_at(map, "this is no map of header fields"));
    };
    for (name, value) in fields {
        headers.remove(&name);
        let values = match value {
            Value::Array(values) => values,
            one => vec![one],
        };
        for value in values.iter().filter(|value| !value.is_null()) {
            headers.append(&name, text(value)).map_err(|error| error_at(map, error))?;
        }
    }
    Ok(())
}

/// A header field.
#[derive(Debug)]
pub(super) struct Field {
    name: Template,
    value: Option<Template>,
    format: Format,
    rules: &'static Rules,
}

impl Field {
    pub(super) fn compile(compiler: &mut Compiler<'_>, field: &HeaderField) -> Self {
        Self {
            name: compiler.text(&field.name),
            value: field.value.as_ref().map(|value| compiler.text(value)),
            format: field.name.format,
            rules: compiler.rules(),
        }
    }

    /// Adds the field, or its name to those that are left out.
    pub(super) fn render_into(
        &self,
        scope: &Scope<'_>,
        headers: &mut Headers,
        omitted: &mut Vec<String>,
    ) -> Result<(), Diagnostic> {
        let name = self.name.render(scope)?;
        let Some(template) = &self.value else {
            omitted.push(name);
            return Ok(());
        };
        let octets = template.octets(scope.view())?;
        let (name, octets) = self.reread(&name, &octets).unwrap_or((&name, Cow::Borrowed(&octets)));
        let value = without_blanks(&octets);
        let is_encoded = self.format == Format::Http && self.rules.credentials == Credentials::Encoded;
        let added = match credentials(name, value).filter(|_| is_encoded) {
            Some(encoded) => headers.append(name, encoded),
            None if self.rules.repeated_fields == RepeatedFields::Separate => headers.append(name, value),
            None => append(headers, name, value),
        };
        added.map_err(|error| self.explain(&error, template))
    }

    /// The field that a template stands for as a whole, or whose name holds a colon once it
    /// is rendered.
    ///
    /// The http specification, `variable-substitution#resolved-interpretation`: header fields
    /// are read from the text as it stands after substitution.
    fn reread<'a>(&self, name: &'a str, value: &'a [u8]) -> Option<(&'a str, Cow<'a, [u8]>)> {
        let (name, start) = name.split_once(':').filter(|_| self.format == Format::Http)?;
        let is_whole = self.value.as_ref().is_some_and(|value| value.span().text().is_empty());
        let value = match (is_whole, value) {
            (true, b"") => Cow::Borrowed(start.as_bytes()),
            _ => Cow::Owned([start.as_bytes(), b":", value].concat()),
        };
        Some((name, value))
    }

    fn explain(&self, error: &InvalidHeader, value: &Template) -> Diagnostic {
        match error {
            InvalidHeader::Name(_) => error_at(&self.name, error),
            InvalidHeader::Value(_) => error_at(value, error)
                .help("where a variable brings it in, take it out with `| trim` or `| replace(…)`"),
        }
    }
}

/// A value without blanks at its ends (RFC 9112, 5.1). A line break there is not one.
fn without_blanks(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

/// Adds a field. `Cookie` is the one whose lines are joined with `; ` (RFC 6265, 5.4).
fn append(headers: &mut Headers, name: &str, value: &[u8]) -> Result<(), InvalidHeader> {
    let cookies = headers.iter().find(|field| field.is(name) && field.is("Cookie"));
    let Some(cookies) = cookies.map(|field| (field.name().to_owned(), field.value().clone())) else {
        return headers.append(name, value);
    };
    headers.set(&cookies.0, [cookies.1.as_bytes(), b"; ", value].concat())
}

/// `Authorization: Basic user password` and `Basic user:password`, which people write in
/// `.http` files, with the credentials encoded as RFC 7617 wants them.
fn credentials(name: &str, value: &[u8]) -> Option<String> {
    let rest =
        value.get(..6).filter(|scheme| scheme.eq_ignore_ascii_case(b"basic ")).map(|_| value[6..].trim_ascii())?;
    let named = name.eq_ignore_ascii_case("Authorization") || name.eq_ignore_ascii_case("Proxy-Authorization");
    let at = rest.iter().position(|&byte| byte == b':' || byte.is_ascii_whitespace()).filter(|_| named)?;
    let (user, password) = (&rest[..at], rest[at + 1..].trim_ascii_start());
    let is_field = |byte: &u8| !matches!(byte, 0 | b'\r' | b'\n');
    let clear = [user, b":", password].concat();
    clear.iter().all(is_field).then(|| format!("Basic {}", STANDARD.encode(clear)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_clear_credentials() {
        for (name, value, expected) in [
            ("Authorization", "Basic ada secret", Some("Basic YWRhOnNlY3JldA==")),
            ("authorization", "basic ada:secret", Some("Basic YWRhOnNlY3JldA==")),
            ("Authorization", "Basic ada my secret", Some("Basic YWRhOm15IHNlY3JldA==")),
            ("Authorization", "Basic YWRhOnNlY3JldA==", None),
            ("Authorization", "Bearer a b", None),
            ("Authorization", "Basic", None),
            ("Other", "Basic ada secret", None),
        ] {
            assert_eq!(credentials(name, value.as_bytes()).as_deref(), expected, "{name}: {value}");
        }
    }
}
