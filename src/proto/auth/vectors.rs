//! The suite for Signature Version 4 of awslabs' aws-c-auth, where it stands beside the checkout.

use std::path::{Path, PathBuf};

use percent_encoding::utf8_percent_encode;
use serde_json::Value;

use crate::http::Headers;
use crate::source::read_source;

use super::hash::sha256;
use super::{RESERVED, SigV4, SignedPath, SignedRequest, signable};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/vectors/aws-sigv4");

#[test]
fn agrees_with_the_suite_of_aws() {
    let Ok(cases) = std::fs::read_dir(FOLDER) else {
        println!("skipped: there is no {FOLDER}");
        return;
    };
    let mut count = 0;
    for case in cases {
        Case::read(&case.unwrap().path()).check();
        count += 1;
    }
    assert!(count > 0, "the suite is empty");
}

struct Case {
    folder: PathBuf,
    context: Value,
    method: String,
    target: String,
    headers: Headers,
    body: String,
}

impl Case {
    fn read(folder: &Path) -> Self {
        let text = |name: &str| read_source(&folder.join(name)).unwrap().text().to_owned();
        let request = text("request.txt");
        let (head, body) = request.split_once("\n\n").unwrap_or((&request, ""));
        let (line, fields) = head.split_once('\n').unwrap();
        let (method, target) = line.strip_suffix(" HTTP/1.1").unwrap().split_once(' ').unwrap();
        let mut headers = Headers::new();
        for field in fields.replace("\n ", " ").lines().filter(|line| !line.is_empty()) {
            let (name, value) = field.split_once(':').unwrap();
            headers.append(name, value).unwrap();
        }
        Self {
            folder: folder.to_owned(),
            context: serde_json::from_str(&text("context.json")).unwrap(),
            method: method.to_owned(),
            target: target.to_owned(),
            headers,
            body: body.trim_end().to_owned(),
        }
    }

    fn says(&self, key: &str) -> bool {
        self.context[key].as_bool().unwrap_or_default()
    }

    fn token(&self) -> Option<&str> {
        self.context["credentials"]["token"].as_str()
    }

    fn check(&self) {
        let text = |pointer: &str| self.context.pointer(pointer).unwrap().as_str().unwrap();
        let time = text("/timestamp").replace(['-', ':'], "");
        let signer = SigV4 {
            access_key: text("/credentials/access_key_id"),
            secret_key: text("/credentials/secret_access_key"),
            region: text("/region"),
            service: text("/service"),
            time: &time,
            path: if self.says("normalize") { SignedPath::Normalized } else { SignedPath::Verbatim },
        };
        self.check_header(&signer);
        self.check_query(&signer);
    }

    fn check_header(&self, signer: &SigV4<'_>) {
        let payload_hash = sha256(&self.body);
        let mut headers = self.headers.clone();
        headers.append("X-Amz-Date", signer.time).unwrap();
        if let Some(token) = self.token().filter(|_| !self.says("omit_session_token")) {
            headers.append("X-Amz-Security-Token", token).unwrap();
        }
        if self.says("sign_body") {
            headers.append("x-amz-content-sha256", &payload_hash).unwrap();
        }
        let authorization = self.compare("header", signer, &self.target, &headers, &payload_hash);
        let expected = read_source(&self.folder.join("header-signed-request.txt")).unwrap();
        assert!(expected.text().contains(&format!("\nAuthorization:{authorization}\n")), "{}", self.folder.display());
    }

    fn check_query(&self, signer: &SigV4<'_>) {
        let payload_hash = sha256(&self.body);
        let signed = signable(&self.headers);
        let token = self.token();
        let hidden = self.says("omit_session_token");
        let parameters = signer.query(&signed, 3600, if hidden { None } else { token });
        let pairs = parameters.iter().map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, RESERVED)));
        let between = if self.target.contains('?') { "&" } else { "?" };
        let target = format!("{}{between}{}", self.target, pairs.collect::<Vec<_>>().join("&"));
        self.compare("query", signer, &target, &self.headers, &payload_hash);
        if !hidden {
            let expected = read_source(&self.folder.join("query-signed-request.txt")).unwrap();
            assert!(expected.text().contains(&format!("{target}&X-Amz-Signature=")), "{}", self.folder.display());
        }
    }

    /// Compares each step, and gives the value of the `Authorization` field.
    fn compare(&self, way: &str, signer: &SigV4<'_>, target: &str, headers: &Headers, payload_hash: &str) -> String {
        let signed = signable(headers);
        let request = SignedRequest { method: &self.method, target, headers, signed: &signed, payload_hash };
        let canonical_request = signer.canonical_request(&request);
        for (step, found) in [
            ("canonical-request", &canonical_request),
            ("string-to-sign", &signer.string_to_sign(&canonical_request)),
            ("signature", &signer.signature(&request)),
        ] {
            let path = self.folder.join(format!("{way}-{step}.txt"));
            assert_eq!(found.trim_end(), read_source(&path).unwrap().text().trim_end(), "{}", path.display());
        }
        signer.authorization(&request)
    }
}
