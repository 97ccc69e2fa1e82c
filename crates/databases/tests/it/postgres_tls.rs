//! TLS to PostgreSQL: what every `sslmode` asks for, with certificates made for the test.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use xmlshred_databases::{DatabaseUrl, SourceAddress, open_source};
use xmlshred_engine::ports::{Fault, PortError};
use xmlshred_model::OnExisting;

use crate::postgres::PostgresBench;
use crate::postgres_target::schema;
use crate::sqlite::ALL;

/// An authority, and the certificate and key that it gives to this host, as PEM.
struct Authority {
    root: String,
    certificate: String,
    key: String,
}

fn authority(host: &str) -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new([host.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    Authority { root: issuer.pem(), certificate: certificate.pem(), key: key.serialize_pem() }
}

#[test]
fn every_mode_asks_for_as_much_proof_as_its_name_says() {
    let Some(bench) = PostgresBench::start("TLS to PostgreSQL", &[]) else { return };
    let fixture = bench.database(&schema(&[], OnExisting::Fail), "text");
    fixture
        .client()
        .batch_execute("CREATE TABLE public.app_xml AS SELECT 1::bigint AS app_id, '' AS xml")
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (own, strange) = (authority("localhost"), authority("localhost"));
    let root = |authority: &Authority, name: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, &authority.root).unwrap();
        path.display().to_string().replace('/', "%2F")
    };
    let (own_root, strange_root) = (root(&own, "own.pem"), root(&strange, "strange.pem"));
    let certificate = bench.server.write_private("server.crt", &own.certificate);
    let key = bench.server.write_private("server.key", &own.key);
    fixture
        .client()
        .batch_execute(&format!("ALTER SYSTEM SET ssl_cert_file = '{}'", certificate.display()))
        .unwrap();
    fixture.client().batch_execute(&format!("ALTER SYSTEM SET ssl_key_file = '{}'", key.display())).unwrap();
    fixture.client().batch_execute("ALTER SYSTEM SET ssl = on").unwrap();
    bench.server.crash();
    bench.server.up();

    let port = bench.server.port();
    // The document is there for those who come encrypted.
    let spec = xmlshred_mapping::contract::SourceSpec {
        where_sql: Some("(SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid())".to_owned()),
        ..fixture.spec()
    };
    let read = |host: &str, options: &str| -> Result<usize, PortError> {
        let text = format!("postgres://xmlshred:xmlshred@{host}:{port}/postgres?{options}");
        let url = DatabaseUrl::parse(&text, &|_| None).unwrap();
        Ok(open_source(&SourceAddress::Database(url), &spec)?.keys(&ALL, None, 9)?.len())
    };
    let own_root = format!("&sslrootcert={own_root}");
    let strange_root = format!("&sslrootcert={strange_root}");
    for (host, options) in [
        ("localhost", "sslmode=disable".to_owned()),
        ("localhost", "sslmode=require".to_owned()),
        ("localhost", format!("sslmode=require{own_root}")),
        ("127.0.0.1", format!("sslmode=verify-ca{own_root}")),
        ("localhost", format!("sslmode=verify-full{own_root}")),
    ] {
        let count = read(host, &options).unwrap_or_else(|error| panic!("{host} {options}: {error}"));
        assert_eq!(count, usize::from(options != "sslmode=disable"), "{host} {options}");
    }
    for (host, options) in [
        ("localhost", format!("sslmode=require{strange_root}")),
        ("localhost", format!("sslmode=verify-ca{strange_root}")),
        ("127.0.0.1", format!("sslmode=verify-full{own_root}")),
        ("localhost", "sslmode=verify-full&sslrootcert=system".to_owned()),
        ("localhost", "sslmode=verify-full&sslrootcert=%2Fno%2Fsuch.pem".to_owned()),
    ] {
        let error = read(host, &options).expect_err(&options);
        assert_eq!(error.fault, Fault::CannotConnect, "{host} {options}: {error}");
        assert!(error.hint.is_some(), "{error}");
    }
}
