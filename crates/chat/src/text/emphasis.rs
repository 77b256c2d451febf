//! Bold, italic and strike: pairs of marks on one line.

use kith_protocol::{Entity, EntityKind};

use super::{
    characters::{is_unspaced, is_word},
    units::Units,
};

/// The marks that are open at some place of a line, outermost first, each at most once. That there are never more than
/// four is what keeps the time linear, however many marks a text has.
#[derive(Default)]
pub(super) struct Emphasis {
    open: Vec<Opener>,
}

struct Opener {
    mark: Mark,
    at: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// `**`
    Bold,
    /// `*`
    ItalicStar,
    /// `_`
    ItalicUnderscore,
    /// `~~`
    Strike,
}

impl Emphasis {
    /// Reads the run of `byte` at `at`: it closes what is open, innermost first, and what is left of it opens. Returns
    /// where the run ends.
    pub(super) fn read(&mut self, units: &Units, at: usize, byte: u8, found: &mut Vec<Entity>) -> usize {
        let end = at + units.run(at, byte);
        if units.ascii_before(at) == Some(b'\\') {
            return end;
        }
        let around = Around { before: units.char_before(at), after: units.char_at(end) };
        let mut marks = marks(byte, end - at).to_vec();
        let mut at = at;
        while let Some(opener) = self.close(&marks, &around) {
            at += opener.mark.width();
            marks.retain(|mark| *mark != opener.mark);
            found.push(opener.mark.entity(opener.at, at));
        }
        for mark in marks {
            if around.can_open(mark) {
                self.open(mark, at);
            }
            at += mark.width();
        }
        end
    }

    /// Nothing is open any more: the line ended.
    pub(super) fn forget(&mut self) {
        self.open.clear();
    }

    /// Takes out the innermost opener that one of `marks` closes, and drops what was opened inside of it and never
    /// closed.
    fn close(&mut self, marks: &[Mark], around: &Around) -> Option<Opener> {
        let closes = |opener: &Opener| marks.contains(&opener.mark) && around.can_close(opener.mark);
        let index = self.open.iter().rposition(closes)?;
        self.open.truncate(index + 1);
        self.open.pop()
    }

    /// The nearest opener counts: an earlier one of the same kind is a lone mark.
    fn open(&mut self, mark: Mark, at: usize) {
        self.open.retain(|opener| opener.mark != mark);
        self.open.push(Opener { mark, at });
    }
}

/// What a run of `length` times `byte` says, outermost mark first; nothing when it is only text.
fn marks(byte: u8, length: usize) -> &'static [Mark] {
    match (byte, length) {
        (b'*', 1) => &[Mark::ItalicStar],
        (b'*', 2) => &[Mark::Bold],
        (b'*', 3) => &[Mark::Bold, Mark::ItalicStar],
        (b'_', 1) => &[Mark::ItalicUnderscore],
        (b'~', 2) => &[Mark::Strike],
        _ => &[],
    }
}

impl Mark {
    fn width(self) -> usize {
        match self {
            Self::Bold | Self::Strike => 2,
            Self::ItalicStar | Self::ItalicUnderscore => 1,
        }
    }

    fn kind(self) -> EntityKind {
        match self {
            Self::Bold => EntityKind::Bold,
            Self::ItalicStar | Self::ItalicUnderscore => EntityKind::Italic,
            Self::Strike => EntityKind::Strike,
        }
    }

    fn entity(self, from: usize, to: usize) -> Entity {
        super::entities::entity(self.kind(), from, to, self.width())
    }

    /// On the outer side of this mark, `c` makes it a part of a word: `snake_case`, `2*3*4`.
    fn clings_to(self, c: char) -> bool {
        match self {
            Self::Bold | Self::Strike => false,
            Self::ItalicStar => is_word(c) && !is_unspaced(c),
            Self::ItalicUnderscore => is_word(c),
        }
    }
}

/// The characters on both sides of a run of marks.
struct Around {
    before: Option<char>,
    after: Option<char>,
}

impl Around {
    fn can_open(&self, mark: Mark) -> bool {
        is_ink(self.after) && !self.before.is_some_and(|c| mark.clings_to(c))
    }

    fn can_close(&self, mark: Mark) -> bool {
        is_ink(self.before) && !self.after.is_some_and(|c| mark.clings_to(c))
    }
}

fn is_ink(c: Option<char>) -> bool {
    c.is_some_and(|c| !c.is_whitespace())
}
