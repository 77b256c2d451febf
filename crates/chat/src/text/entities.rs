//! Formatting, links and mentions in a message's text. The grammar is written down in `docs/text.md`.

use kith_protocol::{
    Entity, EntityKind, Mention,
    limits::{ENTITIES_MAX, MENTIONS_MAX},
};

use super::{emphasis::Emphasis, links::Links, units::Units};

/// The longest name of a language that a code block's first line can give, in characters.
const LANGUAGE_CHARS_MAX: usize = 32;

/// Finds what is in `text`, ordered by offset, then longer first, then by kind; properly nested; at most [`ENTITIES_MAX`],
/// the mentions among them always.
///
/// `mentions` are the sender's picks, as [`check_mentions`](super::check_mentions) lets them pass; one that is not is left
/// out, as is one inside of code. Takes time linear in the text and never fails.
#[must_use]
pub fn entities(text: &str, mentions: &[Mention]) -> Vec<Entity> {
    in_units(&Units::new(text), mentions)
}

fn in_units(units: &Units, mentions: &[Mention]) -> Vec<Entity> {
    let mut scanner = Scanner {
        units,
        mentions: proper_mentions(units, mentions),
        mention: 0,
        emphasis: Emphasis::default(),
        links: Links::default(),
        found: Vec::new(),
    };
    let mut at = 0;
    while at < units.len() {
        at = scanner.step(at);
    }
    limited(scanner.found)
}

/// An entity from `from` to `to`, with nothing that only some kinds have.
pub(super) fn entity(kind: EntityKind, from: usize, to: usize, marks: usize) -> Entity {
    Entity {
        kind,
        offset: number(from),
        length: number(to - from),
        marks: number(marks),
        url: None,
        user_id: None,
        language: None,
    }
}

fn number(units: usize) -> u32 {
    u32::try_from(units).expect("a text is far shorter than 4 Gi units")
}

/// Those mentions that lie in the text, in order, without overlap, splitting no character.
fn proper_mentions<'a>(units: &Units, mentions: &'a [Mention]) -> Vec<&'a Mention> {
    let mut end = 0;
    let mut proper = Vec::with_capacity(mentions.len().min(MENTIONS_MAX));
    for mention in mentions {
        let (from, to) = span(mention);
        if from >= end && to > from && units.is_boundary(from) && units.is_boundary(to) {
            end = to;
            proper.push(mention);
        }
    }
    proper.truncate(MENTIONS_MAX);
    proper
}

fn span(mention: &Mention) -> (usize, usize) {
    let from = mention.offset as usize;
    (from, from.saturating_add(mention.length as usize))
}

fn limited(mut found: Vec<Entity>) -> Vec<Entity> {
    found.sort_by_key(|entity| (entity.offset, std::cmp::Reverse(entity.length), entity.kind));
    let is_mention = |entity: &Entity| entity.kind == EntityKind::Mention;
    let mut room = ENTITIES_MAX - found.iter().filter(|entity| is_mention(entity)).count();
    found.retain(|entity| {
        let keep = is_mention(entity) || room > 0;
        room -= usize::from(keep && !is_mention(entity));
        keep
    });
    found
}

/// Reads a text once, from left to right. What it recognizes as a whole (a mention, code, a link) it steps over, so
/// nothing is found inside of it.
struct Scanner<'a> {
    units: &'a Units,
    mentions: Vec<&'a Mention>,
    /// The first of `mentions` that has not been passed.
    mention: usize,
    emphasis: Emphasis,
    links: Links,
    found: Vec<Entity>,
}

