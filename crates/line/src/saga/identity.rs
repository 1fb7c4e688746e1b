//! Keys, intent, signature: how a board comes to its identity.

use journal::{
    Device, HasOutcome, HasRequest, Intended, Keys, Outcome, Paged, Reservation, ReserveError,
    Signed,
};
use sidewalk::{Chain, Curve, PrivateKey, PrivateKeyError, Smsn, SmsnInput};
use signer::{SignedDevice, SigningRequest};

use super::{Ready, Saga, Trouble};
use crate::{
    driver::{KeyOrigin, Naming},
    event::SlotEvent,
    page_maker::MadePage,
    serials::{TakeError, Taken},
    signing::FailureKind,
    step::Step,
};

/// How long a slot waits between two looks for a scan.
const SCAN_PAUSE: std::time::Duration = std::time::Duration::from_millis(100);

/// The code of a number that the journal has already.
const TAKEN: &str = "serial-taken";

/// What came of a new board's intent.
pub(super) enum Intent {
    /// It is on the disk.
    Stands(Box<Device<Intended>>),
    /// No device is left to be made.
    NothingLeft(String),
    /// The line stops, or the board is gone.
    Left,
}

impl Saga<'_> {
    /// Gives a board a serial number and keys, and makes the intent durable.
    pub(super) fn intend(&mut self) -> Result<Intent, Trouble> {
        if !self.shared.quota.take() {
            return Ok(Intent::NothingLeft("every device of this job is made".to_owned()));
        }
        let intent = self.intend_within_quota();
        if !matches!(intent, Ok(Intent::Stands(_))) {
            self.shared.quota.give_back();
        }
        intent
    }

    fn intend_within_quota(&mut self) -> Result<Intent, Trouble> {
        loop {
            let dsn = match self.serial()? {
                Serial::Taken(dsn) => dsn,
                Serial::Exhausted => {
                    let why = "there is no serial number left".to_owned();
                    return Ok(Intent::NothingLeft(why));
                }
                Serial::Left => return Ok(Intent::Left),
            };
            match self.intend_as(&dsn) {
                Ok(device) => return Ok(Intent::Stands(Box::new(device))),
                // The store of numbers was lost or exchanged; the journal knows better.
                Err(trouble) if trouble.code == TAKEN && !self.shared.serials.is_scanned() => {}
                Err(trouble) => {
                    let freed = self.shared.serials.give_back(dsn);
                    freed.map_err(|error| Trouble::serials(&error))?;
                    return Err(trouble);
                }
            }
        }
    }

    fn intend_as(&mut self, dsn: &str) -> Result<Device<Intended>, Trouble> {
        let smsn = self.smsn(dsn)?;
        self.tell(SlotEvent::Step { dsn: dsn.to_owned(), step: Step::Keys });
        let keys = self.timed(journal::Step::Keys, |saga| saga.keys(dsn, smsn))?;
        let reservation = Reservation {
            job: self.shared.job,
            slot: self.slot,
            dsn: dsn.to_owned(),
            smsn,
            chip: self.chip.as_ref().map(|chip| chip.as_str().to_owned()),
            at: (self.shared.clock)(),
        };
        let at = reservation.at;
        let device = self.timed(journal::Step::Intent, |saga| {
            saga.shared.journal.reserve_and_intend(reservation, keys, at)
        });
        let device = device.map_err(|error| match error {
            ReserveError::Journal(error) => Trouble::journal(Step::Intent, &error),
            taken => Trouble::new(Step::Intent, TAKEN, taken.to_string()).hint(taken.hint()),
        })?;
        self.device = Some((device.id(), dsn.to_owned()));
        Ok(device)
    }

    /// A serial number that no device of this line has. Where it is scanned, one slot after the other waits for its scan.
    fn serial(&mut self) -> Result<Serial, Trouble> {
        let taken = self.serial_or_scan();
        if !matches!(taken, Ok(Serial::Taken(_))) {
            self.shared.serials.expect_no_scan(self.slot);
        }
        taken
    }

    fn serial_or_scan(&mut self) -> Result<Serial, Trouble> {
        let shared = self.shared;
        let is_used = |dsn: &str| {
            let found = shared.journal.find(&journal::DeviceKey::Dsn(dsn))?;
            Ok(!found.is_empty())
        };
        let mut is_told = false;
        loop {
            match shared.serials.take(self.slot, is_used) {
                Ok(Taken::Dsn(dsn)) => return Ok(Serial::Taken(dsn)),
                Ok(Taken::Exhausted) => return Ok(Serial::Exhausted),
                Ok(Taken::Scan) => {
                    if !std::mem::replace(&mut is_told, true) {
                        self.tell(SlotEvent::WaitingForSerial);
                    }
                }
                Ok(Taken::ScanLater) => {}
                Err(TakeError::Serials(error)) => return Err(Trouble::serials(&error)),
                Err(TakeError::Journal(error)) => {
                    return Err(Trouble::journal(Step::Intent, &error));
                }
            }
            shared.control.wait(SCAN_PAUSE);
            if self.is_leaving() || self.same_board(Step::Intent).is_err() {
                return Ok(Serial::Left);
            }
        }
    }

    fn smsn(&self, dsn: &str) -> Result<Smsn, Trouble> {
        let product = &self.shared.product;
        let input = SmsnInput {
            device_type: &product.device_type,
            stage: product.stage,
            dsn,
            apid: product.apid.as_str(),
            board_id: product.board_id.as_deref(),
        };
        Smsn::derive(&input).map_err(|error| Trouble::new(Step::Keys, "smsn", error.to_string()))
    }

    fn keys(&mut self, dsn: &str, smsn: Smsn) -> Result<Keys, Trouble> {
        match self.driver.key_origin() {
            KeyOrigin::Host => {
                let generate = |curve| {
                    let fill = |bytes: &mut [u8]| match (self.shared.fill_random)(bytes) {
                        true => Ok(()),
                        false => Err(PrivateKeyError::NotRandom),
                    };
                    PrivateKey::generate(curve, fill).map_err(|_| Trouble::randomness())
                };
                let (ed25519, p256r1) = (generate(Curve::Ed25519)?, generate(Curve::P256r1)?);
                Ok(Keys::OnHost { ed25519, p256r1 })
            }
            KeyOrigin::Board => {
                let product = &self.shared.product;
                let naming = Naming {
                    device_type: &product.device_type,
                    dsn,
                    apid: product.apid,
                    board_id: product.board_id.as_deref(),
                    smsn,
                };
                let request =
                    self.repeat(Step::Keys, |driver| driver.request_certificates(&naming))?;
                Ok(Keys::OnBoard {
                    ed25519: *request.ed25519.public_key(),
                    p256r1: *request.p256r1.public_key(),
                })
            }
        }
    }

    /// Counts another asking before the HSM is asked, as after a restart.
    pub(super) fn ask_again(
        &self,
        mut device: Device<Intended>,
    ) -> Result<Device<Intended>, Trouble> {
        let counted = self.shared.journal.ask_again(&mut device, (self.shared.clock)());
        counted.map_err(|error| Trouble::journal(Step::Sign, &error))?;
        Ok(device)
    }

    /// Has the recorded bytes signed, makes the page, and makes both durable.
    pub(super) fn sign(
        &mut self,
        mut device: Device<Intended>,
        is_resumed: bool,
    ) -> Result<Ready, Trouble> {
        self.step(Step::Sign);
        let request = signing_request(&device)?;
        let mut attempt = 1;
        let began = std::time::Instant::now();
        let signed = loop {
            match self.shared.signing.sign(request.clone()) {
                Ok(signed) => break signed,
                Err(error)
                    if error.kind == FailureKind::Passing
                        && attempt < self.shared.attempts_max
                        && !self.is_aborting() =>
                {
                    self.tell_retry(Step::Sign, attempt, &error.what);
                    attempt += 1;
                    device = self.ask_again(device)?;
                }
                Err(error) => return Err(Trouble::signing(&error)),
            }
        };
        self.times.set(journal::Step::Sign, began.elapsed());
        let page = self.made_page(&signed)?;
        let outcome = Outcome {
            ed25519: signed.chain(Curve::Ed25519).device().signature(),
            p256r1: signed.chain(Curve::P256r1).device().signature(),
            hsm_serial: signed.hsm_serial().unwrap_or_default(),
        };
        let sha256 = page.as_ref().map(|page| page.sha256);
        let device =
            self.shared.journal.signed_and_paged(device, outcome, sha256, (self.shared.clock)());
        let device = device.map_err(|error| Trouble::journal(Step::Outcome, &error))?;
        Ok(Ready { device, signed, page, is_resumed })
    }

    /// Makes the page of a device whose signature is on the disk, and whose page is not.
    pub(super) fn page_of_signed(&mut self, device: Device<Signed>) -> Result<Ready, Trouble> {
        let signed = self.signed_again(&device)?;
        let page = self.made_page(&signed)?;
        let sha256 = page.as_ref().map(|page| page.sha256);
        let device = self.shared.journal.paged(device, sha256, (self.shared.clock)());
        let device = device.map_err(|error| Trouble::journal(Step::Outcome, &error))?;
        Ok(Ready { device, signed, page, is_resumed: true })
    }

    /// Makes a page again, and makes sure that it is the recorded one.
    pub(super) fn page_again(&mut self, device: Device<Paged>) -> Result<Ready, Trouble> {
        let signed = self.signed_again(&device)?;
        let page = self.made_page(&signed)?;
        if page.as_ref().map(|page| &page.sha256) != device.page_sha256() {
            let what = "the page comes out otherwise than it was recorded";
            return Err(Trouble::new(Step::Outcome, "page-differs", what).hint(format!(
                "chip, firmware and address of the job must be those that device {} was begun with",
                device.dsn()
            )));
        }
        Ok(Ready { device, signed, page, is_resumed: true })
    }

    fn made_page(&mut self, signed: &SignedDevice) -> Result<Option<MadePage>, Trouble> {
        if self.driver.key_origin() == KeyOrigin::Board {
            return Ok(None);
        }
        let page = self.timed(journal::Step::Page, |saga| saga.shared.pages.page(signed));
        page.map(Some).map_err(|error| Trouble::page(Step::Outcome, &error))
    }

    /// The certificates of a device from the journal, verified once more.
    pub(super) fn signed_again<S: HasOutcome + HasRequest>(
        &self,
        device: &Device<S>,
    ) -> Result<SignedDevice, Trouble> {
        signed_again(self.shared.signing.as_ref(), device)
    }
}

