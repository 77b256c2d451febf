/// How a stored photo has to be turned to stand upright: the EXIF tag of this name, 1 to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Orientation(u8);

impl Orientation {
    /// Nothing has to be turned.
    pub const UPRIGHT: Self = Self(1);

    /// The orientation with this EXIF number, if it is one.
    pub fn from_exif(number: u16) -> Option<Self> {
        let number = u8::try_from(number).ok()?;
        (1..=8).contains(&number).then_some(Self(number))
    }

    /// The EXIF number, 1 to 8.
    pub fn exif(self) -> u8 {
        self.0
    }

    /// All eight, in the order of their numbers.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=8).map(Self)
    }

    /// Whether the stored width is the height of the upright photo.
    pub fn swaps_sides(self) -> bool {
        self.0 >= 5
    }
}

impl From<Orientation> for image::metadata::Orientation {
    fn from(orientation: Orientation) -> Self {
        Self::from_exif(orientation.0).expect("an orientation holds 1 to 8 only")
    }
}
