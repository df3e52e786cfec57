//! Statements of the `.http` specification of which a server on loopback sees nothing, by
//! their anchors.

use std::sync::Arc;

use crate::client;
use crate::source::Root;
use crate::spec::{Dialect, Format, Request, Spec};

use super::fixture::{self, engine, header, response};
use super::{CompiledRequest, FileScope, Scope, Template};

fn scope_file() -> FileScope {
    let spec = Spec { dialect: Dialect::Standard, ..fixture::spec(Format::Http, &[], &["login"]) };
    FileScope::new(Arc::default(), &spec, &Root::at("."), &engine())
}

fn render(request: &Request) -> client::Request {
    let file = scope_file();
    let engine = engine().reading(Dialect::Standard);
    let compiled = CompiledRequest::compile(&engine, request).unwrap();
    compiled.render(&Scope::new(&file, 0, &[]), &Root::at(".")).unwrap()
}

#[test]
fn body_octets_referenced_octets() {
    let mut file = scope_file();
    file.record("login", response(&[], &[0xff, 0, b'a']));
    let text = fixture::text("<{{login.response.body}}>", Format::Http);
    let template = Template::compile(&text, Dialect::Standard.rules()).unwrap();
    assert_eq!(template.octets(Scope::new(&file, 0, &[]).view()).unwrap(), [b'<', 0xff, 0, b'a', b'>']);
}

#[test]
fn request_target_origin_form_target_reconstruction() {
    let mut request = fixture::request("/a?b=é", Format::Http);
    request.headers.push(header("hOST", "LocalHost:8080", Format::Http));
    let url = render(&request).url;
    assert_eq!(url.to_string(), "https://LocalHost:8080/a?b=é");
}
