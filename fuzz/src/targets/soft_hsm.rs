//! What clients send to a software HSM, what it finds on its disk, and what a person writes for it.

use std::{sync::OnceLock, time::Duration};

use durable::DurableError;
use soft_hsm::{
    SeededRandomness,
    connector::Rule,
    device::{Device, Settings, State},
    store::{Disk, Opening, RecordLog, StoreKey},
};
use yubihsm2::{
    Command, DEFAULT_PASSWORD, Frame, MessageLimit, ObjectId, Operation as _, StaticKeys,
    channel::{HostChannel, HostHandshake},
    operation::CreateSession,
};

/// The key of the seeds in the corpus.
const KEY: [u8; 32] = [7; 32];

/// Frames as clients send them, in the clear or within a session with all rights. Whatever came, the device
/// answers the next one.
///
/// The input is a list of `kind:1 || length:1 || bytes`: an odd kind is the command and payload of a frame
/// within the session, an even one a frame in the clear. The last may be longer than it says.
pub fn device(data: &[u8]) {
    let mut random = SeededRandomness::from_number(1);
    let (state, keys) = fresh();
    let (mut device, _) = Device::power_on(Settings::default(), state.clone());
    let mut send = |bytes: &[u8]| device.handle(bytes, Duration::ZERO, &mut random).answer;
    let mut session = Some(log_in(keys, &mut send));
    let mut rest = data;
    while let [kind, length, behind @ ..] = rest {
        let (bytes, next) = match behind.split_at_checked(usize::from(*length)) {
            Some((bytes, next)) if next.len() > 1 => (bytes, next),
            _ => (behind, &[][..]),
        };
        rest = next;
        if kind % 2 == 0 {
            assert!(Frame::decode(&send(bytes), LIMIT).is_ok());
        } else if let Some((command, payload)) = bytes.split_first()
            && let Some(channel) = &mut session
            && let Some(frame) = Frame::new(Command(*command), payload)
            && let Ok(sealed) = channel.seal(&frame)
        {
            let answer = Frame::decode(&send(sealed.encode().as_bytes()), LIMIT).expect("a frame");
            // A reset or a CLOSE SESSION ends it, and so does a clear frame that closed it.
            if channel.open(&answer).is_err() {
                session = None;
            }
        }
    }
    let echo = [Command::ECHO.0, 0, 1, 0x2A];
    assert_eq!(send(&echo), [Command::ECHO.answer().0, 0, 1, 0x2A]);
}

const LIMIT: MessageLimit = MessageLimit::FROM_2_4;

/// A factory-fresh device, and the keys of its first session: made once, for both take their time.
fn fresh() -> &'static (State, StaticKeys) {
    static FRESH: OnceLock<(State, StaticKeys)> = OnceLock::new();
    FRESH.get_or_init(|| {
        let mut random = SeededRandomness::from_number(1);
        let device = Device::factory_fresh(Settings::default(), &mut random);
        (device.state().clone(), StaticKeys::from_password(DEFAULT_PASSWORD))
    })
}

fn log_in(keys: &StaticKeys, send: &mut impl FnMut(&[u8]) -> Vec<u8>) -> HostChannel {
    let mut exchange =
        |frame: &Frame| Frame::decode(&send(frame.encode().as_bytes()), LIMIT).expect("a frame");
    let key = ObjectId::DEFAULT_AUTHENTICATION_KEY;
    let (request, host) = HostHandshake::start(key, [0xC4; 8], LIMIT);
    let created = exchange(&request.frame().expect("a short one"));
    let created = CreateSession::read_answer_frame(&created).expect("a session");
    let (request, host) = host.authenticate(keys, &created).expect("the right keys");
    host.confirm(&exchange(&request.frame().expect("a short one"))).expect("a session")
}

/// Files of stores. What was accepted reads back after it was written anew.
pub fn store(data: &[u8]) {
    let Ok(Opening::Log(mut log, contents)) = open(data.to_vec()) else { return };
    // Only the first is a snapshot's; any payload will do.
    let payload = contents.changes.last().unwrap_or(&contents.snapshot).clone();
    log.replace(&payload).expect("what was read fits");
    log.append(&payload).expect("a log that was just replaced takes changes");
    let file = log.disk_mut().0.clone();
    let Ok(Opening::Log(_, again)) = open(file) else { panic!("our own file is refused") };
    assert_eq!(*again.snapshot, *payload);
    assert_eq!(again.changes, [payload]);
    assert!(!again.is_cut);
}

/// Faults as a person writes them.
pub fn fault(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = text.parse::<Rule>();
    }
}

fn open(file: Vec<u8>) -> Result<Opening<Memory>, soft_hsm::store::StoreFault> {
    let random = Box::new(SeededRandomness::from_number(1));
    RecordLog::open(Memory(file), random, |_| Ok(StoreKey::new(KEY)))
}

/// A disk that never fails.
struct Memory(Vec<u8>);

impl Disk for Memory {
    fn read(&mut self, _limit_bytes: u64) -> Result<Option<Vec<u8>>, DurableError> {
        Ok(Some(self.0.clone()))
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), DurableError> {
        let (offset, end) = (offset as usize, offset as usize + bytes.len());
        self.0.resize(self.0.len().max(end), 0);
        self.0[offset..end].copy_from_slice(bytes);
        Ok(())
    }

    fn sync(&mut self) -> Result<(), DurableError> {
        Ok(())
    }

    fn replace(&mut self, bytes: &[u8]) -> Result<(), DurableError> {
        self.0 = bytes.to_vec();
        Ok(())
    }
}
