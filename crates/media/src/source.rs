use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use crate::limits::MAX_PHOTO_BYTES;
use crate::{Error, Refusal};

/// A photo's bytes with a position, read through a small buffer. Asking for more than there is gives
/// [`Refusal::Truncated`], before anything is allocated for it.
pub(crate) struct Source<R> {
    reader: BufReader<R>,
    position: u64,
    len: u64,
}

impl<R: Read + Seek> Source<R> {
    pub(crate) fn new(mut reader: R) -> Result<Self, Error> {
        let len = reader.seek(SeekFrom::End(0))?;
        reader.rewind()?;
        if len > MAX_PHOTO_BYTES {
            return Err(Refusal::TooManyBytes { bytes: len }.into());
        }
        Ok(Self { reader: BufReader::with_capacity(32 * 1024, reader), position: 0, len })
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    pub(crate) fn remaining(&self) -> u64 {
        self.len - self.position
    }

    /// Gives the reader back, at its start.
    pub(crate) fn into_reader(mut self) -> Result<BufReader<R>, Error> {
        self.reader.rewind()?;
        Ok(self.reader)
    }

    pub(crate) fn seek_to(&mut self, position: u64) -> Result<(), Error> {
        if position > self.len {
            return Err(Refusal::Truncated.into());
        }
        self.reader.seek_relative(position.cast_signed() - self.position.cast_signed())?;
        self.position = position;
        Ok(())
    }

    pub(crate) fn skip(&mut self, count: u64) -> Result<(), Error> {
        if count > self.remaining() {
            return Err(Refusal::Truncated.into());
        }
        self.seek_to(self.position + count)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut array = [0; N];
        self.fill(&mut array)?;
        Ok(array)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Error> {
        Ok(self.array::<1>()?[0])
    }

    pub(crate) fn bytes(&mut self, count: u64) -> Result<Vec<u8>, Error> {
        if count > self.remaining() {
            return Err(Refusal::Truncated.into());
        }
        let mut bytes = vec![0; usize::try_from(count).map_err(|_| Refusal::Truncated)?];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads up to and including the next `byte`.
    pub(crate) fn skip_past(&mut self, byte: u8) -> Result<(), Error> {
        let skipped = self.reader.skip_until(byte)? as u64;
        self.position += skipped;
        // What ends the file may be the byte looked for; then the next read finds nothing, which says the same.
        if skipped == 0 { Err(Refusal::Truncated.into()) } else { Ok(()) }
    }

    /// Hands the next `count` bytes to `take`, some at a time.
    pub(crate) fn each_part(
        &mut self,
        count: u64,
        mut take: impl FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut left = count;
        while left > 0 {
            let buffer = self.reader.fill_buf()?;
            let part = &buffer[..buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX))];
            if part.is_empty() {
                return Err(Refusal::Truncated.into());
            }
            take(part)?;
            let taken = part.len();
            self.reader.consume(taken);
            self.position += taken as u64;
            left -= taken as u64;
        }
        Ok(())
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        if bytes.len() as u64 > self.remaining() {
            return Err(Refusal::Truncated.into());
        }
        self.reader.read_exact(bytes)?;
        self.position += bytes.len() as u64;
        Ok(())
    }
}
