//! A server of our own that encrypts, and has no tables: how far a client gets shows whether it liked the certificate.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};

use crate::tokens::{DONE_FINAL, done, login_acknowledged};

/// How it encrypts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encrypts {
    /// Behind the first messages, which say so.
    Afterwards,
    /// From the first byte on, and calls this its version.
    FirstOfAll([u8; 4]),
    /// Not at all.
    Never,
}

/// Starts one that ends with the process; answers its port.
pub(crate) fn start(
    encrypts: Encrypts,
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
) -> u16 {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    if let Encrypts::FirstOfAll(_) = encrypts {
        config.alpn_protocols = vec![b"tds/8.0".to_vec()];
    }
    let config = Arc::new(config);
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming().filter_map(Result::ok) {
            let config = Arc::clone(&config);
            thread::spawn(move || serve(client, config, encrypts));
        }
    });
    port
}

fn serve(mut line: TcpStream, config: Arc<ServerConfig>, encrypts: Encrypts) -> io::Result<()> {
    let mut tls = ServerConnection::new(config).map_err(io::Error::other)?;
    match encrypts {
        Encrypts::Never => {
            read_message(&mut line)?;
            write_message(&mut line, &before_login(NOT_SUPPORTED))?;
            read_message(&mut line).map(drop)
        }
        Encrypts::Afterwards => {
            read_message(&mut line)?;
            write_message(&mut line, &before_login(ON))?;
            let mut packets = Packets { line: &line, left: 0 };
            while tls.is_handshaking() {
                tls.complete_io(&mut packets)?;
            }
            answer_all(&mut Stream::new(&mut tls, &mut line), [0x74, 0, 0, 4])
        }
        Encrypts::FirstOfAll(version) => {
            tls.complete_io(&mut line)?;
            let mut line = Stream::new(&mut tls, &mut line);
            read_message(&mut line)?;
            write_message(&mut line, &before_login(ON))?;
            answer_all(&mut line, version)
        }
    }
}

/// Lets anybody in, and has nothing to say to anything.
fn answer_all(line: &mut (impl Read + Write), version: [u8; 4]) -> io::Result<()> {
    read_message(line)?;
    write_message(line, &[login_acknowledged(version), done(DONE_FINAL, 0)].concat())?;
    loop {
        read_message(line)?;
        write_message(line, &done(DONE_FINAL, 0))?;
    }
}

const ON: u8 = 1;
const NOT_SUPPORTED: u8 = 2;

/// Version 16, and whether it encrypts (MS-TDS 2.2.6.5).
fn before_login(encryption: u8) -> Vec<u8> {
    let options = [0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff];
    [&options[..], &[16, 0, 0, 0, 0, 0], &[encryption]].concat()
}

fn read_message(line: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    loop {
        let mut header = [0; 8];
        line.read_exact(&mut header)?;
        let mut packet = vec![0; usize::from(u16::from_be_bytes([header[2], header[3]])) - 8];
        line.read_exact(&mut packet)?;
        content.extend(packet);
        if header[1] & 1 == 1 {
            return Ok(content);
        }
    }
}

fn write_message(line: &mut impl Write, content: &[u8]) -> io::Result<()> {
    write_packet(line, 0x04, content)
}

fn write_packet(line: &mut impl Write, kind: u8, content: &[u8]) -> io::Result<()> {
    let length = (8 + content.len()) as u16;
    let packet = [&[kind, 1][..], &length.to_be_bytes(), &[0, 0, 1, 0], content].concat();
    line.write_all(&packet)?;
    line.flush()
}

/// A handshake in packets of the protocol.
struct Packets<'l> {
    line: &'l TcpStream,
    left: usize,
}

impl Read for Packets<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            let mut header = [0; 8];
            self.line.read_exact(&mut header)?;
            assert_eq!(header[0], 0x12, "a handshake is in packets of its own kind");
            self.left = usize::from(u16::from_be_bytes([header[2], header[3]])) - 8;
        }
        let length = self.left.min(buffer.len());
        let count = self.line.read(&mut buffer[..length])?;
        self.left -= count;
        Ok(count)
    }
}

impl Write for Packets<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        write_packet(&mut self.line, 0x12, bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.line.flush()
    }
}
