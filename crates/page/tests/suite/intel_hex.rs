//! Goal: Intel HEX as `intelhex` 2.3 writes it, and a strict reader of Intel HEX and S-records. Method: files of
//! that package (`vectors/README.md`), round trips, and one damaged file for each fault.

use page::{LineFault, TextError, intel_hex, memory::MemoryError, s_record};
use proptest::prelude::*;

fn counting(len: usize) -> Vec<u8> {
    (0..len).map(|index| index as u8).collect()
}

macro_rules! like_intelhex {
    ($($name:ident $address:literal $len:literal $file:literal;)*) => {$(
        #[test]
        fn $name() {
            let golden = include_str!(concat!("../vectors/", $file));
            assert_eq!(&*intel_hex::write(&counting($len), $address).unwrap(), golden);
            let memory = intel_hex::parse(golden.as_bytes()).unwrap();
            assert_eq!(memory.segments().len(), 1);
            assert_eq!(memory.segments()[0].address, $address);
            assert_eq!(&*memory.segments()[0].bytes, counting($len));
        }
    )*};
}

like_intelhex! {
    no_bank_record_stands_at_address_zero 0 40 "intelhex_00000000_40.hex";
    a_bank_record_stands_first_and_where_64_kib_are_crossed 0xFFF8 40 "intelhex_0000fff8_40.hex";
    an_image_that_ends_at_64_kib_needs_no_bank_record 0xFFF0 16 "intelhex_0000fff0_16.hex";
    a_line_never_crosses_a_bank 0x1_FFF8 20 "intelhex_0001fff8_20.hex";
    the_last_address_can_be_written 0xFFFF_FFF0 16 "intelhex_fffffff0_16.hex";
    a_single_byte_at_the_end_of_a_bank_is_a_line 0xFFFF 1 "intelhex_0000ffff_1.hex";
}

#[test]
fn an_image_past_the_last_address_is_refused() {
    let expected = Err(MemoryError::Overflow { address: u32::MAX, len: 2 });
    assert_eq!(intel_hex::write(&[0, 0], u32::MAX), expected);
    assert_eq!(s_record::write(&[0, 0], u32::MAX), expected);
}

fn hex_fault(text: &str) -> TextError {
    intel_hex::parse(text.as_bytes()).unwrap_err()
}

fn srec_fault(text: &str) -> TextError {
    s_record::parse(text.as_bytes()).unwrap_err()
}

const END: &str = ":00000001FF\n";

#[test]
fn a_wrong_checksum_names_its_line() {
    let text = format!(":020000040000FA\n:0100000055AB\n{END}");
    let fault = LineFault::Checksum { expected: 0xAA, found: 0xAB };
    assert_eq!(hex_fault(&text), TextError { line: 2, fault });
    let fault = LineFault::Checksum { expected: 0xFC, found: 0xFD };
    assert_eq!(srec_fault("S0030000FD\n"), TextError { line: 1, fault });
}

#[test]
fn a_line_that_is_no_record_is_refused() {
    let fault = LineFault::Start { expected: ':' };
    assert_eq!(hex_fault("0100000055AA\n"), TextError { line: 1, fault });
    let fault = LineFault::Start { expected: 'S' };
    assert_eq!(srec_fault("\r\nX0030000FC\n"), TextError { line: 2, fault });
    let fault = LineFault::Digit { column: 3 };
    assert_eq!(hex_fault(":0G0000"), TextError { line: 1, fault });
    assert_eq!(hex_fault(":0"), TextError { line: 1, fault: LineFault::OddDigits });
    assert_eq!(hex_fault(":00"), TextError { line: 1, fault: LineFault::Truncated });
    assert_eq!(srec_fault("S10300"), TextError { line: 1, fault: LineFault::Truncated });
}

#[test]
fn a_count_that_does_not_fit_the_line_is_refused() {
    let fault = LineFault::Count { expected: 7, found: 6 };
    assert_eq!(hex_fault(":0200000055A9\n"), TextError { line: 1, fault });
    let fault = LineFault::Count { expected: 5, found: 4 };
    assert_eq!(srec_fault("S1040000FB\n"), TextError { line: 1, fault });
}

