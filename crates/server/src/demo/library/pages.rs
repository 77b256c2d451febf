//! What stands in the Library: made up word by word, but always the same.

/// One message of the Library.
pub(super) struct Page {
    pub(super) number: u64,
    /// Who of the writers.
    pub(super) writer: usize,
    pub(super) text: String,
    /// Which page it answers.
    pub(super) answers: Option<u64>,
    /// Who of the writers put what on it.
    pub(super) reactions: Vec<(usize, &'static str)>,
    /// Which of the photos it shows: those are the first writer's.
    pub(super) photo: Option<usize>,
}

impl Page {
    /// The page of this number, from 0.
    pub(super) fn of(number: u64) -> Self {
        let mut dice = Dice(number);
        let photo = dice.once_in(150).then(|| dice.below(3));
        let writer = if photo.is_some() { 0 } else { dice.below(4) };
        let is_answer = number > 0 && dice.once_in(9);
        let answers = is_answer.then(|| number - 1 - (dice.below(12) as u64).min(number - 1));
        let text = if photo.is_some() && dice.once_in(2) { String::new() } else { text(&mut dice) };
        let reactions = match dice.below(30) {
            0 => vec![((writer + 1) % 4, dice.one_of(EMOJI)), ((writer + 2) % 4, dice.one_of(EMOJI))],
            1 => vec![((writer + 3) % 4, dice.one_of(EMOJI))],
            _ => Vec::new(),
        };
        Self { number, writer, text, answers, reactions, photo }
    }
}

/// How far a page strays from its time, in milliseconds.
pub(super) fn jitter(number: u64) -> u64 {
    Dice(number ^ 0x7469_6d65).next()
}

/// Mostly a line, sometimes a few, now and then a letter.
fn text(dice: &mut Dice) -> String {
    match dice.below(100) {
        0..5 => dice.one_of(SHORT).to_owned(),
        5..60 => sentence(dice),
        60..90 => sentences(dice, 2, 4),
        90..98 => sentences(dice, 4, 9),
        _ => {
            let paragraphs: Vec<String> = (0..2 + dice.below(4)).map(|_| sentences(dice, 3, 8)).collect();
            paragraphs.join("\n\n")
        }
    }
}

fn sentences(dice: &mut Dice, least: usize, most: usize) -> String {
    let count = least + dice.below(most - least + 1);
    (0..count).map(|_| sentence(dice)).collect::<Vec<_>>().join(" ")
}

fn sentence(dice: &mut Dice) -> String {
    let (who, does, what) = (dice.one_of(WHO), dice.one_of(DOES), dice.one_of(WHAT));
    let mut sentence = format!("{who} {does} {what}");
    if dice.once_in(2) {
        sentence.push(' ');
        sentence.push_str(dice.one_of(WHERE));
    }
    if dice.once_in(3) {
        sentence.push_str(", ");
        sentence.push_str(dice.one_of(AND_YET));
    }
    sentence.push_str(dice.one_of(&[".", ".", ".", ".", "!", "…", " 📚"]));
    sentence
}

/// Numbers that look like chance and are the same each time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).expect("it is below a limit that is a usize")
    }

    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn one_of(&mut self, words: &[&'static str]) -> &'static str {
        words[self.below(words.len())]
    }
}

const EMOJI: &[&str] = &["👍", "❤️", "😂", "📖", "🌊", "🎉", "🤔"];

const SHORT: &[&str] = &[
    "Yes.",
    "No idea.",
    "Thank you!",
    "Page **212**, third line.",
    "Who has volume two?",
    "It is back on the shelf.",
    "👀",
    "_Shh._",
    "See you at six.",
    "The one with the blue cover.",
];

const WHO: &[&str] = &[
    "The old atlas",
    "Somebody upstairs",
    "My sister",
    "The translator",
    "Every captain in this book",
    "The reading room",
    "A child from the school",
    "The new printer",
    "The author",
    "The cat",
    "Nobody",
    "The second chapter",
    "A letter from 1911",
    "The man with the umbrella",
    "The catalogue",
    "Our neighbour",
    "The lighthouse keeper",
    "The poet",
    "The index",
    "The river",
];

const DOES: &[&str] = &[
    "mentions",
    "has lost",
    "hides",
    "brought back",
    "cannot stand",
    "is looking for",
    "has drawn",
    "remembers",
    "keeps asking about",
    "describes",
    "sold",
    "never returned",
    "explains",
    "dreams of",
    "misspelt",
    "has found",
    "repairs",
    "counts",
    "borrowed",
    "reads aloud from",
];

const WHAT: &[&str] = &[
    "a map of the coast",
    "the third edition",
    "a pressed flower",
    "the missing page",
    "forty years of newspapers",
    "a recipe for plum cake",
    "the storm of that winter",
    "an island that is not there",
    "the wrong key",
    "a bookmark made of silk",
    "the sound of the ferry",
    "two tickets to the opera",
    "a dictionary of knots",
    "the first sentence",
    "the harbour at night",
    "a photograph without a date",
    "all of the footnotes",
    "a bicycle",
    "the end of the story",
    "a list of names",
];

const WHERE: &[&str] = &[
    "in the cellar",
    "behind the globe",
    "on the last page",
    "between two volumes",
    "at the back of the reading room",
    "under the stairs",
    "in a box from the market",
    "near the window",
    "somewhere in the margins",
    "in the footnotes",
    "on the train",
    "in the garden",
];

const AND_YET: &[&str] = &[
    "which surprised nobody",
    "or so it says",
    "and it rained all day",
    "but the ending is good",
    "as you said last year",
    "though I would not swear to it",
    "and now I cannot put it down",
    "which explains a lot",
    "if the card is to be believed",
    "and we laughed",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_always_the_same_and_no_two_thousand_are_alike() {
        let again = |number| (Page::of(number).text, Page::of(number).answers, Page::of(number).reactions);
        assert_eq!(again(4_711), again(4_711));
        let texts: std::collections::HashSet<String> =
            (0..2_000).map(|number| Page::of(number).text).collect();
        assert!(texts.len() > 1_500, "{} different texts", texts.len());
        let longest = texts.iter().map(String::len).max().unwrap_or_default();
        assert!((1_000..16_000).contains(&longest), "{longest} bytes");
    }

    #[test]
    fn an_answer_answers_what_was_before_it() {
        let answers: Vec<(u64, u64)> =
            (0..2_000).filter_map(|number| Some((number, Page::of(number).answers?))).collect();
        assert!(answers.len() > 100);
        assert!(answers.iter().all(|(number, answered)| answered < number));
    }
}
