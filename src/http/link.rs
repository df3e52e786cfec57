//! Links in header fields (RFC 8288): what a page leads to, and by which relation.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::is_token_byte;

/// A link of a `Link` field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it leads: as it is written, or the whole URL where a response gave it.
    pub target: String,
    /// Its parameters, names in lower case; an extended one (`title*`, RFC 8187) stands
    /// decoded under its plain name, in the place of the plain one.
    pub parameters: Vec<(String, String)>,
}

/// The links of a response, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links(Vec<Link>);

impl Links {
    /// The first link of a relation, such as `next`, in any case.
    pub fn get<'a>(&'a self, relation: &'a str) -> Option<&'a Link> {
        self.get_all(relation).next()
    }

    /// All links of a relation.
    pub fn get_all<'a>(&'a self, relation: &'a str) -> impl Iterator<Item = &'a Link> {
        self.0.iter().filter(move |link| link.is(relation))
    }

    /// All links.
    pub fn iter(&self) -> std::slice::Iter<'_, Link> {
        self.0.iter()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Link> for Links {
    fn from_iter<I: IntoIterator<Item = Link>>(links: I) -> Self {
        Self(links.into_iter().collect())
    }
}

impl Link {
    /// The links of a field's value, up to where it is not one (RFC 8288, B.2).
    ///
    /// ```
    /// use rqtest::http::Link;
    ///
    /// let links = Link::parse(r#"</p/2>; rel="next last"; title="a, b", </>;rel=up"#);
    /// assert_eq!(links.len(), 2);
    /// assert!(links[0].is("last"));
    /// assert_eq!((links[0].target.as_str(), links[0].parameter("title")), ("/p/2", Some("a, b")));
    /// ```
    pub fn parse(value: &str) -> Vec<Self> {
        let mut rest = value;
        let mut links = Vec::new();
        loop {
            rest = rest.trim_start_matches([' ', '\t', ',']);
            let Some((target, after)) = rest.strip_prefix('<').and_then(|inside| inside.split_once('>')) else {
                return links;
            };
            let parameters = parameters(after, &mut rest);
            links.push(Self { target: target.trim().to_owned(), parameters });
        }
    }

    /// The relations by which it leads there.
    pub fn relations(&self) -> impl Iterator<Item = &str> {
        self.parameter("rel").unwrap_or_default().split_ascii_whitespace()
    }

    /// Whether it has a relation, in any case.
    pub fn is(&self, relation: &str) -> bool {
        self.relations().any(|own| own.eq_ignore_ascii_case(relation))
    }

    /// The value of a parameter; the first of its name counts.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
    }
}

/// ```text
/// *( OWS ";" OWS [ token BWS [ "=" BWS ( token / quoted-string ) ] ] )
/// ```
/// A value without quotes runs to the next `;` or `,`, since people write more than tokens there.
fn parameters<'a>(mut text: &'a str, rest: &mut &'a str) -> Vec<(String, String)> {
    let (mut plain, mut extended) = (Vec::new(), Vec::new());
    while let Some(after) = text.trim_start_matches(BLANK).strip_prefix(';') {
        let after = after.trim_start_matches(BLANK);
        let end = after.bytes().position(|byte| !is_token_byte(byte)).unwrap_or(after.len());
        let name = after[..end].to_ascii_lowercase();
        text = &after[end..];
        let value = match text.trim_start_matches(BLANK).strip_prefix('=') {
            Some(written) => value(written.trim_start_matches(BLANK), &mut text),
            None => Cow::Borrowed(""),
        };
        match name.strip_suffix('*').map(|name| (name, decode_extended(&value))) {
            _ if name.is_empty() => {}
            Some((name, Some(decoded))) => extended.push((name.to_owned(), decoded)),
            Some((_, None)) => {}
            None => plain.push((name, value.into_owned())),
        }
    }
    *rest = text.find(',').map_or("", |at| &text[at..]);
    plain.retain(|(name, _)| !extended.iter().any(|(other, _)| other == name));
    plain.append(&mut extended);
    plain
}

const BLANK: [char; 2] = [' ', '\t'];

fn value<'a>(written: &'a str, rest: &mut &'a str) -> Cow<'a, str> {
    match written.strip_prefix('"') {
        Some(inside) => quoted(inside, rest),
        None => {
            let (value, after) = written.split_at(written.find([';', ',']).unwrap_or(written.len()));
            *rest = after;
            Cow::Borrowed(value.trim_end_matches(BLANK))
        }
    }
}

