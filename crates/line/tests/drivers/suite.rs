//! What every driver must do.

use std::time::Duration;

use line::driver::{Delivery, Driver, DriverError, FoundPage, KeyOrigin, Presence};
use page::Image;

use crate::authority::{Chains, chains_for, naming};

/// Where every host-made page of these tests belongs: nRF52840 with the nRF Connect SDK.
pub(crate) const ADDRESS: u32 = 0x000F_F000;

/// The size of its region.
pub(crate) const REGION_LEN: usize = 4096;

/// A fixture with a driver.
pub(crate) trait Harness {
    /// The driver.
    fn driver(&mut self) -> &mut dyn Driver;

    /// Puts a board with a blank page into the fixture; the rest of its flash holds an application.
    fn place_board(&mut self);

    /// Pulls the board out.
    fn remove_board(&mut self);

    /// The page's region as it is on the board, and whether anything else on it was touched. May be asked once, as the
    /// last thing.
    fn true_flash(&mut self) -> TrueFlash;

    /// Whether the driver notices boards coming and going.
    fn sees_boards(&self) -> bool {
        true
    }

    /// Whether the driver tells boards apart.
    fn names_boards(&self) -> bool {
        true
    }

    /// Whether the driver reads flash before it has installed something.
    fn reads_blank(&self) -> bool {
        true
    }

    /// Whether the driver reads flash afterwards.
    fn reads_installed(&self) -> bool {
        true
    }
}

/// A board's flash, looked at from outside.
pub(crate) struct TrueFlash {
    pub(crate) region: Vec<u8>,
    pub(crate) is_application_whole: bool,
}

/// A page, or chains for the board's own keys.
pub(crate) enum Identity {
    Page(Image),
    Chains(Box<Chains>),
}

impl Identity {
    /// Takes the way that the driver's key origin demands.
    pub(crate) fn make(driver: &mut dyn Driver) -> Result<Self, DriverError> {
        match driver.key_origin() {
            KeyOrigin::Host => Ok(Self::Page(page())),
            KeyOrigin::Board => {
                let request = driver.request_certificates(&naming())?;
                Ok(Self::Chains(Box::new(chains_for(&request))))
            }
        }
    }

    pub(crate) fn install(&self, driver: &mut dyn Driver) -> Result<(), DriverError> {
        driver.install(&self.delivery())
    }

    fn delivery(&self) -> Delivery<'_> {
        match self {
            Self::Page(image) => Delivery::Page { image, address: ADDRESS, region_len: REGION_LEN },
            Self::Chains(chains) => chains.delivery(),
        }
    }

    /// Whether a region holds this identity.
    pub(crate) fn is_in(&self, region: &[u8]) -> bool {
        match self {
            Self::Page(image) => {
                let (page, rest) = region.split_at(image.len());
                page == &**image && rest.iter().all(|byte| *byte == 0xFF)
            }
            Self::Chains(chains) => chains.are_in(region),
        }
    }
}

/// Bytes as telling as a page: every value, and none of them blank at its end.
pub(crate) fn page() -> Image {
    let mut bytes = b"SID0\0\0\0\x08".to_vec();
    bytes.extend((0..1520_u32).map(|index| (index * 7 % 251) as u8));
    Image::from(bytes)
}

pub(crate) fn an_empty_fixture_is_seen_to_be_empty(harness: &mut dyn Harness) {
    if harness.sees_boards() {
        assert_eq!(harness.driver().look().unwrap(), Presence::Empty);
    }
}

pub(crate) fn a_board_is_seen_and_keeps_its_name(harness: &mut dyn Harness) {
    harness.place_board();
    let first = harness.driver().look().unwrap();
    match &first {
        Presence::Board(_) => assert!(harness.names_boards()),
        Presence::Anonymous => assert!(!harness.names_boards()),
        Presence::Empty => panic!("not seen"),
    }
    assert_eq!(harness.driver().look().unwrap(), first);
    if harness.sees_boards() {
        harness.remove_board();
        assert_eq!(harness.driver().look().unwrap(), Presence::Empty);
    }
}

pub(crate) fn a_blank_board_reads_blank_or_says_that_it_cannot_be_read(harness: &mut dyn Harness) {
    harness.place_board();
    harness.driver().look().unwrap();
    match harness.driver().read_page().unwrap() {
        FoundPage::Bytes(image) => {
            assert!(harness.reads_blank());
            assert_eq!(image.len(), REGION_LEN);
            assert!(image.iter().all(|byte| *byte == 0xFF));
        }
        FoundPage::Unreadable => assert!(!harness.reads_blank()),
    }
}

