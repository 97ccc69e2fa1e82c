//! What is said before a login (MS-TDS 2.2.6.5): whether and how the rest is encrypted.

/// Bytes before the content of a packet (2.2.3.1).
pub(super) const HEADER: usize = 8;
/// The kind of a packet that holds what is said before a login.
pub(super) const PRELOGIN: u8 = 0x12;
/// The status of a message's last packet.
pub(super) const LAST: u8 = 1;

const VERSION: u8 = 0;
const ENCRYPTION: u8 = 1;
const INSTANCE: u8 = 2;
const THREAD: u8 = 3;
const SEVERAL_RESULTS: u8 = 4;
const END: u8 = 0xff;

/// What a side says of encryption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// It can and does not want to, or cannot.
    No,
    /// It does.
    Yes,
}

const ENCRYPT_ON: u8 = 1;
const ENCRYPT_NOT_SUPPORTED: u8 = 2;
const ENCRYPT_REQUIRED: u8 = 3;

/// Our message, which asks for encryption, as a packet.
pub(super) fn question(instance: Option<&str>) -> Vec<u8> {
    let mut name = instance.unwrap_or_default().as_bytes().to_vec();
    name.push(0);
    let options: [(u8, &[u8]); 5] = [
        (VERSION, &[0; 6]),
        (ENCRYPTION, &[ENCRYPT_ON]),
        (INSTANCE, &name),
        (THREAD, &[0; 4]),
        (SEVERAL_RESULTS, &[0]),
    ];
    let (mut table, mut values) = (Vec::new(), Vec::new());
    let start = options.len() * 5 + 1;
    for (option, value) in options {
        table.push(option);
        table.extend(length(start + values.len()));
        table.extend(length(value.len()));
        values.extend_from_slice(value);
    }
    table.push(END);
    packet(PRELOGIN, &[table, values].concat())
}

/// One packet that is a whole message.
pub(super) fn packet(kind: u8, content: &[u8]) -> Vec<u8> {
    let mut packet = vec![kind, LAST];
    packet.extend(length(HEADER + content.len()));
    packet.extend([0, 0, 0, 0]);
    packet.extend_from_slice(content);
    packet
}

fn length(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes()
}

/// What the server says of encryption in the content of its answer; the answer then says that there is none, for a driver that need not
/// know. None where the answer cannot be understood.
pub(super) fn taken_over(answer: &mut [u8]) -> Option<Said> {
    let mut at = 0;
    loop {
        let option = *answer.get(at)?;
        if option == END {
            return Some(Said::No);
        }
        let number =
            |at: usize| Some(usize::from(u16::from_be_bytes([*answer.get(at)?, *answer.get(at + 1)?])));
        let place = number(at + 1)?;
        if option == ENCRYPTION {
            let value = answer.get_mut(place)?;
            let said = match *value {
                ENCRYPT_ON | ENCRYPT_REQUIRED => Said::Yes,
                _ => Said::No,
            };
            *value = ENCRYPT_NOT_SUPPORTED;
            return Some(said);
        }
        at += 5;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_understood_and_taken_over_and_no_bytes_are_fatal() {
        let mut answer = question(Some("INST"))[HEADER..].to_vec();
        assert_eq!(taken_over(&mut answer), Some(Said::Yes));
        assert_eq!(taken_over(&mut answer), Some(Said::No), "now it says that there is none");
        for length in 0..answer.len().min(26) {
            let mut cut = answer[..length].to_vec();
            let said = taken_over(&mut cut);
            assert!(said.is_none() || said == Some(Said::No), "{length}");
        }
    }
}
