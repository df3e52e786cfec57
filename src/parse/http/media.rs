//! What a request's body is, as far as that decides how its lines are read.

use crate::spec::HeaderField;
use crate::spec::dialect::{BodyComments, FinalLineEnds, FormLines, MultipartLineEnds, Rules};

use super::json::JsonExtent;
use super::line::{LineKind, lines};

/// How the lines of a body are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// Comment lines are dropped, at any indentation.
    Json,
    /// The same, and the last line ends with LF too.
    JsonLines,
    /// Comment lines are dropped; a string may hold lines that look so but are indented.
    GraphQl,
    /// Comment lines are dropped, at any indentation, whatever the body is.
    Commented,
    /// Lines are joined.
    Form,
    /// Lines end with CRLF (RFC 2046, 5.1.1).
    Multipart,
    /// Lines end with CRLF down to the first blank one, which ends a message's head.
    Message,
    /// Nothing is changed.
    Other,
}

/// Media types, by what they begin with and what they contain.
const TYPES: &[(&str, &str, Media)] = &[
    ("application/graphql", "", Media::GraphQl),
    ("application/x-www-form-urlencoded", "", Media::Form),
    ("multipart/", "", Media::Multipart),
    ("application/x-ndjson", "", Media::JsonLines),
    ("", "json", Media::Json),
];

impl Media {
    /// What `Content-Type` says, or the look of a text where there is none, or one
    /// that shows only once it is rendered.
    pub(super) fn of(fields: &[HeaderField], body: &str, rules: &Rules) -> Self {
        match Self::declared(fields, body) {
            Self::JsonLines
                if rules.final_line_ends == FinalLineEnds::Omitted && rules.body_comments == BodyComments::Content =>
            {
                Self::Other
            }
            Self::JsonLines if rules.final_line_ends == FinalLineEnds::Omitted => Self::Json,
            Self::Json | Self::GraphQl if rules.body_comments == BodyComments::Content => Self::Other,
            Self::Form if rules.form_lines == FormLines::Verbatim => Self::Other,
            Self::Multipart if rules.multipart_line_ends == MultipartLineEnds::Verbatim => Self::Other,
            Self::Other | Self::GraphQl if rules.body_comments == BodyComments::Dropped => Self::Commented,
            media => media,
        }
    }

    /// The same, whatever a dialect makes of it.
    pub(super) fn declared(fields: &[HeaderField], body: &str) -> Self {
        match content_type(fields) {
            Some(written) if !written.contains("{{") => {
                let essence = written.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
                let known = TYPES.iter().find(|(start, part, _)| essence.starts_with(start) && essence.contains(part));
                known.map_or(Self::Other, |&(.., media)| media)
            }
            _ if looks_like_json(body) => Self::Json,
            _ => Self::Other,
        }
    }
}

/// The value of the `Content-Type` field.
pub(super) fn content_type(fields: &[HeaderField]) -> Option<&str> {
    let field = fields.iter().find(|field| field.name.value.eq_ignore_ascii_case("content-type"))?;
    field.value.as_ref().map(|value| value.value.as_str())
}

fn looks_like_json(body: &str) -> bool {
    let first = lines(body, 0).find(|line| !matches!(line.look(), LineKind::Blank | LineKind::Comment));
    first.is_some_and(|line| {
        let mut extent = JsonExtent::default();
        extent.read(line.text);
        extent != JsonExtent::NotJson
    })
}
