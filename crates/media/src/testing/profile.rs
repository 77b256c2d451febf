/// The colour profile of Display P3, as recent telephones put it into their photos.
pub fn display_p3_profile() -> Vec<u8> {
    let red = [0.5151, 0.2412, -0.0011];
    let green = [0.2920, 0.6922, 0.0419];
    let blue = [0.1571, 0.0666, 0.7841];
    profile("Display P3", [red, green, blue])
}

/// The colour profile of sRGB.
pub fn srgb_profile() -> Vec<u8> {
    let red = [0.4361, 0.2225, 0.0139];
    let green = [0.3851, 0.7169, 0.0971];
    let blue = [0.1431, 0.0606, 0.7141];
    profile("sRGB", [red, green, blue])
}

/// A colour profile padded to a length, as those for printing have it.
pub(super) fn padded_profile(len: usize) -> Vec<u8> {
    let mut profile = display_p3_profile();
    let unpadded = profile.len();
    profile.extend((unpadded..len).map(|at| (at * 31 % 251) as u8));
    let len = u32::try_from(profile.len()).expect("profiles are small");
    profile[..4].copy_from_slice(&len.to_be_bytes());
    profile
}

fn profile(name: &str, [red, green, blue]: [[f64; 3]; 3]) -> Vec<u8> {
    let d50 = [0.9642, 1.0, 0.8249];
    let tags: [(&[u8; 4], Vec<u8>); 9] = [
        (b"desc", words(name)),
        (b"cprt", words("None")),
        (b"wtpt", xyz(d50)),
        (b"rXYZ", xyz(red)),
        (b"gXYZ", xyz(green)),
        (b"bXYZ", xyz(blue)),
        (b"rTRC", srgb_curve()),
        (b"gTRC", srgb_curve()),
        (b"bTRC", srgb_curve()),
    ];
    let mut table = 9_u32.to_be_bytes().to_vec();
    let mut data = Vec::new();
    let data_at = 128 + 4 + tags.len() * 12;
    for (tag, value) in tags {
        table.extend(tag);
        table.extend(be32(data_at + data.len()));
        table.extend(be32(value.len()));
        data.extend(value);
        data.resize(data.len().next_multiple_of(4), 0);
    }
    let mut header = vec![0; 128];
    header[..4].copy_from_slice(&be32(data_at + data.len()));
    header[8..12].copy_from_slice(&[4, 0x30, 0, 0]);
    header[12..24].copy_from_slice(b"mntrRGB XYZ ");
    header[36..40].copy_from_slice(b"acsp");
    header[68..80].copy_from_slice(&xyz(d50)[8..]);
    [header, table, data].concat()
}

fn words(text: &str) -> Vec<u8> {
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut tag = b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0cenUS".to_vec();
    tag.extend(be32(utf16.len()));
    tag.extend(be32(28));
    tag.extend(utf16);
    tag
}

fn xyz(values: [f64; 3]) -> Vec<u8> {
    let mut tag = b"XYZ \0\0\0\0".to_vec();
    tag.extend(values.into_iter().flat_map(fixed));
    tag
}

fn srgb_curve() -> Vec<u8> {
    let mut tag = b"para\0\0\0\0\0\x03\0\0".to_vec();
    tag.extend([2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.040_45].into_iter().flat_map(fixed));
    tag
}

fn fixed(value: f64) -> [u8; 4] {
    ((value * 65_536.0).round() as i32).to_be_bytes()
}

fn be32(value: usize) -> [u8; 4] {
    u32::try_from(value).expect("profiles are small").to_be_bytes()
}