pub(crate) fn what_was_installed_stands_in_flash_and_reads_back(harness: &mut dyn Harness) {
    harness.place_board();
    harness.driver().look().unwrap();
    let identity = Identity::make(harness.driver()).unwrap();
    identity.install(harness.driver()).unwrap();
    match harness.driver().read_page().unwrap() {
        FoundPage::Bytes(image) => {
            assert!(harness.reads_installed());
            assert_eq!(image.len(), REGION_LEN);
            assert!(identity.is_in(&image));
        }
        FoundPage::Unreadable => assert!(!harness.reads_installed()),
    }
    let flash = harness.true_flash();
    assert!(identity.is_in(&flash.region));
    assert!(flash.is_application_whole, "something beside the page was erased or written");
}

pub(crate) fn installing_twice_is_harmless(harness: &mut dyn Harness) {
    harness.place_board();
    harness.driver().look().unwrap();
    let identity = Identity::make(harness.driver()).unwrap();
    identity.install(harness.driver()).unwrap();
    identity.install(harness.driver()).unwrap();
    let flash = harness.true_flash();
    assert!(identity.is_in(&flash.region));
    assert!(flash.is_application_whole, "something beside the page was erased or written");
}

pub(crate) fn a_board_that_was_pulled_out_is_told(harness: &mut dyn Harness) {
    if !harness.sees_boards() {
        return;
    }
    harness.place_board();
    harness.driver().look().unwrap();
    let identity = Identity::make(harness.driver()).unwrap();
    harness.remove_board();
    let error = identity.install(harness.driver()).unwrap_err();
    let is_told = matches!(
        error,
        DriverError::NoBoard { .. } | DriverError::TimedOut { .. } | DriverError::Program { .. }
    );
    assert!(is_told, "{error:?}");
}

pub(crate) fn a_board_that_was_let_go_is_not_taken_for_the_next(harness: &mut dyn Harness) {
    harness.place_board();
    let first = harness.driver().look().unwrap();
    let identity = Identity::make(harness.driver()).unwrap();
    identity.install(harness.driver()).unwrap();
    harness.driver().let_go().unwrap();
    if harness.sees_boards() {
        let after = harness.driver().look().unwrap();
        // The same board may still be there, by its name; nothing else may be seen.
        assert!(after == Presence::Empty || (after == first && harness.names_boards()));
        harness.remove_board();
        assert_eq!(harness.driver().look().unwrap(), Presence::Empty);
        harness.place_board();
        assert_ne!(harness.driver().look().unwrap(), Presence::Empty);
    }
}

pub(crate) fn the_other_way_of_delivery_is_refused(harness: &mut dyn Harness) {
    harness.place_board();
    harness.driver().look().unwrap();
    let image = page();
    let chains = Chains::of_nobody();
    let other = match harness.driver().key_origin() {
        KeyOrigin::Board => {
            Delivery::Page { image: &image, address: ADDRESS, region_len: REGION_LEN }
        }
        KeyOrigin::Host => chains.delivery(),
    };
    let error = harness.driver().install(&other).unwrap_err();
    assert!(matches!(error, DriverError::Unsupported { .. }), "{error:?}");
    let flash = harness.true_flash();
    assert!(flash.region.iter().all(|byte| *byte == 0xFF));
}

pub(crate) fn host_keys_and_conversation_go_as_announced(harness: &mut dyn Harness) {
    harness.place_board();
    harness.driver().look().unwrap();
    if harness.driver().key_origin() == KeyOrigin::Host {
        let driver = harness.driver();
        let request = driver.request_certificates(&naming());
        assert!(matches!(request, Err(DriverError::Unsupported { .. })));
        let talk = driver.converse("print fwversion", Duration::from_millis(10));
        assert!(matches!(talk, Err(DriverError::Unsupported { .. })));
    } else {
        let lines = harness.driver().converse("print fwversion", Duration::from_secs(10)).unwrap();
        assert!(lines.iter().any(|line| line.contains("fwversion 1.")), "{lines:?}");
        assert!(!lines.iter().any(|line| line.ends_with("print fwversion")), "{lines:?}");
    }
}

/// The suite for one harness.
macro_rules! suite {
    ($make:expr) => {
        $crate::suite::suite!($make =>
            an_empty_fixture_is_seen_to_be_empty,
            a_board_is_seen_and_keeps_its_name,
            a_blank_board_reads_blank_or_says_that_it_cannot_be_read,
            what_was_installed_stands_in_flash_and_reads_back,
            installing_twice_is_harmless,
            a_board_that_was_pulled_out_is_told,
            a_board_that_was_let_go_is_not_taken_for_the_next,
            the_other_way_of_delivery_is_refused,
            host_keys_and_conversation_go_as_announced
        );
    };
    ($make:expr => $($property:ident),*) => {
        $(#[test]
        fn $property() {
            $crate::suite::$property(&mut $make);
        })*
    };
}

pub(crate) use suite;
