//! Boards, pages and authorities to test with.

use std::sync::Arc;

use device::{Board, BoardModel, Firmware, KeyStorage};
use page::{Catalogue, Mandatory, Page, PageVersion};
use sidewalk::{CertificateAuthority, Curve, PrivateKey, Serial};

/// Serials of the five authorities, root first, all plain.
pub(crate) const PLAIN: [&str; 5] = ["01800003", "75000003", "023e007c", "05f80078", "019200f2"];

pub(crate) const NORDIC: &[u8] = include_bytes!("../data/nordic_aws_nrf52840.bin");
pub(crate) const NORDIC_V7: &[u8] = include_bytes!("../data/nordic_v7.bin");
pub(crate) const EXPANSION: &[u8] = include_bytes!("../data/nordic_expansion.bin");
pub(crate) const ST: &[u8] = include_bytes!("../data/st_aws_WBA55xG.bin");
pub(crate) const ST_V7: &[u8] = include_bytes!("../data/st_v7.bin");
pub(crate) const TI: &[u8] = include_bytes!("../data/ti_aws_P7.bin");
pub(crate) const TI_V7: &[u8] = include_bytes!("../data/ti_v7.bin");
pub(crate) const SILABS: &[u8] = include_bytes!("../data/silabs_aws_xg24.nvm3");

/// Firmware with a key store.
pub(crate) const WITH_STORE: Firmware =
    Firmware { key_storage: KeyStorage::Store, on_device_certificates: false };

pub(crate) fn model(chip: &str, generation: Option<&str>) -> Arc<BoardModel> {
    BoardModel::find(Catalogue::built_in(), chip, generation).unwrap()
}

pub(crate) fn board(chip: &str, generation: Option<&str>) -> Board {
    Board::new(model(chip, generation), "00112233aabbccdd")
}

/// A board as a programmer leaves it.
pub(crate) fn programmed(chip: &str, generation: Option<&str>, image: &[u8]) -> Board {
    let mut board = board(chip, generation);
    install(&mut board, image);
    board
}

pub(crate) fn install(board: &mut Board, image: &[u8]) {
    let site = board.model().site().clone();
    board.erase_sectors(site.address..site.address + site.region_len as u32).unwrap();
    board.program(site.address, image).unwrap();
}

/// What the strict decoder says to the page on a board.
pub(crate) fn strict(board: &Board, mandatory: Mandatory) -> Result<Page, page::Fault> {
    let layout = board.model().layout(PageVersion::Tlv).unwrap();
    layout.decode_strict(board.flash().region(), mandatory)
}

pub(crate) fn key(curve: Curve, seed: u8) -> PrivateKey {
    PrivateKey::from_bytes(curve, &[seed; 32]).unwrap()
}

/// Authorities of our own making: nobody trusts their root.
pub(crate) fn authority(curve: Curve, serials: [&str; 5]) -> CertificateAuthority {
    let ladder = serials
        .iter()
        .enumerate()
        .map(|(index, serial)| (serial.parse::<Serial>().unwrap(), key(curve, 0x40 + index as u8)));
    CertificateAuthority::certify(ladder.collect()).unwrap()
}
