//! TLS: configurations by how certificates are checked, the handshake, and the wire that
//! comes of it.

mod refusal;
mod verifier;
mod wire;

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};

use super::socket::Socket;
use super::wire::is_tick;
use super::{Clock, Endpoint, Error, ErrorKind, Verify, Wire};

pub(super) use refusal::refused;
use wire::TlsWire;

/// The configurations that were needed so far, each with its store of sessions to resume.
#[derive(Debug, Default)]
pub(super) struct Tls {
    configurations: Mutex<HashMap<Verify, Arc<ClientConfig>>>,
}

impl Tls {
    /// Makes a TLS connection of a TCP connection.
    ///
    /// # Errors
    /// If the server is not who it should be, or does not speak TLS as we do, or not in time.
    pub(super) fn handshake(&self, endpoint: &Endpoint, mut socket: Socket, clock: &Clock) -> Result<TlsWire, Error> {
        let configuration = self.configuration(&endpoint.verify)?;
        let mut connection = ClientConnection::new(configuration, server_name(endpoint)?)
            .map_err(|error| Error::new(ErrorKind::Tls, error.to_string()))?;
        while connection.is_handshaking() {
            let done = socket.set_patience(clock.patience()?).and_then(|()| connection.complete_io(&mut socket));
            match done {
                Err(error) if !is_tick(&error) => return Err(broken_off(endpoint, error)),
                _ => {}
            }
        }
        Ok(TlsWire::new(connection, socket))
    }

    /// The configuration, made when it is first needed: reading the platform's roots takes time.
    fn configuration(&self, verify: &Verify) -> Result<Arc<ClientConfig>, Error> {
        let mut configurations = self.configurations.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = configurations.get(verify) {
            return Ok(Arc::clone(known));
        }
        let configuration = Arc::new(configure(verify)?);
        configurations.insert(verify.clone(), Arc::clone(&configuration));
        Ok(configuration)
    }
}

fn configure(verify: &Verify) -> Result<ClientConfig, Error> {
    let provider: Arc<CryptoProvider> = Arc::new(ring::default_provider());
    let verifier = verifier::verifier(verify, &provider)?;
    let mut configuration = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    configuration.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(configuration)
}

fn server_name(endpoint: &Endpoint) -> Result<ServerName<'static>, Error> {
    let host = endpoint.host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
    ServerName::try_from(host.to_owned())
        .map_err(|_| Error::new(ErrorKind::Tls, format!("`{host}` is not a name that a certificate can have")))
}

fn broken_off(endpoint: &Endpoint, error: io::Error) -> Error {
    match refused(&error) {
        Some(words) => Error::new(ErrorKind::Tls, format!("the TLS handshake with {endpoint} failed: {words}")),
        None if error.kind() == io::ErrorKind::UnexpectedEof => {
            Error::new(ErrorKind::Tls, format!("{endpoint} closed the connection in the TLS handshake"))
        }
        None => Error::new(ErrorKind::Tls, format!("the connection to {endpoint} broke in the TLS handshake: {error}")),
    }
    .with_source(error)
}
