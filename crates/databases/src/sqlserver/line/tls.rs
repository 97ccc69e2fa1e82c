//! The proof that a server is the one that is meant, as `TrustServerCertificate`, `ServerCertificate` and `HostNameInCertificate` ask for
//! it.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::version::TLS12;
use rustls::{
    ALL_VERSIONS, CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};

use crate::sqlserver::address::{Encrypt, SqlServerAddress};
use crate::sqlserver::driver::{DriverError, NoTls};

/// The application that servers of TDS 8.0 are asked for.
const TDS_8: &[u8] = b"tds/8.0";
/// The name that is asked for where the host's is none, as names of this network may be.
const NAMELESS: &str = "sqlserver.invalid";

/// How a connection to this address is encrypted, and the name that the server is asked for.
///
/// # Errors
/// When the file of a certificate cannot be read or holds none, or a name is none.
pub(super) fn client(address: &SqlServerAddress) -> Result<(ClientConfig, ServerName<'static>), DriverError> {
    let provider = Arc::new(ring::default_provider());
    let proof = proof(address, &provider)?;
    let wanted = address.host_name_in_certificate.as_ref().filter(|name| !name.starts_with('*'));
    let name = wanted.unwrap_or(&address.host);
    let name = [name, NAMELESS].into_iter().find_map(|name| ServerName::try_from(name.to_owned()).ok());
    let name = name.ok_or(DriverError::Tls(NoTls::WrongName))?;
    // What is said in packets of the older protocol ends with the handshake, and TLS 1.3 has more to say then: servers do not offer it.
    let versions: &[_] = if address.encrypt == Encrypt::Strict { ALL_VERSIONS } else { &[&TLS12] };
    let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)
        .map_err(|error| DriverError::Other(format!("TLS cannot be used: {error}")))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Verifier { proof, provider }))
        .with_no_client_auth();
    if address.encrypt == Encrypt::Strict {
        config.alpn_protocols = vec![TDS_8.to_vec()];
    }
    Ok((config, name))
}

/// What a server must show.
#[derive(Debug)]
enum Proof {
    /// Nothing.
    None,
    /// A certificate: one of these very ones, whatever it says, or else one that an authority gave for one of these names.
    Certificate {
        pinned: Vec<CertificateDer<'static>>,
        /// None where the system knows no authorities.
        authorities: Option<Arc<WebPkiServerVerifier>>,
        names: Vec<ServerName<'static>>,
        /// What the name may end with behind any one label; none where it is known as a whole.
        parent: Option<String>,
    },
}

fn proof(address: &SqlServerAddress, provider: &Arc<CryptoProvider>) -> Result<Proof, DriverError> {
    if address.trusts_any_certificate() {
        return Ok(Proof::None);
    }
    let pinned = match &address.server_certificate {
        Some(file) => certificates(file)?,
        None => Vec::new(),
    };
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    // That of an authority vouches for others; one that vouches only for itself need not be fit for that.
    roots.add_parsable_certificates(pinned.iter().cloned());
    let authorities =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build().ok();
    let names =
        address.certificate_names().into_iter().map(ServerName::try_from).collect::<Result<Vec<_>, _>>();
    let parent = address.certificate_parent().map(str::to_owned);
    match names {
        Ok(names) => Ok(Proof::Certificate { pinned, authorities, names, parent }),
        Err(_) if !pinned.is_empty() => {
            Ok(Proof::Certificate { pinned, authorities: None, names: Vec::new(), parent: None })
        }
        Err(_) => Err(DriverError::Tls(NoTls::WrongName)),
    }
}

/// `SEQUENCE`, which every certificate in DER is.
const SEQUENCE: u8 = 0x30;

/// The certificates of a file, which is PEM or DER.
fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, DriverError> {
    let unread = |what: &str| DriverError::Other(format!("ServerCertificate: {} {what}", file.display()));
    let bytes = std::fs::read(file).map_err(|error| unread(&format!("cannot be read: {error}")))?;
    let found: Vec<_> = CertificateDer::pem_slice_iter(&bytes)
        .collect::<Result<_, _>>()
        .map_err(|_| unread("is no certificate"))?;
    match (found.is_empty(), bytes.first()) {
        (false, _) => Ok(found),
        (true, Some(&SEQUENCE)) => Ok(vec![CertificateDer::from(bytes)]),
        (true, _) => Err(unread("is no certificate")),
    }
}

/// Why a certificate does not do.
pub(super) fn no_tls(error: &rustls::Error) -> NoTls {
    let rustls::Error::InvalidCertificate(error) = error else { return NoTls::Handshake };
    match error {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            NoTls::WrongName
        }
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => NoTls::WrongTime,
        // `UnsupportedCertVersion` has no name of its own.
        other if format!("{other:?}").contains("UnsupportedCertVersion") => NoTls::OldForm,
        _ => NoTls::Unknown,
    }
}

/// A name that a certificate presents, such as `DnsName("db1.example.org")`, if it is one label before this.
fn name_below(presented: &str, parent: &str) -> Option<ServerName<'static>> {
    let name = presented.split('"').nth(1)?;
    let label = name.len().checked_sub(parent.len()).and_then(|length| name.get(..length))?;
    let is_below =
        !label.is_empty() && !label.contains(['.', '*']) && name[label.len()..].eq_ignore_ascii_case(parent);
    is_below.then(|| ServerName::try_from(name.to_owned()).ok()).flatten()
}

#[derive(Debug)]
struct Verifier {
    proof: Proof,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Proof::Certificate { pinned, authorities, names, parent } = &self.proof else {
            return Ok(ServerCertVerified::assertion());
        };
        if pinned.contains(end_entity) {
            return Ok(ServerCertVerified::assertion());
        }
        let Some(authorities) = authorities else {
            return Err(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer));
        };
        let is_for = |name: &ServerName<'_>| {
            authorities.verify_server_cert(end_entity, intermediates, name, ocsp_response, now)
        };
        let mut verdict = Err(rustls::Error::InvalidCertificate(CertificateError::NotValidForName));
        for name in names {
            verdict = is_for(name);
            if verdict.is_ok() {
                return verdict;
            }
        }
        match (&verdict, parent) {
            (
                Err(rustls::Error::InvalidCertificate(CertificateError::NotValidForNameContext {
                    presented,
                    ..
                })),
                Some(parent),
            ) => {
                let below = presented.iter().find_map(|name| name_below(name, parent));
                below.map_or(verdict, |name| is_for(&name))
            }
            _ => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        // Whoever need not prove anything may have a certificate of a form that cannot be read.
        if let Proof::None = self.proof {
            return Ok(HandshakeSignatureValid::assertion());
        }
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        if let Proof::None = self.proof {
            return Ok(HandshakeSignatureValid::assertion());
        }
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_one_whole_label() {
        let check = |presented: &str, is_below: bool| {
            let name = name_below(&format!("DnsName(\"{presented}\")"), ".example.org");
            assert_eq!(name.is_some(), is_below, "{presented}");
        };
        check("db1.example.org", true);
        check("DB1.Example.ORG", true);
        for other in [
            "a.b.example.org",
            "db*.example.org",
            "*.example.org",
            ".example.org",
            "example.org",
            "db1.example.com",
            "db1example.org",
        ] {
            check(other, false);
        }
    }
}
