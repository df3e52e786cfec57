//! Texts compiled once and rendered often.

use minijinja::value::Value;

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::spec::{Expression, Rules, Text};

use super::Scope;
use super::cut::{Cut, cut, is_literal, is_program};
use super::demand::Demand;
use super::expression::Site;
use super::piece::{self, Live, Piece, Unreadable};
use super::program::Program;
use super::value::{octets, push_octets, to_json};
use super::view::View;

/// The most bytes that a text may render to.
const LARGEST: usize = 64 * 1024 * 1024;

/// A text, compiled.
#[derive(Debug)]
pub struct Template {
    content: Content,
    span: Span,
}

#[derive(Debug)]
enum Content {
    /// Text in which nothing is a template.
    Literal(String),
    /// One whole expression, which keeps its type.
    Single(Live),
    /// Text with expressions in it.
    Mixed(Vec<Piece>),
    /// Text with statements in it.
    Program(Box<Program>),
}

impl Template {
    pub(super) fn compile(text: &Text, rules: &Rules) -> Result<Self, Diagnostic> {
        Self::read(text, rules, Unreadable::Text)
    }

    /// As [`Template::compile`], where braces that hold nothing that can be read are a mistake.
    pub(super) fn compile_strictly(text: &Text, rules: &Rules) -> Result<Self, Diagnostic> {
        Self::read(text, rules, Unreadable::Error)
    }

    fn read(text: &Text, rules: &Rules, unreadable: Unreadable) -> Result<Self, Diagnostic> {
        let span = text.span.clone();
        if is_literal(&text.value, text.format) {
            return Ok(Self { content: Content::Literal(text.value.clone()), span });
        }
        let site = Site { span: span.clone(), exact: text.is_verbatim() };
        let content = if is_program(&text.value, text.format) {
            Content::Program(Box::new(Program::compile(&text.value, site)?))
        } else {
            content(piece::compile(&text.value, text.format, rules, &site, unreadable)?)
        };
        Ok(Self { content, span })
    }

    /// An expression without braces, whose value keeps its type.
    pub(super) fn compile_expression(Expression(code): &Expression, rules: &Rules) -> Result<Self, Diagnostic> {
        let span = code.span.clone();
        let site = Site { span: span.clone(), exact: code.is_verbatim() };
        let live = piece::compile_expression(&code.value, code.format, rules, &site)?;
        Ok(Self { content: Content::Single(live), span })
    }

    /// A text in which nothing is a template.
    pub(super) fn literal(text: String, span: Span) -> Self {
        Self { content: Content::Literal(text), span }
    }

    /// As [`Template::render`], in a view.
    pub(super) fn render_in(&self, view: &View) -> Result<String, Diagnostic> {
        let bytes = self.octets(view)?;
        String::from_utf8(bytes).map_err(|_| {
            Diagnostic::error("the value is bytes that are not text").at(&self.span, "").help("encode it: `| base64`")
        })
    }

    /// Where it stands.
    pub fn span(&self) -> &Span {
        &self.span
    }

    /// The text, where nothing in it is a template.
    pub fn as_literal(&self) -> Option<&str> {
        match &self.content {
            Content::Literal(text) => Some(text),
            _ => None,
        }
    }

