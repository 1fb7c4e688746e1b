//! A software YubiHSM 2 at work: the device, what keeps it, and what goes wrong with it in a rehearsal.

use std::{
    fmt,
    time::{Duration, Instant},
};

use thiserror::Error;
use yubihsm2::{ErrorCode, Frame, connector::DevicePresence};

use crate::{
    connector::{Action, Backend, Fault, FaultPlan, Incoming, Latency, Outcome, Pace, Reply},
    device::{Change, Device, Settings, State},
    randomness::Randomness,
    store::{DeviceStore, Opened, StoreError},
};

/// A device with its store, behind a connector or called directly.
///
/// What a command changes is on the disk before its answer leaves. Should the disk fail, the answer is
/// STORAGE FAILED and the device starts again from what the disk has, as after a loss of power: sessions are gone.
/// While even that fails there is no device.
pub struct SoftHsm {
    settings: Settings,
    random: Box<dyn Randomness>,
    keeper: Keeper,
    /// Absent after the store failed, until it answers again.
    device: Option<Device>,
    started: Instant,
    powered_on: Instant,
    pace: Option<Pace>,
    faults: FaultPlan,
    unplugged_until: Option<Instant>,
    /// The operator knows that there is no device; that it goes on so is no news.
    is_loss_told: bool,
    on_event: Box<dyn FnMut(SoftHsmEvent) + Send>,
}

/// What keeps the state while there is no power.
enum Keeper {
    Memory,
    Store(Box<DeviceStore>),
}

/// What an operator should hear of.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum SoftHsmEvent {
    /// A change could not be made durable, and was not acknowledged.
    #[error("a change could not be stored and was refused: {0}")]
    ChangeRefused(StoreError),
    /// The device could not be started again.
    #[error("the device is gone until its store answers: {0}")]
    DeviceLost(StoreError),
    /// The device was started again.
    #[error("the device has started again from its store; its sessions are gone")]
    DeviceBack,
}

impl SoftHsm {
    /// Powers on the device of a store, or makes a new store a factory-fresh device. When this returns, it is
    /// on the disk.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: nothing that existed is lost.
    pub fn start(
        opened: Opened,
        settings: Settings,
        mut random: Box<dyn Randomness>,
    ) -> Result<Self, StoreError> {
        let Opened { mut store, state, .. } = opened;
        let device = match state {
            None => Device::factory_fresh(settings, &mut *random),
            Some(state) => Device::power_on(settings, state).0,
        };
        store.save(device.state())?;
        Ok(Self::new(device, Keeper::Store(Box::new(store)), settings, random))
    }

    /// A factory-fresh device that nothing keeps.
    pub fn in_memory(settings: Settings, mut random: Box<dyn Randomness>) -> Self {
        let device = Device::factory_fresh(settings, &mut *random);
        Self::new(device, Keeper::Memory, settings, random)
    }

    fn new(
        device: Device,
        keeper: Keeper,
        settings: Settings,
        random: Box<dyn Randomness>,
    ) -> Self {
        let now = Instant::now();
        Self {
            settings,
            random,
            keeper,
            device: Some(device),
            started: now,
            powered_on: now,
            pace: None,
            faults: FaultPlan::none(),
            unplugged_until: None,
            is_loss_told: false,
            on_event: Box::new(|_| ()),
        }
    }

    /// Makes it as slow as hardware.
    pub fn with_latency(mut self, latency: Latency) -> Self {
        self.pace = Some(Pace::new(latency));
        self
    }

    /// Makes things go wrong. The plan's clock starts now.
    pub fn with_faults(mut self, faults: FaultPlan) -> Self {
        self.faults = faults;
        self.started = Instant::now();
        self
    }

    /// Tells what an operator should hear of.
    pub fn with_events(mut self, on_event: impl FnMut(SoftHsmEvent) + Send + 'static) -> Self {
        self.on_event = Box::new(on_event);
        self
    }

    /// What the device keeps without power; `None` while there is no device.
    pub fn state(&self) -> Option<&State> {
        self.device.as_ref().map(Device::state)
    }

    /// Closes the store, so that even the loss of its last change would show.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: nothing is lost.
    pub fn close(self) -> Result<(), StoreError> {
        match self.keeper {
            Keeper::Memory => Ok(()),
            Keeper::Store(store) => store.close(),
        }
    }

    /// Loses power and gets it back, which ends all sessions and counts as a boot.
    pub fn power_cycle(&mut self, now: Instant) {
        let Some(device) = self.device.take() else {
            return;
        };
        let (device, _) = Device::power_on(self.settings, device.state().clone());
        self.powered_on = now;
        match self.keeper.save(device.state()) {
            Ok(()) => self.device = Some(device),
            Err(error) => self.tell_loss(error),
        }
    }

