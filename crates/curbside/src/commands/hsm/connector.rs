//! `curbside hsm connector`.

use std::time::{Duration, Instant};

use clap::Args;
use hsm::{Endpoint, TlsClient, Transport, TransportError};
use serde::Serialize;
use soft_hsm::connector::{Backend, Connector, ConnectorOptions, Incoming, Outcome, Reply};
use yubihsm2::{Frame, MessageLimit, connector::DevicePresence};

use crate::{
    commands::hsm::front::{FrontArgs, StopSignals},
    failure::Failure,
    front::supervisor,
    terminal,
};

/// Serve a YubiHSM 2 on USB as the vendor's connector does
///
/// It carries frames, knows no passwords and sees no keys. The HSM may come and go: without one the status page says
/// NO_DEVICE, and as soon as one is there it is used. It serves until Ctrl-C or SIGTERM.
#[derive(Args, Debug)]
pub(crate) struct ConnectorArgs {
    #[command(flatten)]
    front: FrontArgs,
    /// Use the HSM with this serial number; without this the first that is found
    #[arg(long, value_name = "N")]
    serial: Option<u32>,
}

/// What scripts learn from the line with --json.
#[derive(Serialize)]
struct Started<'a> {
    url: &'a str,
    address: String,
    serial: Option<u32>,
    device: bool,
}

pub(crate) fn run(args: &ConnectorArgs) -> Result<(), Failure> {
    let place = args.serial.map_or("usb://".to_owned(), |serial| format!("usb://{serial:010}"));
    let mut backend = UsbBackend::new(Endpoint::parse(&place, &TlsClient::default())?);
    let device = backend.presence(Instant::now()) == DevicePresence::Present;
    let options = ConnectorOptions { hosts: args.front.hosts(), pinned_serial: args.serial };
    let stop = StopSignals::listen()?;
    let serving = Connector::bind(&args.front.listen, options, backend)?;
    let url = args.front.url(serving.local_addr());
    terminal::note(&format!("serving {place} at {url}"));
    FrontArgs::warn(serving.local_addr());
    args.front.print(&Started {
        url: &url,
        address: serving.local_addr().to_string(),
        serial: args.serial,
        device,
    })?;
    supervisor::ready(&format!("serving {place} at {url}"));
    stop.wait()?;
    supervisor::stopping("stopping");
    let _backend = serving.shutdown();
    Ok(())
}

/// After a failed attempt to open the HSM, the next one is not made sooner. Looking for USB devices takes
/// milliseconds, during which nobody else is served.
const OPEN_PAUSE: Duration = Duration::from_millis(200);

/// An HSM on USB that may come and go.
struct UsbBackend {
    endpoint: Endpoint,
    transport: Option<Box<dyn Transport>>,
    /// When opening failed last.
    failed: Option<Instant>,
    /// What the operator was told last, so that it is told once.
    told: Option<String>,
}

impl UsbBackend {
    fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, transport: None, failed: None, told: None }
    }

    /// The HSM, opened where it is not.
    fn open(&mut self, now: Instant) -> Option<&mut Box<dyn Transport>> {
        let is_too_soon =
            self.failed.is_some_and(|failed| now.saturating_duration_since(failed) < OPEN_PAUSE);
        if self.transport.is_none() && !is_too_soon {
            match self.endpoint.open() {
                Ok(transport) => {
                    terminal::note("hsm: opened");
                    (self.transport, self.failed, self.told) = (Some(transport), None, None);
                }
                Err(error) => {
                    self.failed = Some(now);
                    self.tell(&error);
                }
            }
        }
        self.transport.as_mut()
    }

    fn tell(&mut self, error: &TransportError) {
        let message = error.to_string();
        if self.told.as_ref() != Some(&message) {
            terminal::note(&format!("hsm: failed to {message}"));
            if let Some(hint) = error.hint() {
                terminal::note(&format!("hint: {hint}"));
            }
            self.told = Some(message);
        }
    }
}

impl Backend for UsbBackend {
    fn exchange(&mut self, incoming: &Incoming<'_>) -> Outcome {
        // What is no frame would confuse the device, or block it; it is answered as the device would.
        let frame = match Frame::decode(incoming.frame, MessageLimit::FROM_2_4) {
            Ok(frame) => frame,
            Err(error) => {
                let refusal = Frame::error(error.error_code()).encode();
                return Reply::Answer(refusal.to_vec()).into();
            }
        };
        let Some(transport) = self.open(incoming.now) else {
            return Reply::NoDevice.into();
        };
        match transport.exchange(&frame) {
            Ok(answer) => Reply::Answer(answer.encode().to_vec()).into(),
            Err(error) => {
                // A command whose answer was lost is not sent again: it may have been done.
                self.transport = None;
                self.tell(&error);
                Reply::NoDevice.into()
            }
        }
    }

    fn presence(&mut self, now: Instant) -> DevicePresence {
        match self.open(now) {
            Some(_) => DevicePresence::Present,
            None => DevicePresence::Absent,
        }
    }
}