    /// What it asks for that may be missed before it is rendered.
    pub fn demands(&self) -> Vec<Demand<'_>> {
        match &self.content {
            Content::Single(live) => live.demands(),
            Content::Mixed(pieces) => pieces.iter().flat_map(Piece::demands).collect(),
            Content::Literal(_) | Content::Program(_) => Vec::new(),
        }
    }

    /// The text that it renders to.
    ///
    /// # Errors
    /// Where and why it cannot be rendered: a variable that is not defined, ….
    pub fn render(&self, scope: &Scope<'_>) -> Result<String, Diagnostic> {
        self.render_in(scope.view())
    }

    /// A text with the values of all that is known put in; what is not stays as it is written.
    pub(super) fn render_known(text: &Text, rules: &Rules, scope: &Scope<'_>) -> String {
        let Ok(cuts) = cut(&text.value, text.format, rules) else { return text.value.clone() };
        let pieces = cuts.into_iter().map(|cut| match cut {
            Cut::Literal(literal) => literal,
            Cut::Live(inner) => {
                let written = format!("{{{{{}}}}}", &text.value[inner]);
                let piece = Text { value: written, ..text.clone() };
                Self::compile(&piece, rules).and_then(|template| template.render(scope)).unwrap_or(piece.value)
            }
        });
        pieces.collect()
    }

    /// The value that it renders to: one that is a single whole expression keeps the type of its result.
    ///
    /// # Errors
    /// As [`Template::render`].
    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<serde_json::Value, Diagnostic> {
        Ok(to_json(&self.value(scope.view())?))
    }

    /// Whether its value is one that holds: not `false`, nothing, zero or empty. The text
    /// `false` does not hold either, as variables from the command line are texts.
    ///
    /// # Errors
    /// As [`Template::render`].
    pub fn holds(&self, scope: &Scope<'_>) -> Result<bool, Diagnostic> {
        let value = self.value(scope.view())?;
        Ok(value.is_true() && value.as_str() != Some("false"))
    }

    /// As [`Template::evaluate`], in the values of templates.
    pub(super) fn value(&self, view: &View) -> Result<Value, Diagnostic> {
        match &self.content {
            Content::Literal(text) => Ok(Value::from(text.as_str())),
            Content::Single(live) => live.value(view),
            Content::Program(program) => program.render(view).map(Value::from),
            Content::Mixed(_) => {
                let octets = self.octets(view)?;
                Ok(String::from_utf8(octets).map_or_else(|error| Value::from_bytes(error.into_bytes()), Value::from))
            }
        }
    }

    /// The octets that it renders to: those of a past body as they were received.
    pub(super) fn octets(&self, view: &View) -> Result<Vec<u8>, Diagnostic> {
        match &self.content {
            Content::Literal(text) => Ok(text.as_bytes().to_vec()),
            Content::Single(live) => Ok(octets(&live.value(view)?)),
            Content::Program(program) => program.render(view).map(String::into_bytes),
            Content::Mixed(pieces) => {
                let mut rendered = Vec::new();
                for piece in pieces {
                    match piece {
                        Piece::Literal(text) => rendered.extend_from_slice(text.as_bytes()),
                        Piece::Live(live) => push_octets(&mut rendered, &live.value(view)?),
                    }
                    if rendered.len() > LARGEST {
                        return Err(Diagnostic::error("the text grows too large").at(&self.span, ""));
                    }
                }
                Ok(rendered)
            }
        }
    }
}

