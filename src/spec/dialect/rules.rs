//! The rules by which dialects differ, as one table.
//!
//! What the dialects do is taken from the public documentation of the editors, and
//! anchors are those of the open `.http` specification.

use super::Dialect;

/// Makes of each row a choice, a field of [`Rules`] and a case of [`Rule`].
///
/// The choices of the dialects stand in the order of [`Dialect::NAMES`].
macro_rules! rules {
    ($(
        $rule:ident $field:ident $id:literal {
            conflict: $conflict:literal,
            anchor: $anchor:expr,
            reason: $reason:literal,
            $choice:ident { $($variant:ident: $words:literal),+ $(,)? }
            [$($chosen:ident),+]
        }
    )+) => {
        $(
            #[doc = concat!("What is done where ", $conflict, ".")]
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub enum $choice {
                $(#[doc = concat!("It is ", $words, ".")] $variant),+
            }

            impl $choice {
                /// What is done, as what stands there is: `a comment`.
                pub const fn words(self) -> &'static str {
                    match self {
                        $(Self::$variant => $words),+
                    }
                }
            }
        )+

        /// A rule by which dialects differ.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Rule {
            $(#[doc = concat!("Where ", $conflict, ".")] $rule),+
        }

        impl Rule {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$rule),+];

            /// The name that reports know it by; it stays.
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$rule => $id),+
                }
            }

            /// What is written where dialects conflict.
            pub const fn conflict(self) -> &'static str {
                match self {
                    $(Self::$rule => $conflict),+
                }
            }

            /// The statement of the open specification that settles it, where one does.
            pub const fn anchor(self) -> Option<&'static str> {
                match self {
                    $(Self::$rule => $anchor),+
                }
            }

            /// Why the default dialect does what it does.
            pub const fn reason(self) -> &'static str {
                match self {
                    $(Self::$rule => $reason),+
                }
            }

            /// What a dialect makes of it: `a comment`.
            pub const fn choice(self, dialect: Dialect) -> &'static str {
                match self {
                    $(Self::$rule => Rules::of(dialect).$field.words()),+
                }
            }
        }

        /// What one dialect does where dialects conflict.
        #[derive(Debug, PartialEq, Eq)]
        pub struct Rules {
            $(#[doc = concat!("Where ", $conflict, ".")] pub $field: $choice),+
        }

        impl Rules {
            /// The rules of a dialect.
            pub(super) const fn of(dialect: Dialect) -> &'static Self {
                const DIALECTS: [Rules; 5] = [Rules::at(0), Rules::at(1), Rules::at(2), Rules::at(3), Rules::at(4)];
                &DIALECTS[dialect as usize]
            }

            const fn at(dialect: usize) -> Self {
                Self { $($field: [$($choice::$chosen),+][dialect]),+ }
            }
        }
    };
}

