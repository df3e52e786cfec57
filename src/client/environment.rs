//! What the process's environment says of TLS to those who trust it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use crate::transport::{TlsOptions, Verify};

/// The variables that name a file or folder of roots, as requests and curl have them, the
/// first that is set counting.
const BUNDLES: &[&str] = &["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"];

/// What holds for TLS where only the environment says anything, read once.
pub(super) fn tls() -> Arc<TlsOptions> {
    static DEFAULTS: LazyLock<Arc<TlsOptions>> = LazyLock::new(|| match roots(of_process) {
        Verify::Platform => TlsOptions::shared(),
        verify => TlsOptions { verify, ..TlsOptions::default() }.into(),
    });
    Arc::clone(&DEFAULTS)
}

#[expect(clippy::disallowed_methods, reason = "this is where the library asks for the environment")]
fn of_process(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// What certificates are checked against. OpenSSL's two variables, a file and a list of
/// folders, count together, and only where no bundle is named.
fn roots(variable: impl Fn(&str) -> Option<OsString>) -> Verify {
    let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
    if let Some(bundle) = BUNDLES.iter().find_map(|name| variable(name)) {
        return Verify::roots(bundle);
    }
    let file = variable("SSL_CERT_FILE").map(PathBuf::from);
    let folders = variable("SSL_CERT_DIR");
    let folders = folders.iter().flat_map(std::env::split_paths).filter(|folder| !folder.as_os_str().is_empty());
    let paths: Vec<PathBuf> = file.into_iter().chain(folders).collect();
    if paths.is_empty() { Verify::Platform } else { Verify::Roots(paths) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_roots_in_the_order_of_requests_curl_and_openssl() {
        let roots_of = |variables: &[(&str, &str)]| {
            roots(|name| Some(variables.iter().find(|(known, _)| *known == name)?.1.into()))
        };
        for (variables, paths) in [
            (&[][..], &[][..]),
            (&[("SSL_CERT_FILE", "f")], &["f"]),
            (&[("SSL_CERT_DIR", "d"), ("SSL_CERT_FILE", "f")], &["f", "d"]),
            (&[("SSL_CERT_FILE", "f"), ("CURL_CA_BUNDLE", "c")], &["c"]),
            (&[("SSL_CERT_FILE", "f"), ("CURL_CA_BUNDLE", "c"), ("REQUESTS_CA_BUNDLE", "r")], &["r"]),
            (&[("REQUESTS_CA_BUNDLE", ""), ("CURL_CA_BUNDLE", "c")], &["c"]),
            (&[("SSL_CERT_FILE", "")], &[]),
        ] {
            let expected = match paths {
                [] => Verify::Platform,
                paths => Verify::Roots(paths.iter().map(PathBuf::from).collect()),
            };
            assert_eq!(roots_of(variables), expected, "{variables:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn takes_a_list_of_folders() {
        let roots = roots(|name| (name == "SSL_CERT_DIR").then(|| "a:b::c".into()));
        assert_eq!(roots, Verify::Roots(["a", "b", "c"].map(PathBuf::from).to_vec()));
    }
}
