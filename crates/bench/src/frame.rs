//! The framing of a WebSocket, as far as a client needs it: whole text frames.

/// A frame that the server sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame<'a> {
    /// A text.
    Text(&'a [u8]),
    /// A request to answer with the same bytes.
    Ping(&'a [u8]),
    /// The end.
    Close,
    /// Anything else, of no concern.
    Other,
}

const FIN: u8 = 0x80;
const MASKED: u8 = 0x80;
const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// Takes the first complete frame of `bytes`, and how long it is.
pub(crate) fn first(bytes: &[u8]) -> Option<(Frame<'_>, usize)> {
    let (&opcode, &short) = (bytes.first()?, bytes.get(1)?);
    let (len, head): (usize, usize) = match short & !MASKED {
        126 => (usize::from(u16::from_be_bytes(*bytes.get(2..)?.first_chunk()?)), 4),
        127 => (usize::try_from(u64::from_be_bytes(*bytes.get(2..)?.first_chunk()?)).ok()?, 10),
        short => (usize::from(short), 2),
    };
    let payload = bytes.get(head..head.checked_add(len)?)?;
    let frame = match opcode & 0xf {
        TEXT => Frame::Text(payload),
        PING => Frame::Ping(payload),
        CLOSE => Frame::Close,
        _ => Frame::Other,
    };
    Some((frame, head + len))
}

/// Appends a text.
pub(crate) fn push_text(out: &mut Vec<u8>, text: &[u8]) {
    push(out, TEXT, text);
}

/// Appends the answer to a ping.
pub(crate) fn push_pong(out: &mut Vec<u8>, payload: &[u8]) {
    push(out, PONG, payload);
}

/// A client has to mask what it sends. The mask is zero, which changes nothing and costs nothing: the load generator must
/// be cheaper than what it measures.
fn push(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    out.push(FIN | opcode);
    match payload.len() {
        len @ 0..126 => out.push(MASKED | len as u8),
        len @ 126..=0xffff => {
            out.push(MASKED | 126);
            out.extend_from_slice(&(len as u16).to_be_bytes());
        }
        len => {
            out.push(MASKED | 127);
            out.extend_from_slice(&(len as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(payload);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_every_length_are_taken_only_when_they_are_complete() {
        for len in [0, 125, 126, 0xffff, 0x1_0000] {
            let payload = vec![b'x'; len];
            let mut sent = Vec::new();
            push_text(&mut sent, &payload);
            let mask_at = sent.len() - len - 4;
            // As a server would have sent it: without a mask.
            sent.drain(mask_at..mask_at + 4);
            sent[1] &= !MASKED;
            assert_eq!(first(&sent), Some((Frame::Text(&payload), sent.len())), "{len}");
            assert_eq!(first(&sent[..sent.len() - 1]), None, "{len}");
        }
    }
}