/// The certificates of a device from the journal, verified once more: what was on a disk is believed only after that.
pub(crate) fn signed_again<S: HasOutcome + HasRequest>(
    signing: &dyn crate::signing::Signing,
    device: &Device<S>,
) -> Result<SignedDevice, Trouble> {
    let outcome = device.outcome();
    let chain = |curve: Curve, signature: &sidewalk::Signature| {
        let key = device.request().public_key(curve);
        let parts: [&[u8]; 4] = [
            device.smsn().as_bytes(),
            key.as_bytes(),
            signature.as_bytes(),
            signing.issuers_bytes(curve),
        ];
        Chain::parse(curve, &parts.concat())
            .map_err(|error| Trouble::reuse(&signer::ReuseError::NoChain(error)))
    };
    let ed25519 = chain(Curve::Ed25519, &outcome.ed25519)?;
    let p256r1 = chain(Curve::P256r1, &outcome.p256r1)?;
    signing.reuse(signing_request(device)?, ed25519, p256r1).map_err(|error| Trouble::reuse(&error))
}

/// The request that is in the journal, with its private keys where they were made here.
fn signing_request<S: HasRequest>(device: &Device<S>) -> Result<SigningRequest, Trouble> {
    let recorded = device.request();
    let mut request = SigningRequest::from_public_keys(
        *device.smsn(),
        recorded.public_key(Curve::Ed25519),
        recorded.public_key(Curve::P256r1),
    );
    for curve in Curve::ALL {
        if let Some(key) = recorded.private_key(curve) {
            request = request.and_then(|request| request.with_private_key(key.clone()));
        }
    }
    request.map_err(|error| Trouble::request(&error))
}

enum Serial {
    Taken(String),
    Exhausted,
    Left,
}
