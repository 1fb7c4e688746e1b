//! A device with a clock that stands still until it is told otherwise, and the host's side of sessions.

use std::{sync::OnceLock, time::Duration};

use soft_hsm::{
    SeededRandomness,
    device::{Change, Device, Handled, Settings, State},
};
use yubihsm2::{
    Algorithm, AuthenticationKey, Capabilities, Command, DEFAULT_PASSWORD, Domains, ErrorCode,
    FirmwareVersion, Frame, Label, MessageLimit, NewDelegatingObject, NewObject, ObjectHandle,
    ObjectId, ObjectInfo, ObjectType, Operation, Secret, StaticKeys,
    channel::{HostChannel, HostHandshake},
    operation::{
        CreateSession, GenerateAsymmetricKey, ObjectInfoOf, PutAuthenticationKey, PutWrapKey,
    },
};

/// A device on a bench, and a second state that only ever sees the changes that the first one reports.
pub(crate) struct Bench {
    pub(crate) device: Device,
    pub(crate) now: Duration,
    pub(crate) random: SeededRandomness,
    replica: State,
    settings: Settings,
    limit: MessageLimit,
}

impl Bench {
    /// A factory-fresh device with the default firmware.
    pub(crate) fn new() -> Self {
        Self::with_firmware(FirmwareVersion::V2_4_1)
    }

    pub(crate) fn with_firmware(firmware: FirmwareVersion) -> Self {
        let settings = Settings { firmware, serial: Some(12_345_678) };
        let mut random = SeededRandomness::from_number(7);
        let device = Device::factory_fresh(settings, &mut random);
        let replica = device.state().clone();
        Self {
            device,
            now: Duration::ZERO,
            random,
            replica,
            settings,
            limit: firmware.message_limit(),
        }
    }

    /// Sends bytes, and checks that the reported changes are all that changed.
    pub(crate) fn handle(&mut self, bytes: &[u8]) -> Handled {
        let mut handled = self.device.handle(bytes, self.now, &mut self.random);
        for change in std::mem::take(&mut handled.changes) {
            // Through the format of the store, as a replay would see it.
            let stored = postcard::to_allocvec(&change).unwrap();
            self.replica.apply(postcard::from_bytes(&stored).unwrap());
        }
        assert_eq!(stored(&self.replica), stored(self.device.state()), "a change went unreported");
        handled
    }

    /// Takes the power away and gives it back.
    pub(crate) fn power_cycle(&mut self) {
        let state = self.replica.clone();
        let (device, changes) = Device::power_on(self.settings, state);
        for change in changes {
            self.replica.apply(change);
        }
        assert_eq!(stored(&self.replica), stored(device.state()), "a change went unreported");
        (self.device, self.now) = (device, Duration::ZERO);
    }

    /// Changes the state behind the device's back; shows after a power cycle.
    pub(crate) fn change(&mut self, change: Change) {
        self.replica.apply(change);
    }

    /// Sends a frame in the clear.
    pub(crate) fn send(&mut self, frame: &Frame) -> Frame {
        let answer = self.handle(&frame.encode()).answer;
        Frame::decode(&answer, self.limit).unwrap()
    }

    /// Sends a request in the clear.
    pub(crate) fn clear<T: Operation>(&mut self, request: &T) -> Result<T::Answer, ErrorCode> {
        read::<T>(&self.send(&request.frame().unwrap()))
    }

    /// Opens a session with AES keys.
    pub(crate) fn open(
        &mut self,
        key: ObjectId,
        keys: &StaticKeys,
    ) -> Result<HostChannel, ErrorCode> {
        let (request, host) = HostHandshake::start(key, [0xC4; 8], self.limit);
        let created = self.clear::<CreateSession>(&request)?;
        let (request, host) = host.authenticate(keys, &created).unwrap();
        let answer = self.send(&request.frame().unwrap());
        answer.error_code().map_or(Ok(()), Err)?;
        Ok(host.confirm(&answer).unwrap())
    }

