//! Serial numbers of authorities (Sidewalk protocol specification 4.1.2).

use sidewalk::{Serial, SerialError, SerialFields};

fn fields(text: &str) -> (u8, u8, u8, u8, Vec<u8>) {
    let SerialFields { certificate_type, chain_size, level, rights, number } =
        text.parse::<Serial>().expect("the serial is one").fields();
    (certificate_type, chain_size, level, rights, number)
}

#[test]
fn the_serials_of_amazons_roots_decode() {
    assert_eq!(fields("01800003"), (0, 0, 0, 6, vec![0, 0x80, 0x01]));
    assert_eq!(fields("01800002"), (0, 0, 0, 4, vec![0, 0x80, 0x01]));
}

#[test]
fn the_serials_of_the_sidewalk_authority_decode() {
    assert_eq!(fields("75000003"), (0, 0, 0, 6, vec![0, 0, 0x75]));
    assert_eq!(fields("75000002"), (0, 0, 0, 4, vec![0, 0, 0x75]));
}

#[test]
fn the_serials_of_public_manufacturers_products_and_daks_decode() {
    assert_eq!(fields("023e007c"), (1, 3, 3, 0, vec![0, 0x3E, 0x02]));
    assert_eq!(fields("00d8007c"), (1, 3, 3, 0, vec![0, 0xD8, 0x00]));
    assert_eq!(fields("05f80078"), (1, 3, 2, 0, vec![0, 0xF8, 0x05]));
    assert_eq!(fields("00e50078"), (1, 3, 2, 0, vec![0, 0xE5, 0x00]));
    assert_eq!(fields("019200f2"), (3, 3, 0, 4, vec![0, 0x92, 0x01]));
    assert_eq!(fields("011c00fa"), (3, 3, 2, 4, vec![0, 0x1C, 0x01]));
    assert_eq!(fields("715c00fa"), (3, 3, 2, 4, vec![0, 0x5C, 0x71]));
}

#[test]
fn an_extended_serial_decodes_with_its_header_cut_out_of_its_number() {
    let serial: Serial = "e47c83b107".parse().unwrap();
    assert!(serial.is_extended());
    assert_eq!(fields("e47c83b107"), (2, 3, 0, 3, vec![0xE4, 0x7C, 0x07]));
}

#[test]
fn the_shortest_extended_serial_has_four_bytes_and_the_longest_129() {
    let shortest = Serial::parse(&[1, 2, 0x02, 0xB0]).unwrap();
    assert!(shortest.is_extended());
    assert_eq!(shortest.fields().number, [1, 2]);
    let mut longest = vec![0x55; 129];
    longest[2..4].copy_from_slice(&[0x7F, 0xB0]);
    let longest = Serial::parse(&longest).unwrap();
    assert_eq!(longest.as_bytes().len(), Serial::LEN_BYTES_MAX);
    assert_eq!(longest.fields().number.len(), 127);
}

#[test]
fn an_extended_header_that_counts_less_than_what_stands_before_it_is_refused() {
    for count in [0, 1] {
        assert_eq!(Serial::parse(&[0, 0, count, 0xB0]), Err(SerialError::Header { count }));
    }
}

#[test]
fn a_serial_of_another_length_than_its_header_announces_is_refused() {
    assert_eq!(Serial::parse(&[]), Err(SerialError::Length { expected: 4, found: 0 }));
    assert_eq!(Serial::parse(&[1, 2, 3]), Err(SerialError::Length { expected: 4, found: 3 }));
    assert_eq!(Serial::parse(&[0; 5]), Err(SerialError::Length { expected: 4, found: 5 }));
    assert_eq!(
        Serial::parse(&[0xE4, 0x7C, 0x83, 0xB1]),
        Err(SerialError::Length { expected: 5, found: 4 })
    );
    assert_eq!("xyz".parse::<Serial>(), Err(SerialError::Hex));
}

#[test]
fn serials_compare_and_hash_by_their_bytes() {
    let set: std::collections::HashSet<Serial> =
        ["01800003", "01800002", "01800003"].iter().map(|text| text.parse().unwrap()).collect();
    assert_eq!(set.len(), 2);
}
