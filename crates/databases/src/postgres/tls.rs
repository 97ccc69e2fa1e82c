//! TLS by rustls, with the server's certificate examined as `sslmode` says.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;
use xmlshred_engine::ports::{Fault, PortError};

use super::address::{ServerProof, TlsSettings};

/// What the driver makes encrypted connections with.
///
/// # Errors
/// When files of certificates or keys cannot be read or hold something else.
pub(super) fn connector(settings: &TlsSettings) -> Result<MakeRustlsConnect, PortError> {
    let TlsSettings { proof, root_certificates, client_certificate } = settings;
    let provider = Arc::new(ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = match proof {
        ServerProof::None => Arc::new(Verifier { authority: None, provider: Arc::clone(&provider) }),
        ServerProof::Authority => {
            let authority = Some(authorities(root_certificates.as_deref(), &provider)?);
            Arc::new(Verifier { authority, provider: Arc::clone(&provider) })
        }
        ServerProof::AuthorityAndHost => authorities(root_certificates.as_deref(), &provider)?,
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| refused("TLS cannot be used", error))?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let config = match client_certificate {
        None => config.with_no_client_auth(),
        Some((certificate, key)) => config
            .with_client_auth_cert(certificates(certificate)?, private_key(key)?)
            .map_err(|error| refused(&format!("{} cannot be used", certificate.display()), error))?,
    };
    Ok(MakeRustlsConnect::new(config))
}

fn authorities(
    file: Option<&Path>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, PortError> {
    let mut roots = RootCertStore::empty();
    match file {
        Some(file) => {
            for certificate in certificates(file)? {
                roots
                    .add(certificate)
                    .map_err(|error| refused(&format!("{} cannot be used", file.display()), error))?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build().map_err(|_| {
        PortError::new(
            Fault::CannotConnect,
            "there are no certificates of authorities to verify the server with",
        )
        .with_hint("name a file with `sslrootcert=FILE` in the address, or in PGSSLROOTCERT")
    })
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, PortError> {
    CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect)
        .map_err(|error| refused(&format!("certificates cannot be read from {}", file.display()), error))
}

fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, PortError> {
    PrivateKeyDer::from_pem_file(file)
        .map_err(|error| refused(&format!("a private key cannot be read from {}", file.display()), error))
}

fn refused(message: &str, error: impl std::error::Error + Send + Sync + 'static) -> PortError {
    let source = Some(Box::new(error) as _);
    PortError { source, ..PortError::new(Fault::CannotConnect, message) }.with_hint(
        "certificates and keys are PEM files, named by sslrootcert, sslcert and sslkey of the address",
    )
}

/// Asks for less than rustls by itself: for no host name, or for nothing. Signatures are verified all the same.
#[derive(Debug)]
struct Verifier {
    authority: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(authority) = &self.authority else { return Ok(ServerCertVerified::assertion()) };
        match authority.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // The chain was verified before the name.
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