impl Scanner<'_> {
    /// Reads what begins at `at`. Returns where it ends.
    fn step(&mut self, at: usize) -> usize {
        if let Some(end) = self.mention(at) {
            return end;
        }
        match self.units.ascii(at) {
            Some(b'\n' | b'\r') => {
                self.emphasis.forget();
                at + 1
            }
            Some(b'`') => self.backticks(at),
            Some(byte @ (b'*' | b'_' | b'~')) => self.emphasis.read(self.units, at, byte, &mut self.found),
            Some(byte) if byte.is_ascii_alphanumeric() => self.link(at).unwrap_or(at + 1),
            _ => at + 1,
        }
    }

    fn mention(&mut self, at: usize) -> Option<usize> {
        while self.next_mention() < at {
            self.mention += 1;
        }
        let mention = self.mentions.get(self.mention).filter(|mention| mention.offset as usize == at)?;
        let (from, to) = span(mention);
        self.found
            .push(Entity { user_id: Some(mention.user_id), ..entity(EntityKind::Mention, from, to, 0) });
        self.mention += 1;
        Some(to)
    }

    /// Where the next mention begins; the end of the text when there is none.
    fn next_mention(&self) -> usize {
        self.mentions.get(self.mention).map_or(self.units.len(), |mention| mention.offset as usize)
    }

    fn link(&mut self, at: usize) -> Option<usize> {
        let link = self.links.read(self.units, at, self.next_mention())?;
        self.found.push(Entity { url: Some(link.url), ..entity(EntityKind::Link, at, link.end, 0) });
        Some(link.end)
    }

    fn backticks(&mut self, at: usize) -> usize {
        let run = self.units.run(at, b'`');
        let end = match run {
            _ if self.units.ascii_before(at) == Some(b'\\') => None,
            1 => self.code(at),
            3 => self.code_block(at),
            _ => None,
        };
        end.unwrap_or(at + run)
    }

    fn code(&mut self, at: usize) -> Option<usize> {
        let end = self.closing_backticks(at + 1, 1)? + 1;
        self.found.push(entity(EntityKind::Code, at, end, 1));
        Some(end)
    }

    fn code_block(&mut self, at: usize) -> Option<usize> {
        let close = self.closing_backticks(at + 3, 3)?;
        let (language, body) = self.first_line(at + 3);
        if self.without_last_break(body, close) <= body {
            return None;
        }
        self.emphasis.forget();
        let end = close + 3;
        self.found.push(Entity { language, ..entity(EntityKind::CodeBlock, at, end, 3) });
        Some(end)
    }

    /// Where the next run of exactly `length` backticks begins; a single one must be on the same line. Not finding it
    /// costs a look at the rest of the line or text, which cannot happen there twice: there is no such run in it.
    fn closing_backticks(&self, from: usize, length: usize) -> Option<usize> {
        let mut at = from;
        while at < self.units.len() {
            match self.units.ascii(at) {
                Some(b'`') => {
                    let run = self.units.run(at, b'`');
                    if run == length {
                        return Some(at);
                    }
                    at += run;
                }
                Some(b'\n' | b'\r') if length == 1 => return None,
                _ => at += 1,
            }
        }
        None
    }

    /// The language that the rest of the first line names, if that is all it says, and where the code begins.
    fn first_line(&self, from: usize) -> (Option<String>, usize) {
        let is_language = |at: &usize| {
            let byte = self.units.ascii(*at);
            byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_+#.-".contains(&byte))
        };
        let length = (from..).take(LANGUAGE_CHARS_MAX).take_while(is_language).count();
        let end = from + length;
        match self.line_break(end) {
            0 => (None, from),
            width => ((length > 0).then(|| self.units.slice(from, end)), end + width),
        }
    }

    /// The length of the line break at `at`.
    fn line_break(&self, at: usize) -> usize {
        match (self.units.ascii(at), self.units.ascii(at + 1)) {
            (Some(b'\r'), Some(b'\n')) => 2,
            (Some(b'\r' | b'\n'), _) => 1,
            _ => 0,
        }
    }

    /// `to`, or where the line break before it begins.
    fn without_last_break(&self, from: usize, to: usize) -> usize {
        match to.checked_sub(2) {
            Some(start) if start >= from && self.line_break(start) == 2 => start,
            _ if to > from && self.line_break(to - 1) == 1 => to - 1,
            _ => to,
        }
    }
}

#[cfg(test)]
mod tests {
    use kith_protocol::{
        UserId,
        limits::{TEXT_UTF16_MAX, utf16_len},
    };
    use proptest::prelude::*;

    use super::*;

    /// How often each unit may be looked at, whatever the text. Twice the worst that the texts below need.
    const READS_PER_UNIT_MAX: usize = 40;

