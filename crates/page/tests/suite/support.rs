//! Pages to test with.
use page::{
    Catalogue, Layout, Page, PageVersion, ValueId, ValueLength,
    input::{PageInput, PageParts, PrivateKeyBytes},
};
use sidewalk::{
    CertificateAuthority, Chain, Curve, PrivateKey, Serial, Smsn, TrustAnchor, TrustAnchors,
};

/// Serials of the five authorities, root first, all plain.
pub(crate) const PLAIN: [&str; 5] = ["01800003", "75000003", "023e007c", "05f80078", "019200f2"];

/// A DAK with an extended serial of 5 bytes.
pub(crate) const EXTENDED: [&str; 5] =
    ["01800003", "75000003", "023e007c", "05f80078", "e47c83b107"];

pub(crate) fn layout(name: &str) -> &'static Layout {
    Catalogue::built_in().layout(name).unwrap()
}

/// Every value of ids 4 to 38 with bytes that tell where they come from, and serials of 4 bytes.
pub(crate) fn complete_page(version: PageVersion) -> Page {
    let mut page = Page::new(version);
    for number in 4..=38_u16 {
        let id = ValueId::new(number);
        let len = match id.length() {
            ValueLength::Exact(len) => len,
            ValueLength::CaSerial | ValueLength::Any => 4,
        };
        let value: Vec<u8> = (0..len).map(|index| (number as u8) ^ (index as u8)).collect();
        page.insert(id, &value);
    }
    page.insert(ValueId::APID, b"SSDK");
    page
}

pub(crate) fn key(curve: Curve, seed: u8) -> PrivateKey {
    PrivateKey::from_bytes(curve, &[seed; 32]).unwrap()
}

/// A chain for the device key of `seed`, under authorities with these serials.
pub(crate) fn chain(curve: Curve, smsn: [u8; 32], seed: u8, serials: [&str; 5]) -> Chain {
    let ladder = serials
        .iter()
        .enumerate()
        .map(|(index, serial)| (serial.parse::<Serial>().unwrap(), key(curve, 0x40 + index as u8)))
        .collect();
    let authority = CertificateAuthority::certify(ladder).unwrap();
    authority.issue(Smsn::from_bytes(smsn), key(curve, seed).public_key()).unwrap()
}

/// The parts of a device that is right in every respect.
pub(crate) fn parts(serials: [&str; 5]) -> PageParts {
    let smsn = [0x5A; 32];
    PageParts {
        ed25519_chain: chain(Curve::Ed25519, smsn, 0x11, serials),
        p256r1_chain: chain(Curve::P256r1, smsn, 0x22, serials),
        ed25519_private_key: PrivateKeyBytes::new([0x11; 32]),
        p256r1_private_key: PrivateKeyBytes::new([0x22; 32]),
        smsn: Smsn::from_bytes(smsn),
        apid: "SSDK".parse().unwrap(),
        app_server_key: [0x33; 32],
    }
}

pub(crate) fn input(serials: [&str; 5]) -> PageInput {
    PageInput::new(parts(serials)).unwrap()
}

/// The roots that [`parts`] end at.
pub(crate) fn anchors() -> TrustAnchors {
    let parts = parts(PLAIN);
    TrustAnchors::new([&parts.ed25519_chain, &parts.p256r1_chain].map(TrustAnchor::of))
}