    /// Opens a session with the default key.
    pub(crate) fn login(&mut self) -> HostChannel {
        self.open(ObjectId(1), default_keys()).unwrap()
    }

    /// Sends a frame in a session.
    pub(crate) fn send_in(&mut self, session: &mut HostChannel, frame: &Frame) -> Frame {
        let sealed = session.seal(frame).unwrap();
        let answer = self.send(&sealed);
        session.open(&answer).unwrap()
    }

    /// Sends a request in a session.
    pub(crate) fn run<T: Operation>(
        &mut self,
        session: &mut HostChannel,
        request: &T,
    ) -> Result<T::Answer, ErrorCode> {
        read::<T>(&self.send_in(session, &request.frame().unwrap()))
    }

    /// Describes an object.
    pub(crate) fn info(
        &mut self,
        session: &mut HostChannel,
        object_type: ObjectType,
        id: ObjectId,
    ) -> Result<ObjectInfo, ErrorCode> {
        self.run(session, &ObjectInfoOf { object: ObjectHandle { id, object_type } })
    }

    /// Opens a session with a new authentication key of these rights.
    pub(crate) fn login_with(
        &mut self,
        session: &mut HostChannel,
        capabilities: Capabilities,
        delegated: Capabilities,
        domains: Domains,
    ) -> HostChannel {
        let key = AuthenticationKey::Symmetric(other_keys());
        let (id, label) = (ObjectId::ANY, Label::EMPTY);
        let put = PutAuthenticationKey { id, label, domains, capabilities, delegated, key };
        let id = self.run(session, &put).unwrap();
        self.open(id, &other_keys()).unwrap()
    }

    /// Generates a key pair with all rights.
    pub(crate) fn generate(
        &mut self,
        session: &mut HostChannel,
        id: u16,
        algorithm: Algorithm,
    ) -> ObjectId {
        self.run(session, &GenerateAsymmetricKey { object: object(id, algorithm) }).unwrap()
    }

    /// Puts an AES wrap key of 32 bytes with these delegated capabilities and all others.
    pub(crate) fn put_wrap_key(
        &mut self,
        session: &mut HostChannel,
        id: u16,
        delegated: Capabilities,
    ) -> ObjectId {
        let object = object(id, Algorithm::AES256_CCM_WRAP);
        let object = NewDelegatingObject { object, delegated };
        self.run(session, &PutWrapKey { object, key: vec![0x77; 32].into() }).unwrap()
    }
}

/// A new object in all domains with all capabilities.
pub(crate) fn object(id: u16, algorithm: Algorithm) -> NewObject {
    NewObject {
        id: ObjectId(id),
        label: Label::new("a label").unwrap(),
        domains: Domains::ALL,
        capabilities: Capabilities::ALL,
        algorithm,
    }
}

/// The keys of the default password, which take ten thousand rounds to derive.
pub(crate) fn default_keys() -> &'static StaticKeys {
    static KEYS: OnceLock<StaticKeys> = OnceLock::new();
    KEYS.get_or_init(|| StaticKeys::from_password(DEFAULT_PASSWORD))
}

/// Keys that are not the default ones.
pub(crate) fn other_keys() -> StaticKeys {
    StaticKeys { encryption: Secret::new([0xE0; 16]), mac: Secret::new([0xA0; 16]) }
}

/// A frame of any command and payload.
pub(crate) fn frame(command: Command, payload: &[u8]) -> Frame {
    Frame::new(command, payload).unwrap()
}

/// What the store would keep of a state.
pub(crate) fn stored(state: &State) -> Vec<u8> {
    postcard::to_allocvec(state).unwrap()
}

fn read<T: Operation>(answer: &Frame) -> Result<T::Answer, ErrorCode> {
    T::read_answer_frame(answer).map_err(|error| error.refusal().unwrap())
}