fn content(pieces: Vec<Piece>) -> Content {
    match <[Piece; 1]>::try_from(pieces) {
        Ok([Piece::Live(live)]) => Content::Single(live),
        Ok([Piece::Literal(text)]) => Content::Literal(text),
        Err(pieces) => Content::Mixed(pieces),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::source::SourceFile;
    use crate::spec::Format;
    use crate::template::fixture::{file, place, render, text};
    use crate::template::{FileScope, Variables};

    const BOTH: [Format; 2] = [Format::Http, Format::Yaml];

    fn scope_file() -> FileScope {
        let given = [
            ("name", json!("Ada")),
            ("api-key", json!("k1")),
            ("id", json!(7)),
            ("user", json!({"roles": ["a", "b"], "ok": true})),
            ("braces", json!("{{name}} }}")),
            ("env", json!("staging")),
            ("spaced", json!("a &'é")),
            ("off", json!("false")),
            ("nothing", json!(null)),
        ];
        let environment = given.map(|(name, value)| (name.to_owned(), value)).to_vec();
        let process = vec![("HOME".to_owned(), "/root".to_owned())];
        file(Variables { environment, process, ..Variables::default() }, Format::Http, &[])
    }

    fn evaluate(file: &FileScope, template: &str, format: Format) -> Json {
        Template::compile(&text(template, format), <&Rules>::default())
            .unwrap()
            .evaluate(&Scope::new(file, 0, &[]))
            .unwrap()
    }

    #[test]
    fn renders_in_both_formats() {
        let file = scope_file();
        for (template, expected) in [
            ("", ""),
            ("plain } text", "plain } text"),
            ("{{name}}", "Ada"),
            ("<{{ name }}|{{id}}>", "<Ada|7>"),
            ("{{api-key}}", "k1"),
            ("{{%spaced}} {{ %id }}", "a%20%26'%C3%A9 7"),
            ("{{ api-key | upper }}", "K1"),
            ("{{ id + 1 }}", "8"),
            ("{{ user.roles[1] }}", "b"),
            ("{{ user }}", r#"{"roles":["a","b"],"ok":true}"#),
            ("{{ user.ok }} {{ nothing }} {{ 1.0 }}", "true null 1.0"),
            ("{{ name | tojson }}", r#""Ada""#),
            ("{{ 'a' ~ name }}", "aAda"),
            ("{{ missing | default('x') }}", "x"),
            ("{{ env('HOME') }} {{ env }}", "/root staging"),
            ("{{ random_int(3, 4) }} {{ timestamp() }}", "3 1709644029"),
            ("{{ now() }} {{ now('YYYY') }}", "2024-03-05T13:07:09.042Z 2024"),
            ("{{ uuid() | length }}", "36"),
            ("{{braces}}", "{{name}} }}"),
            ("{{ '}}' }}", "}}"),
            ("{{ not off }} {{ 'on' if off else 'off' }} {{ off and 1 }} {{ off or 'x' }}", "true off false x"),
            (r#"{{ {"id": id, "in": {"b": [1]}} | tojson }}"#, r#"{"id":7,"in":{"b":[1]}}"#),
        ] {
            for format in BOTH {
                assert_eq!(render(&file, template, format).unwrap(), expected, "{template}");
            }
        }
    }

    #[test]
    fn leaves_what_is_no_reference_in_http_texts() {
        let file = scope_file();
        for (template, expected) in [
            ("{{}} {{ }} {{", "{{}} {{ }} {{"),
            ("{{#if x}}{{name}}{{/if}}", "{{#if x}}Ada{{/if}}"),
            ("{% if x %}{# c #}{{name}}", "{% if x %}{# c #}Ada"),
            (r"\{\{name\}\} {{name}}", "{{name}} Ada"),
            (r"\{\{undefined\}\}", "{{undefined}}"),
            (r#"{"a":{{id}}}"#, r#"{"a":7}"#),
            (r#"{{"a": 1}}"#, r#"{{"a": 1}}"#),
            ("{{\nname}}", "{{\nname}}"),
            ("{{ { a; b } }}", "{{ { a; b } }}"),
        ] {
            assert_eq!(render(&file, template, Format::Http).unwrap(), expected, "{template}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_text_or_a_mistake() {
        for written in ["a {{1 +}} b", "{{ (x }}", "{{\"a\": 1}}"] {
            let text = text(written, Format::Http);
            assert_eq!(Template::compile(&text, <&Rules>::default()).unwrap().as_literal(), Some(written));
            let error = Template::compile_strictly(&text, <&Rules>::default()).unwrap_err();
            assert!(error.message.starts_with("this is not an expression"), "{written}: {error:?}");
        }
    }

    #[test]
    fn names_and_errors_may_hold_any_letters() {
        let environment = vec![("été".to_owned(), json!("a"))];
        let file = file(Variables { environment, ..Variables::default() }, Format::Http, &[]);
        assert_eq!(render(&file, "{{été}}{{ été ~ 'b' }}", Format::Http).unwrap(), "aab");
        for (template, at) in [("{{größe}}", "größe"), ("{{ userö }}", "userö"), ("é {{ größe == é }}", "größe")]
        {
            assert_eq!(place(&render(&file, template, Format::Http).unwrap_err()), at, "{template}");
        }
    }

    #[test]
    fn runs_statements_in_yaml_texts() {
        let file = scope_file();
        for (template, expected) in [
            ("{% if user.ok %}yes{% endif %}\n", "yes\n"),
            ("{% for r in user.roles %}{{ r }},{% endfor %}", "a,b,"),
            ("{# note #}{{ api-key }}", "k1"),
            ("{% if id == 7 %}{{ $random.integer(1, 2) | string }}{{ api-key | upper }}{% endif %}", "1K1"),
            ("a {{- name -}} b", "aAdab"),
            ("{% raw %}{{ api-key }}{% endraw %}", "{{ api-key }}"),
        ] {
            assert_eq!(render(&file, template, Format::Yaml).unwrap(), expected, "{template}");
        }
    }

    #[test]
    fn a_single_expression_keeps_its_type() {
        let file = scope_file();
        for (template, expected) in [
            ("{{id}}", json!(7)),
            ("{{ id }}", json!(7)),
            ("{{ user }}", json!({"roles": ["a", "b"], "ok": true})),
            ("{{ id > 3 }}", json!(true)),
            ("{{ id / 2 }}", json!(3.5)),
            ("{{ [1, none] }}", json!([1, null])),
            ("{{nothing}}", Json::Null),
            ("{{id}} ", json!("7 ")),
            ("7", json!("7")),
        ] {
            assert_eq!(evaluate(&file, template, Format::Yaml), expected, "{template}");
        }
    }

    #[test]
    fn long_chains_of_operators_exhaust_no_stack() {
        let file = scope_file();
        for link in ["not ", "- ", "id or ", "id + ", "'a' ~ ", "id < "] {
            for (count, is_read) in [(490, true), (20_000, false)] {
                let code = format!("{{{{ {}id }}}}", link.repeat(count));
                let rendered = render(&file, &code, Format::Yaml);
                let is_refused = rendered.is_err_and(|error| error.message.contains("more than 500 operators"));
                assert_eq!(is_refused, !is_read, "{link} {count}");
            }
        }
    }

    #[test]
    fn errors_point_at_the_part_that_is_wrong() {
        let file = scope_file();
        for (template, format, at, message) in [
            ("a {{ nmae }} b", Format::Http, "nmae", "variable `nmae` is not defined"),
            ("{{nmae}}", Format::Yaml, "nmae", "variable `nmae` is not defined"),
            ("é {{ name | upr }}", Format::Http, "upr", "there is no filter `upr`"),
            ("{{ nwo() }}", Format::Yaml, "nwo()", "there is no function `nwo`"),
            ("{{ id + }}", Format::Yaml, "+", "this is not an expression"),
            ("{{ $uid }}", Format::Http, "$uid", "there is no dynamic variable `$uid`"),
            ("a {{ $uid | upper }}", Format::Yaml, "$uid", "there is no dynamic variable `$uid`"),
            ("{{ id + zzz }}", Format::Yaml, "zzz", "variable `zzz` is not defined"),
            ("{{ zzz == 1 }}", Format::Yaml, "zzz", "variable `zzz` is not defined"),
            ("{{ user.nope }}", Format::Yaml, "user.nope", "the expression gives nothing"),
            ("{{ user.nope.more }}", Format::Yaml, ".nope.more", "`user.nope` is undefined"),
            ("{{ $randomInt 5 }}", Format::Http, "$randomInt 5", "`$randomInt`: it takes a minimum and a maximum"),
            ("{% if zzz %}{% endif %}", Format::Yaml, "zzz", "variable `zzz` is not defined"),
            (
                "{% if name > id %}{% endif %}",
                Format::Yaml,
                "name > id",
                "a text cannot be ordered against a number: \"Ada\" > 7",
            ),
            (
                "{{ date('2024-05-01') > '2099-01-01' }}",
                Format::Yaml,
                "date('2024-05-01') > '2099-01-01'",
                "a date cannot be ordered against a text",
            ),
            ("{{ now() == '2024-03-05' }}", Format::Http, "now() == '2024-03-05'", "a date is never equal to a text"),
            ("{% if 1 < 2 %}{{ zzz }}{% endif %}", Format::Yaml, "zzz", "variable `zzz` is not defined"),
            ("é{{ 1 < 2 and name | upr }}", Format::Http, "upr", "there is no filter `upr`"),
            ("x {% nope %}", Format::Yaml, "nope", "this is not an expression"),
            ("ab {{ c", Format::Yaml, "{{", "`{{` is not closed"),
            ("{{ login.response.body }}", Format::Http, "login.response.body", "request `login` has no response yet"),
            ("{{logn.response.body}}", Format::Http, "logn.response.body", "no request of this file is named `logn`"),
        ] {
            let error = render(&file, template, format).unwrap_err();
            assert!(error.message.contains(message), "{template}: {error:?}");
            assert_eq!(place(&error), at, "{template}: {error:?}");
        }
    }

    #[test]
    fn suggests_what_was_meant() {
        let file = scope_file();
        for (template, help) in [
            ("{{nmae}}", "did you mean `name`?"),
            ("{{uuid}}", "did you mean `$uuid`?"),
            ("{{$uid}}", "did you mean `$uuid`?"),
            ("{{ name | uper }}", "did you mean `upper`?"),
            ("{{ randm_int(1, 2) }}", "did you mean `random_int`?"),
            ("{{logn.response.body}}", "did you mean `login`?"),
        ] {
            let error = render(&file, template, Format::Http).unwrap_err();
            assert_eq!(error.help.as_deref(), Some(help), "{template}");
        }
        let error = render(&file, "{{id-1}}", Format::Http).unwrap_err();
        assert_eq!(error.notes, ["a name may hold `-`: a difference is written `id - 1`"]);
    }

    #[test]
    fn errors_of_an_unescaped_text_point_at_what_stands_there_but_once() {
        let source = SourceFile::new("spec", r#"x: "a\n{{ nmae }}""#);
        let span = source.span(3..source.text().len());
        let text = Text { value: "a\n{{ nmae }}".to_owned(), span: span.clone(), format: Format::Yaml };
        let file = scope_file();
        let error =
            Template::compile(&text, <&Rules>::default()).unwrap().render(&Scope::new(&file, 0, &[])).unwrap_err();
        assert_eq!(error.span().unwrap().text(), "nmae");
        let text = Text { value: "a\n{{ \"x\ty\" + 1 }}".to_owned(), ..text };
        let error =
            Template::compile(&text, <&Rules>::default()).unwrap().render(&Scope::new(&file, 0, &[])).unwrap_err();
        assert_eq!(error.span(), Some(&span));
    }

    #[test]
    fn templates_can_be_shared_by_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Template>();
        shared::<FileScope>();
        shared::<crate::template::CompiledRequest>();
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn never_panics(
            template in "(\\{\\{|\\}\\}|\\\\\\{|\\{%|%\\}|[a-z$. |'\"()é-]|name|\\$uuid|login\\.response\\.body\\.\\$|\n){0,24}",
        ) {
            let file = scope_file();
            for format in BOTH {
                if let Ok(template) = Template::compile(&text(&template, format), <&Rules>::default()) {
                    let scope = Scope::new(&file, 0, &[]);
                    let _ = (template.render(&scope), template.evaluate(&scope));
                }
            }
        }

        #[test]
        fn text_without_braces_is_kept(template in "[^{\u{feff}]{0,40}") {
            let file = scope_file();
            let template = template.replace(r"\{", "");
            for format in BOTH {
                prop_assert_eq!(&render(&file, &template, format).unwrap(), &template);
            }
        }
    }
}
