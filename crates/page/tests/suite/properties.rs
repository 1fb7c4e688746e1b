//! Goal: what is written reads back, and no bytes make a decoder panic. Method: random pages for every layout
//! that is written; every cut and every flipped byte of real pages.

use page::{
    Catalogue, Difference, Layout, LayoutForm, Mandatory, Page, PageVersion, ValueId, ValueLength,
    detect, diff, nvm3,
};
use proptest::{collection::vec, prelude::*};

use crate::support::{complete_page, layout};

const WRITTEN: [&str; 6] = ["nordic-v7", "nordic-v8", "ti-v7", "ti-v8", "st-v7", "st-v8"];

/// A serial of 4 bytes, or an extended one whose header tells its length.
fn serial(is_extended: bool) -> impl Strategy<Value = Vec<u8>> {
    (vec(any::<u8>(), 129), 2..=127_u8).prop_map(move |(mut bytes, count)| {
        if is_extended {
            bytes[2] = bytes[2] & 0x80 | count;
            bytes[3] = 0xB0 | bytes[3] & 0x0F;
            bytes.truncate(usize::from(count) + 2);
        } else {
            bytes[3] &= 0x7F;
            bytes.truncate(4);
        }
        bytes
    })
}

fn page(version: PageVersion) -> impl Strategy<Value = Page> {
    let serials = (0..8).map(|_| {
        any::<bool>()
            .prop_flat_map(move |is_extended| serial(is_extended && version == PageVersion::Tlv))
    });
    let application = vec((4001..0x6000_u16, vec(any::<u8>(), 0..=64)), 0..4);
    (vec(any::<u8>(), 35 * 64), serials.collect::<Vec<_>>(), application).prop_map(
        move |(bytes, serials, application)| {
            let mut page = Page::new(version);
            let mut serials = serials.iter();
            for (number, bytes) in (4..=38_u16).zip(bytes.chunks(64)) {
                let id = ValueId::new(number);
                match id.length() {
                    ValueLength::Exact(len) => page.insert(id, &not_blank(bytes)[..len]),
                    _ => page.insert(id, serials.next().unwrap()),
                }
            }
            if version == PageVersion::Tlv {
                for (number, value) in application {
                    page.insert(ValueId::new(number), &value);
                }
            }
            page
        },
    )
}

/// On a fixed page, a value of nothing but FF is an absent one.
fn not_blank(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[0] &= 0x7F;
    bytes
}

fn check_round_trip(layout: &Layout, page: &Page) {
    let image = layout.encode(page).unwrap();
    assert_eq!(layout.decode_strict(&image, Mandatory::Complete).as_ref(), Ok(page));
    let diagnosis = layout.decode_lenient(&image);
    assert_eq!(&diagnosis.page, page);
    assert_eq!(&*layout.merge(&[], page).unwrap(), &*image);
    let again = layout.merge(&image, page).unwrap();
    assert_eq!(layout.decode_strict(&again, Mandatory::Complete).as_ref(), Ok(page));
    assert_eq!(diff(page, &diagnosis.page), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn records_read_back_on_every_platform(page in page(PageVersion::Tlv)) {
        for name in ["nordic-v8", "ti-v8", "st-v8"] {
            check_round_trip(layout(name), &page);
        }
        let text = nvm3::write(&page, nvm3::KEY_BASE).unwrap();
        prop_assert_eq!(nvm3::parse_strict(text.as_bytes(), Mandatory::Complete), Ok(page));
    }

    #[test]
    fn fixed_slots_read_back_on_every_platform(page in page(PageVersion::Fixed)) {
        for name in ["nordic-v7", "ti-v7", "st-v7"] {
            check_round_trip(layout(name), &page);
        }
    }

    #[test]
    fn no_bytes_make_a_decoder_panic(
        bytes in vec(prop_oneof![Just(0xFF_u8), Just(0), any::<u8>()], 0..300),
        head in prop_oneof![Just(""), Just("SID0\0\0\0\x08"), Just("SID0\0\0\0\x07")],
    ) {
        let image = [head.as_bytes(), &bytes].concat();
        decode_every_way(&image);
    }
}

fn decode_every_way(image: &[u8]) {
    for layout in Catalogue::built_in().layouts() {
        let _ = layout.decode_strict(image, Mandatory::KeysInStore);
        let _ = layout.decode_lenient(image);
        let _ = layout.merge(image, &Page::new(PageVersion::Tlv));
    }
    let _ = detect(Catalogue::built_in(), image, Some(0xF_D000));
}

fn image(name: &str) -> Vec<u8> {
    let version = match layout(name).form() {
        LayoutForm::Fixed(_) => PageVersion::Fixed,
        _ => PageVersion::Tlv,
    };
    layout(name).encode(&complete_page(version)).unwrap().to_vec()
}

#[test]
fn no_cut_of_a_page_makes_a_decoder_panic() {
    for name in WRITTEN {
        let image = image(name);
        for len in 0..image.len() {
            let _ = layout(name).decode_strict(&image[..len], Mandatory::Complete);
            let _ = layout(name).decode_lenient(&image[..len]);
        }
    }
}

#[test]
fn no_flipped_byte_of_a_page_makes_a_decoder_panic_or_goes_unseen() {
    for name in WRITTEN {
        let good = image(name);
        let page = layout(name).decode_strict(&good, Mandatory::Complete).unwrap();
        for index in 0..good.len() {
            let mut bad = good.clone();
            bad[index] ^= 0x55;
            let _ = layout(name).decode_lenient(&bad);
            let decoded = layout(name).decode_strict(&bad, Mandatory::Complete);
            assert_ne!(decoded.as_ref(), Ok(&page), "{name}: byte {index}");
        }
    }
}

#[test]
fn a_difference_names_the_value_and_hides_private_keys() {
    let left = complete_page(PageVersion::Tlv);
    let mut right = complete_page(PageVersion::Fixed);
    right.insert(ValueId::DEVICE_PRIV_ED25519, &[1; 32]);
    right.remove(ValueId::APID);
    right.insert(ValueId::DEVID, &[1, 2, 3, 4, 5]);
    let differences = diff(&left, &right);
    assert_eq!(differences.len(), 4);
    let expected = Difference::Version { left: PageVersion::Tlv, right: PageVersion::Fixed };
    assert_eq!(differences[0], expected);
    assert!(matches!(&differences[1], Difference::OnlyRight(row) if row.id == ValueId::DEVID));
    assert!(matches!(
        &differences[2],
        Difference::Changed { left, right }
            if left.id.is_private() && left.hex.is_none() && right.hex.is_none()
    ));
    assert!(matches!(&differences[3], Difference::OnlyLeft(row) if row.id == ValueId::APID));
}
