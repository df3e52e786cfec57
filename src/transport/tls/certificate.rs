//! What stands in a certificate.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;
use x509_parser::x509::X509Name;

/// A certificate (X.509, RFC 5280), which is read only when something of it is asked for.
///
/// ```
/// use rqtest::client::{Certificate, Response};
///
/// /// The names that the server of a response may go by.
/// fn names(response: &Response) -> Option<Vec<String>> {
///     let certificate = response.tls.as_ref()?.certificates.first()?;
///     Some(certificate.read()?.subject_alt_names)
/// }
///
/// # let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?.cert;
/// # let der: &[u8] = made.der();
/// let fields = Certificate::from_der(der).read().expect("it is a certificate");
/// assert_eq!(fields.subject_alt_names, ["DNS:localhost"]);
/// assert_eq!(fields.subject, fields.issuer);
/// assert!(fields.start_date < fields.expire_date);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
}

impl Certificate {
    /// A certificate by its bytes (DER).
    pub fn from_der(der: impl Into<Vec<u8>>) -> Self {
        Self { der: der.into() }
    }

    /// Its bytes.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// As text between lines of dashes.
    pub fn to_pem(&self) -> String {
        let base64 = STANDARD.encode(&self.der);
        let lines = base64.as_bytes().chunks(64).map(String::from_utf8_lossy);
        let lines: String = lines.map(|line| format!("{line}\n")).collect();
        format!("-----BEGIN CERTIFICATE-----\n{lines}-----END CERTIFICATE-----\n")
    }

    /// What stands in it; none if it is no certificate.
    pub fn read(&self) -> Option<CertificateFields> {
        let (_, certificate) = X509Certificate::from_der(&self.der).ok()?;
        let names = certificate.subject_alternative_name().ok().flatten();
        let names = names.map(|extension| extension.value.general_names.iter().map(general_name).collect());
        Some(CertificateFields {
            subject: distinguished_name(certificate.subject()),
            issuer: distinguished_name(certificate.issuer()),
            start_date: timestamp(certificate.validity().not_before)?,
            expire_date: timestamp(certificate.validity().not_after)?,
            serial_number: colons(magnitude(certificate.raw_serial())),
            subject_alt_names: names.unwrap_or_default(),
        })
    }
}

/// What stands in a certificate, named and written as Hurl does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFields {
    /// Whose it is: `C=DE, O=Example, CN=example.org`.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// When it begins to be valid.
    pub start_date: Timestamp,
    /// When it ceases to be valid.
    pub expire_date: Timestamp,
    /// Its number: `0a:1b:2c`.
    pub serial_number: String,
    /// The names that it is made out for: `DNS:example.org`, `IP Address:127.0.0.1`.
    pub subject_alt_names: Vec<String>,
}

/// In the order in which it is encoded, as OpenSSL's one-line form has it.
fn distinguished_name(name: &X509Name<'_>) -> String {
    name.to_string()
}

fn timestamp(time: ASN1Time) -> Option<Timestamp> {
    Timestamp::from_second(time.timestamp()).ok()
}

/// A number without the zero before it that says that it is positive.
fn magnitude(number: &[u8]) -> &[u8] {
    match number {
        [0, rest @ ..] if !rest.is_empty() => rest,
        number => number,
    }
}

fn colons(bytes: &[u8]) -> String {
    let octets: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    octets.join(":")
}

fn general_name(name: &GeneralName<'_>) -> String {
    match name {
        GeneralName::DNSName(name) => format!("DNS:{name}"),
        GeneralName::RFC822Name(address) => format!("email:{address}"),
        GeneralName::URI(uri) => format!("URI:{uri}"),
        GeneralName::IPAddress(bytes) => match ip_address(bytes) {
            Some(address) => format!("IP Address:{address}"),
            None => format!("IP Address:{}", colons(bytes)),
        },
        GeneralName::DirectoryName(name) => format!("DirName:{}", distinguished_name(name)),
        GeneralName::RegisteredID(id) => format!("Registered ID:{id}"),
        _ => "othername:<unsupported>".to_owned(),
    }
}

fn ip_address(bytes: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    four.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rcgen::{DnType, KeyPair, SanType, SerialNumber, date_time_ymd};

    use super::super::authority::parameters;
    use super::*;

    #[test]
    fn reads_every_field() {
        let mut parameters = parameters(&["a.example", "*.b.example", "127.0.0.1", "::1"]);
        parameters.subject_alt_names.push(SanType::Rfc822Name("ada@example.org".try_into().unwrap()));
        parameters.subject_alt_names.push(SanType::URI("https://example.org/".try_into().unwrap()));
        parameters.distinguished_name.push(DnType::OrganizationName, "Example");
        parameters.distinguished_name.push(DnType::CountryName, "DE");
        parameters.serial_number = Some(SerialNumber::from_slice(&[0xfe, 0xe8, 0x00, 0x7f]));
        (parameters.not_before, parameters.not_after) = (date_time_ymd(2025, 1, 10), date_time_ymd(2099, 12, 31));
        let signed = parameters.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let certificate = Certificate::from_der(signed.der().as_ref());
        let subject = "CN=127.0.0.1, O=Example, C=DE".to_owned();
        let names = [
            "DNS:a.example",
            "DNS:*.b.example",
            "IP Address:127.0.0.1",
            "IP Address:::1",
            "email:ada@example.org",
            "URI:https://example.org/",
        ];
        let expected = CertificateFields {
            issuer: subject.clone(),
            subject,
            start_date: "2025-01-10T00:00:00Z".parse().unwrap(),
            expire_date: "2099-12-31T00:00:00Z".parse().unwrap(),
            serial_number: "fe:e8:00:7f".to_owned(),
            subject_alt_names: names.map(str::to_owned).to_vec(),
        };
        assert_eq!(certificate.read(), Some(expected));
        let lines = |pem: &str| pem.lines().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(lines(&certificate.to_pem()), lines(&signed.pem()));
    }

    proptest! {
        #[test]
        fn takes_no_harm_from_bytes_that_are_no_certificate(
            at in 0..400_usize,
            byte: u8,
            noise in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            prop_assert_eq!(Certificate::from_der(noise).read(), None);
            let signed = parameters(&["a.example"]).self_signed(&KeyPair::generate().unwrap()).unwrap();
            let mut der = signed.der().to_vec();
            let at = at % der.len();
            der[at] = byte;
            let _ = Certificate::from_der(der).read();
        }
    }
}
