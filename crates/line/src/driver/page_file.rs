//! A page as a file for programming tools, and what they read back.

use page::{BLANK, Image, intel_hex, s_record};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::DriverError;

/// The kinds of file that programming tools take and write.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub enum PageFormat {
    /// Intel HEX.
    #[serde(rename = "hex")]
    IntelHex,
    /// The bytes themselves; their address is said elsewhere.
    #[serde(rename = "bin")]
    Binary,
    /// Motorola S-records.
    #[serde(rename = "s37")]
    SRecord,
}

/// The bytes that a flash region has when the page stands in it alone.
///
/// A tool erases what its file touches, so a file of the page alone would leave the end of an older, longer page.
pub(super) fn whole_region(image: &Image, region_len: usize) -> Image {
    let mut bytes = Vec::with_capacity(region_len.max(image.len()));
    bytes.extend_from_slice(image);
    bytes.resize(region_len.max(image.len()), BLANK);
    Image::from(bytes)
}

impl PageFormat {
    /// How a file's name ends, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::IntelHex => "hex",
            Self::Binary => "bin",
            Self::SRecord => "s37",
        }
    }

    /// The bytes of a file that puts `image` at `address`.
    pub(super) fn encode(
        self,
        image: &Image,
        address: u32,
    ) -> Result<Zeroizing<Vec<u8>>, DriverError> {
        let text = match self {
            Self::Binary => return Ok(Zeroizing::new(image.to_vec())),
            Self::IntelHex => intel_hex::write(image, address),
            Self::SRecord => s_record::write(image, address),
        };
        let text = text.map_err(|error| DriverError::Garbled { what: error.to_string() })?;
        Ok(Zeroizing::new(text.as_bytes().to_vec()))
    }

    /// The `len` bytes from `address` on. All of them must be in the file: what a tool leaves out is not known to be
    /// blank.
    pub(super) fn decode(
        self,
        file: &[u8],
        address: u32,
        len: usize,
    ) -> Result<Image, DriverError> {
        let memory = match self {
            Self::Binary if file.len() == len => return Ok(Image::from(file.to_vec())),
            Self::Binary => {
                let found = file.len();
                let what = format!("{found} bytes were read back, the region has {len}");
                return Err(DriverError::Garbled { what });
            }
            Self::IntelHex => intel_hex::parse(file),
            Self::SRecord => s_record::parse(file),
        };
        let memory = memory.map_err(|error| DriverError::Garbled {
            what: format!("what was read back is no good file: {error}"),
        })?;
        memory
            .segments()
            .iter()
            .find_map(|segment| {
                let start = usize::try_from(address.checked_sub(segment.address)?).ok()?;
                let bytes = segment.bytes.get(start..start.checked_add(len)?)?;
                Some(Image::from(bytes.to_vec()))
            })
            .ok_or_else(|| DriverError::Garbled {
                what: format!(
                    "what was read back lacks some of the {len} bytes at {address:#010x}"
                ),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [PageFormat; 3] = [PageFormat::IntelHex, PageFormat::Binary, PageFormat::SRecord];

    #[test]
    fn every_format_gives_the_bytes_back() {
        let image = whole_region(&Image::from(vec![0x53, 0x49, 0x44, 0x30, 1, 2, 3]), 64);
        for format in ALL {
            let file = format.encode(&image, 0x000F_F000).unwrap();
            assert_eq!(format.decode(&file, 0x000F_F000, 64).unwrap(), image, "{format:?}");
        }
    }

    #[test]
    fn bytes_that_a_tool_left_out_are_not_taken_for_blank() {
        let image = Image::from(vec![7; 32]);
        for format in ALL {
            let file = format.encode(&image, 0x1000).unwrap();
            assert!(matches!(format.decode(&file, 0x1000, 64), Err(DriverError::Garbled { .. })));
        }
    }

    #[test]
    fn a_page_is_found_within_a_larger_dump() {
        let dump = Image::from((0..=255).collect::<Vec<u8>>());
        let file = PageFormat::IntelHex.encode(&dump, 0x1000).unwrap();
        let found = PageFormat::IntelHex.decode(&file, 0x1010, 4).unwrap();
        assert_eq!(&*found, [0x10, 0x11, 0x12, 0x13]);
    }
}
