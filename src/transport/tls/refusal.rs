//! Why TLS refuses a server, or a server us, in words.

use std::io;

use jiff::Timestamp;
use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, Error, InvalidMessage, OtherError, PeerIncompatible};

use super::distrust::Distrust;
use crate::http::TlsVersion;

/// What alerts mean that a server sends (RFC 8446, 6.2), where there are words for it.
const ALERTS: &[(AlertDescription, &str)] = &[
    (AlertDescription::CertificateRequired, "the server requires a client certificate"),
    (
        AlertDescription::HandshakeFailure,
        "the server refused the handshake: no cipher in common, or a client certificate is required",
    ),
    (AlertDescription::UnrecognisedName, "the server does not know this host name"),
    (AlertDescription::NoApplicationProtocol, "the server does not speak HTTP/1.1"),
    (AlertDescription::UnknownCA, "the server does not trust the issuer of the client certificate"),
    (AlertDescription::CertificateExpired, "the server says that the client certificate has expired"),
    (AlertDescription::CertificateRevoked, "the server says that the client certificate is revoked"),
    (AlertDescription::BadCertificate, "the server refuses the client certificate as invalid"),
    (AlertDescription::UnsupportedCertificate, "the server does not take client certificates of this kind"),
    (AlertDescription::CertificateUnknown, "the server refuses the client certificate"),
    (AlertDescription::AccessDenied, "the server trusts the client certificate, but denies it access"),
    (AlertDescription::InsufficientSecurity, "the server demands more security than was offered"),
];

/// The reason, where it was TLS that failed, as a lowercase fragment.
pub(in crate::transport) fn refused(error: &io::Error) -> Option<String> {
    let error: &Error = error.get_ref()?.downcast_ref()?;
    Some(match error {
        Error::InvalidCertificate(refusal) => certificate(refusal),
        Error::InvalidCertRevocationList(cause) => {
            format!("the revocation list for the server's certificate cannot be used: {cause:?}")
        }
        Error::AlertReceived(description) => alert(*description),
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "the server does not speak TLS on this port; is it http and not https?".to_owned()
        }
        other => other.to_string(),
    })
}

/// The reason, where it was TLS that failed in a handshake that offered these versions.
pub(super) fn refused_handshake(error: &io::Error, versions: &[TlsVersion]) -> Option<String> {
    let cause: &Error = error.get_ref()?.downcast_ref()?;
    let is_version = matches!(
        cause,
        Error::AlertReceived(AlertDescription::ProtocolVersion)
            | Error::PeerIncompatible(
                PeerIncompatible::ServerDoesNotSupportTls12Or13
                    | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
            )
    );
    match versions {
        [only] if is_version => Some(format!("the server does not speak {only}, which alone is allowed")),
        _ if is_version => Some("the server speaks neither TLS 1.2 nor 1.3".to_owned()),
        _ => refused(error),
    }
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
        CertificateError::Revoked => "the server's certificate, or one that it depends on, is revoked",
        CertificateError::UnknownRevocationStatus => {
            "nothing tells whether the server's certificate is revoked: the list of its issuer, or of another CA of \
             its chain, is not among those given"
        }
        CertificateError::ExpiredRevocationList => "a list of revoked certificates has expired",
        CertificateError::ExpiredRevocationListContext { next_update, .. } => {
            return format!("a list of revoked certificates expired on {}", date(next_update));
        }
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
    if cause.is::<Distrust>() {
        return cause.to_string();
    }
    match cause.downcast_ref() {
        Some(webpki::Error::CaUsedAsEndEntity) => "the server's certificate is that of a CA and not of a server",
        Some(webpki::Error::UnsupportedCertVersion) => {
            "the server's certificate is not of version 3, the only one that is read"
        }
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
    let known = ALERTS.iter().find(|(known, _)| *known == description);
    known.map_or_else(|| format!("the server sent the alert {description:?}"), |(_, words)| (*words).to_owned())
}

fn date(time: &UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).map_or_else(|_| "a day beyond reckoning".to_owned(), |time| time.to_string())
}
