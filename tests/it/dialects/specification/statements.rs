//! Each statement with its documents. `URL` stands for where a document's requests go,
//! `PATH` for the path of it, and `PORT` for its port on the loopback host; what is sent is
//! shown without them.

use super::Case;
use super::Expected::{Checked, Said, Sent, SentAndSaid};

/// Makes of each statement a test and a row of [`ALL`].
macro_rules! statements {
    ($($name:ident [$($document:literal => $expected:expr),+ $(,)?])+) => {
        /// The name of each test, and its documents.
        pub(super) const ALL: &[(&str, &[Case])] = &[$((stringify!($name), &[$(($document, $expected)),+])),+];

        mod holds {
            use super::*;

            $(#[test]
            fn $name() {
                super::super::hold(stringify!($name), &[$(($document, $expected)),+]);
            })+
        }
    };
}

const GET: &[&str] = &["GET / HTTP/1.1"];
const MALFORMED: &str = "malformed";
const UNDEFINED: &str = "is not defined";

statements! {
    comments_request_identity ["# a\nGET URL/\n# b\nA: b\n// c\n\n" => Sent(&["GET / HTTP/1.1\nA: b"])]
    comments_line_start [
        "  # a\nGET URL/\n" => Said("white space at the start of a line"),
        "GET URL/\n\t// a\n" => Said("white space at the start of a line"),
    ]
    comments_hash_recognition ["#a\n#\n## b: c\nGET URL/\n#c: d\n" => Sent(GET)]
    comments_slash_recognition ["//a\n//\nGET URL/\n//c: d\n" => Sent(GET)]
    method_support_delete ["DELETE URL/\n" => Sent(&["DELETE / HTTP/1.1"])]
    method_support_get ["GET URL/\n" => Sent(GET)]
    // The recorder answers with a body.
    method_support_head ["HEAD URL/\n" => SentAndSaid(&["HEAD / HTTP/1.1"], "after the end of the response")]
    method_support_options ["OPTIONS URL/\n" => Sent(&["OPTIONS / HTTP/1.1"])]
    method_support_patch ["PATCH URL/\n" => Sent(&["PATCH / HTTP/1.1"])]
    method_support_post ["POST URL/\n" => Sent(&["POST / HTTP/1.1"])]
    method_support_put ["PUT URL/\n" => Sent(&["PUT / HTTP/1.1"])]
    request_line_recognition ["\n \n@a = 1\n# b\n// c\n\nGET URL/{{a}}\n" => Sent(&["GET /1 HTTP/1.1"])]
    request_line_line_extent [
        "GET URL/\n  ?a=b\n" => Said(MALFORMED),
        "GET URL/\n&a: b\n" => Sent(&["GET / HTTP/1.1\n&a: b"]),
    ]
    request_line_version_omission ["GET URL/" => Sent(GET)]
    request_line_trailing_whitespace ["GET URL/ \t \nA: b\n" => Sent(&["GET / HTTP/1.1\nA: b"])]
    request_line_method_first_line_form ["GET URL/ HTTP/1.1\n" => Sent(GET), "GET URL/\n" => Sent(GET)]
    request_line_method_first_method_token ["M-SEARCH URL/\n" => Sent(&["M-SEARCH / HTTP/1.1"])]
    request_line_method_first_target_token ["GET URL/a/b?c=d HTTP/1.1\n" => Sent(&["GET /a/b?c=d HTTP/1.1"])]
    request_line_method_first_malformed_line [
        "GET  URL/\n" => Said(MALFORMED),
        "GET URL/ x\n" => Said(MALFORMED),
        "GET URL/  HTTP/1.1\n" => Said(MALFORMED),
        " GET URL/\n" => Said("white space at the start of a line"),
        "GET\n" => Said("a method without a URL"),
    ]
    request_line_target_first_line_form ["URL/ HTTP/1.1\n" => Sent(GET), "URL/\n" => Sent(GET)]
    request_line_target_first_implied_method ["URL/" => Sent(GET)]
    request_separator_wire_octets ["### a\nPOST URL/\n\nb\n### c\n" => Sent(&["POST / HTTP/1.1\n\nb"])]
    request_separator_first_block ["GET URL/\n###\n" => Sent(GET)]
    request_separator_leading_separator [
        "###\n### x\n####\nGET URL/1\n###\nGET URL/2\n" => Sent(&["GET /1 HTTP/1.1", "GET /2 HTTP/1.1"]),
    ]
    request_separator_empty_block [
        "GET URL/1\n###\n# a\n###\n@a = 2\n###\nGET URL/{{a}}\n" => Sent(&["GET /1 HTTP/1.1", "GET /2 HTTP/1.1"]),
    ]
    request_separator_hash_line_recognition [
        "GET URL/1\n#####\nPOST URL/2\n\na\n###x\nGET URL/3\n"
            => Sent(&["GET /1 HTTP/1.1", "POST /2 HTTP/1.1\n\na", "GET /3 HTTP/1.1"]),
        "POST URL/\n\na\n  ### b\nGET c\n" => Sent(&["POST / HTTP/1.1\n\na\n  ### b\nGET c"]),
    ]
    request_separator_hash_line_trailing_text [
        "GET URL/1\n### any text: a\nGET URL/2\n" => Sent(&["GET /1 HTTP/1.1", "GET /2 HTTP/1.1"]),
    ]
    request_target_written_scheme ["GET HTTP://127.0.0.1:PORT/PATH/\n" => Sent(GET)]
    request_target_default_scheme ["GET 127.0.0.1:1/\n" => Said("`https` is assumed")]
    request_target_absolute_form_target_form [
        "GET URL/a\n" => Sent(&["GET /a HTTP/1.1"]),
        "127.0.0.1:1/a\n" => Said("`https` is assumed"),
    ]
    request_target_absolute_form_target_uri ["GET URL/a?b=c#d\n" => Sent(&["GET /a?b=c HTTP/1.1"])]
    request_target_origin_form_target_form ["GET /a?b\nHost: 127.0.0.1:1\n" => Said("`https` is assumed")]
    request_target_origin_form_host_header ["GET /a\nHost: 127.0.0.1:1\n" => Said("`https` is assumed")]
    request_target_origin_form_missing_host ["GET /a\nA: b\n" => Said("no `Host` header names its host")]
    body_octets_document_octets [
        "POST URL/\n\n\\u00e9 é &eacute; %20\n" => Sent(&["POST / HTTP/1.1\n\n\\u00e9 é &eacute; %20"]),
    ]
    body_octets_declared_media_type [
        "POST URL/\nContent-Type: application/octet-stream\n\n00ff é\n"
            => Sent(&["POST / HTTP/1.1\nContent-Type: application/octet-stream\n\n00ff é"]),
    ]
    comment_directives_directive_line [
        "# @name one\nGET URL/1\n###\nGET URL/2{{one.response.headers.X-Token}}\n"
            => Sent(&["GET /1 HTTP/1.1", "GET /2t1 HTTP/1.1"]),
    ]
    comment_directives_unimplemented ["# @frobnicate 1\nGET URL/\n" => SentAndSaid(GET, "is ignored")]
    comment_directives_wire_invisibility ["# @tag secret\nGET URL/\n# @description a: b\n" => Sent(GET)]
    comment_directives_header_placement ["GET URL/\n# @tag a: b\nA: b\n" => Sent(&["GET / HTTP/1.1\nA: b"])]
    comment_directives_marker_forms [
        "// @name one\nGET URL/1\n###\nGET URL/2{{one.response.headers.X-Token}}\n"
            => Sent(&["GET /1 HTTP/1.1", "GET /2t1 HTTP/1.1"]),
    ]
    comment_directives_marker_spacing [
        "#@name a\nGET URL/1\n###\n//   @name b\nGET URL/2\n###\nGET URL/{{a.response.headers.X-Token}}{{b.response.headers.X-Token}}\n"
            => Sent(&["GET /1 HTTP/1.1", "GET /2 HTTP/1.1", "GET /t1t1 HTTP/1.1"]),
    ]
    comment_directives_directive_name ["# @no-redirect\nGET URL/\n" => Sent(GET)]
    comment_directives_argument_text [
        "# @name \t one \t\nGET URL/1\n###\nGET URL/2{{one.response.headers.X-Token}}\n"
            => Sent(&["GET /1 HTTP/1.1", "GET /2t1 HTTP/1.1"]),
    ]
    dynamic_variable_names_uuid [
        "GET URL/{{$uuid}}\n" => Checked(|sent| is_like(&path(sent), "xxxxxxxx-xxxx-4xxx-xxxx-xxxxxxxxxxxx")),
    ]
    dynamic_variable_names_timestamp ["GET URL/{{$timestamp}}\n" => Checked(|sent| is_digits(&path(sent)))]
    dynamic_variable_names_random_int ["GET URL/{{$randomInt}}\n" => Checked(|sent| is_digits(&path(sent)))]
    dynamic_variable_names_occurrence_independence [
        "GET URL/{{$uuid}}/{{$uuid}}\n"
            => Checked(|sent| path(sent).split_once('/').is_some_and(|(one, other)| one != other)),
    ]
    dynamic_variable_names_timestamp_epoch ["GET URL/{{$timestamp}}\n" => Checked(|sent| is_now(&path(sent)))]
    dynamic_variables_reference_form [
        "POST URL/\n\n{{ $uuid }} {{$randomInt 1 2}} {{$ uuid}}\n"
            => Sent(&["POST / HTTP/1.1\n\n{{ $uuid }} {{$randomInt 1 2}} {{$ uuid}}"]),
    ]
    dynamic_variables_undefined_by_design ["GET URL/{{$randomInt}}\n" => Checked(|sent| is_digits(&path(sent)))]
    dynamic_variables_reference_positions [
        "@a = {{$randomInt}}\nPOST URL/{{$randomInt}}\nA: {{$randomInt}}\n\n{{$randomInt}} {{a}}\n"
            => Checked(|sent| sent.len() == 1 && !sent[0].contains("{{")),
    ]
    dynamic_variables_reserved_namespace ["@$uuid = 1\nGET URL/{{$uuid}}\n" => Said("malformed definition")]
    dynamic_variables_unsupplied_names ["GET URL/{{$nope}}\n" => Said("there is no dynamic variable `$nope`")]
    dynamic_variables_single_pass ["@a = {{$uuid}}\nGET URL/{{a}}\n" => Checked(|sent| path(sent).len() == 36)]
    file_conventions_encoding ["POST URL/\nA: é\n\n日\n" => Sent(&["POST / HTTP/1.1\nA: é\n\n日"])]
    file_conventions_lf_line_endings ["GET URL/\nA: b\n" => Sent(&["GET / HTTP/1.1\nA: b"])]
    file_conventions_crlf_line_endings ["GET URL/\r\nA: b\r\n" => Sent(&["GET / HTTP/1.1\nA: b"])]
    file_conventions_terminator_variance [
        "@a = 1\r\n# b\r\nGET URL/{{a}} HTTP/1.1\r\nA: b\r\n\r\nc\r\n\r\n###\r\nGET URL/2\r\n"
            => Sent(&["GET /1 HTTP/1.1\nA: b\n\nc", "GET /2 HTTP/1.1"]),
    ]
    file_conventions_mixed_terminators [
        "GET URL/1\r\nA: b\n\r\nc\n###\r\nGET URL/2\n" => Sent(&["GET /1 HTTP/1.1\nA: b\n\nc", "GET /2 HTTP/1.1"]),
    ]
    header_duplicates_occurrence_transmission [
        "GET URL/\nX: 1\nCookie: a=1\nx: 2\ncookie: b=2\n"
            => Sent(&["GET / HTTP/1.1\nX: 1\nCookie: a=1\nx: 2\ncookie: b=2"]),
    ]
    header_duplicates_occurrence_order [
        "GET URL/\nX: 3\nY: a\nX: 1\nX: 2\n" => Sent(&["GET / HTTP/1.1\nX: 3\nY: a\nX: 1\nX: 2"]),
    ]
    header_duplicates_casing_emission [
        "GET URL/\nx-aB: 1\nX-Ab: 2\n" => Sent(&["GET / HTTP/1.1\nx-aB: 1\nX-Ab: 2"]),
    ]
    header_duplicates_mandated_casing ["GET URL/ HTTP/2\nX-A: 1\n" => Said("HTTP/2 is not supported yet")]
    header_fields_field_transmission [
        "GET URL/\nA: b\nX-Request-Type: GraphQL\nAuthorization: Basic ada secret\n"
            => Sent(&["GET / HTTP/1.1\nA: b\nX-Request-Type: GraphQL\nAuthorization: Basic ada secret"]),
    ]
    header_fields_block_extent [
        "POST URL/\nA: b\n\nC: d\n" => Sent(&["POST / HTTP/1.1\nA: b\n\nC: d"]),
        "POST URL/\n{\"a\": 1}\n" => Said(MALFORMED),
    ]
    header_fields_field_line_form [
        "GET URL/\nA:b\nC:\t d \t\n" => Sent(&["GET / HTTP/1.1\nA: b\nC: d"]),
        "GET URL/\nno colon\n" => Said(MALFORMED),
        "GET URL/\n  A: b\n" => Said("white space at the start of a line"),
    ]
    header_fields_name_recognition ["GET /\nhoST: 127.0.0.1:1\n" => Said("`https` is assumed")]
    header_fields_value_whitespace [
        "GET URL/\nA: \t b  c \t\n" => Sent(&["GET / HTTP/1.1\nA: b  c"]),
        "GET URL/\nAuthorization: Basic ada secret\n" => Sent(&["GET / HTTP/1.1\nAuthorization: Basic ada secret"]),
    ]
    header_fields_value_encoding ["GET URL/\nA: é日\n" => Sent(&["GET / HTTP/1.1\nA: é日"])]
    header_fields_line_extent ["GET URL/\nA: b\n c\n" => Said(MALFORMED)]
    message_body_body_start ["POST URL/\nA: b\n\n\n a\n" => Sent(&["POST / HTTP/1.1\nA: b\n\n\n a"])]
    message_body_body_end [
        "POST URL/1\n\na\n\nb\n\n###\nPOST URL/2\n\nc" => Sent(&["POST /1 HTTP/1.1\n\na\n\nb", "POST /2 HTTP/1.1\n\nc"]),
    ]
    message_body_trailing_blank_lines ["POST URL/\n\na\n \t\n\n" => Sent(&["POST / HTTP/1.1\n\na"])]
    message_body_body_content [
        "POST URL/\nContent-Type: application/json\n\n# a\n// b\n{}\n?? status == 1\n> {% x %}\n< plain.txt\n>> c.txt\n"
            => Sent(&["POST / HTTP/1.1\nContent-Type: application/json\n\n# a\n// b\n{}\n?? status == 1\n> {% x %}\n< plain.txt\n>> c.txt"]),
        "POST URL/\nContent-Type: application/x-www-form-urlencoded\n\na=1\n&b=2\n"
            => Sent(&["POST / HTTP/1.1\nContent-Type: application/x-www-form-urlencoded\n\na=1\n&b=2"]),
        "GET URL/\n\n# a\n" => Sent(&["GET / HTTP/1.1\n\n# a"]),
        "POST URL/\n\n{{\nGET a\n}}\n" => Sent(&["POST / HTTP/1.1\n\n{{\nGET a\n}}"]),
    ]
    message_body_body_absence ["POST URL/\nA: b\n" => Sent(&["POST / HTTP/1.1\nA: b"])]
    message_body_line_terminators [
        "POST URL/\nContent-Type: multipart/form-data; boundary=b\n\n--b\r\n\n\r\nc\n--b--"
            => Sent(&["POST / HTTP/1.1\nContent-Type: multipart/form-data; boundary=b\n\n--b\r\n\n\r\nc\n--b--"]),
    ]
    message_body_final_terminator ["POST URL/\n\na\r\n" => Sent(&["POST / HTTP/1.1\n\na"])]
    message_body_body_encoding [
        "POST URL/\nContent-Type: text/plain; charset=iso-8859-1\n\né\n"
            => Sent(&["POST / HTTP/1.1\nContent-Type: text/plain; charset=iso-8859-1\n\né"]),
    ]
    method_verbatim_acceptance [
        "PURGE URL/\n" => Sent(&["PURGE / HTTP/1.1"]),
        "x!y URL/\n" => Sent(&["x!y / HTTP/1.1"]),
        "GRAPHQL URL/\n" => Sent(&["GRAPHQL / HTTP/1.1"]),
        "run URL/\n" => Sent(&["run / HTTP/1.1"]),
    ]
    method_verbatim_transmission [
        "pUrGe URL/\n" => Sent(&["pUrGe / HTTP/1.1"]),
        "trace URL/\n" => Sent(&["trace / HTTP/1.1"]),
    ]
    method_verbatim_lowercase_methods ["get URL/\n" => Sent(GET)]
    method_verbatim_mixed_case_methods ["gEt URL/\n" => Sent(GET)]
    request_naming_directive_form [
        "# @name one\nGET URL/1\n###\nGET URL/2{{one.response.headers.X-Token}}\n"
            => Sent(&["GET /1 HTTP/1.1", "GET /2t1 HTTP/1.1"]),
    ]
    request_naming_separator_form [
        "### one\nGET URL/1\n###\nGET URL/2{{one.response.headers.X-Token}}\n"
            => Sent(&["GET /1 HTTP/1.1", "GET /2t1 HTTP/1.1"]),
    ]
    request_naming_wire_invisibility ["### one\n# @name two\nGET URL/\n" => Sent(GET)]
    request_naming_request_identity ["### one\nGET URL/\n" => Sent(GET), "# @name one\nGET URL/\n" => Sent(GET)]
    request_naming_distinct_names [
        "### a\nGET URL/1\n### a\nGET URL/2\n"
            => SentAndSaid(&["GET /1 HTTP/1.1", "GET /2 HTTP/1.1"], "two requests have the name `a`"),
    ]
    request_naming_name_grammar [
        "# @name _a1\nGET URL/1\n###\nGET URL/2{{_a1.response.headers.X-Token}}\n"
            => Sent(&["GET /1 HTTP/1.1", "GET /2t1 HTTP/1.1"]),
    ]
    request_naming_name_extent [
        "### \t one two\nGET URL/1\n###\nGET URL/2{{one.response.headers.X-Token}}\n"
            => Sent(&["GET /1 HTTP/1.1", "GET /2t1 HTTP/1.1"]),
        "# @name one two\nGET URL/1\n###\nGET URL/2{{one.response.headers.X-Token}}\n"
            => Sent(&["GET /1 HTTP/1.1", "GET /2t1 HTTP/1.1"]),
    ]
    request_naming_assignment_form [
        "# @name=one\nGET URL/1\n###\nGET URL/2{{one.response.headers.X-Token}}\n"
            => Sent(&["GET /1 HTTP/1.1", "GET /2t1 HTTP/1.1"]),
    ]
    request_naming_name_case [
        "### a\nGET URL/1\nX: one\n### A\nGET URL/2\nX: two\n###\nGET URL/{{a.request.headers.X}}{{A.request.headers.X}}\n"
            => Sent(&["GET /1 HTTP/1.1\nX: one", "GET /2 HTTP/1.1\nX: two", "GET /onetwo HTTP/1.1"]),
    ]
    request_version_version_instruction ["GET URL/ HTTP/1.0\n" => Sent(&["GET / HTTP/1.0"])]
    request_version_version_names ["GET URL/ HTTP/1\n" => Said("is not a version of HTTP")]
    request_version_http11_token ["GET URL/ HTTP/1.1\n" => Sent(GET)]
    request_version_http2_token ["GET URL/ HTTP/2\n" => Said("HTTP/2 is not supported yet")]
    request_version_http3_token ["GET URL/ HTTP/3\n" => Said("HTTP/3 is not supported yet")]
    request_version_http10_token ["GET URL/ HTTP/1.0\n" => Sent(&["GET / HTTP/1.0"])]
    request_version_unavailable_version [
        "GET URL/ HTTP/2\n" => Said("HTTP/2 is not supported yet"),
        "@v = HTTP/3\nGET URL/ {{v}}\n" => Said("HTTP/3 is not supported yet"),
    ]
    request_version_malformed_version [
        "GET URL/ HTTP/9.9\n" => Said("is not a version of HTTP"),
        "GET URL/ HTTP/\n" => Said("is not a version of HTTP"),
        "GET URL/ HTTP/2.0\n" => Said("is not a version of HTTP"),
        "@v = HTTP/2.0\nGET URL/ {{v}}\n" => Said(MALFORMED),
    ]
    response_chaining_reference_form [
        "### one\nGET URL/1\n###\nPOST URL/2\n\n{{one.response.headers.X-Token}} {{ one.response.body }} {{one.response.body.$.id}} {{one.body}}\n"
            => Sent(&["GET /1 HTTP/1.1", "POST /2 HTTP/1.1\n\nt1 {{ one.response.body }} {{one.response.body.$.id}} {{one.body}}"]),
    ]
    response_chaining_response_body [
        "### one\nGET URL/1\n###\nPOST URL/2\n\n{{one.response.body}}\n"
            => Sent(&["GET /1 HTTP/1.1", "POST /2 HTTP/1.1\n\n{\"id\": 7, \"text\": \"a b\", \"list\": [1], \"tag\": \"{{x}}\"}"]),
    ]
    response_chaining_request_body [
        "@a = é\n### one\nPOST URL/1\n\n{{a}}b\n###\nPOST URL/2\n\n<{{one.request.body}}>\n"
            => Sent(&["POST /1 HTTP/1.1\n\néb", "POST /2 HTTP/1.1\n\n<éb>"]),
    ]
    response_chaining_exchange_order [
        "### one\nGET URL/1\n### two\nGET URL/2{{one.response.headers.X-Token}}\n###\nGET URL/3{{two.response.headers.X-Token}}\n"
            => Sent(&["GET /1 HTTP/1.1", "GET /2t1 HTTP/1.1", "GET /3t1 HTTP/1.1"]),
    ]
    response_chaining_block_precedence [
        "GET URL/1{{one.response.body}}\n### one\nGET URL/2\n" => SentAndSaid(&["GET /2 HTTP/1.1"], "has no response yet"),
    ]
    response_chaining_header_property [
        "### one\nGET URL/1\nX-A: 1\n###\nGET URL/{{one.response.headers.x-token}}{{one.request.headers.x-a}}\n"
            => Sent(&["GET /1 HTTP/1.1\nX-A: 1", "GET /t11 HTTP/1.1"]),
    ]
    response_chaining_unmatched_name ["GET URL/{{nope.response.body}}\n" => Said("no request of this file is named `nope`")]
    response_chaining_absent_body [
        "### one\nGET URL/1\n###\nPOST URL/2\n\n<{{one.request.body}}>\n"
            => Sent(&["GET /1 HTTP/1.1", "POST /2 HTTP/1.1\n\n<>"]),
    ]
    variable_definition_definition_line [
        "@a=1\n@b \t = \t 2\n@c=\nGET URL/{{a}}{{b}}{{c}}\n" => Sent(&["GET /12 HTTP/1.1"]),
        "@a := 1\nGET URL/{{a}}\n" => Said("malformed definition"),
        "  @a = 1\nGET URL/{{a}}\n" => Said("white space at the start of a line"),
    ]
    variable_definition_value_extent ["@a = b=c  d\nPOST URL/\n\n{{a}}\n" => Sent(&["POST / HTTP/1.1\n\nb=c  d"])]
    variable_definition_binding_time [
        "@h = 1\n@b = {{h}}x\n@h = 2\nGET URL/{{b}}{{h}}\n" => Sent(&["GET /1x2 HTTP/1.1"]),
        "@b = {{later}}\nGET URL/\n" => Said(UNDEFINED),
    ]
    variable_definition_redefinition [
        "@a = 1\nGET URL/{{a}}\n###\n@a = 2\nGET URL/{{a}}\n###\nGET URL/{{a}}\n"
            => Sent(&["GET /1 HTTP/1.1", "GET /2 HTTP/1.1", "GET /2 HTTP/1.1"]),
    ]
    variable_definition_document_scope [
        "@a = 1\nGET URL/{{a}}\n###\n###\nGET URL/{{a}}\n" => Sent(&["GET /1 HTTP/1.1", "GET /1 HTTP/1.1"]),
    ]
    variable_definition_name_case ["@a = 1\n@A = 2\nGET URL/{{a}}{{A}}\n" => Sent(&["GET /12 HTTP/1.1"])]
    variable_definition_body_lines [
        "POST URL/1\n\n@a = 1\n###\nGET URL/{{a}}\n" => SentAndSaid(&["POST /1 HTTP/1.1\n\n@a = 1"], UNDEFINED),
    ]
    variable_definition_name_grammar ["@a_-1 = x\nGET URL/{{a_-1}}\n" => Sent(&["GET /x HTTP/1.1"])]
    variable_definition_name_recognition [
        "@1 = x\n@true = y\n@- = z\nGET URL/{{1}}{{true}}{{-}}\n" => Sent(&["GET /xyz HTTP/1.1"]),
    ]
    variable_definition_reserved_characters [
        "@a.b = 1\nGET URL/\n" => Said("malformed definition"),
        "@a$ = 1\nGET URL/\n" => Said("malformed definition"),
    ]
    variable_definition_value_whitespace ["@a = 1 \t\nPOST URL/\n\n<{{a}}>\n" => Sent(&["POST / HTTP/1.1\n\n<1>"])]
    variable_definition_empty_value [
        "@a =\n@b = \t\nPOST URL/\n\n<{{a}}{{b}}>\n" => Sent(&["POST / HTTP/1.1\n\n<>"]),
    ]
    variable_definition_header_placement [
        "GET URL/\n@a = 1\n" => Said("a variable is defined among the header fields"),
    ]
    variable_substitution_reference_form [
        "@a = 1\n@b = {{a}}2\nPOST URL/{{a}}\nX: {{b}}\n\n{{a}}{{b}}\n" => Sent(&["POST /1 HTTP/1.1\nX: 12\n\n112"]),
    ]
    variable_substitution_replacement_value [
        "@a = 1\nGET URL/{{a}}\n###\n@a = 2\n@a = 3\nGET URL/{{a}}\n###\n@a = 4\n"
            => Sent(&["GET /1 HTTP/1.1", "GET /3 HTTP/1.1"]),
    ]
    variable_substitution_single_pass [
        "@b = 1\n@a = \\{\\{b\\}\\}\nPOST URL/\n\n{{a}}\n" => Sent(&["POST / HTTP/1.1\n\n{{b}}"]),
    ]
    variable_substitution_reference_occurrences [
        "@a = 1\n@b = 2\nPOST URL/{{a}}{{b}}{{a}}\nX: {{a}}{{a}}\n\n{{b}}{{a}}{{b}}\n"
            => Sent(&["POST /121 HTTP/1.1\nX: 11\n\n212"]),
    ]
    variable_substitution_document_structure [
        "@a = ###\n@b = # c\n@c = @d = 1\nPOST URL/\n\n{{a}}\n{{b}}\n{{c}}\n" => Sent(&["POST / HTTP/1.1\n\n###\n# c\n@d = 1"]),
    ]
    variable_substitution_resolved_interpretation [
        "@line = X-A: 1\n@n = X-B\n@v = HTTP/1.0\nGET URL/ {{v}}\n{{line}}\n{{n}}: 2\n"
            => Sent(&["GET / HTTP/1.0\nX-A: 1\nX-B: 2"]),
        "@a = b c\nGET URL/{{a}}\n" => Said(MALFORMED),
    ]
    variable_substitution_method_position ["@m = PURGE\n{{m}} URL/\n" => Sent(&["PURGE / HTTP/1.1"])]
    variable_substitution_whole_line_reference [
        "@u = URL/a\n{{u}}\n" => Sent(&["GET /a HTTP/1.1"]),
        "@u = report URL/a HTTP/1.1\n{{u}}\n" => Sent(&["report /a HTTP/1.1"]),
    ]
    variable_substitution_referenced_names ["GET URL/{{nope}}\n" => Said(UNDEFINED)]
    variable_substitution_definition_order [
        "GET URL/{{a}}\n###\n@a = 1\nGET URL/{{a}}\n" => SentAndSaid(&["GET /1 HTTP/1.1"], UNDEFINED),
    ]
    variable_substitution_brace_text [
        "@a = 1\nPOST URL/\n\n{{ a }} {{}} {{ {{a}} {{a + 1}} {{a\n}}\n"
            => Sent(&["POST / HTTP/1.1\n\n{{ a }} {{}} {{ 1 {{a + 1}} {{a\n}}"]),
    ]
    variable_substitution_reference_escape [
        "@a = 1\nPOST URL/\n\n\\{\\{a\\}\\} \\{\\{nope\\}\\} \\{\\{ a \\}\\} {{a}}\n"
            => Sent(&["POST / HTTP/1.1\n\n{{a}} {{nope}} \\{\\{ a \\}\\} 1"]),
    ]
    variable_substitution_undefined_names ["POST URL/\nA: b\n\n{{nope}}\n" => Said(UNDEFINED)]
    variable_substitution_comment_lines ["# {{nope}}\n// {{nope}}\nGET URL/\n# {{nope}}: a\n" => Sent(GET)]
    wire_serialization_protocol_serialization ["PUT URL/a\nA: b\n\nc\n" => Sent(&["PUT /a HTTP/1.1\nA: b\n\nc"])]
    wire_serialization_target_octets [
        "GET URL/a%20b/../c;é\"<>|^`\\?q={x}&r=[]+%zz\n" => Sent(&["GET /a%20b/../c;é\"<>|^`\\?q={x}&r=[]+%zz HTTP/1.1"]),
    ]
    wire_serialization_http11_target ["GET http://127.0.0.1:PORT/PATH?a\n" => Sent(&["GET ?a HTTP/1.1"])]
    wire_serialization_http11_host ["GET URL/\nHost: other\n" => SentAndSaid(GET, "is not sent")]
    wire_serialization_authority_casing [
        "GET http://LocalHost:PORT/PATH/\n" => Sent(&["GET / HTTP/1.1\nHost: LocalHost:PORT"]),
    ]
}

/// What follows the first slash of the only target.
fn path(sent: &[String]) -> String {
    let target = sent.first().and_then(|request| request.split(' ').nth(1)).unwrap_or_default();
    target.trim_start_matches('/').to_owned()
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text has the form of another, in which `x` stands for any hexadecimal digit.
fn is_like(text: &str, form: &str) -> bool {
    let fits = |(found, wanted): (u8, u8)| if wanted == b'x' { found.is_ascii_hexdigit() } else { found == wanted };
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(fits)
}

/// Whether a text is the number of seconds since 1970-01-01T00:00:00Z, within a minute.
fn is_now(text: &str) -> bool {
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    text.parse().is_ok_and(|seconds: u64| now.abs_diff(seconds) < 60)
}