    #[test]
    fn no_text_of_the_longest_kind_costs_more_than_linear_time() {
        for pattern in [
            "*",
            "_",
            "`",
            "~",
            "[",
            ")",
            "@",
            ".",
            "\\",
            "* ",
            "** ",
            "*a ",
            "*a *",
            "**a",
            "_a",
            "~~a ",
            "*a **b ~~c _d ",
            "*a*",
            "**a **b** ",
            "`a\n",
            "`a``",
            "``a`",
            "```",
            "```a",
            "```a\n",
            "````",
            "` ```",
            "a",
            "a_",
            "a.",
            "a_a@",
            "a@",
            "a@b",
            "a@a.",
            "a@b-",
            "a@b_c.",
            "w",
            "www.",
            "www.a ",
            "www._",
            "-www.a",
            "www.é-",
            "é-www.a",
            "http://",
            "http://a",
            "http://é-www.",
            "http://a:b",
            "http://a@",
            "https://x/",
            "https://x/* ",
            "https://x/)",
            "https://x/(",
            "https://x:1",
            "https://é",
            "😀",
            "😀*",
            "日*本*",
            "\n",
            "\r\n",
            "*\n",
        ] {
            let pattern_len = utf16_len(pattern);
            let text = pattern.repeat(TEXT_UTF16_MAX / pattern_len);
            for text in
                [text.clone(), format!("http://{text}:a"), format!("{text}@x.de"), format!("`{text}```")]
            {
                assert!(
                    reads(&text) <= READS_PER_UNIT_MAX * utf16_len(&text),
                    "{pattern:?}: {}",
                    reads(&text)
                );
            }
        }
    }

    fn reads(text: &str) -> usize {
        let units = Units::new(text);
        in_units(&units, &[]);
        units.reads.get()
    }

    #[test]
    fn entities_end_at_their_limit() {
        assert_eq!(entities(&"*a* ".repeat(ENTITIES_MAX), &[]).len(), ENTITIES_MAX);
        assert_eq!(entities(&"*a* ".repeat(ENTITIES_MAX + 1), &[]).len(), ENTITIES_MAX);
    }

    #[test]
    fn no_link_leads_elsewhere_than_to_the_web_or_mail() {
        for text in [
            "javascript:www.x.de",
            "data:https://x.de",
            "vbscript:a@x.de",
            "HTTPS://X.DE",
            "file://www.x.de/",
        ] {
            for entity in entities(text, &[]) {
                let url = entity.url.expect("only links are in these");
                assert!(
                    ["http://", "https://", "mailto:"].iter().any(|scheme| url.starts_with(scheme)),
                    "{url}"
                );
            }
        }
    }

    const MARKED: &str = "[*_~`\\\\ \n\ra1é日😀👍@.:/()]{0,60}|([*_~` ]{1,3}|```|https://|www\\.|x\\.de|@|\n|a|日|😀){0,24}|(?s).{0,60}";

    fn mention() -> impl Strategy<Value = Mention> {
        (0..70_u32, 0..9_u32).prop_map(|(offset, length)| Mention {
            offset,
            length,
            user_id: UserId::from([7; 16]),
        })
    }

    proptest! {
        #[test]
        fn entities_are_in_order_nested_and_split_no_character(
            text in MARKED,
            mentions in proptest::collection::vec(mention(), 0..6),
        ) {
            let units = Units::new(&text);
            let found = entities(&text, &mentions);
            let mut around: Vec<(usize, usize)> = Vec::new();
            for entity in &found {
                let (from, to) = (entity.offset as usize, (entity.offset + entity.length) as usize);
                let marks = entity.marks as usize;
                prop_assert!(to <= units.len() && from + 2 * marks < to);
                prop_assert!([from, to, from + marks, to - marks].into_iter().all(|at| units.is_boundary(at)));
                while around.last().is_some_and(|&(_, end)| end <= from) {
                    around.pop();
                }
                prop_assert!(around.last().is_none_or(|&(begin, end)| begin <= from && to <= end));
                if matches!(entity.kind, EntityKind::Bold | EntityKind::Italic | EntityKind::Strike) {
                    around.push((from + marks, to - marks));
                } else {
                    around.push((to, to));
                }
            }
            let key = |entity: &Entity| (entity.offset, std::cmp::Reverse(entity.length), entity.kind);
            prop_assert!(found.is_sorted_by_key(key));
        }

        #[test]
        fn a_text_without_marks_has_only_links_and_mentions(text in "[a-z0-9 .,:/@é日😀\n]{0,60}") {
            prop_assert!(entities(&text, &[]).iter().all(|entity| entity.kind == EntityKind::Link));
        }
    }
}
