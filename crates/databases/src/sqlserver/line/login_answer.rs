//! What a server of TDS 8.0 answers to a login (MS-TDS 2.2.7.14): the version that it names is that of the login, or its own. The driver
//! knows the first alone; what follows is the same in both.

use super::prelogin::{HEADER, LAST};

const VERSION_8_0: [u8; 4] = [0x08, 0x00, 0x00, 0x00];
const VERSION_7_4: [u8; 4] = [0x74, 0x00, 0x00, 0x04];
const LOGIN_ACKNOWLEDGED: u8 = 0xad;
/// Tokens that may stand before it, with their lengths behind them: an environment's change, words, an error, a login's next part.
const BEFORE_IT: [u8; 4] = [0xe3, 0xab, 0xaa, 0xed];

/// The answer on its way, message by message.
#[derive(Debug, Default)]
pub(super) struct LoginAnswer {
    /// Packets of a message that is not whole.
    message: Vec<u8>,
}

impl LoginAnswer {
    /// Takes what has come; answers what the driver may read of it, and whether nothing more need be looked at. Nothing has come where the
    /// line is at its end.
    pub(super) fn add(&mut self, bytes: &[u8]) -> (Vec<u8>, bool) {
        self.message.extend_from_slice(bytes);
        if bytes.is_empty() {
            return (std::mem::take(&mut self.message), true);
        }
        let Some(places) = content(&self.message) else { return (Vec::new(), false) };
        let mut message = std::mem::take(&mut self.message);
        let is_over = translate(&mut message, &places);
        (message, is_over)
    }
}

/// Where the bytes of a message's content stand in its packets; none while the last packet is not whole.
fn content(packets: &[u8]) -> Option<Vec<usize>> {
    let mut places = Vec::new();
    let mut start = 0;
    loop {
        let header = packets.get(start..start + HEADER)?;
        let end = start + usize::from(u16::from_be_bytes([header[2], header[3]])).max(HEADER);
        packets.get(start..end)?;
        places.extend(start + HEADER..end);
        if header[1] & LAST != 0 {
            return Some(places);
        }
        start = end;
    }
}

/// Replaces the version, where it is 8.0; answers whether the login was answered.
fn translate(packets: &mut [u8], places: &[usize]) -> bool {
    let mut at = 0;
    while let Some(&place) = places.get(at) {
        let token = packets[place];
        let Some([low, high]) =
            places.get(at + 1..at + 3).map(|places| [packets[places[0]], packets[places[1]]])
        else {
            return true;
        };
        if token == LOGIN_ACKNOWLEDGED {
            // Behind the length and the kind of interface.
            if let Some(version) = places.get(at + 4..at + 8)
                && version.iter().zip(VERSION_8_0).all(|(&place, byte)| packets[place] == byte)
            {
                for (&place, byte) in version.iter().zip(VERSION_7_4) {
                    packets[place] = byte;
                }
            }
            return true;
        }
        if !BEFORE_IT.contains(&token) {
            return true;
        }
        at += 3 + usize::from(u16::from_le_bytes([low, high]));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENVIRONMENT: [u8; 5] = [0xe3, 2, 0, 1, 2];

    fn acknowledged(version: [u8; 4]) -> Vec<u8> {
        let body = [&[1][..], &version, &[0], &[16, 0, 0, 0]].concat();
        [&[LOGIN_ACKNOWLEDGED, body.len() as u8, 0][..], &body].concat()
    }

    fn in_packets(content: &[u8], size: usize) -> Vec<u8> {
        let count = content.chunks(size).count();
        let packets = content.chunks(size).enumerate().map(|(at, part)| {
            let status = u8::from(at + 1 == count);
            [&[0x04, status, 0, (HEADER + part.len()) as u8, 0, 0, 1, 0][..], part].concat()
        });
        packets.collect::<Vec<_>>().concat()
    }

    #[test]
    fn either_version_is_the_drivers_however_the_bytes_come() {
        for version in [VERSION_8_0, VERSION_7_4] {
            let content = [&ENVIRONMENT[..], &acknowledged(version), &[0xfd; 13]].concat();
            let expected = [&ENVIRONMENT[..], &acknowledged(VERSION_7_4), &[0xfd; 13]].concat();
            for size in 1..=content.len() {
                for at_once in [1, 3, 1_000] {
                    let mut answer = LoginAnswer::default();
                    let mut read = Vec::new();
                    let mut is_over = false;
                    for bytes in in_packets(&content, size).chunks(at_once) {
                        assert!(!is_over);
                        let (some, over) = answer.add(bytes);
                        read.extend(some);
                        is_over = over;
                    }
                    assert!(
                        is_over && read == in_packets(&expected, size),
                        "packets of {size}, {at_once} at once"
                    );
                }
            }
        }
    }

    #[test]
    fn a_line_that_ends_early_hands_over_what_came() {
        let bytes = in_packets(&ENVIRONMENT, 5);
        let mut answer = LoginAnswer::default();
        assert_eq!(answer.add(&bytes[..7]), (Vec::new(), false));
        assert_eq!(answer.add(&[]), (bytes[..7].to_vec(), true));
    }
}
