//! An example of each rule by which dialects differ.

use rqtest::spec::Dialect::{self, JetBrains, Standard, VsCode};
use rqtest::spec::Rule;

/// A document that dialects read differently by one rule.
pub struct Example {
    pub rule: Rule,
    /// `URL` stands for where its requests go.
    pub document: &'static str,
    /// The dialects that another rule has read it differently too.
    pub besides: &'static [Dialect],
    pub evidence: Evidence,
    /// The line of the conflict, where the document alone tells that there is one.
    pub line: Option<u64>,
}

/// What shows what a dialect does.
#[derive(Clone, Copy)]
pub enum Evidence {
    /// What is sent.
    Wire,
    /// The errors and warnings.
    Words,
}

impl Example {
    /// The name of its file.
    pub fn file(&self) -> String {
        format!("{}.http", self.rule.id())
    }

    const fn besides(self, besides: &'static [Dialect]) -> Self {
        Self { besides, ..self }
    }

    const fn in_words(self) -> Self {
        Self { evidence: Evidence::Words, ..self }
    }

    const fn undetected(self) -> Self {
        Self { line: None, ..self }
    }
}

const fn example(rule: Rule, line: u64, document: &'static str) -> Example {
    Example { rule, document, besides: &[], evidence: Evidence::Wire, line: Some(line) }
}

pub const EXAMPLES: &[Example] = &[
    example(Rule::IndentedComment, 1, "  # note\nGET URL\n"),
    example(Rule::IndentedLine, 1, "  GET URL\n"),
    // What a body keeps of comments is another rule.
    example(Rule::IndentedSeparator, 2, "GET URL/1\n  ### b\nGET URL/2\n###\nPOST URL/3\n\ntext\n  ### c\nGET URL/4\n")
        .besides(&[VsCode]),
    example(Rule::SecondRequestLine, 2, "GET URL/1\nGET URL/2\n"),
    example(Rule::SeparatorText, 1, "### one\nGET URL/1\n\n###\nGET URL/2/{{one.response.headers.X-Token}}\n"),
    // What is sent of undefined variables is another rule.
    example(Rule::NameExtent, 1, "# @name one two\nGET URL/1\n\n###\nGET URL/2/{{one.response.headers.X-Token}}\n")
        .besides(&[JetBrains]),
    example(Rule::LineAbove, 1, "{{\nconst a = 1;\n}}\nGET URL\n"),
    example(Rule::RequestLineSpace, 1, "GET  URL/a?b=c d\n"),
    example(
        Rule::TargetContinuation,
        2,
        "GET URL/1\n  ?b=c\n###\nGET URL/2\n  /a\n###\nGET URL/3\n?d=e\n###\nGET URL/4\n  x\n",
    ),
    example(Rule::Method, 1, "get URL/1\n###\nPURGE URL/2\n###\nFoo URL/3\n###\ntrace URL/4\n###\nLOCK URL/5\n"),
    // What methods are known is another rule.
    example(Rule::ProtocolWord, 1, "SSE URL\n").besides(&[VsCode]),
    example(Rule::VersionName, 1, "GET URL HTTP/2.0\n").in_words(),
    example(Rule::DefaultScheme, 1, "GET 127.0.0.1:1/a\n###\nGET 127.0.0.1:443/b\n###\nGET 0.0.0.0/c\n").in_words(),
    example(Rule::LonePath, 2, "@host = URL\nGET /a\n"),
    example(Rule::TargetOctets, 1, "GET URL/é\"\n"),
    example(Rule::FoldedField, 3, "GET URL\nX-A: one,\n  two\n"),
    example(Rule::UnseparatedBody, 2, "POST URL\n{\"a\": 1}\n"),
    example(Rule::RepeatedField, 3, "GET URL\nCookie: a=1\nCookie: b=2\nX: 1\nX: 2\n"),
    example(Rule::Credentials, 2, "GET URL\nAuthorization: Basic ada secret\n"),
    example(Rule::GraphQlField, 2, "POST URL\nX-Request-Type: GraphQL\n\nquery { a }\n"),
    example(
        Rule::GraphQlBodies,
        4,
        "POST URL/1\nContent-Type: application/json\n\nquery { a }\n###\nPOST URL/2\n\nquery { a }\n",
    ),
    example(Rule::HostField, 2, "GET URL\nHost: other\n"),
    example(
        Rule::BodyComment,
        4,
        "POST URL/1\nContent-Type: application/json\n\n# c\n{}\n###\nPOST URL/2\nContent-Type: text/plain\n\n# c\na\n",
    ),
    example(Rule::FileLine, 3, "POST URL\n\n< plain.txt\n"),
    example(Rule::AssertionLine, 4, "POST URL\n\na\n?? status == 200\n"),
    example(Rule::AssertionValue, 4, "POST URL\n\na\n?? header X-Token == \"t1\"\n").in_words(),
    example(Rule::ResponseLine, 5, "POST URL\n\na\n\n<> old.json\n"),
    example(Rule::FormLine, 4, "POST URL\nContent-Type: application/x-www-form-urlencoded\n\na=1\n&b=2\n"),
    example(Rule::FormText, 4, "POST URL\nContent-Type: application/x-www-form-urlencoded\n\na = x y\n"),
    example(Rule::FinalLineEnd, 4, "POST URL\nContent-Type: application/x-ndjson\n\n{}\n{}\n"),
    example(
        Rule::MultipartLineEnd,
        4,
        "POST URL\nContent-Type: multipart/form-data; boundary=b\n\n--b\nContent-Disposition: form-data; name=a\n\nx\n--b--\n",
    ),
    example(Rule::Reference, 4, "@a = 1\nPOST URL\n\n{{a}} {{ a }} {{ a == '1' }}\n"),
    // To the others braces that hold no name are no reference at all.
    example(Rule::ExpressionLanguage, 3, "POST URL\n\n{{ 7 // 2 }}\n").besides(&[Standard, JetBrains, VsCode]),
    example(Rule::BraceEscape, 4, "@a = 1\nPOST URL\n\n\\{\\{a\\}\\}\n"),
    example(Rule::UndefinedVariable, 3, "POST URL\n\n{{nope}}\n").undetected(),
    // What is sent of undefined variables is another rule.
    example(
        Rule::LaterDefinition,
        4,
        "@y = 1\nPOST URL/1\n\n{{x}} {{y}}\n\n###\n@x = 1\n@y = 2\nPOST URL/2\n\n{{y}}\n",
    )
    .besides(&[JetBrains]),
    example(Rule::UnusableDefinition, 1, "@a = {{b.response.body}}\nGET URL\n"),
    example(Rule::DefinitionEscape, 1, "@a = b\\nc\nPOST URL\n\n{{a}}\n"),
    example(Rule::LazyDefinition, 1, "@a := 1\nGET URL/{{a}}\n"),
    example(Rule::DynamicDefinition, 1, "@a = {{$uuid}}\nGET URL/{{a}}\n###\nGET URL/{{a}}\n"),
    example(Rule::VariablePrecedence, 1, "@defined = file\nGET URL/{{defined}}\n").undetected(),
    example(Rule::ResponseDecoding, 1, "GET URL\n").undetected(),
];
