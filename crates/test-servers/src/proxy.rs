//! A proxy on loopback that cuts connections at scripted moments: the network as one fears it.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// When connections are cut. What counts is said by clients, over all connections together.
#[derive(Clone, Copy, Debug)]
pub enum Cut {
    /// Never.
    Never,
    /// Instead of passing on the message chunk with this number, from 0.
    BeforeChunk(usize),
    /// After the server got the first chunk that looks like this, and before its answer arrives.
    AfterServerGot(fn(&[u8]) -> bool),
}

/// Bytes that are remembered.
const MAX_RECORDED: usize = 1 << 20;

/// A proxy before a server. Ends with the process; dropping it stops nothing.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    cut: Cut,
    /// What clients have said, for tests of little traffic.
    recorded: Vec<u8>,
    chunk_count: usize,
    cut_count: usize,
}

impl Proxy {
    /// Listens on a free port and passes everything on to `port`, both on 127.0.0.1.
    ///
    /// # Panics
    /// When loopback has no port.
    pub fn before(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
        let own_port = listener.local_addr().expect("a bound listener has an address").port();
        let state = Arc::new(Mutex::new(State {
            cut: Cut::Never,
            recorded: Vec::new(),
            chunk_count: 0,
            cut_count: 0,
        }));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().filter_map(Result::ok) {
                // A server that is down refuses; then so do we.
                let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else { continue };
                connect(client, server, &shared);
            }
        });
        Self { port: own_port, state }
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on cuts at this moment, once; counts chunks from 0 again.
    pub fn cut(&self, cut: Cut) {
        *lock(&self.state) = State { cut, recorded: Vec::new(), chunk_count: 0, cut_count: 0 };
    }

    /// The first MiB of what clients have said since, over all connections.
    pub fn recorded(&self) -> Vec<u8> {
        lock(&self.state).recorded.clone()
    }

    /// How many connections were cut since.
    pub fn cut_count(&self) -> usize {
        lock(&self.state).cut_count
    }
}

fn lock(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn connect(client: TcpStream, server: TcpStream, state: &Arc<Mutex<State>>) {
    let _ = client.set_nodelay(true);
    let _ = server.set_nodelay(true);
    let copies = || -> io::Result<_> { Ok((client.try_clone()?, server.try_clone()?)) };
    let Ok((client_copy, server_copy)) = copies() else { return };
    thread::spawn(move || {
        let _ = pass_answers(server_copy, &client_copy);
        let _ = client_copy.shutdown(Shutdown::Both);
    });
    let state = Arc::clone(state);
    thread::spawn(move || {
        let _ = pass_requests(&client, &server, &state);
        let _ = server.shutdown(Shutdown::Both);
        let _ = client.shutdown(Shutdown::Both);
    });
}

/// Ends when either side does, or at the cut.
fn pass_requests(mut client: &TcpStream, mut server: &TcpStream, state: &Mutex<State>) -> io::Result<()> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        let length = client.read(&mut buffer)?;
        if length == 0 {
            return Ok(());
        }
        let chunk = &buffer[..length];
        match verdict(chunk, state) {
            Verdict::Pass => server.write_all(chunk)?,
            Verdict::CutBefore => return Ok(()),
            Verdict::CutAfter => {
                // The client hears nothing any more; the server has it all, and finds the line dead when it answers.
                client.shutdown(Shutdown::Both)?;
                server.write_all(chunk)?;
                server.shutdown(Shutdown::Write)?;
                return drain(server);
            }
        }
    }
}

/// Reads until the server has hung up: only then everything that it was told has happened.
fn drain(mut server: &TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; 4 << 10];
    while server.read(&mut buffer)? > 0 {}
    Ok(())
}

fn pass_answers(mut server: TcpStream, mut client: &TcpStream) -> io::Result<()> {
    io::copy(&mut server, &mut client).map(drop)
}

enum Verdict {
    Pass,
    CutBefore,
    CutAfter,
}

fn verdict(chunk: &[u8], state: &Mutex<State>) -> Verdict {
    let mut state = lock(state);
    if state.recorded.len() < MAX_RECORDED {
        state.recorded.extend_from_slice(chunk);
    }
    let number = state.chunk_count;
    state.chunk_count += 1;
    let verdict = match state.cut {
        Cut::BeforeChunk(wanted) if wanted == number => Verdict::CutBefore,
        Cut::AfterServerGot(is_it) if is_it(chunk) => Verdict::CutAfter,
        Cut::Never | Cut::BeforeChunk(_) | Cut::AfterServerGot(_) => return Verdict::Pass,
    };
    state.cut = Cut::Never;
    state.cut_count += 1;
    verdict
}