/// What stands before the closing quote, a `\` taken off what follows it.
fn quoted<'a>(inside: &'a str, rest: &mut &'a str) -> Cow<'a, str> {
    let mut value = String::new();
    let mut characters = inside.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => {
                *rest = &inside[at + 1..];
                return Cow::Owned(value);
            }
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            _ => value.push(character),
        }
    }
    *rest = "";
    Cow::Owned(value)
}

/// `UTF-8'en'%e2%82%ac` (RFC 8187, 3.2); other character sets are not to be sent.
fn decode_extended(value: &str) -> Option<String> {
    let (charset, encoded) = value.split_once('\'')?;
    let (_, encoded) = encoded.split_once('\'')?;
    let decoded = percent_decode_str(encoded).decode_utf8().ok()?;
    charset.eq_ignore_ascii_case("utf-8").then(|| decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn link(target: &str, parameters: &[(&str, &str)]) -> Link {
        let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        Link { target: target.to_owned(), parameters: parameters.iter().map(owned).collect() }
    }

    /// The examples of RFC 8288, 3.5, and what servers send beside them.
    #[test]
    fn reads_links_as_they_are_written() {
        for (value, expected) in [
            (
                r#"<http://example.com/TheBook/chapter2>; rel="previous"; title="previous chapter""#,
                vec![link(
                    "http://example.com/TheBook/chapter2",
                    &[("rel", "previous"), ("title", "previous chapter")],
                )],
            ),
            (r#"</>; rel="http://example.net/foo""#, vec![link("/", &[("rel", "http://example.net/foo")])]),
            (
                r##"</terms>; rel="copyright"; anchor="#foo""##,
                vec![link("/terms", &[("rel", "copyright"), ("anchor", "#foo")])],
            ),
            (
                "</TheBook/chapter2>; rel=\"previous\"; title*=UTF-8'de'letztes%20Kapitel, \
                 </TheBook/chapter4>; rel=\"next\"; title*=UTF-8'de'n%c3%a4chstes%20Kapitel",
                vec![
                    link("/TheBook/chapter2", &[("rel", "previous"), ("title", "letztes Kapitel")]),
                    link("/TheBook/chapter4", &[("rel", "next"), ("title", "nächstes Kapitel")]),
                ],
            ),
            ("<a,b>;REL=next;;x , , <c>", vec![link("a,b", &[("rel", "next"), ("x", "")]), link("c", &[])]),
            ("<a>; rel = next ; title=\"q\\\"; \\\\\"", vec![link("a", &[("rel", "next"), ("title", "q\"; \\")])]),
            ("<a>; title=plain; title*=latin1''x", vec![link("a", &[("title", "plain")])]),
            ("<a>; title*=utf-8''e; title=plain", vec![link("a", &[("title", "e")])]),
            ("<a>; rel=\"next", vec![link("a", &[("rel", "next")])]),
            ("<a> rel=next, <b>", vec![link("a", &[]), link("b", &[])]),
            ("<a", vec![]),
            ("a; rel=next", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(Link::parse(value), expected, "{value}");
        }
    }

    #[test]
    fn finds_links_by_relation() {
        let links: Links = Link::parse("<1>; rel=\"start Next\", <2>; rel=next; rel=up, <3>").into_iter().collect();
        let found = |relation| links.get_all(relation).map(|link| link.target.as_str()).collect::<Vec<_>>();
        assert_eq!((found("next"), found("up"), found("ne")), (vec!["1", "2"], vec![], vec![]));
    }

    fn written(link: &Link) -> String {
        let escaped = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"");
        let parameters = link.parameters.iter().map(|(name, value)| format!("; {name}=\"{}\"", escaped(value)));
        format!("<{}>{}", link.target, parameters.collect::<String>())
    }

    proptest! {
        #[test]
        fn gives_back_what_was_written(
            links in proptest::collection::vec(
                ("[a-z/:,;?= ]{0,9}", proptest::collection::vec(("[a-z][a-z0-9-]{0,5}", "[ -~é]{0,9}"), 0..4)),
                0..4,
            )
        ) {
            let links: Vec<Link> = links
                .into_iter()
                .map(|(target, parameters)| Link { target: target.trim().to_owned(), parameters })
                .collect();
            let text = links.iter().map(written).collect::<Vec<_>>().join(", ");
            prop_assert_eq!(Link::parse(&text), links);
        }

        #[test]
        fn reads_any_text(text in "[<>;,=\"\\\\a*' é\t]{0,60}|\\PC{0,60}") {
            Link::parse(&text);
        }
    }
}
