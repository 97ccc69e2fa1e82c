//! Until TDS 8.0 the two sides come to terms about encryption in packets of their own protocol (MS-TDS 3.2.5.1); behind that, everything
//! is encrypted and in no packets but those inside.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::prelogin::{HEADER, LAST, PRELOGIN};

/// Bytes of a packet before its size is agreed on.
const MAX_PACKET: usize = 4096;

/// A line whose bytes are in packets until [`Packets::end`].
pub(super) struct Packets {
    stream: TcpStream,
    is_packed: bool,
    /// Written, and not yet packed.
    written: Vec<u8>,
    /// Packed, and how much of it is sent.
    packed: Vec<u8>,
    sent_count: usize,
    /// The header that is being read.
    header: Vec<u8>,
    /// Bytes left of the packet that is being read.
    left_count: usize,
}

impl Packets {
    /// In packets.
    pub(super) fn around(stream: TcpStream) -> Self {
        Self {
            stream,
            is_packed: true,
            written: Vec::new(),
            packed: Vec::new(),
            sent_count: 0,
            header: Vec::new(),
            left_count: 0,
        }
    }

    /// In none.
    pub(super) fn bare(stream: TcpStream) -> Self {
        Self { is_packed: false, ..Self::around(stream) }
    }

    /// From now on in none.
    pub(super) fn end(&mut self) {
        self.is_packed = false;
    }

    fn pack(&mut self) {
        let written = std::mem::take(&mut self.written);
        let mut parts = written.chunks(MAX_PACKET - HEADER).peekable();
        while let Some(part) = parts.next() {
            let status = if parts.peek().is_none() { LAST } else { 0 };
            self.packed.extend([PRELOGIN, status]);
            let length = u16::try_from(HEADER + part.len()).unwrap_or(u16::MAX);
            self.packed.extend(length.to_be_bytes());
            self.packed.extend([0, 0, 0, 0]);
            self.packed.extend_from_slice(part);
        }
    }

    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.pack();
        while self.sent_count < self.packed.len() {
            let left = &self.packed[self.sent_count..];
            match ready!(Pin::new(&mut self.stream).poll_write(context, left))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                count => self.sent_count += count,
            }
        }
        self.packed.clear();
        self.sent_count = 0;
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Packets {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let line = self.get_mut();
        if !line.is_packed && line.left_count == 0 {
            return Pin::new(&mut line.stream).poll_read(context, buffer);
        }
        while line.left_count == 0 {
            let mut bytes = [0; HEADER];
            let mut read = ReadBuf::new(&mut bytes[..HEADER - line.header.len()]);
            ready!(Pin::new(&mut line.stream).poll_read(context, &mut read))?;
            if read.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            line.header.extend_from_slice(read.filled());
            if let [_, _, high, low, ..] = line.header[..]
                && line.header.len() == HEADER
            {
                line.left_count = usize::from(u16::from_be_bytes([high, low])).saturating_sub(HEADER);
                line.header.clear();
            }
        }
        let wanted = line.left_count.min(buffer.remaining());
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(wanted));
        ready!(Pin::new(&mut line.stream).poll_read(context, &mut part))?;
        let count = part.filled().len();
        line.left_count -= count;
        buffer.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Packets {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let line = self.get_mut();
        if line.is_packed {
            line.written.extend_from_slice(bytes);
            return Poll::Ready(Ok(bytes.len()));
        }
        ready!(line.poll_send(context))?;
        Pin::new(&mut line.stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let line = self.get_mut();
        ready!(line.poll_send(context))?;
        Pin::new(&mut line.stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let line = self.get_mut();
        ready!(line.poll_send(context))?;
        Pin::new(&mut line.stream).poll_shutdown(context)
    }
}
