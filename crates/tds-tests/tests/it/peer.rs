//! The half of a server that the mock lacks: bulk loads, and what goes wrong at scripted moments. It stands before the mock, passes
//! on what it does not answer itself, and keeps every message that clients send.

use std::collections::VecDeque;
use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use xmlshred_model::TableSchema;

use crate::tokens::{DONE_COUNT, DONE_ERROR, DONE_FINAL, column_metadata, done, error, routing};

/// What kind of message a client sends (MS-TDS 2.2.3.1.1), as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Message {
    /// The login, without the packets' headers.
    Login(Vec<u8>),
    /// A batch of text, without what stands before it.
    Batch(String),
    /// A statement with parameters, as it comes.
    Call(Vec<u8>),
    /// Rows.
    BulkLoad(Vec<u8>),
    /// The beginning of a transaction.
    Begin,
    /// Its commit.
    Commit,
    /// Anything else.
    Other(u8),
}

/// A moment at which something goes wrong, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    Login,
    /// When the rows for the table with this number are complete, counted from 0 over all bulk loads.
    BulkLoad(usize),
    Commit,
}

/// What the client hears instead.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Instead {
    /// An error of this number.
    Error(u32, &'static str),
    /// Nothing: the line is dead.
    Nothing,
    /// To go to this port.
    Elsewhere(u16),
}

/// A peer before the mock. Ends with the process.
pub(crate) struct Peer {
    port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    tables: Vec<TableSchema>,
    faults: VecDeque<(Moment, Instead)>,
    messages: Vec<Message>,
    load_count: usize,
    drops: VecDeque<u64>,
}

