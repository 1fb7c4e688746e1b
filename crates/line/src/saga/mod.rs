//! One board, from the fixture to its control log.
//!
//! What is irreversible has a durable intent before it and a durable outcome after it. The journal's types carry the
//! order: a page cannot be made of a device whose signature is not on the disk, and no device comes to the control log
//! that was not read back.

mod arrival;
mod identity;
mod install;
mod proof;
mod trouble;

use std::time::Instant;

use control_log::Entry;
use journal::{Device, DeviceId, DeviceKey, DeviceRecord, NoteKind, Paged, StepTimes, Unfinished};
use sidewalk::Smsn;
use signer::SignedDevice;

pub(crate) use self::trouble::Trouble;

use self::arrival::{Arrival, Found};
use crate::{
    driver::{
        ChipId, Driver, DriverError, FoundPage, Presence,
        check::{Check, CheckResult, Verdict},
    },
    event::{Event, SlotEvent},
    job::CheckSettings,
    page_maker::MadePage,
    plant::{RouteAnswer, RouteQuestion},
    run::{Pace, Shared, Waiting, run_check},
    step::Step,
};

/// How a board's visit ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Ending {
    /// It is a finished device now.
    Passed { dsn: String, smsn: Smsn, is_resumed: bool, is_first_time: bool },
    /// It was one before.
    Finished { dsn: String },
    /// It was not touched.
    Refused { why: String, hints: Vec<String> },
    /// The job's devices are all made, or there is no serial number for another.
    NothingLeft { why: String },
    /// The line stops; what is done so far is recorded.
    Left,
}

/// Work on one board.
pub(crate) struct Saga<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) driver: &'a mut dyn Driver,
    pub(crate) slot: u16,
    pub(crate) chip: Option<ChipId>,
    pub(crate) began: Instant,
    pub(crate) times: StepTimes,
    pub(crate) retries: u32,
    /// The device that the board is or becomes.
    pub(crate) device: Option<(DeviceId, String)>,
}

/// A device whose page may leave, with what it is made of.
struct Ready {
    device: Device<Paged>,
    signed: SignedDevice,
    page: Option<MadePage>,
    is_resumed: bool,
}

impl<'a> Saga<'a> {
    pub(crate) fn new(
        shared: &'a Shared,
        driver: &'a mut dyn Driver,
        slot: u16,
        chip: Option<ChipId>,
    ) -> Self {
        Self {
            shared,
            driver,
            slot,
            chip,
            began: Instant::now(),
            times: StepTimes::default(),
            retries: 0,
            device: None,
        }
    }

    /// Works on the board until it is finished, or cannot be.
    pub(crate) fn run(&mut self) -> Result<Ending, Trouble> {
        if let Some(refused) = self.route()? {
            return Ok(refused);
        }
        let page = self.timed(journal::Step::Read, |saga| {
            saga.repeat(Step::Read, |driver| driver.read_page())
        })?;
        match self.arrival(&page)? {
            Arrival::New => self.new_device(),
            Arrival::Unfinished(record) => self.resume(record.id),
            Arrival::Finished(record) => self.finished_before(&record, &page),
            Arrival::Refuse { why, hint } => Ok(Ending::Refused { why, hints: vec![hint] }),
        }
    }

