use std::io::{Read, Seek, Write};

use crate::limits::MAX_PIECES;
use crate::source::Source;
use crate::{Error, Refusal};

/// What a stripped photo is put together from: spans of the original, and bytes of ours.
///
/// A format's walker makes the plan and [`Plan::carry_out`] writes it, so that memory stays small whatever the
/// photo's size, the length is known before the first byte is written, and nothing is written of a photo that is
/// refused halfway.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pieces: Vec<Piece>,
    len: u64,
}

#[derive(Debug)]
enum Piece {
    Span { start: u64, len: u64 },
    Bytes(Vec<u8>),
}

impl Plan {
    /// How many bytes the stripped photo has.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Keeps `len` bytes of the original from `start` on.
    pub(crate) fn keep(&mut self, start: u64, len: u64) -> Result<(), Error> {
        match self.pieces.last_mut() {
            Some(Piece::Span { start: last, len: last_len }) if *last + *last_len == start => {
                *last_len += len;
            }
            _ => self.push(Piece::Span { start, len })?,
        }
        self.len += len;
        Ok(())
    }

    /// Writes bytes of our own.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        match self.pieces.last_mut() {
            Some(Piece::Bytes(last)) => last.extend_from_slice(bytes),
            _ => self.push(Piece::Bytes(bytes.to_vec()))?,
        }
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Goes on with all of `other`.
    pub(crate) fn append(&mut self, other: Self) -> Result<(), Error> {
        for piece in other.pieces {
            match piece {
                Piece::Span { start, len } => self.keep(start, len)?,
                Piece::Bytes(bytes) => self.write(&bytes)?,
            }
        }
        Ok(())
    }

    /// Writes the stripped photo.
    pub(crate) fn carry_out<R: Read + Seek>(
        &self,
        source: &mut Source<R>,
        mut output: impl Write,
    ) -> Result<(), Error> {
        for piece in &self.pieces {
            match piece {
                Piece::Span { start, len } => {
                    source.seek_to(*start)?;
                    source.each_part(*len, |part| Ok(output.write_all(part)?))?;
                }
                Piece::Bytes(bytes) => output.write_all(bytes)?,
            }
        }
        Ok(output.flush()?)
    }

    fn push(&mut self, piece: Piece) -> Result<(), Error> {
        if self.pieces.len() == MAX_PIECES {
            return Err(Refusal::TooMany("pieces").into());
        }
        self.pieces.push(piece);
        Ok(())
    }
}