rules! {
    // The lines of a file.
    IndentedComment indented_comments "indented-comment" {
        conflict: "white space stands before `#` or `//`",
        anchor: Some("comments#line-start"),
        reason: "every editor takes it for a comment",
        IndentedComments { Comment: "a comment", Content: "no comment" }
        [Comment, Content, Comment, Comment, Comment]
    }
    IndentedLine indented_lines "indented-line" {
        conflict: "white space stands before a request line, a header field or a definition",
        anchor: Some("request-line/method-first#line-form"),
        reason: "every editor reads past it",
        IndentedLines { Read: "read past the white space", Malformed: "malformed" }
        [Read, Malformed, Read, Read, Read]
    }
    IndentedSeparator indented_separators "indented-separator" {
        conflict: "white space stands before `###`",
        anchor: Some("request-separator/hash-line#recognition"),
        reason: "editors that indent mean a separator, and a body may hold a heading of Markdown",
        IndentedSeparators {
            OutsideBodies: "a separator, but content within a body",
            Never: "no separator",
            Always: "a separator, within a body too",
        }
        [OutsideBodies, Never, OutsideBodies, Never, Always]
    }
    SecondRequestLine second_request_line "second-request-line" {
        conflict: "`METHOD url` stands below a request without `###` between",
        anchor: Some("request-separator/hash-line#recognition"),
        reason: "below no body and below whole JSON nothing else can be meant",
        SecondRequestLine {
            Separates: "the next request below no body and below whole JSON",
            Belongs: "part of the request above",
        }
        [Separates, Belongs, Belongs, Belongs, Belongs]
    }
    SeparatorText separator_text "separator-text" {
        conflict: "text stands after `###`",
        anchor: Some("request-naming#separator-form"),
        reason: "most editors call the request by it",
        SeparatorText { Name: "the name of the request", Comment: "a comment" }
        [Name, Name, Name, Comment, Name]
    }
    NameExtent name_extent "name-extent" {
        conflict: "the name of a request is more than one word",
        anchor: Some("request-naming#name-extent"),
        reason: "reports show what the author wrote; a reference can mean one word only",
        NameExtent { WholeText: "the whole text", FirstWord: "its first word" }
        [WholeText, FirstWord, WholeText, FirstWord, WholeText]
    }
    LineAbove lines_above "line-above" {
        conflict: "`< {% … %}`, `{{`, `import` or `run` stands above a request line",
        anchor: Some("request-line#recognition"),
        reason: "JetBrains and httpYac run it before the request",
        LinesAbove { Read: "run before the request", RequestLine: "taken for the request line" }
        [Read, RequestLine, Read, RequestLine, Read]
    }

    // The request line.
    RequestLineSpace request_line_spaces "request-line-space" {
        conflict: "more than a space stands between the words of a request line, or white space within the query of its URL",
        anchor: Some("request-line/method-first#line-form"),
        reason: "every editor reads past the one, and sends the other encoded",
        RequestLineSpaces { Read: "read past, and encoded within a query", Malformed: "malformed" }
        [Read, Malformed, Read, Read, Read]
    }
    TargetContinuation target_continuation "target-continuation" {
        conflict: "a line below the request line goes on with its URL",
        anchor: Some("request-line#line-extent"),
        reason: "editors break long URLs at `?`, `&` and `/`",
        TargetContinuation {
            Parts: "part of the URL after `?` or `&`, or indented before `/` or `{{`",
            None: "no part of the URL",
            Indented: "part of the URL where it is indented",
            Query: "part of the URL after `?` or `&`",
        }
        [Parts, None, Indented, Query, Parts]
    }
    Method methods "method" {
        conflict: "a method is unknown or not in upper case",
        anchor: Some("method-verbatim#acceptance"),
        reason: "a word that is no method is more likely a mistake, unless a URL follows",
        Methods {
            Plausible: "known in any case, in upper case, or before a URL",
            AnyToken: "any token, sent as it is",
            KnownInUpperCase: "known and in upper case",
            Known: "known, in any case",
        }
        [Plausible, AnyToken, KnownInUpperCase, Known, KnownInUpperCase]
    }
    ProtocolWord protocol_words "protocol-word" {
        conflict: "`GRAPHQL`, `WEBSOCKET`, `SSE` or another protocol stands in the place of a method",
        anchor: Some("method-verbatim#transmission"),
        reason: "JetBrains and httpYac name protocols so",
        ProtocolWords { Protocol: "the protocol", Method: "a method" }
        [Protocol, Method, Protocol, Method, Protocol]
    }
    VersionName version_names "version-name" {
        conflict: "the version is written `HTTP/2.0` or `HTTP/3.0`",
        anchor: Some("request-version#malformed-version"),
        reason: "every editor reads it",
        VersionNames { Read: "the version without `.0`", Malformed: "malformed" }
        [Read, Malformed, Read, Read, Read]
    }
    DefaultScheme default_scheme "default-scheme" {
        conflict: "a URL names no scheme",
        anchor: Some("request-target#default-scheme"),
        reason: "`localhost:8080` rarely speaks TLS",
        DefaultScheme {
            HttpsButLocally: "`https`, but `http` on loopback and on a port other than 443 and 8443",
            Https: "`https`",
            Http: "`http`",
            HttpButOnTlsPorts: "`http`, but `https` on port 443 and 8443",
        }
        [HttpsButLocally, Https, Http, HttpButOnTlsPorts, HttpButOnTlsPorts]
    }
    LonePath lone_paths "lone-path" {
        conflict: "a URL is a path, and neither `Host` nor a base URL says of what host",
        anchor: Some("request-target/origin-form#missing-host"),
        reason: "httpYac has the variable `host` say it",
        LonePaths { BelowHost: "below the variable `host`, where there is one", Malformed: "malformed" }
        [BelowHost, Malformed, Malformed, Malformed, BelowHost]
    }
    TargetOctets target_octets "target-octets" {
        conflict: "a URL holds characters that are illegal in one",
        anchor: Some("wire-serialization#target-octets"),
        reason: "servers refuse them, and every editor encodes them",
        TargetOctets { Encoded: "percent-encoded", Verbatim: "sent as written" }
        [Encoded, Verbatim, Encoded, Encoded, Encoded]
    }

    // Header fields.
    FoldedField folded_fields "folded-field" {
        conflict: "an indented line without a colon stands below a header field",
        anchor: Some("header-fields#line-extent"),
        reason: "JetBrains reads it as part of the value, and nothing else can be meant",
        FoldedFields { Joined: "part of the value", Malformed: "malformed" }
        [Joined, Malformed, Joined, Malformed, Malformed]
    }
    UnseparatedBody unseparated_body "unseparated-body" {
        conflict: "`{` or `[` stands below the header fields without a blank line between",
        anchor: Some("header-fields#block-extent"),
        reason: "nothing else can be meant",
        UnseparatedBody { Body: "the body", Malformed: "a malformed header field" }
        [Body, Malformed, Malformed, Malformed, Body]
    }
    RepeatedField repeated_fields "repeated-field" {
        conflict: "a header field is repeated",
        anchor: Some("header-duplicates#occurrence-transmission"),
        reason: "a client sends one `Cookie` field at most (RFC 6265, 5.4)",
        RepeatedFields {
            CookiesJoined: "sent as often as it is written, but for `Cookie`, which is joined",
            Separate: "sent as often as it is written",
            Joined: "sent once, its values joined",
        }
        [CookiesJoined, Separate, Separate, Joined, CookiesJoined]
    }
    Credentials credentials "credentials" {
        conflict: "`Authorization` holds credentials in words: `Basic user password`",
        anchor: Some("header-fields#value-whitespace"),
        reason: "every editor makes of them what the scheme demands",
        Credentials { Encoded: "what the scheme demands", Verbatim: "sent as written" }
        [Encoded, Verbatim, Encoded, Encoded, Encoded]
    }
    GraphQlField graphql_field "graphql-field" {
        conflict: "`X-Request-Type: GraphQL` is among the header fields",
        anchor: Some("header-fields#field-transmission"),
        reason: "VS Code and httpYac read the body as a query",
        GraphQlField { Read: "about the body, and not sent", Sent: "sent" }
        [Read, Sent, Sent, Read, Read]
    }
    GraphQlBodies graphql_bodies "graphql-bodies" {
        conflict: "a body begins as a GraphQL document, and nothing above it says so",
        anchor: Some("message-body#body-content"),
        reason: "httpYac sends a query; what is announced as JSON, and is none, can be nothing else",
        GraphQlBodies { Announced: "a query where JSON is announced", Content: "content", Document: "a query" }
        [Announced, Content, Content, Content, Document]
    }
    HostField host_field "host-field" {
        conflict: "`Host` is written beside a whole URL",
        anchor: Some("wire-serialization#http11-host"),
        reason: "whoever writes it tests a server's virtual hosts",
        HostField { Written: "sent as written", OfTarget: "made of the URL" }
        [Written, OfTarget, Written, Written, Written]
    }

    // The body.
    BodyComment body_comments "body-comment" {
        conflict: "a line of a body begins with `#` or `//`",
        anchor: Some("message-body#body-content"),
        reason: "JSON and GraphQL with comments cannot be meant for a server; other text can",
        BodyComments {
            DroppedInJson: "a comment in JSON and GraphQL and where there is nothing else, and content elsewhere",
            Content: "content",
            Dropped: "a comment",
        }
        [DroppedInJson, Content, Content, Dropped, Dropped]
    }
    FileLine file_lines "file-line" {
        conflict: "a line of a body is `< file` or `<@ file`",
        anchor: Some("message-body#body-content"),
        reason: "every editor sends the file",
        FileLines { File: "the file", Content: "content" }
        [File, Content, File, File, File]
    }
    AssertionLine assertion_lines "assertion-line" {
        conflict: "a line begins with `??`",
        anchor: Some("message-body#body-content"),
        reason: "httpYac's files hold their assertions so",
        AssertionLines { Assertion: "an assertion", Content: "content" }
        [Assertion, Content, Content, Content, Assertion]
    }
    AssertionValue assertion_values "assertion-value" {
        conflict: "a `??` line compares with a value in quotes, JSON or a unit",
        anchor: None,
        reason: "it means the same as in `# @assert`",
        AssertionValues {
            Typed: "a value with a type: quotes are no part of a text",
            Untyped: "a text as it stands, which takes the type of what it is compared with",
        }
        [Typed, Typed, Typed, Typed, Untyped]
    }
    ResponseLine response_lines "response-line" {
        conflict: "`> {% … %}`, `>> file` or `<> file` stands below a body",
        anchor: Some("message-body#body-content"),
        reason: "JetBrains and httpYac read it as about the response",
        ResponseLines { Read: "about the response", Content: "content" }
        [Read, Content, Read, Content, Read]
    }
    FormLine form_lines "form-line" {
        conflict: "a form is written over several lines",
        anchor: Some("message-body#body-content"),
        reason: "every editor joins them",
        FormLines { Joined: "joined", Verbatim: "sent as written" }
        [Joined, Verbatim, Joined, Joined, Joined]
    }
    FormText form_texts "form-text" {
        conflict: "a form holds characters that are illegal in one, or white space beside `=` and `&`",
        anchor: Some("message-body#body-content"),
        reason: "servers would read them otherwise, and every editor encodes them",
        FormTexts {
            Pairs: "pairs without white space at their ends, percent-encoded; `%+`, `%&` (with a warning), `%=` and `%%` stand for what follows `%`",
            Trimmed: "pairs without white space at their ends, percent-encoded",
            Encoded: "percent-encoded",
            Verbatim: "sent as written",
        }
        [Pairs, Verbatim, Pairs, Encoded, Trimmed]
    }
    FinalLineEnd final_line_ends "final-line-end" {
        conflict: "a body is JSON by lines, `application/x-ndjson`",
        anchor: Some("message-body#final-terminator"),
        reason: "each of its lines ends with LF, the last one too, and editors send it",
        FinalLineEnds { Sent: "sent with LF at its end", Omitted: "sent without LF at its end" }
        [Sent, Omitted, Omitted, Sent, Sent]
    }
    MultipartLineEnd multipart_line_ends "multipart-line-end" {
        conflict: "lines of a multipart body end with LF",
        anchor: Some("message-body#line-terminators"),
        reason: "servers want CRLF (RFC 2046, 5.1.1), and every editor sends it",
        MultipartLineEnds { Crlf: "CRLF", Verbatim: "sent as written" }
        [Crlf, Verbatim, Crlf, Crlf, Crlf]
    }

    // Variables.
    Reference references "reference" {
        conflict: "braces hold more than a name: `{{ name }}`, `{{a.response.body.$.id}}`, `{{a + 1}}`",
        anchor: Some("variable-substitution#brace-text"),
        reason: "every editor allows white space, and most allow more",
        References {
            Expression: "a reference or an expression",
            Exact: "text, unless it is a name without white space",
            Name: "a reference, white space aside",
        }
        [Expression, Exact, Name, Name, Expression]
    }
    ExpressionLanguage expression_language "expression-language" {
        conflict: "braces hold an expression: `{{ items | length }}`, `{{items.length}}`",
        anchor: None,
        reason: "what only JavaScript can mean is read as such",
        ExpressionLanguage {
            Either: "an expression of templates, or of JavaScript where it is none",
            JavaScript: "an expression of JavaScript",
        }
        [Either, Either, Either, Either, JavaScript]
    }
    BraceEscape brace_escapes "brace-escape" {
        conflict: r"braces are escaped: `\{\{name\}\}`",
        anchor: Some("variable-substitution#reference-escape"),
        reason: "the specification says so",
        BraceEscapes { Removed: "braces without the backslashes", Verbatim: "sent as written" }
        [Removed, Removed, Verbatim, Verbatim, Removed]
    }
    UndefinedVariable undefined "undefined-variable" {
        conflict: "a variable is not defined",
        anchor: Some("variable-substitution#undefined-names"),
        reason: "the specification says so, and what is not meant is not sent",
        Undefined { Error: "an error", Verbatim: "sent as written" }
        [Error, Error, Verbatim, Verbatim, Error]
    }
    LaterDefinition definitions "later-definition" {
        conflict: "a variable is used above its definition",
        anchor: Some("variable-substitution#definition-order"),
        reason: "VS Code reads all definitions first, and a warning tells of it",
        Definitions {
            AboveElseBelow: "the latest definition above, else a later one",
            Above: "the latest definition above",
            LastOfFile: "the last definition of the file",
        }
        [AboveElseBelow, Above, Above, LastOfFile, Above]
    }
    UnusableDefinition unusable_definitions "unusable-definition" {
        conflict: "a definition refers to what is not defined above it",
        anchor: Some("variable-definition#binding-time"),
        reason: "VS Code's files define at their top what a response gives later",
        UnusableDefinitions { AtUse: "tried again where the variable is used", Error: "an error" }
        [AtUse, Error, AtUse, AtUse, Error]
    }
    DefinitionEscape definition_escapes "definition-escape" {
        conflict: "a definition holds `\\`",
        anchor: None,
        reason: "a path of Windows is written so, and only VS Code reads an escape",
        DefinitionEscapes { Verbatim: "a part of the value", Read: "an escape: `\\n`, `\\r`, `\\t`, else the character after it" }
        [Verbatim, Verbatim, Verbatim, Read, Verbatim]
    }
    LazyDefinition lazy_definitions "lazy-definition" {
        conflict: "a definition is written with `:=`",
        anchor: Some("variable-definition#definition-line"),
        reason: "httpYac works its value out at each use",
        LazyDefinitions { Lazy: "worked out at each use", Malformed: "malformed" }
        [Lazy, Malformed, Malformed, Malformed, Lazy]
    }
    DynamicDefinition dynamic_definitions "dynamic-definition" {
        conflict: "a definition holds a `$dynamic` value",
        anchor: Some("variable-definition#binding-time"),
        reason: "the specification says so",
        DynamicDefinitions { Once: "drawn once a run", EachRequest: "drawn for each request" }
        [Once, Once, Once, EachRequest, Once]
    }
    VariablePrecedence variable_precedence "variable-precedence" {
        conflict: "both the file and the environment define a variable",
        anchor: Some("variable-substitution#replacement-value"),
        reason: "the specification says so: the nearer one counts",
        VariablePrecedence { File: "the file's", Environment: "the environment's" }
        [File, File, Environment, File, File]
    }

    // Directives and responses.
    TimeoutUnit timeout_unit "timeout-unit" {
        conflict: "`@timeout` has a number without a unit",
        anchor: None,
        reason: "JetBrains' files mean seconds, and seconds fail less often than milliseconds",
        TimeoutUnit { Seconds: "seconds", Ignored: "a comment", Milliseconds: "milliseconds" }
        [Seconds, Seconds, Seconds, Ignored, Milliseconds]
    }
    ResponseDecoding response_decoding "response-decoding" {
        conflict: "a response body is compressed",
        anchor: Some("response-chaining#response-body"),
        reason: "assertions and references speak of what is in it",
        ResponseDecoding { Decoded: "asked for and decoded", Verbatim: "not asked for, and left as received" }
        [Decoded, Verbatim, Decoded, Decoded, Decoded]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_an_id_of_its_own() {
        let mut ids: Vec<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
        assert!(ids.iter().all(|id| id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')));
        ids.sort_unstable();
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn every_rule_is_a_conflict() {
        for rule in Rule::ALL {
            let choices = Dialect::NAMES.iter().map(|&(_, dialect)| rule.choice(dialect));
            assert!(choices.clone().any(|choice| choice != rule.choice(Dialect::Superset)), "{}", rule.id());
            assert!(rule.choice(Dialect::Standard) == rule.choice(Dialect::Superset) || rule.anchor().is_some());
        }
    }

    #[test]
    fn dialects_stand_in_the_order_of_their_names() {
        for (index, &(name, dialect)) in Dialect::NAMES.iter().enumerate() {
            assert_eq!((dialect as usize, Dialect::named(name)), (index, Some(dialect)));
        }
    }
}
