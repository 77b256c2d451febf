//! Bytes with their checksums behind them, so that nothing damaged is ever handed out, wherever reading begins.
//!
//! ```text
//! content | CRC-32 of each block of 64 KiB | length of the content, u64 | CRC-32 of all since the content | "KithSeal"
//! ```
//!
//! Numbers are little-endian. Viewers of pictures do not mind what follows a picture, so the files can still be looked at
//! as they lie there.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    os::unix::fs::FileExt,
};

/// Content under one checksum, in bytes: what is read at least.
const BLOCK_BYTES: usize = 64 * 1024;
const MAGIC: &[u8; 8] = b"KithSeal";
/// What follows the checksums of the blocks: length, checksum, magic.
const FOOT_BYTES: usize = 8 + 4 + 8;
/// Checksums of one file, in bytes: of 1 TiB, as good as no limit.
const SUMS_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Writes content, and its checksums when it is sealed.
pub(crate) struct Writer {
    file: File,
    sums: Vec<u8>,
    block: crc32fast::Hasher,
    in_block: usize,
    length: u64,
}

impl Writer {
    /// Writes into an empty file.
    pub(crate) fn new(file: File) -> Self {
        Self { file, sums: Vec::new(), block: crc32fast::Hasher::new(), in_block: 0, length: 0 }
    }

    /// Writes the checksums. Without them, the file counts as damaged.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn seal(mut self) -> io::Result<File> {
        if self.in_block > 0 {
            self.end_block();
        }
        let mut seal = self.sums;
        seal.extend(self.length.to_le_bytes());
        let sum = crc32fast::hash(&seal);
        seal.extend(sum.to_le_bytes());
        seal.extend(MAGIC);
        self.file.write_all(&seal)?;
        Ok(self.file)
    }

    fn end_block(&mut self) {
        let block = std::mem::take(&mut self.block);
        self.sums.extend(block.finalize().to_le_bytes());
        self.in_block = 0;
    }
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = BLOCK_BYTES - self.in_block;
        let written = self.file.write(&bytes[..bytes.len().min(room)])?;
        self.block.update(&bytes[..written]);
        self.in_block += written;
        self.length += written as u64;
        if self.in_block == BLOCK_BYTES {
            self.end_block();
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Reads sealed content from anywhere. What does not match its checksum is [`io::ErrorKind::InvalidData`].
pub(crate) struct Reader {
    file: File,
    sums: Vec<u8>,
    length: u64,
    at: u64,
    block: Vec<u8>,
    /// Which block `block` holds.
    held: Option<u64>,
}

impl Reader {
    /// Opens a sealed file.
    ///
    /// # Errors
    /// Those of the disk; `InvalidData` when it was not sealed, was cut short, or its seal was damaged.
    pub(crate) fn new(file: File) -> io::Result<Self> {
        let whole = file.metadata()?.len();
        let foot_at = whole.checked_sub(FOOT_BYTES as u64).ok_or_else(damaged)?;
        let mut foot = [0; FOOT_BYTES];
        file.read_exact_at(&mut foot, foot_at)?;
        let length = u64::from_le_bytes(foot[..8].try_into().expect("eight bytes"));
        let sums_bytes = length.div_ceil(BLOCK_BYTES as u64).checked_mul(4).ok_or_else(damaged)?;
        if foot[12..] != *MAGIC
            || sums_bytes > SUMS_BYTES_MAX
            || length.checked_add(sums_bytes) != Some(foot_at)
        {
            return Err(damaged());
        }
        let mut sums = vec![0; usize::try_from(sums_bytes).map_err(io::Error::other)?];
        file.read_exact_at(&mut sums, length)?;
        let mut sum = crc32fast::Hasher::new();
        sum.update(&sums);
        sum.update(&foot[..8]);
        if foot[8..12] != sum.finalize().to_le_bytes() {
            return Err(damaged());
        }
        Ok(Self { file, sums, length, at: 0, block: Vec::new(), held: None })
    }

    fn hold(&mut self, block: u64) -> io::Result<()> {
        if self.held == Some(block) {
            return Ok(());
        }
        self.held = None;
        let start = block * BLOCK_BYTES as u64;
        let bytes = (self.length - start).min(BLOCK_BYTES as u64);
        self.block.resize(usize::try_from(bytes).map_err(io::Error::other)?, 0);
        self.file.read_exact_at(&mut self.block, start)?;
        let sum = usize::try_from(block).map_err(io::Error::other)? * 4;
        if self.sums[sum..sum + 4] != crc32fast::hash(&self.block).to_le_bytes() {
            return Err(damaged());
        }
        self.held = Some(block);
        Ok(())
    }
}

impl Read for Reader {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.length || to.is_empty() {
            return Ok(0);
        }
        self.hold(self.at / BLOCK_BYTES as u64)?;
        let from = usize::try_from(self.at % BLOCK_BYTES as u64).map_err(io::Error::other)?;
        let count = (self.block.len() - from).min(to.len());
        to[..count].copy_from_slice(&self.block[from..from + count]);
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the file does not match its checksums")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(content: &[u8]) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let mut writer = Writer::new(File::create(&path).unwrap());
        writer.write_all(content).unwrap();
        writer.seal().unwrap();
        std::fs::read(&path).unwrap()
    }

    fn read(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, bytes).unwrap();
        let mut content = Vec::new();
        Reader::new(File::open(&path).unwrap())?.read_to_end(&mut content)?;
        Ok(content)
    }

    #[test]
    fn what_was_sealed_is_read_at_every_border_of_a_block() {
        for length in [0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES] {
            let content: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            assert_eq!(read(&sealed(&content)).unwrap(), content, "{length}");
        }
    }

    #[test]
    fn every_flipped_bit_and_every_truncation_is_found() {
        let whole = sealed(b"some bytes of a photo");
        for bit in 0..whole.len() * 8 {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(read(&bytes).unwrap_err().kind(), io::ErrorKind::InvalidData, "{bit}");
        }
        for kept in 0..whole.len() {
            assert_eq!(read(&whole[..kept]).unwrap_err().kind(), io::ErrorKind::InvalidData, "{kept}");
        }
    }

    #[test]
    fn a_range_beside_the_damage_is_still_read() {
        let mut bytes = sealed(&vec![7; 2 * BLOCK_BYTES]);
        bytes[10] ^= 1;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, bytes).unwrap();
        let mut reader = Reader::new(File::open(&path).unwrap()).unwrap();
        let mut part = [0; 5];
        reader.seek(SeekFrom::Start(BLOCK_BYTES as u64 + 3)).unwrap();
        reader.read_exact(&mut part).unwrap();
        assert_eq!(part, [7; 5]);
        reader.seek(SeekFrom::Start(0)).unwrap();
        assert_eq!(reader.read_exact(&mut part).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
