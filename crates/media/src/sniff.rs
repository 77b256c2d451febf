use crate::PhotoFormat;

/// How many of a file's first bytes [`sniff`] wants; with fewer it sees less.
pub const SNIFF_BYTES: usize = 512;

/// What a file is by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sniffed {
    /// How to treat it.
    pub kind: Kind,
    /// The media type to serve it with. Never one that a browser would run: markup and scripts are
    /// `application/octet-stream` or `text/plain`.
    pub mime: &'static str,
}

/// How a file is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A photo: inspected, stripped, shown.
    Photo(PhotoFormat),
    /// A photo in a format that we do not decode (HEIC, AVIF, JPEG XL, TIFF and the raw formats built on it). It
    /// travels as a file, with its metadata, and the sender is told so.
    OpaquePhoto,
    /// A video.
    Video,
    /// A sound.
    Audio,
    /// Anything else.
    File,
}

/// Tells from its first [`SNIFF_BYTES`] bytes what a file is. Its name is not asked: what calls itself a photo and
/// is none is a file.
pub fn sniff(head: &[u8]) -> Sniffed {
    let sniffed = |kind, mime| Sniffed { kind, mime };
    if let Some(format) = photo_format(head) {
        return sniffed(Kind::Photo(format), format.mime());
    }
    if let Some(brand) = iso_brand(head) {
        return iso_media(brand);
    }
    if head.starts_with(b"OggS") {
        return ogg_media(head);
    }
    if let Some((_, _, kind, mime)) = SIGNATURES
        .iter()
        .find(|(at, signature, ..)| head.get(*at..).is_some_and(|rest| rest.starts_with(signature)))
    {
        return sniffed(*kind, mime);
    }
    if is_mpeg_audio(head) {
        return sniffed(Kind::Audio, "audio/mpeg");
    }
    if is_plain_text(head) {
        return sniffed(Kind::File, "text/plain; charset=utf-8");
    }
    sniffed(Kind::File, "application/octet-stream")
}

/// Where a signature stands, what it is, and what it tells.
const SIGNATURES: &[(usize, &[u8], Kind, &str)] = &[
    (0, b"%PDF-", Kind::File, "application/pdf"),
    (0, b"PK\x03\x04", Kind::File, "application/zip"),
    (0, b"PK\x05\x06", Kind::File, "application/zip"),
    (0, b"\x1f\x8b\x08", Kind::File, "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", Kind::File, "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", Kind::File, "application/vnd.rar"),
    (0, b"\xfd7zXZ\0", Kind::File, "application/x-xz"),
    (0, b"\x28\xb5\x2f\xfd", Kind::File, "application/zstd"),
    (257, b"ustar", Kind::File, "application/x-tar"),
    (0, b"\xff\x0a", Kind::OpaquePhoto, "image/jxl"),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", Kind::OpaquePhoto, "image/jxl"),
    (0, b"II\x2a\0", Kind::OpaquePhoto, "image/tiff"),
    (0, b"MM\0\x2a", Kind::OpaquePhoto, "image/tiff"),
    (0, b"\x1a\x45\xdf\xa3", Kind::Video, "video/webm"),
    (8, b"AVI ", Kind::Video, "video/x-msvideo"),
    (0, b"ID3", Kind::Audio, "audio/mpeg"),
    (0, b"fLaC", Kind::Audio, "audio/flac"),
    (8, b"WAVE", Kind::Audio, "audio/wav"),
    (0, b"#!AMR", Kind::Audio, "audio/amr"),
];

fn photo_format(head: &[u8]) -> Option<PhotoFormat> {
    match head {
        [0xff, 0xd8, 0xff, ..] => Some(PhotoFormat::Jpeg),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(PhotoFormat::WebP),
        _ if head.starts_with(b"\x89PNG\r\n\x1a\n") => Some(PhotoFormat::Png),
        _ if head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a") => Some(PhotoFormat::Gif),
        _ => None,
    }
}

/// The major brand of the family of formats that MP4 and HEIC belong to.
fn iso_brand(head: &[u8]) -> Option<&[u8]> {
    if head.get(4..8)? == b"ftyp" { head.get(8..12) } else { None }
}

fn iso_media(brand: &[u8]) -> Sniffed {
    let (kind, mime) = match brand {
        b"heic" | b"heix" | b"hevc" | b"hevx" | b"heim" | b"heis" => (Kind::OpaquePhoto, "image/heic"),
        b"mif1" | b"msf1" => (Kind::OpaquePhoto, "image/heif"),
        b"avif" | b"avis" => (Kind::OpaquePhoto, "image/avif"),
        b"crx " => (Kind::OpaquePhoto, "application/octet-stream"),
        b"M4A " | b"M4B " => (Kind::Audio, "audio/mp4"),
        b"qt  " => (Kind::Video, "video/quicktime"),
        _ if brand.starts_with(b"3gp") => (Kind::Video, "video/3gpp"),
        _ => (Kind::Video, "video/mp4"),
    };
    Sniffed { kind, mime }
}

