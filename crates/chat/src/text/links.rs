//! Web and mail addresses in a text.

use super::{characters::is_word, units::Units};

/// The part of a mail address before the `@`, in characters (RFC 5321, 4.5.3.1.1).
const MAIL_LOCAL_CHARS_MAX: usize = 64;

/// An address that begins where one asked.
pub(super) struct Link {
    /// Where it ends.
    pub(super) end: usize,
    /// Where it leads: `http`, `https` or `mailto`, whatever was typed.
    pub(super) url: String,
}

/// Recognizes addresses, and remembers where there are none so that no stretch of text is searched twice.
#[derive(Default)]
pub(super) struct Links {
    no_web_before: usize,
    no_mail_before: usize,
    /// Where the mail name that was looked at last ends: all beginnings inside of it end there too.
    mail_local_end: usize,
}

impl Links {
    /// The address that begins at `at` and ends at or before `limit`.
    pub(super) fn read(&mut self, units: &Units, at: usize, limit: usize) -> Option<Link> {
        let text = Stretch { units, limit };
        self.web(&text, at).or_else(|| self.mail(&text, at))
    }

    fn web(&mut self, text: &Stretch<'_>, at: usize) -> Option<Link> {
        let before = text.units.ascii_before(at);
        if at < self.no_web_before || before.is_some_and(|b| b.is_ascii_alphanumeric() || b"+@/".contains(&b))
        {
            return None;
        }
        let (scheme, typed) = text.scheme(at)?;
        let host = text.host(at + typed)?;
        if typed == 0 && host.labels < 3 {
            return None;
        }
        let end = text.port(host.end);
        if text.is_other_authority(end) {
            self.no_web_before = text.address_end(end);
            self.no_mail_before = self.no_web_before;
            return None;
        }
        let rest_end = text.rest(end);
        let host_name = text.units.slice(at + typed, host.end).to_ascii_lowercase();
        let rest = text.units.slice(host.end, rest_end);
        Some(Link { end: rest_end, url: format!("{scheme}{host_name}{rest}") })
    }

    fn mail(&mut self, text: &Stretch<'_>, at: usize) -> Option<Link> {
        let before = text.units.ascii_before(at);
        if at < self.no_mail_before
            || before.is_some_and(|b| b.is_ascii_alphanumeric() || b".+-@/".contains(&b))
        {
            return None;
        }
        if at >= self.mail_local_end {
            self.mail_local_end = text.mail_local(at);
        }
        let local_end = self.mail_local_end;
        let is_name = local_end - at <= MAIL_LOCAL_CHARS_MAX && text.ascii(local_end) == Some(b'@');
        let host = if is_name { text.host(local_end + 1) } else { None };
        let Some(host) = host.filter(|host| host.labels > 1 && text.is_top_level(host)) else {
            self.no_mail_before = local_end;
            return None;
        };
        let local = text.units.slice(at, local_end);
        let host_name = text.units.slice(local_end + 1, host.end).to_ascii_lowercase();
        Some(Link { end: host.end, url: format!("mailto:{local}@{host_name}") })
    }
}

/// A text that ends at `limit`: links stop before a mention.
struct Stretch<'a> {
    units: &'a Units,
    limit: usize,
}

struct Host {
    end: usize,
    /// How many names, with dots between them.
    labels: usize,
    /// Where the last of them begins.
    last_label: usize,
}