    fn arrival(&self, page: &FoundPage) -> Result<Arrival, Trouble> {
        let find = |key: DeviceKey<'_>| {
            let found = self.shared.journal.find(&key);
            found.map_err(|error| Trouble::journal(Step::Read, &error))
        };
        let found = Found::of(page, &self.shared.pages);
        let by_chip = match &self.chip {
            Some(chip) => find(DeviceKey::Chip(chip.as_str()))?,
            None => match self.shared.in_hand.take_anonymous(self.slot) {
                Some(id) => find(DeviceKey::Id(id))?,
                None => Vec::new(),
            },
        };
        let by_chip = by_chip.into_iter().find(|record| !record.retired);
        let by_page = match &found {
            Found::Device(smsn) => find(DeviceKey::Smsn(smsn))?.into_iter().next(),
            _ => None,
        };
        let chip = self.chip.as_ref().map(ChipId::as_str);
        Ok(arrival::decide(chip, &found, by_chip.as_ref(), by_page.as_ref()))
    }

    fn new_device(&mut self) -> Result<Ending, Trouble> {
        if self.shared.mode.is_resume() {
            return Ok(Ending::Refused {
                why: "no unfinished device belongs to this board".to_owned(),
                hints: vec!["`curbside line run` takes new boards in".to_owned()],
            });
        }
        self.check(true)?;
        match self.intend()? {
            identity::Intent::Stands(device) => {
                let ready = self.sign(*device, false)?;
                self.finish(ready)
            }
            identity::Intent::NothingLeft(why) => Ok(Ending::NothingLeft { why }),
            identity::Intent::Left => Ok(Ending::Left),
        }
    }

    /// Goes on with a device that an earlier run, or an earlier attempt, left unfinished.
    fn resume(&mut self, id: DeviceId) -> Result<Ending, Trouble> {
        let found = self.shared.journal.resume(id);
        let found = found.map_err(|error| Trouble::journal(Step::Read, &error))?;
        let Some(unfinished) = found else {
            let why = "the journal has no unfinished device for this board any more".to_owned();
            return Ok(Ending::Refused { why, hints: Vec::new() });
        };
        if unfinished.job() != self.shared.job {
            let why = format!("device {} belongs to another job of this line", unfinished.dsn());
            let hint = "run the job that it was begun with; `curbside line status` names it";
            return Ok(Ending::Refused { why, hints: vec![hint.to_owned()] });
        }
        if self.is_leaving() {
            return Ok(Ending::Left);
        }
        self.device = Some((unfinished.id(), unfinished.dsn().to_owned()));
        match unfinished {
            Unfinished::Reserved(device) => {
                // Nothing was promised yet: the number is free and the board is new.
                let dsn = device.dsn().to_owned();
                let dropped = self.shared.journal.drop_reservation(
                    device.id(),
                    "never got as far as its intent",
                    (self.shared.clock)(),
                );
                dropped.map_err(|error| Trouble::journal(Step::Intent, &error))?;
                let freed = self.shared.serials.give_back(dsn);
                freed.map_err(|error| Trouble::serials(&error))?;
                self.device = None;
                self.new_device()
            }
            Unfinished::Intended(device) => {
                let device = self.ask_again(device)?;
                let ready = self.sign(device, true)?;
                self.finish(ready)
            }
            Unfinished::Signed(device) => {
                let ready = self.page_of_signed(device)?;
                self.finish(ready)
            }
            Unfinished::Paged(device) => {
                let ready = self.page_again(device)?;
                self.finish(ready)
            }
            Unfinished::Flashed(device) => self.finish_flashed(device),
            Unfinished::Verified(device) => Ok(Ending::Finished { dsn: device.dsn().to_owned() }),
        }
    }

    fn finish(&mut self, ready: Ready) -> Result<Ending, Trouble> {
        let Ready { device, signed, page, is_resumed } = ready;
        if let Err(trouble) = self.install(&device, &signed, page.as_ref()) {
            return Err(self.without_keys(device.id(), trouble)?);
        }
        self.check(false)?;
        if self.is_aborting() {
            return Ok(Ending::Left);
        }
        self.step(Step::Record);
        self.times.set(journal::Step::Total, self.began.elapsed());
        let chip = self.chip.as_ref().map(ChipId::as_str);
        let verified = self.shared.journal.flashed_and_verified(
            device,
            chip,
            &self.times,
            (self.shared.clock)(),
        );
        let verified = verified.map_err(|error| Trouble::journal(Step::Record, &error))?;
        self.hand_over(verified.id(), &signed)?;
        Ok(self.passed(verified.dsn(), &signed, is_resumed))
    }

    /// Keys that a board lost exist nowhere: its identity can never be finished, and is retired here and now, so that the
    /// board is new when it comes again.
    fn without_keys(&self, id: DeviceId, trouble: Trouble) -> Result<Trouble, Trouble> {
        if trouble.code != Trouble::KEYS_LOST {
            return Ok(trouble);
        }
        let retired =
            self.shared.journal.retire(id, "the board lost its keys", (self.shared.clock)());
        retired.map_err(|error| Trouble::journal(Step::Flash, &error))?;
        Ok(trouble.hint("put the board in again: it gets a new serial number".to_owned()))
    }

    /// Only a device of the two-step way stands here after a kill; it is read back once more.
    fn finish_flashed(&mut self, device: Device<journal::Flashed>) -> Result<Ending, Trouble> {
        let signed = self.signed_again(&device)?;
        self.verify_flashed(&device, &signed)?;
        self.times.set(journal::Step::Total, self.began.elapsed());
        let verified = self.shared.journal.verified(device, &self.times, (self.shared.clock)());
        let verified = verified.map_err(|error| Trouble::journal(Step::Record, &error))?;
        self.hand_over(verified.id(), &signed)?;
        Ok(self.passed(verified.dsn(), &signed, true))
    }

    fn hand_over(&self, id: DeviceId, signed: &SignedDevice) -> Result<(), Trouble> {
        let entry = entry(self.shared, signed)?;
        self.shared.logs.hand_over(Waiting { id, entry });
        Ok(())
    }

    fn passed(&self, dsn: &str, signed: &SignedDevice, is_resumed: bool) -> Ending {
        Ending::Passed {
            dsn: dsn.to_owned(),
            smsn: signed.smsn(),
            is_resumed,
            is_first_time: !is_resumed && self.retries == 0,
        }
    }

    /// A board that carries a finished device of this line: confirmed where the job says so and its page still is what
    /// was recorded, else refused.
    fn finished_before(
        &mut self,
        record: &DeviceRecord,
        page: &FoundPage,
    ) -> Result<Ending, Trouble> {
        let dsn = record.dsn.clone();
        if !self.shared.confirms_finished && !self.shared.mode.is_resume() {
            return Ok(Ending::Refused {
                why: format!("the board already carries device {dsn}"),
                hints: vec![
                    "change the board, if that was forgotten".to_owned(),
                    format!(
                        "`curbside line rework {dsn}` lets this board have a new identity, and retires {dsn}"
                    ),
                ],
            });
        }
        if let FoundPage::Bytes(bytes) = page {
            let proven = proof::is_recorded(bytes, record, &self.shared.pages);
            if let Err(why) = proven {
                return Ok(Ending::Refused {
                    why: format!("the board was device {dsn}, and {why}"),
                    hints: vec![format!(
                        "`curbside line rework {dsn}` lets it have a new identity"
                    )],
                });
            }
        }
        Ok(Ending::Finished { dsn })
    }

    /// Test steps of the customer's own.
    fn check(&mut self, is_before: bool) -> Result<(), Trouble> {
        let step = if is_before { Step::TestBefore } else { Step::TestAfter };
        let shared = self.shared;
        for CheckSettings { check, .. } in
            shared.checks.iter().filter(|settings| settings.is_before == is_before)
        {
            self.step(step);
            let result = self.timed(journal::Step::Checks, |saga| {
                saga.repeat(step, |driver| run_check(check, driver))
            })?;
            if let Some((id, _)) = &self.device
                && !result.values.is_empty()
            {
                let text = measured(check, &result);
                let noted = shared.journal.note(*id, NoteKind::Test, &text, (shared.clock)());
                noted.map_err(|error| Trouble::journal(step, &error))?;
            }
            if let Verdict::Failed(why) = result.verdict {
                let what = format!("test {}: {why}", check.name());
                return Err(Trouble::new(step, "test", what)
                    .hint("repair the board, or put it aside".to_owned()));
            }
        }
        Ok(())
    }

    /// Asks the plant whether this board may be made here.
    fn route(&mut self) -> Result<Option<Ending>, Trouble> {
        let Some(plant) = &self.shared.plant else { return Ok(None) };
        self.step(Step::Route);
        let question = RouteQuestion {
            line: &self.shared.line,
            slot: self.slot,
            chip: self.chip.as_ref().map(ChipId::as_str),
            dsn: None,
        };
        Ok(match plant.route(&question, &|| self.is_leaving()) {
            RouteAnswer::Go { .. } => None,
            RouteAnswer::Refuse { why } => Some(Ending::Refused { why, hints: Vec::new() }),
            RouteAnswer::Away { .. } => Some(Ending::Left),
        })
    }

    /// Does a step that may be repeated, as often as the job says.
    fn repeat<T>(
        &mut self,
        step: Step,
        mut act: impl FnMut(&mut dyn Driver) -> Result<T, DriverError>,
    ) -> Result<T, Trouble> {
        let mut attempt = 1;
        loop {
            match act(self.driver) {
                Ok(value) => return Ok(value),
                Err(error) if attempt < self.shared.attempts_max && error.is_worth_retrying() => {
                    self.tell_retry(step, attempt, &error.to_string());
                    attempt += 1;
                    if self.is_aborting() {
                        return Err(Trouble::driver(step, &error));
                    }
                }
                Err(error) => return Err(Trouble::driver(step, &error)),
            }
        }
    }

    fn tell_retry(&mut self, step: Step, attempt: u32, why: &str) {
        self.retries += 1;
        self.tell(SlotEvent::Retry {
            dsn: self.dsn().to_owned(),
            step,
            attempt,
            attempts_max: self.shared.attempts_max,
            why: why.to_owned(),
        });
    }

    /// Makes sure that the board is still the one that was put in.
    fn same_board(&mut self, step: Step) -> Result<(), DriverError> {
        let Some(expected) = &self.chip else { return Ok(()) };
        match self.driver.look()? {
            Presence::Board(chip) if chip == *expected => Ok(()),
            Presence::Board(chip) => Err(DriverError::OtherBoard {
                expected: expected.to_string(),
                found: chip.to_string(),
            }),
            Presence::Anonymous => Ok(()),
            Presence::Empty => Err(DriverError::NoBoard { detail: format!("{step}, {expected}") }),
        }
    }

    fn timed<T>(&mut self, step: journal::Step, act: impl FnOnce(&mut Self) -> T) -> T {
        let began = Instant::now();
        let value = act(self);
        self.times.set(step, began.elapsed());
        value
    }

    fn step(&self, step: Step) {
        self.tell(SlotEvent::Step { dsn: self.dsn().to_owned(), step });
    }

    fn dsn(&self) -> &str {
        self.device.as_ref().map_or("", |(_, dsn)| dsn)
    }

    fn tell(&self, what: SlotEvent) {
        self.shared.tell(&Event::Slot { slot: self.slot, what });
    }

    fn is_aborting(&self) -> bool {
        self.shared.control.pace() == Pace::Aborting
    }

    fn is_leaving(&self) -> bool {
        self.shared.control.pace() >= Pace::Stopping
    }
}

/// What a test step measured, for the device's record: `name: rssi=-71 per=0`.
fn measured(check: &Check, result: &CheckResult) -> String {
    let values = result.values.iter().map(|(name, value)| format!(" {name}={value}"));
    format!("{}:{}", check.name(), values.collect::<String>())
}

/// A device's entry in a control log.
pub(crate) fn entry(shared: &Shared, signed: &SignedDevice) -> Result<Entry, Trouble> {
    use sidewalk::Curve;
    let chain = |curve| signed.chain(curve).clone();
    let product = &shared.product;
    Entry::new(product.apid, chain(Curve::Ed25519), chain(Curve::P256r1), product.stage)
        .map_err(|error| Trouble::new(Step::Record, "control-log", error.to_string()))
}
