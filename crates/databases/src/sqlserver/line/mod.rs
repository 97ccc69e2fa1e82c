//! The line to a server as the driver sees it. Where a connection is encrypted as a whole, that is done here, and the driver is told that
//! the server cannot encrypt: only so it is ours to say which certificate will do, and how a server of TDS 8.0 may answer.

mod login_answer;
mod packets;
mod prelogin;
mod tls;

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::sqlserver::address::{Encrypt, SqlServerAddress};
use crate::sqlserver::driver::{DriverError, NoTls};
use login_answer::LoginAnswer;
use packets::Packets;
use prelogin::{HEADER, LAST, Said};

/// A line.
pub(super) enum Line {
    /// As it is.
    Plain(TcpStream),
    /// Encrypted here.
    Encrypted(Box<Encrypted>),
}

/// An encrypted line, and the driver's first words on it, which were said before.
pub(super) struct Encrypted {
    stream: TlsStream<Packets>,
    /// What is left of the driver's first message, which nobody hears; none behind its end.
    unheard: Option<Vec<u8>>,
    /// What the driver reads before anything that comes.
    answer: Vec<u8>,
    /// How much of it the driver has read.
    read_count: usize,
    /// The answer to the login, as long as it has not been seen.
    login: Option<LoginAnswer>,
}

impl Line {
    /// Encrypts the line as the address says. The driver must not encrypt it once more.
    pub(super) async fn encrypted(
        mut stream: TcpStream,
        address: &SqlServerAddress,
    ) -> Result<Self, DriverError> {
        let (config, name) = tls::client(address)?;
        let connector = TlsConnector::from(Arc::new(config));
        let question = prelogin::question(address.instance.as_deref());
        let is_strict = address.encrypt == Encrypt::Strict;
        let broken = |error: io::Error| DriverError::Broken(error.to_string());
        let handshake = |error: io::Error| match error.get_ref().and_then(|error| error.downcast_ref()) {
            Some(error) => DriverError::Tls(tls::no_tls(error)),
            None => DriverError::Broken(error.to_string()),
        };
        let (stream, answer) = if is_strict {
            let packets = Packets::bare(stream);
            let mut stream = connector.connect(name, packets).await.map_err(handshake)?;
            stream.write_all(&question).await.map_err(broken)?;
            stream.flush().await.map_err(broken)?;
            let mut answer = message(&mut stream).await.map_err(broken)?;
            prelogin::taken_over(&mut answer).ok_or_else(not_understood)?;
            (stream, answer)
        } else {
            stream.write_all(&question).await.map_err(broken)?;
            let mut answer = message(&mut stream).await.map_err(broken)?;
            match prelogin::taken_over(&mut answer).ok_or_else(not_understood)? {
                Said::Yes => {}
                Said::No => return Err(DriverError::Tls(NoTls::NotOffered)),
            }
            let mut stream = connector.connect(name, Packets::around(stream)).await.map_err(handshake)?;
            stream.get_mut().0.end();
            (stream, answer)
        };
        Ok(Self::Encrypted(Box::new(Encrypted {
            stream,
            unheard: Some(Vec::new()),
            answer: prelogin::packet(ANSWER, &answer),
            read_count: 0,
            login: is_strict.then(LoginAnswer::default),
        })))
    }
}

/// The kind of packets that a server sends.
const ANSWER: u8 = 0x04;

fn not_understood() -> DriverError {
    DriverError::Broken("what listens there does not speak as a SQL Server does".to_owned())
}

/// The content of a message, which is one packet: no answer before a login is longer.
async fn message(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut header = [0; HEADER];
    stream.read_exact(&mut header).await?;
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    if header[0] != ANSWER || header[1] & LAST == 0 || length < HEADER {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "what listens there does not speak as a SQL Server does",
        ));
    }
    let mut content = vec![0; length - HEADER];
    stream.read_exact(&mut content).await?;
    Ok(content)
}

impl Encrypted {
    /// Takes some of the driver's first message; answers how much.
    fn take_unheard(&mut self, bytes: &[u8]) -> Option<usize> {
        let unheard = self.unheard.as_mut()?;
        let wanted = match unheard.get(2..4) {
            Some(length) => usize::from(u16::from_be_bytes([length[0], length[1]])).max(HEADER),
            None => HEADER,
        };
        let count = bytes.len().min(wanted.saturating_sub(unheard.len()));
        unheard.extend_from_slice(&bytes[..count]);
        let is_whole = unheard.get(2..4).is_some_and(|length| {
            unheard.len() >= usize::from(u16::from_be_bytes([length[0], length[1]])).max(HEADER)
        });
        if is_whole {
            self.unheard = None;
        }
        Some(count)
    }

    fn poll_read(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            let left = &self.answer[self.read_count..];
            if !left.is_empty() {
                let count = left.len().min(buffer.remaining());
                buffer.put_slice(&left[..count]);
                self.read_count += count;
                return Poll::Ready(Ok(()));
            }
            let Some(login) = &mut self.login else {
                return Pin::new(&mut self.stream).poll_read(context, buffer);
            };
            let mut bytes = [0; 4096];
            let mut read = ReadBuf::new(&mut bytes);
            ready!(Pin::new(&mut self.stream).poll_read(context, &mut read))?;
            let (answer, is_over) = login.add(read.filled());
            (self.answer, self.read_count) = (answer, 0);
            if is_over {
                self.login = None;
            }
            if read.filled().is_empty() && self.answer.is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Encrypted(line) => line.poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Encrypted(line) => match line.take_unheard(bytes) {
                Some(count) => Poll::Ready(Ok(count)),
                None => Pin::new(&mut line.stream).poll_write(context, bytes),
            },
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Encrypted(line) => Pin::new(&mut line.stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Encrypted(line) => Pin::new(&mut line.stream).poll_shutdown(context),
        }
    }
}
