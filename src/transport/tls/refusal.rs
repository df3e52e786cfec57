//! Why TLS refuses a server, or a server us, in words.

use std::{fmt, io};

use jiff::Timestamp;
use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, Error, InvalidMessage, OtherError, PeerIncompatible};

/// The refusal of a certificate that is signed by itself.
#[derive(Debug)]
pub(super) struct SelfSigned;

impl fmt::Display for SelfSigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the server's certificate is self-signed; give it as a root to trust it")
    }
}

impl std::error::Error for SelfSigned {}

/// The reason, where it was TLS that failed, as a lowercase fragment.
pub(in crate::transport) fn refused(error: &io::Error) -> Option<String> {
    let error: &Error = error.get_ref()?.downcast_ref()?;
    Some(match error {
        Error::InvalidCertificate(refusal) => certificate(refusal),
        Error::AlertReceived(description) => alert(*description),
        Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13 | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => "the server speaks neither TLS 1.2 nor 1.3".to_owned(),
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "the server does not speak TLS on this port; is it http and not https?".to_owned()
        }
        other => other.to_string(),
    })
}

fn certificate(refusal: &CertificateError) -> String {
    let words = match refusal {
        CertificateError::Expired => "the server's certificate has expired",
        CertificateError::ExpiredContext { not_after, .. } => {
            return format!("the server's certificate expired on {}", date(not_after));
        }
        CertificateError::NotValidYet => "the server's certificate is not valid yet",
        CertificateError::NotValidYetContext { not_before, .. } => {
            return format!("the server's certificate is not valid before {}", date(not_before));
        }
        CertificateError::NotValidForName => "the server's certificate is made out for another host",
        CertificateError::NotValidForNameContext { expected, presented } => {
            return wrong_host(&expected.to_str(), presented);
        }
        CertificateError::UnknownIssuer => {
            "the server's certificate has an unknown issuer: its root is not trusted, or the server does not send \
             an intermediate certificate"
        }
        CertificateError::Revoked => "the server's certificate is revoked",
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "the server's certificate is not meant for servers (extended key usage)"
        }
        CertificateError::BadSignature
        | CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "the server's certificate is signed in a way that is wrong or too weak"
        }
        CertificateError::BadEncoding => "the server's certificate cannot be read",
        CertificateError::Other(OtherError(cause)) => return other(cause.as_ref()),
        _ => return format!("the server's certificate is refused: {refusal}"),
    };
    words.to_owned()
}

fn other(cause: &(dyn std::error::Error + 'static)) -> String {
    if cause.is::<SelfSigned>() {
        return cause.to_string();
    }
    match cause.downcast_ref() {
        Some(webpki::Error::CaUsedAsEndEntity) => "the server's certificate is that of a CA and not of a server",
        Some(webpki::Error::EndEntityUsedAsCa) => "the issuer of the server's certificate is not a CA",
        Some(webpki::Error::PathLenConstraintViolated) => {
            "the chain of the server's certificate is longer than its CA allows (path length)"
        }
        Some(webpki::Error::NameConstraintViolation) => {
            "the CA of the server's certificate may not issue for this host (name constraints)"
        }
        _ => return format!("the server's certificate is refused: {cause}"),
    }
    .to_owned()
}

/// Tells the names that the certificate has, which webpki shows as `DnsName("a")`.
fn wrong_host(host: &str, presented: &[String]) -> String {
    let names: Vec<&str> = presented
        .iter()
        .map(|name| name.split_once('(').map_or(name.as_str(), |(_, name)| name.trim_end_matches(')')))
        .map(|name| name.trim_matches('"'))
        .collect();
    if names.is_empty() {
        return format!("the server's certificate is not made out for `{host}`: it has no subject alternative name");
    }
    format!("the server's certificate is not made out for `{host}` but for {}", names.join(", "))
}

fn alert(description: AlertDescription) -> String {
    match description {
        AlertDescription::ProtocolVersion => "the server speaks neither TLS 1.2 nor 1.3".to_owned(),
        AlertDescription::CertificateRequired => "the server requires a client certificate".to_owned(),
        AlertDescription::HandshakeFailure => {
            "the server refused the handshake: no cipher in common, or a client certificate is required".to_owned()
        }
        AlertDescription::UnrecognisedName => "the server does not know this host name".to_owned(),
        AlertDescription::NoApplicationProtocol => "the server does not speak HTTP/1.1".to_owned(),
        other => format!("the server sent the alert {other:?}"),
    }
}

fn date(time: &UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).map_or_else(|_| "a day beyond reckoning".to_owned(), |time| time.to_string())
}
