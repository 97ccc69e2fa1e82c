//! Which certificates will do, and what is said of those that will not.

use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use xmlshred_databases::{DatabaseUrl, SourceAddress, open_source};
use xmlshred_engine::ports::{Fault, PortError};

use crate::mock::spec;
use crate::secure::{Encrypts, start};

struct Identity {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
    pem: String,
}

/// A certificate that vouches for itself, as SQL Server makes them, for names that nobody uses; some of them call themselves authorities.
fn self_signed(is_ca: bool) -> Identity {
    let mut params = CertificateParams::new(vec!["SSL_Self_Signed_Fallback".to_owned()]).unwrap();
    if is_ca {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    // Its time is over, too.
    params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let pem = certificate.pem();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    Identity { certificate: certificate.der().clone(), key, pem }
}

/// A certificate for these names, and the PEM of the authority that gave it.
fn vouched_for(names: &[&str]) -> Identity {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "authority of a test");
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();
    let pem = issuer.pem();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    Identity { certificate: certificate.der().clone(), key, pem }
}

/// How far a client gets: the server lets everybody in and has no tables.
fn reach(port: u16, options: &str) -> PortError {
    let text = format!(
        "jdbc:sqlserver://127.0.0.1:{port};user=loader;password={{s3;cret}};databaseName=Loans;{options}"
    );
    let url = DatabaseUrl::parse(&text, &|_| None).unwrap();
    let error = open_source(&SourceAddress::Database(url), &spec()).err().unwrap();
    // Drivers give advice to programmers.
    let said = format!("{error} {:?}", error.hint);
    for foreign in ["Config::", "http", "rustls", "tiberius", "s3;cret"] {
        assert!(!said.contains(foreign), "{said}");
    }
    error
}

fn check_in(port: u16, options: &str) {
    let error = reach(port, options);
    assert_eq!(error.fault, Fault::MissingTable { table: "APP_XML".to_owned() }, "{options}: {error}");
}

fn check_out(port: u16, options: &str, words: &str) {
    let error = reach(port, options);
    assert_eq!(error.fault, Fault::CannotConnect, "{options}: {error}");
    assert!(error.message.contains(words), "{options}: {error}");
    assert!(error.hint.is_some(), "{options}: {error}");
}

fn written(folder: &Path, name: &str, pem: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, pem).unwrap();
    path.display().to_string()
}

#[test]
fn a_certificate_that_vouches_for_itself_is_taken_if_it_is_the_very_one_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    for is_ca in [true, false] {
        let (own, other) = (self_signed(is_ca), self_signed(is_ca));
        let file = written(folder.path(), "own.pem", &own.pem);
        let der = folder.path().join("own.cer");
        std::fs::write(&der, &own.certificate).unwrap();
        let other = written(folder.path(), "other.pem", &other.pem);
        let port = start(Encrypts::Afterwards, own.certificate, own.key);
        check_in(port, &format!("encrypt=true;serverCertificate={file}"));
        check_in(port, &format!("encrypt=true;serverCertificate={}", der.display()));
        check_in(port, &format!("encrypt=false;serverCertificate={file};hostNameInCertificate=elsewhere"));
        check_in(port, "encrypt=true;trustServerCertificate=true");
        check_in(port, "");
        check_out(port, &format!("encrypt=true;serverCertificate={other}"), "the server's certificate");
        check_out(port, "trustServerCertificate=false", "the server's certificate");
    }
}

#[test]
fn a_star_stands_for_the_first_label_of_a_name_and_for_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = "is for other names";
    for (names, wanted, is_for) in [
        (&["*.db.example.org"][..], "*.db.example.org", true),
        (&["one.db.example.org"], "*.db.example.org", true),
        (&["one.db.example.org"], "one.db.example.org", true),
        (&["*.db.example.org"], "two.db.example.org", true),
        (&["a.b.db.example.org", "*.b.db.example.org"], "*.db.example.org", false),
        (&["db.example.org"], "*.db.example.org", false),
        (&["*.db.example.org"], "*.example.org", false),
        (&["one.evildb.example.org"], "*.db.example.org", false),
    ] {
        let Identity { certificate, key, pem } = vouched_for(names);
        let root = written(folder.path(), "root.pem", &pem);
        let port = start(Encrypts::Afterwards, certificate, key);
        let options = format!("serverCertificate={root};HostNameInCertificate={wanted}");
        if is_for {
            check_in(port, &options);
        } else {
            check_out(port, &options, wrong);
        }
    }
    let Identity { certificate, key, pem } = vouched_for(&["127.0.0.1"]);
    let root = written(folder.path(), "root.pem", &pem);
    let port = start(Encrypts::Afterwards, certificate, key);
    check_in(port, &format!("serverCertificate={root}"));
    check_out(port, &format!("serverCertificate={root};hostNameInCertificate=*.example.org"), wrong);
    let missing = reach(port, "serverCertificate=no-such-file.pem");
    assert!(missing.message.contains("no-such-file.pem cannot be read"), "{missing}");
    let none = written(folder.path(), "none.pem", "no certificate\n");
    let none = reach(port, &format!("serverCertificate={none}"));
    assert!(none.message.contains("is no certificate"), "{none}");
}

#[test]
fn a_server_of_tds_8_may_call_its_version_by_either_name() {
    for version in [[0x08, 0, 0, 0], [0x74, 0, 0, 4]] {
        let own = self_signed(true);
        let folder = tempfile::tempdir().unwrap();
        let file = written(folder.path(), "own.pem", &own.pem);
        let port = start(Encrypts::FirstOfAll(version), own.certificate, own.key);
        check_in(port, &format!("encrypt=strict;serverCertificate={file}"));
        check_out(port, "encrypt=strict", "the server's certificate");
    }
}

#[test]
fn a_server_that_does_not_encrypt_hears_no_password() {
    let own = self_signed(false);
    let port = start(Encrypts::Never, own.certificate, own.key);
    check_out(port, "encrypt=true", "offers no encryption");
}
