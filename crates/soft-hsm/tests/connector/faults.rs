//! What goes wrong on purpose does so to the client as it would with hardware; all times are given, none is
//! waited for.

use std::time::{Duration, Instant};

use soft_hsm::{
    SeededRandomness, SoftHsm,
    connector::{Backend as _, FaultPlan, Incoming, Latency, Outcome, Reply},
    device::Settings,
};
use yubihsm2::{
    Command, DEFAULT_PASSWORD, ErrorCode, Frame, MessageLimit, ObjectId, Operation, StaticKeys,
    channel::{HostChannel, HostHandshake},
    connector::DevicePresence,
    operation::{AuthenticateSession, CreateSession, Echo, LogEntries, PseudoRandom},
};

const LIMIT: MessageLimit = MessageLimit::FROM_2_4;

/// A device in memory under a plan, and a clock that is set by hand.
struct Scene {
    hsm: SoftHsm,
    began: Instant,
    now: Duration,
}

impl Scene {
    fn new(rules: &[&str]) -> Self {
        let random = Box::new(SeededRandomness::from_number(1));
        let rules = rules.iter().map(|rule| rule.parse().unwrap()).collect();
        let hsm = SoftHsm::in_memory(Settings::default(), random);
        let hsm = hsm.with_faults(FaultPlan::new(rules, 1));
        Self { hsm, began: Instant::now(), now: Duration::ZERO }
    }

    fn now(&self) -> Instant {
        self.began + self.now
    }

    fn send(&mut self, frame: &Frame) -> Outcome {
        let (frame, now) = (frame.encode(), self.now());
        self.hsm.exchange(&Incoming { frame: &frame, arrived: now, now })
    }

    /// A frame's answer, where it has one.
    fn answer(&mut self, frame: &Frame) -> Option<Frame> {
        match self.send(frame).reply {
            Reply::Answer(bytes) => Some(Frame::decode(&bytes, LIMIT).unwrap()),
            Reply::NoDevice | Reply::HangUp => None,
        }
    }

    /// Opens a session, which takes two frames.
    fn session(&mut self) -> HostChannel {
        let key = ObjectId::DEFAULT_AUTHENTICATION_KEY;
        let (create, handshake) = HostHandshake::start(key, [7; 8], LIMIT);
        let created = self.answer(&create.frame().unwrap()).unwrap();
        let created = CreateSession::read_answer_frame(&created).unwrap();
        let keys = StaticKeys::from_password(DEFAULT_PASSWORD);
        let (authenticate, authentication) = handshake.authenticate(&keys, &created).unwrap();
        let answer = self.answer(&authenticate.frame().unwrap()).unwrap();
        AuthenticateSession::read_answer_frame(&answer).unwrap();
        authentication.confirm(&answer).unwrap()
    }
}

fn echo() -> Frame {
    Echo { data: vec![1, 2] }.frame().unwrap()
}

fn seal(channel: &mut HostChannel, operation: &impl Operation) -> Frame {
    channel.seal(&operation.frame().unwrap()).unwrap()
}

#[test]
fn a_dropped_frame_never_reaches_the_device() {
    let mut scene = Scene::new(&["drop at 3"]);
    let mut channel = scene.session();
    let request = seal(&mut channel, &PseudoRandom { count: 4 });
    assert_eq!(scene.send(&request).reply, Reply::HangUp);
    // The same message is taken when it is sent again: it is new to the device.
    let answer = scene.answer(&request).unwrap();
    assert_eq!(channel.open(&answer).unwrap().command(), Command::PSEUDO_RANDOM.answer());
}

#[test]
fn a_dropped_answer_means_that_the_command_was_run() {
    let mut scene = Scene::new(&["drop-answer at 3"]);
    let mut channel = scene.session();
    let request = seal(&mut channel, &PseudoRandom { count: 4 });
    assert_eq!(scene.send(&request).reply, Reply::HangUp);
    let again = scene.answer(&request).unwrap();
    assert_eq!(again.error_code(), Some(ErrorCode::AUTHENTICATION_FAILED), "it is a copy");
}

#[test]
fn an_error_code_is_answered_in_the_clear_and_the_device_does_nothing() {
    let mut scene = Scene::new(&["error sessions-full at 1"]);
    assert_eq!(scene.answer(&echo()).unwrap().error_code(), Some(ErrorCode::SESSIONS_FULL));
    assert_eq!(scene.answer(&echo()).unwrap().payload(), [1, 2]);
}

#[test]
fn a_delay_holds_the_answer_back() {
    let mut scene = Scene::new(&["delay 250ms at 1", "delay 1s at 1"]);
    let outcome = scene.send(&echo());
    assert_eq!(outcome.ready_at, Some(scene.now() + Duration::from_millis(1250)));
    assert_eq!(scene.send(&echo()).ready_at, None);
}

#[test]
fn lost_sessions_are_refused_and_new_ones_work() {
    let mut scene = Scene::new(&["lose-sessions at 3"]);
    let mut channel = scene.session();
    let request = seal(&mut channel, &PseudoRandom { count: 4 });
    let refusal = scene.answer(&request).unwrap().error_code();
    assert_eq!(refusal, Some(ErrorCode::INVALID_SESSION));
    scene.session();
}

#[test]
fn an_unplugged_device_is_gone_for_its_time_and_comes_back_with_one_boot_more() {
    let mut scene = Scene::new(&["unplug 5s at 10s"]);
    let entries = |scene: &mut Scene| {
        let mut channel = scene.session();
        let request = seal(&mut channel, &LogEntries {});
        let answer = scene.answer(&request).unwrap();
        let answer = channel.open(&answer).unwrap();
        LogEntries::read_answer_frame(&answer).unwrap().entries.len()
    };
    let before = entries(&mut scene);
    let mut old = scene.session();
    for (seconds, presence) in [
        (9, DevicePresence::Present),
        (11, DevicePresence::Absent),
        (14, DevicePresence::Absent),
        (16, DevicePresence::Present),
    ] {
        scene.now = Duration::from_secs(seconds);
        let now = scene.now();
        assert_eq!(scene.hsm.presence(now), presence, "after {seconds} s");
        let is_answered = scene.answer(&echo()).is_some();
        assert_eq!(is_answered, presence == DevicePresence::Present, "after {seconds} s");
    }
    let request = seal(&mut old, &LogEntries {});
    let refusal = scene.answer(&request).unwrap().error_code();
    assert_eq!(refusal, Some(ErrorCode::INVALID_SESSION));
    assert_eq!(entries(&mut scene), before + 1);
}

#[test]
fn with_latency_commands_queue_up_behind_each_other() {
    let mut scene = Scene::new(&[]);
    scene.hsm = scene.hsm.with_latency(Latency::YubiHsm2);
    let at = |ms| Some(scene.began + Duration::from_millis(ms));
    let expected = [at(4), at(8), at(104)];
    let first = scene.send(&echo()).ready_at;
    let second = scene.send(&echo()).ready_at;
    scene.now = Duration::from_millis(100);
    assert_eq!([first, second, scene.send(&echo()).ready_at], expected);
}
