//! The page onto the board, and the proof that it is there.

use journal::{Device, Flashed, HasPage, Paged};
use signer::SignedDevice;

use super::{Saga, Trouble, proof};
use crate::{
    driver::{Delivery, DriverError, FoundPage},
    page_maker::MadePage,
    step::Step,
};

impl Saga<'_> {
    /// Writes and reads back until what is on the board is what the journal says.
    pub(super) fn install(
        &mut self,
        device: &Device<Paged>,
        signed: &SignedDevice,
        page: Option<&MadePage>,
    ) -> Result<(), Trouble> {
        let mut attempt = 1;
        loop {
            let failed = match self.install_once(device, signed, page) {
                Ok(()) => return Ok(()),
                Err(failed) => failed,
            };
            let may_repeat =
                failed.may_repeat && attempt < self.shared.attempts_max && !self.is_aborting();
            if !may_repeat {
                return Err(failed.trouble);
            }
            self.tell_retry(failed.trouble.step, attempt, &failed.trouble.what);
            attempt += 1;
        }
    }

    fn install_once(
        &mut self,
        device: &Device<Paged>,
        signed: &SignedDevice,
        page: Option<&MadePage>,
    ) -> Result<(), Failed> {
        self.step(Step::Flash);
        // A board that was changed meanwhile must not get another's identity.
        self.same_board(Step::Flash).map_err(|error| Failed::driver(Step::Flash, &error))?;
        let pages = &self.shared.pages;
        let delivery = match page {
            Some(page) => Delivery::Page {
                image: &page.image,
                address: pages.address(),
                region_len: pages.region_len(),
            },
            None => Delivery::Chains {
                ed25519: signed.chain(sidewalk::Curve::Ed25519),
                p256r1: signed.chain(sidewalk::Curve::P256r1),
                app_server_key: pages.app_server_key(),
            },
        };
        let written = self.timed(journal::Step::Flash, |saga| saga.driver.install(&delivery));
        written.map_err(|error| Failed::driver(Step::Flash, &error))?;
        self.prove(device, signed)
    }

    /// Reads a board back that was written before the line was killed.
    pub(super) fn verify_flashed(
        &mut self,
        device: &Device<Flashed>,
        signed: &SignedDevice,
    ) -> Result<(), Trouble> {
        self.prove(device, signed).map_err(|failed| failed.trouble)
    }

    fn prove<S: HasPage>(
        &mut self,
        device: &Device<S>,
        signed: &SignedDevice,
    ) -> Result<(), Failed> {
        self.step(Step::Verify);
        let read = self.timed(journal::Step::Readback, |saga| saga.driver.read_page());
        let found = read.map_err(|error| Failed::driver(Step::Verify, &error))?;
        self.same_board(Step::Verify).map_err(|error| Failed::driver(Step::Verify, &error))?;
        let FoundPage::Bytes(bytes) = found else {
            // The fixture cannot read. Keys that the board made were proven by its signing requests; keys that were made
            // here are on a page that a programmer was given and nobody has seen since.
            return Ok(());
        };
        self.timed(journal::Step::Verify, |saga| {
            proof::is_of(&bytes, device, signed, &saga.shared.pages)
        })
        .map_err(|why| Failed {
            trouble: Trouble::new(Step::Verify, "read-back", why).hint(
                "if it happens again, the flash of this board is bad: put it aside".to_owned(),
            ),
            may_repeat: true,
        })
    }
}

struct Failed {
    trouble: Trouble,
    may_repeat: bool,
}

impl Failed {
    fn driver(step: Step, error: &DriverError) -> Self {
        Self { trouble: Trouble::driver(step, error), may_repeat: error.is_worth_retrying() }
    }
}
