//! A text as JavaScript counts it, so that the grammar speaks of the same offsets on both sides of the wire.

/// A text in UTF-16 units.
pub(super) struct Units {
    units: Vec<u16>,
    /// How often a unit was looked at: what the tests of linear time count.
    #[cfg(test)]
    pub(super) reads: std::cell::Cell<usize>,
}

impl Units {
    pub(super) fn new(text: &str) -> Self {
        Self {
            units: text.encode_utf16().collect(),
            #[cfg(test)]
            reads: std::cell::Cell::default(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.units.len()
    }

    /// The ASCII character at `at`; nothing when it is another one or past the end.
    pub(super) fn ascii(&self, at: usize) -> Option<u8> {
        self.unit(at).and_then(|unit| u8::try_from(unit).ok()).filter(u8::is_ascii)
    }

    /// The character that begins at `at`.
    pub(super) fn char_at(&self, at: usize) -> Option<char> {
        let unit = self.unit(at)?;
        match char::from_u32(u32::from(unit)) {
            Some(c) => Some(c),
            None => self.pair(at),
        }
    }

    /// The character that ends at `at`.
    pub(super) fn char_before(&self, at: usize) -> Option<char> {
        let last = at.checked_sub(1)?;
        match char::from_u32(u32::from(self.unit(last)?)) {
            Some(c) => Some(c),
            None => self.pair(last.checked_sub(1)?),
        }
    }

    /// The ASCII character that ends at `at`.
    pub(super) fn ascii_before(&self, at: usize) -> Option<u8> {
        self.ascii(at.checked_sub(1)?)
    }

    /// How often `byte` is repeated from `at` on.
    pub(super) fn run(&self, at: usize, byte: u8) -> usize {
        (at..self.len()).take_while(|&at| self.ascii(at) == Some(byte)).count()
    }

    /// `at` is in the text or at its end, and not inside of a surrogate pair.
    pub(super) fn is_boundary(&self, at: usize) -> bool {
        at == self.len() || self.unit(at).is_some_and(|unit| !(0xdc00..0xe000).contains(&unit))
    }

    pub(super) fn slice(&self, from: usize, to: usize) -> String {
        String::from_utf16_lossy(&self.units[from..to])
    }

    fn pair(&self, at: usize) -> Option<char> {
        char::decode_utf16([self.unit(at)?, self.unit(at + 1)?]).next()?.ok()
    }

    fn unit(&self, at: usize) -> Option<u16> {
        #[cfg(test)]
        self.reads.set(self.reads.get() + 1);
        self.units.get(at).copied()
    }
}