impl Peer {
    /// With these tables, before a mock at this port.
    pub(crate) fn before(mock: u16, tables: Vec<TableSchema>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State { tables, ..State::default() }));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().filter_map(Result::ok) {
                let server = TcpStream::connect(("127.0.0.1", mock)).unwrap();
                let state = Arc::clone(&shared);
                let answers = (server.try_clone().unwrap(), client.try_clone().unwrap());
                thread::spawn(move || {
                    let (mut server, mut client) = answers;
                    let _ = io::copy(&mut server, &mut client);
                });
                thread::spawn(move || {
                    let _ = serve(&client, &server, &state);
                    let _ = client.shutdown(Shutdown::Both);
                    let _ = server.shutdown(Shutdown::Both);
                });
            }
        });
        Self { port, state }
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Goes wrong at this moment, after what was asked for before.
    pub(crate) fn fail(&self, moment: Moment, instead: Instead) {
        lock(&self.state).faults.push_back((moment, instead));
    }

    /// Drops so many rows of each of the next bulk loads but those of the log, without a word.
    pub(crate) fn drop_rows(&self, counts: &[u64]) {
        lock(&self.state).drops.extend(counts);
    }

    /// What clients have sent.
    pub(crate) fn messages(&self) -> Vec<Message> {
        lock(&self.state).messages.clone()
    }

    /// Their logins.
    pub(crate) fn logins(&self) -> Vec<Vec<u8>> {
        let login = |message| match message {
            Message::Login(login) => Some(login),
            _ => None,
        };
        self.messages().into_iter().filter_map(login).collect()
    }

    /// The rows that they sent.
    pub(crate) fn bulk_loads(&self) -> Vec<Vec<u8>> {
        let rows = |message| match message {
            Message::BulkLoad(rows) => Some(rows),
            _ => None,
        };
        self.messages().into_iter().filter_map(rows).collect()
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Bytes before the content of a packet (2.2.3.1).
const HEADER: usize = 8;

/// Until either side hangs up, or a fault has it.
fn serve(client: &TcpStream, mut server: &TcpStream, state: &Mutex<State>) -> io::Result<()> {
    loop {
        let (kind, raw, content) = read_message(client)?;
        let message = understood(kind, &content);
        let (answer, is_over) = {
            let mut state = lock(state);
            state.messages.push(message.clone());
            state.answer(&message)
        };
        match answer {
            Some(tokens) => write_answer(client, &tokens)?,
            None if is_over => return Ok(()),
            None => server.write_all(&raw)?,
        }
        if is_over {
            // The client reads what it was told, and hangs up itself.
            let _ = read_message(client);
            return Ok(());
        }
    }
}

impl State {
    /// The tokens that the peer answers with, unless the mock shall; and whether the line is dead then.
    fn answer(&mut self, message: &Message) -> (Option<Vec<u8>>, bool) {
        let moment = match message {
            Message::Login(_) => Some(Moment::Login),
            Message::Commit => Some(Moment::Commit),
            Message::BulkLoad(_) => {
                self.load_count += 1;
                Some(Moment::BulkLoad(self.load_count - 1))
            }
            _ => None,
        };
        if let Some((wanted, instead)) = self.faults.front().copied()
            && moment == Some(wanted)
        {
            self.faults.pop_front();
            return match instead {
                Instead::Error(number, words) => {
                    let ends = moment == Some(Moment::Login);
                    (Some([error(number, words), done(DONE_ERROR, 0)].concat()), ends)
                }
                Instead::Nothing => (None, true),
                Instead::Elsewhere(port) => {
                    (Some([routing("127.0.0.1", port), done(DONE_FINAL, 0)].concat()), true)
                }
            };
        }
        let tokens = match message {
            Message::Batch(sql) if sql.starts_with("INSERT BULK ") => Some(done(DONE_FINAL, 0)),
            Message::Batch(sql) if sql.starts_with("SELECT TOP 0 ") => {
                let is_meant = |table: &&TableSchema| sql.ends_with(&format!("[{}]", table.name));
                let table = self.tables.iter().find(is_meant).expect("tests load into the peer's tables");
                Some([column_metadata(table), done(DONE_COUNT, 0)].concat())
            }
            Message::BulkLoad(rows) => Some(done(DONE_COUNT, self.row_count(rows))),
            Message::Call(call) if says(call, "INSERT INTO ") => Some(done(DONE_COUNT, 1)),
            _ => None,
        };
        (tokens, false)
    }

    /// A real server counts the rows; here the first bytes of the key tell them apart: see the tests. Some of every other load's are dropped.
    fn row_count(&mut self, rows: &[u8]) -> u64 {
        let dropped = if self.load_count.is_multiple_of(2) { self.drops.pop_front().unwrap_or(0) } else { 0 };
        let sent = rows.windows(2).filter(|bytes| *bytes == [ROW, KEY_MARK]).count() as u64;
        sent - dropped.min(sent)
    }
}

/// Whether this text stands anywhere in a message.
pub(crate) fn says(message: &[u8], text: &str) -> bool {
    let wanted: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    message.windows(wanted.len()).any(|window| window == wanted)
}

/// The token before each row (2.2.7.19).
pub(crate) const ROW: u8 = 0xd1;
/// The lowest byte of every key of these tests.
pub(crate) const KEY_MARK: u8 = 0x5a;

/// One message, which may be several packets: its kind, the packets, their content.
fn read_message(mut client: &TcpStream) -> io::Result<(u8, Vec<u8>, Vec<u8>)> {
    let (mut raw, mut content) = (Vec::new(), Vec::new());
    loop {
        let mut header = [0; HEADER];
        client.read_exact(&mut header)?;
        let length = usize::from(u16::from_be_bytes([header[2], header[3]])).saturating_sub(HEADER);
        let mut packet = vec![0; length];
        client.read_exact(&mut packet)?;
        raw.extend(header);
        raw.extend(&packet);
        content.extend(packet);
        if header[1] & 1 == 1 {
            return Ok((header[0], raw, content));
        }
    }
}

fn understood(kind: u8, content: &[u8]) -> Message {
    // Batches, calls and transactions begin with headers (2.2.5.3) whose first four bytes are their length.
    let body = || {
        let length = content.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes) as usize);
        content.get(length..).unwrap_or_default()
    };
    match kind {
        0x01 => {
            let units = body().chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
            Message::Batch(char::decode_utf16(units).map(|unit| unit.unwrap_or('?')).collect())
        }
        0x03 => Message::Call(body().to_vec()),
        0x07 => Message::BulkLoad(content.to_vec()),
        0x0e => match body().first() {
            Some(5) => Message::Begin,
            Some(7) => Message::Commit,
            _ => Message::Other(kind),
        },
        0x10 => Message::Login(content.to_vec()),
        other => Message::Other(other),
    }
}

/// The answer as one packet.
fn write_answer(mut client: &TcpStream, tokens: &[u8]) -> io::Result<()> {
    let length = (HEADER + tokens.len()) as u16;
    let mut packet = vec![0x04, 0x01];
    packet.extend(length.to_be_bytes());
    packet.extend([0, 0, 1, 0]);
    packet.extend(tokens);
    client.write_all(&packet)
}