impl Stretch<'_> {
    fn ascii(&self, at: usize) -> Option<u8> {
        if at < self.limit { self.units.ascii(at) } else { None }
    }

    fn char_at(&self, at: usize) -> Option<char> {
        if at < self.limit { self.units.char_at(at) } else { None }
    }

    /// The scheme at `at`, as a URL says it, and how many units of it were typed: none before a `www.`.
    fn scheme(&self, at: usize) -> Option<(&'static str, usize)> {
        [("https://", "https://", 8), ("http://", "http://", 7), ("www.", "https://", 0)]
            .into_iter()
            .find(|(typed, ..)| self.starts_with(at, typed))
            .map(|(_, scheme, length)| (scheme, length))
    }

    fn starts_with(&self, at: usize, prefix: &str) -> bool {
        (at..)
            .zip(prefix.bytes())
            .all(|(at, byte)| self.ascii(at).is_some_and(|b| b.eq_ignore_ascii_case(&byte)))
    }

    /// The host at `at`: labels with single dots between them.
    fn host(&self, at: usize) -> Option<Host> {
        let mut end = self.label(at)?;
        let mut host = Host { end, labels: 1, last_label: at };
        while self.ascii(end) == Some(b'.')
            && let Some(label_end) = self.label(end + 1)
        {
            host = Host { end: label_end, labels: host.labels + 1, last_label: end + 1 };
            end = label_end;
        }
        while matches!(self.ascii(host.end - 1), Some(b'-' | b'_')) {
            host.end -= 1;
        }
        Some(host)
    }

    /// Where the label ends that begins at `at` with a letter or digit.
    fn label(&self, at: usize) -> Option<usize> {
        let mut end = at + self.char_at(at).filter(|&c| is_word(c))?.len_utf16();
        while let Some(c) = self.char_at(end).filter(|&c| is_word(c) || c == '-' || c == '_') {
            end += c.len_utf16();
        }
        Some(end)
    }

    /// At least two characters, and not a digit first: `example.com`, but not `1.5`.
    fn is_top_level(&self, host: &Host) -> bool {
        host.end - host.last_label > 1 && !self.ascii(host.last_label).is_some_and(|b| b.is_ascii_digit())
    }

    /// Where the port after the host ends; `at` when there is none.
    fn port(&self, at: usize) -> usize {
        let digits = (at + 1..).map_while(|at| self.ascii(at)).take_while(u8::is_ascii_digit).take(6);
        let port = digits.fold((0, 0_u32), |(length, port), b| (length + 1, port * 10 + u32::from(b - b'0')));
        match port {
            (length @ 1.., ..=65_535) if self.ascii(at) == Some(b':') => at + 1 + length,
            _ => at,
        }
    }

    /// What looks like the host was somebody's name or password on another: it does not lead where it seems to.
    fn is_other_authority(&self, at: usize) -> bool {
        match self.ascii(at) {
            Some(b'@') => true,
            Some(b':') => self.ascii(at + 1).is_some_and(|b| b.is_ascii_alphanumeric()),
            _ => false,
        }
    }

    /// Where path, query and fragment end, without what belongs to the sentence around them.
    fn rest(&self, at: usize) -> usize {
        if !matches!(self.ascii(at), Some(b'/' | b'?' | b'#')) {
            return at;
        }
        let mut end = self.address_end(at);
        let mut unbalanced = Brackets::default();
        (at..end).filter_map(|at| self.ascii(at)).for_each(|byte| unbalanced.count(byte));
        while end > at
            && let Some(c) = self.units.char_before(end)
            && (ends_sentence(c) || unbalanced.takes(c))
        {
            end -= c.len_utf16();
        }
        end
    }

    /// Where the run of characters ends that an address may have.
    fn address_end(&self, at: usize) -> usize {
        let mut end = at;
        while let Some(c) = self.char_at(end).filter(|&c| !ends_address(c)) {
            end += c.len_utf16();
        }
        end
    }

    /// Where the run of characters of a mail name ends that begins at `at`. A dot must stand between two others.
    fn mail_local(&self, at: usize) -> usize {
        let is_name = |at| self.ascii(at).is_some_and(|b| b.is_ascii_alphanumeric() || b"_+-".contains(&b));
        let mut end = at;
        while is_name(end) || (self.ascii(end) == Some(b'.') && is_name(end + 1)) {
            end += 1;
        }
        end
    }
}

/// How many brackets of each kind are closed without having been opened in the address.
#[derive(Default)]
struct Brackets([i32; 3]);

impl Brackets {
    fn count(&mut self, byte: u8) {
        if let Some(kind) = "([{".find(char::from(byte)) {
            self.0[kind] -= 1;
        } else if let Some(kind) = ")]}".find(char::from(byte)) {
            self.0[kind] += 1;
        }
    }

    /// `c` closes a bracket that was opened outside of the address, and is now taken off it.
    fn takes(&mut self, c: char) -> bool {
        let Some(kind) = ")]}".find(c) else { return false };
        let surplus = self.0[kind] > 0;
        self.0[kind] -= i32::from(surplus);
        surplus
    }
}

/// Never part of an address: spaces, controls, quotes, the brackets and stops of scripts that write without spaces.
fn ends_address(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c,
            '"' | '<' | '>' | '\\' | '`' | '«' | '»' | '\u{61c}' | '\u{200b}' | '\u{200e}'..='\u{200f}'
            | '\u{201c}'..='\u{201e}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}'
            | '\u{3001}'..='\u{3002}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301b}'
            | '\u{301d}'..='\u{301f}' | '\u{feff}' | '\u{ff01}'..='\u{ff02}' | '\u{ff08}'..='\u{ff09}'
            | '\u{ff0c}' | '\u{ff0e}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff1c}' | '\u{ff1e}'..='\u{ff1f}'
            | '\u{ff3b}'..='\u{ff3d}' | '\u{ff5b}' | '\u{ff5d}' | '\u{ff5f}'..='\u{ff64}'
        )
}

/// At the end of an address, it ends the sentence or closes a mark instead.
fn ends_sentence(c: char) -> bool {
    matches!(
        c,
        '.' | ',' | ':' | ';' | '!' | '?' | '\'' | '*' | '_' | '~' | '|' | '،' | '؛' | '؟' | '।' | '’' | '…'
    )
}
