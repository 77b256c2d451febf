//! What people write: words of a vocabulary, the common ones often, so that the search index has the work it has in life.

/// How long a message is, in bytes.
pub(crate) const MESSAGE_BYTES: usize = 100;
/// Different words.
const VOCABULARY: u64 = 20_000;

/// A source of words that repeats itself from the same seed.
pub(crate) struct Words(u64);

impl Words {
    pub(crate) fn from_seed(seed: u64) -> Self {
        Self(seed.wrapping_mul(2).wrapping_add(1))
    }

    /// A number below `bound` (xorshift64*).
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % bound
    }

    /// Appends words up to exactly this length.
    pub(crate) fn fill(&mut self, text: &mut String, bytes: usize) {
        while text.len() < bytes {
            let word = self.word();
            text.push_str(&word);
            text.push(' ');
        }
        text.truncate(bytes);
        // A text does not end in white space.
        if text.ends_with(' ') {
            text.pop();
            text.push('.');
        }
    }

    /// A text of this length.
    pub(crate) fn text(&mut self, bytes: usize) -> String {
        let mut text = String::with_capacity(bytes + 16);
        self.fill(&mut text, bytes);
        text
    }

    /// A word; the square of an even chance makes low ones common.
    pub(crate) fn word(&mut self) -> String {
        const ONSETS: [&str; 16] =
            ["b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr", "sh"];
        const VOWELS: [&str; 5] = ["a", "e", "i", "o", "u"];
        let chance = self.below(1 << 16);
        let mut number = (chance * chance * VOCABULARY) >> 32;
        let mut word = String::new();
        loop {
            word.push_str(ONSETS[(number % 16) as usize]);
            word.push_str(VOWELS[(number / 16 % 5) as usize]);
            number /= 80;
            if number == 0 {
                return word;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_the_length_that_was_asked_for_and_end_in_no_space() {
        let mut words = Words::from_seed(1);
        for _ in 0..1_000 {
            let text = words.text(MESSAGE_BYTES);
            assert_eq!(text.len(), MESSAGE_BYTES);
            assert!(!text.ends_with(' '));
        }
    }
}