/// What Ogg holds is said by the first packet of its first stream.
fn ogg_media(head: &[u8]) -> Sniffed {
    let has_video = head.windows(7).take(64).any(|window| window == b"\x80theora");
    let (kind, mime) = if has_video { (Kind::Video, "video/ogg") } else { (Kind::Audio, "audio/ogg") };
    Sniffed { kind, mime }
}

/// An MPEG frame's head: eleven set bits, then a version, layer, rate and frequency that are not reserved.
fn is_mpeg_audio(head: &[u8]) -> bool {
    let [0xff, second, third, ..] = *head else { return false };
    second & 0xe0 == 0xe0
        && second & 0x18 != 0x08
        && second & 0x06 != 0
        && third & 0xf0 != 0xf0
        && third & 0x0c != 0x0c
}

/// UTF-8 without control characters, and not markup: a browser that ignores what it is told could run that.
fn is_plain_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // Only a character cut off at the end may be wrong.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).expect("checked up to here")
        }
        Err(_) => return false,
    };
    let is_markup = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').starts_with('<');
    let is_printable = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{c}');
    !text.is_empty() && !is_markup && text.chars().all(is_printable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photos_are_known_by_their_first_bytes() {
        for (head, format) in [
            (&b"\xff\xd8\xff\xe1\0\x10Exif"[..], PhotoFormat::Jpeg),
            (b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", PhotoFormat::Png),
            (b"GIF87a\x01\0\x01\0", PhotoFormat::Gif),
            (b"GIF89a\x01\0\x01\0", PhotoFormat::Gif),
            (b"RIFF\x10\0\0\0WEBPVP8 ", PhotoFormat::WebP),
        ] {
            assert_eq!(sniff(head), Sniffed { kind: Kind::Photo(format), mime: format.mime() });
        }
    }

    #[test]
    fn other_media_are_told_apart() {
        for (head, kind, mime) in [
            (&b"\0\0\0\x18ftypheic\0\0\0\0"[..], Kind::OpaquePhoto, "image/heic"),
            (b"\0\0\0\x18ftypavif\0\0\0\0", Kind::OpaquePhoto, "image/avif"),
            (b"II\x2a\0\x08\0\0\0", Kind::OpaquePhoto, "image/tiff"),
            (b"\0\0\0\x18ftypisom\0\0\0\0", Kind::Video, "video/mp4"),
            (b"\0\0\0\x14ftypqt  \0\0\0\0", Kind::Video, "video/quicktime"),
            (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81", Kind::Video, "video/webm"),
            (
                b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x01\x13OpusHead",
                Kind::Audio,
                "audio/ogg",
            ),
            (
                b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x01\x2a\x80theora",
                Kind::Video,
                "video/ogg",
            ),
            (b"ID3\x04\0\0\0\0\0\0", Kind::Audio, "audio/mpeg"),
            (b"\xff\xfb\x90\x44\0\0\0\0", Kind::Audio, "audio/mpeg"),
            (b"RIFF\x10\0\0\0WAVEfmt ", Kind::Audio, "audio/wav"),
            (b"%PDF-1.7\n", Kind::File, "application/pdf"),
            (b"PK\x03\x04\x14\0\0\0", Kind::File, "application/zip"),
        ] {
            assert_eq!(sniff(head), Sniffed { kind, mime }, "{mime}");
        }
    }

    #[test]
    fn nothing_that_a_browser_would_run_is_named_as_such() {
        for head in [
            &b"<!DOCTYPE html><script>alert(1)</script>"[..],
            b"\xef\xbb\xbf \n<html>",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            b"<?xml version='1.0'?><svg/>",
            b"\0\x01\x02",
            b"",
        ] {
            let octets = Sniffed { kind: Kind::File, mime: "application/octet-stream" };
            assert_eq!(sniff(head), octets, "{:?}", String::from_utf8_lossy(head));
        }
        assert_eq!(sniff(b"alert(document.cookie)").mime, "text/plain; charset=utf-8");
    }

    #[test]
    fn text_is_text_even_when_cut_within_a_character() {
        let text = "Grüße an alle, 日本語".as_bytes();
        for len in 1..=text.len() {
            assert_eq!(sniff(&text[..len]).mime, "text/plain; charset=utf-8", "{len}");
        }
        assert_eq!(sniff(b"caf\xe9 latin-1").mime, "application/octet-stream");
    }
}
