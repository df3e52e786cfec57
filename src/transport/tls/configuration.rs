//! What rustls is told of a connection.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::sign::SingleCertAndKey;
use rustls::{ClientConfig, SupportedProtocolVersion, version};

use super::super::{Error, ErrorKind};
use super::TlsOptions;
use super::key_log::KeyFileLog;
use super::verifier::Verifier;
use crate::http::TlsVersion;

/// The configuration that these options want, with a store of sessions to resume of its own.
///
/// # Errors
/// If a file that they name cannot be read, or they leave no version to speak.
pub(super) fn configure(options: &TlsOptions) -> Result<ClientConfig, Error> {
    let provider: Arc<CryptoProvider> = Arc::new(ring::default_provider());
    let verifier = Verifier::new(options, &provider)?;
    let identity = options.identity.as_ref().map(|identity| identity.read(&provider)).transpose()?;
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&versions(options)?)
        .expect("ring has ciphers for TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut configuration = match identity {
        Some(identity) => builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(identity))),
        None => builder.with_no_client_auth(),
    };
    configuration.alpn_protocols = vec![b"http/1.1".to_vec()];
    if let Some(path) = &options.key_log {
        configuration.key_log = Arc::new(KeyFileLog::open(path)?);
    }
    Ok(configuration)
}

fn versions(options: &TlsOptions) -> Result<Vec<&'static SupportedProtocolVersion>, Error> {
    let versions = options.versions();
    if versions.is_empty() {
        let message = "the lowest version of TLS that is allowed is higher than the highest";
        return Err(Error::new(ErrorKind::Tls, message));
    }
    let supported = |version: &TlsVersion| match version {
        TlsVersion::Tls12 => &version::TLS12,
        TlsVersion::Tls13 => &version::TLS13,
    };
    Ok(versions.iter().map(supported).collect())
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::PrivateKeyDer;
    use rustls::server::WebPkiClientVerifier;
    use rustls::{RootCertStore, ServerConfig};

    use super::super::authority::{Authority, ask, configuration, fixture, greet, outcome, parameters, serve};
    use super::super::{Identity, pem};
    use super::*;
    use crate::transport::Pool;
    use crate::transport::loopback::Server;

    /// A server that speaks these versions and wants a certificate of the clients' CA.
    fn demanding(authority: &Authority, versions: &[&'static SupportedProtocolVersion], clients: &str) -> Server {
        let identity = authority.issue(&parameters(&["127.0.0.1"]));
        let provider = Arc::new(ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(pem::certificates_at(&fixture(clients)).unwrap());
        let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        let configuration = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_client_cert_verifier(clients.build().unwrap())
            .with_single_cert(identity.chain, PrivateKeyDer::try_from(identity.key.serialize_der()).unwrap())
            .unwrap();
        serve(configuration, |mut stream| {
            if stream.conn.complete_io(&mut stream.sock).is_ok() {
                greet(stream);
            } else {
                // Whoever closes with unread bytes resets the connection and takes the alert back.
                let _ = std::io::copy(&mut stream.sock, &mut std::io::sink());
            }
        })
    }

    #[test]
    fn proves_who_the_client_is() {
        let authority = Authority::new("root");
        for version in [&version::TLS12, &version::TLS13] {
            let server = demanding(&authority, &[version], "ca.pem");
            for identity in [
                Identity::new(fixture("client.pem")).key(fixture("client.key")),
                Identity::new(fixture("client-rsa.pem")).key(fixture("client-rsa.aes.key")).password("secret"),
                Identity::new(fixture("client.p12")).password("secret"),
            ] {
                let options = TlsOptions { identity: Some(identity), ..authority.options() };
                assert_eq!(outcome(&server, options), "");
            }
            let stranger = demanding(&authority, &[version], "weak-ca.pem");
            let identity = Identity::new(fixture("client.all.pem"));
            let refused = outcome(&stranger, TlsOptions { identity: Some(identity), ..authority.options() });
            assert!(refused.contains("does not trust the issuer of the client certificate"), "{refused}");
        }
    }

    #[test]
    fn a_file_of_the_client_that_is_of_no_use_is_named_before_a_byte_is_sent() {
        let mut server = Server::answering(&[]);
        server.endpoint.scheme = crate::http::Scheme::Https;
        let identity = Some(Identity::new(fixture("client.pem")));
        let refused = outcome(&server, TlsOptions { identity, ..TlsOptions::default() });
        assert!(refused.contains("client.pem holds no private key"), "{refused}");
    }

    #[test]
    fn speaks_only_the_versions_that_are_allowed() {
        use TlsVersion::{Tls12, Tls13};

        let authority = Authority::new("root");
        let identity = authority.issue(&parameters(&["127.0.0.1"]));
        let server = serve(configuration(identity), greet);
        for (minimum, maximum, spoken) in [
            (None, None, Tls13),
            (None, Some(Tls12), Tls12),
            (Some(Tls12), Some(Tls12), Tls12),
            (Some(Tls13), None, Tls13),
        ] {
            let options = TlsOptions { minimum_version: minimum, maximum_version: maximum, ..authority.options() };
            let (reply, _) = ask(&server, options, &Pool::new()).unwrap();
            assert_eq!(reply.tls.unwrap().version, spoken, "{minimum:?} {maximum:?}");
        }
        let options = TlsOptions { minimum_version: Some(Tls13), maximum_version: Some(Tls12), ..authority.options() };
        let refused = outcome(&server, options);
        assert_eq!(refused, "the lowest version of TLS that is allowed is higher than the highest");

        let only_old = demanding(&authority, &[&version::TLS12], "ca.pem");
        let refused = outcome(&only_old, TlsOptions { minimum_version: Some(Tls13), ..authority.options() });
        assert!(refused.ends_with("the server does not speak TLS 1.3, which alone is allowed"), "{refused}");
    }

    #[test]
    fn asks_for_another_name_than_that_of_the_host() {
        let authority = Authority::new("root");
        let server = serve(configuration(authority.issue(&parameters(&["inner.example"]))), |mut stream| {
            stream.conn.complete_io(&mut stream.sock).unwrap();
            assert_eq!(stream.conn.server_name(), Some("inner.example"));
            greet(stream);
        });
        let named = |name: &str| TlsOptions { server_name: Some(name.to_owned()), ..authority.options() };
        assert_eq!(outcome(&server, named("inner.example")), "");
        assert!(outcome(&server, named("a b")).contains("`a b` is not a name that a certificate can have"));
    }

    #[test]
    fn logs_keys_only_where_it_is_told_to() {
        let authority = Authority::new("root");
        let server = serve(configuration(authority.issue(&parameters(&["127.0.0.1"]))), greet);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.log");
        for lines in [5, 10] {
            let options = TlsOptions { key_log: Some(path.clone()), ..authority.options() };
            assert_eq!(outcome(&server, options), "");
            let log = crate::source::read_source(&path).unwrap();
            assert_eq!(log.text().lines().count(), lines, "{}", log.text());
            assert!(log.text().lines().all(|line| line.split(' ').count() == 3), "{}", log.text());
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let options = TlsOptions { key_log: Some(folder.path().join("none/keys.log")), ..authority.options() };
        assert!(outcome(&server, options).contains("cannot be written"));
    }
}