#[test]
fn a_file_without_its_end_is_refused() {
    assert_eq!(hex_fault(""), TextError { line: 1, fault: LineFault::NoEnd });
    assert_eq!(hex_fault(":0100000055AA\n"), TextError { line: 2, fault: LineFault::NoEnd });
    assert_eq!(srec_fault("S0030000FC\n"), TextError { line: 2, fault: LineFault::NoEnd });
}

#[test]
fn text_after_the_end_is_refused() {
    let fault = LineFault::AfterEnd;
    assert_eq!(hex_fault(&format!("{END}{END}")), TextError { line: 2, fault: fault.clone() });
    assert_eq!(srec_fault("S9030000FC\nS9030000FC\n"), TextError { line: 2, fault });
}

#[test]
fn an_unknown_or_misshapen_record_is_refused() {
    let fault = LineFault::RecordKind { found: 6 };
    assert_eq!(hex_fault(":00000006FA\n"), TextError { line: 1, fault });
    let fault = LineFault::RecordLength { found: 1 };
    assert_eq!(hex_fault(":0100000400FB\n"), TextError { line: 1, fault });
    let fault = LineFault::RecordKind { found: b'4' };
    assert_eq!(srec_fault("S4030000FC\n"), TextError { line: 1, fault });
    let fault = LineFault::RecordLength { found: 1 };
    assert_eq!(srec_fault("S904000000FB\n"), TextError { line: 1, fault });
}

#[test]
fn an_address_written_twice_is_refused() {
    let text = format!(":0100000055AA\n:0100000055AA\n{END}");
    let fault = LineFault::Overlap { address: 0 };
    assert_eq!(hex_fault(&text), TextError { line: 2, fault });
}

#[test]
fn a_count_record_that_disagrees_is_refused() {
    let fault = LineFault::RecordCount { expected: 2, found: 1 };
    assert_eq!(srec_fault("S104000055A6\nS5030002FA\n"), TextError { line: 2, fault });
}

#[test]
fn records_of_every_address_width_are_read() {
    let text =
        "S0030000FC\nS104000155A5\nS20500000255A3\nS3060000000355A1\nS5030003F9\nS9030000FC\n";
    let memory = s_record::parse(text.as_bytes()).unwrap();
    assert_eq!(memory.segments().len(), 1);
    assert_eq!(memory.segments()[0].address, 1);
    assert_eq!(&*memory.segments()[0].bytes, [0x55; 3]);
}

#[test]
fn segment_addresses_and_windows_line_ends_are_read() {
    let text = ":020000021000EC\r\n:0100100055 \r\n:00000001FF\r\n".replace("55 ", "559A");
    let memory = intel_hex::parse(text.as_bytes()).unwrap();
    assert_eq!(memory.segments()[0].address, 0x1_0010);
}

#[test]
fn an_s_record_file_is_a_head_data_and_an_end() {
    let text = s_record::write(&counting(18), 0x0817_8000).unwrap();
    let expected = "S0030000FC\n\
        S31508178000000102030405060708090A0B0C0D0E0FD3\n\
        S30708178010101128\n\
        S70500000000FA\n";
    assert_eq!(&*text, expected);
}

proptest! {
    #[test]
    fn what_is_written_reads_back(
        image in proptest::collection::vec(any::<u8>(), 1..70_000),
        address in any::<u32>(),
    ) {
        let address = address.min(u32::MAX - image.len() as u32);
        for memory in [
            intel_hex::parse(intel_hex::write(&image, address).unwrap().as_bytes()),
            s_record::parse(s_record::write(&image, address).unwrap().as_bytes()),
        ] {
            let memory = memory.unwrap();
            prop_assert_eq!(memory.segments().len(), 1);
            prop_assert_eq!(memory.segments()[0].address, address);
            prop_assert_eq!(&*memory.segments()[0].bytes, &image[..]);
        }
    }

    #[test]
    fn any_text_is_read_or_refused_without_panic(text in "[:S0-9A-F\r\n ]{0,200}") {
        let _ = intel_hex::parse(text.as_bytes());
        let _ = s_record::parse(text.as_bytes());
    }

    #[test]
    fn any_bytes_are_read_or_refused_without_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let _ = intel_hex::parse(&bytes);
        let _ = s_record::parse(&bytes);
        let _ = page::nvm3::parse_lenient(&bytes);
    }
}
