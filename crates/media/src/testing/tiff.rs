use super::CANARY;
use crate::Orientation;

/// EXIF data as a telephone writes it, without a prefix: maker, orientation, software, position and a preview.
pub(super) fn camera_exif(orientation: Orientation) -> Vec<u8> {
    const MAIN_AT: u32 = 8;
    const DEGREES_BYTES: u32 = 3 * 8;
    let main_len = directory_len(5);
    let gps_at = MAIN_AT + main_len;
    let gps_len = directory_len(4);
    let preview_at = gps_at + gps_len;
    let preview_len = directory_len(2);
    let words_at = preview_at + preview_len;
    let degrees_at = words_at + padded(CANARY.len());
    let canary_len = u32::try_from(CANARY.len()).expect("it is short");

    let words = |tag| Entry { tag, kind: 2, count: canary_len, value: words_at.to_be_bytes() };
    let short = |tag, value: u8| Entry { tag, kind: 3, count: 1, value: [0, value, 0, 0] };
    let pointer = |tag, at: u32| Entry { tag, kind: 4, count: 1, value: at.to_be_bytes() };
    let letter = |tag, letter| Entry { tag, kind: 2, count: 2, value: [letter, 0, 0, 0] };
    let degrees = |tag, at: u32| Entry { tag, kind: 5, count: 3, value: at.to_be_bytes() };

    let mut tiff = b"MM\0\x2a".to_vec();
    tiff.extend(MAIN_AT.to_be_bytes());
    let main = [
        words(0x010e),
        words(0x010f),
        short(0x0112, orientation.exif()),
        words(0x0131),
        pointer(0x8825, gps_at),
    ];
    write_directory(&mut tiff, &main, preview_at);
    let position =
        [letter(1, b'N'), degrees(2, degrees_at), letter(3, b'E'), degrees(4, degrees_at + DEGREES_BYTES)];
    write_directory(&mut tiff, &position, 0);
    write_directory(&mut tiff, &[pointer(0x0201, words_at), pointer(0x0202, canary_len)], 0);
    tiff.extend(CANARY.as_bytes());
    tiff.resize(degrees_at as usize, 0);
    for part in [48_u32, 1, 51, 1, 30, 1, 2, 1, 17, 1, 40, 1] {
        tiff.extend(part.to_be_bytes());
    }
    tiff
}

struct Entry {
    tag: u16,
    kind: u16,
    count: u32,
    value: [u8; 4],
}

fn directory_len(entries: u32) -> u32 {
    2 + entries * 12 + 4
}

fn padded(len: usize) -> u32 {
    u32::try_from(len.next_multiple_of(4)).expect("it is short")
}

fn write_directory(tiff: &mut Vec<u8>, entries: &[Entry], next: u32) {
    tiff.extend(u16::try_from(entries.len()).expect("a handful").to_be_bytes());
    for entry in entries {
        tiff.extend(entry.tag.to_be_bytes());
        tiff.extend(entry.kind.to_be_bytes());
        tiff.extend(entry.count.to_be_bytes());
        tiff.extend(entry.value);
    }
    tiff.extend(next.to_be_bytes());
}