    /// Applies what goes wrong with the device itself; says what remains for the frame.
    fn suffer(&mut self, faults: &[Fault], now: Instant) {
        for fault in faults {
            match fault.action {
                Action::Unplug(time) => {
                    self.unplugged_until = Some(self.started + fault.since + time);
                    self.power_cycle(now);
                }
                Action::LoseSessions => {
                    if let Some(device) = &mut self.device {
                        device.lose_sessions();
                    }
                }
                Action::Drop | Action::DropAnswer | Action::Delay(_) | Action::Error(_) => {}
            }
        }
    }

    fn is_unplugged(&self, now: Instant) -> bool {
        self.unplugged_until.is_some_and(|until| now < until)
    }

    /// The device, started again from its store where that failed before.
    fn revive(&mut self, now: Instant) {
        let Keeper::Store(store) = &mut self.keeper else {
            return;
        };
        let started = store.reload().and_then(|state| {
            let (device, _) = Device::power_on(self.settings, state);
            store.save(device.state())?;
            Ok(device)
        });
        match started {
            Ok(device) => {
                self.powered_on = now;
                self.device = Some(device);
                self.is_loss_told = false;
                (self.on_event)(SoftHsmEvent::DeviceBack);
            }
            Err(error) => self.tell_loss(error),
        }
    }

    fn tell_loss(&mut self, error: StoreError) {
        if !std::mem::replace(&mut self.is_loss_told, true) {
            (self.on_event)(SoftHsmEvent::DeviceLost(error));
        }
    }

    /// Lets the device handle a frame and makes the changes durable.
    fn handle(&mut self, incoming: &Incoming<'_>, delay: Duration) -> Outcome {
        if self.device.is_none() {
            self.revive(incoming.now);
        }
        let Some(device) = &mut self.device else {
            return Reply::NoDevice.into();
        };
        let since_power_on = incoming.now.saturating_duration_since(self.powered_on);
        let handled = device.handle(incoming.frame, since_power_on, &mut *self.random);
        if !handled.changes.is_empty()
            && let Err(error) = self.keeper.record(&handled.changes, device.state())
        {
            (self.on_event)(SoftHsmEvent::ChangeRefused(error));
            self.device = None;
            self.revive(incoming.now);
            return refusal(ErrorCode::STORAGE_FAILED).into();
        }
        let arrived = incoming.arrived + delay;
        let ready_at = match &mut self.pace {
            Some(pace) => Some(pace.schedule(arrived, &handled.work)),
            None => (!delay.is_zero()).then_some(incoming.now + delay),
        };
        Outcome { reply: Reply::Answer(handled.answer), ready_at }
    }
}

impl Backend for SoftHsm {
    fn exchange(&mut self, incoming: &Incoming<'_>) -> Outcome {
        let faults = self.faults.next_frame(incoming.now - self.started);
        self.suffer(&faults, incoming.now);
        if self.is_unplugged(incoming.now) {
            return Reply::NoDevice.into();
        }
        let mut delay = Duration::ZERO;
        let mut is_answer_lost = false;
        for fault in faults {
            match fault.action {
                Action::Drop => return Reply::HangUp.into(),
                Action::Error(code) => return refusal(code).into(),
                Action::DropAnswer => is_answer_lost = true,
                Action::Delay(time) => delay += time,
                Action::Unplug(_) | Action::LoseSessions => {}
            }
        }
        let outcome = self.handle(incoming, delay);
        if is_answer_lost { Outcome { reply: Reply::HangUp, ..outcome } } else { outcome }
    }

    fn presence(&mut self, now: Instant) -> DevicePresence {
        let faults = self.faults.device_faults(now - self.started);
        self.suffer(&faults, now);
        if self.is_unplugged(now) {
            return DevicePresence::Absent;
        }
        // Clients look here before they send anything, so this must be enough to bring the device back.
        if self.device.is_none() {
            self.revive(now);
        }
        match self.device {
            Some(_) => DevicePresence::Present,
            None => DevicePresence::Absent,
        }
    }
}

impl Keeper {
    fn save(&mut self, state: &State) -> Result<(), StoreError> {
        match self {
            Self::Memory => Ok(()),
            Self::Store(store) => store.save(state),
        }
    }

    fn record(&mut self, changes: &[Change], state: &State) -> Result<(), StoreError> {
        match self {
            Self::Memory => Ok(()),
            Self::Store(store) => store.record(changes, state),
        }
    }
}

fn refusal(code: ErrorCode) -> Reply {
    Reply::Answer(Frame::error(code).encode().to_vec())
}

impl fmt::Debug for SoftHsm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoftHsm").field("settings", &self.settings).finish_non_exhaustive()
    }
}
