//! Lines that sign device after device, and repeat what failed.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use signing_server::store::{Begin, Begun, Counts, Issued, Store, StoreFault};
use tokio::task::JoinHandle;

use crate::{
    devices::{asked, package, signed},
    evidence_log::check_log,
    places::{runtime, wait},
};

/// Numbers of one line: more than it makes.
pub(crate) const DEVICES_PER_LINE: u32 = 1_000_000;

/// A line that has one device for so long hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long a line waits before it repeats.
const PAUSE: Duration = Duration::from_millis(10);

/// Brings in a package that pays for everything.
pub(crate) fn bring_in_package(store: &Store) {
    wait(store.bring_in(package("p", 1 << 40))).unwrap().unwrap();
}

/// Asks for a device that the package pays for.
pub(crate) fn paid(number: u32) -> Begin {
    Begin { package: Some("p".to_owned()), ..asked(number) }
}

/// Lines that run.
pub(crate) struct Traffic {
    stop: Arc<AtomicBool>,
    lines: Vec<JoinHandle<HashMap<u32, Issued>>>,
}

impl Traffic {
    /// Starts lines, whose numbers are their own, at some servers in turn.
    pub(crate) fn start(servers: &[Store], lines: u32) -> Self {
        let stop = Arc::<AtomicBool>::default();
        let lines = (0..lines)
            .zip(servers.iter().cycle())
            .map(|(line, server)| {
                let (server, stop) = (server.clone(), Arc::clone(&stop));
                runtime().spawn(async move {
                    let mut issued = HashMap::new();
                    for number in line * DEVICES_PER_LINE.. {
                        if stop.load(Ordering::Relaxed) {
                            break;
                        }
                        issued.insert(number, sign(&server, number).await);
                    }
                    issued
                })
            })
            .collect();
        Self { stop, lines }
    }

    /// Lets each line end its device, and returns what was signed.
    pub(crate) fn stop(self) -> HashMap<u32, Issued> {
        self.stop.store(true, Ordering::Relaxed);
        self.lines.into_iter().flat_map(|line| wait(line).unwrap()).collect()
    }
}

/// Has a device signed, however often the database goes away.
pub(crate) async fn sign(server: &Store, number: u32) -> Issued {
    let began = Instant::now();
    // Each attempt's signatures are others, as an HSM's would be.
    let mut attempt: u8 = 0;
    loop {
        assert!(began.elapsed() < PATIENCE, "device {number} is not signed");
        attempt = attempt.wrapping_add(1);
        let done = match server.begin(paid(number)).await {
            Ok(Begun::Sign(ticket)) => server.finish(signed(ticket, attempt)).await,
            Ok(Begun::Signed(issued)) => Ok(issued),
            Ok(other) => panic!("device {number}: {other:?}"),
            Err(fault) => Err(fault),
        };
        match done {
            Ok(issued) => return issued,
            Err(StoreFault::Away { .. }) => tokio::time::sleep(PAUSE).await,
            Err(fault) => panic!("device {number}: {fault}"),
        }
    }
}

/// Signed, paid for and entered as evidence is one count, no intent was lost, and everybody gets the same again.
pub(crate) fn check(server: &Store, acknowledged: &HashMap<u32, Issued>) -> Counts {
    let counts = wait(server.counts()).unwrap();
    assert_eq!(counts.issued, counts.evidence);
    assert_eq!(wait(server.packages()).unwrap()[0].used, counts.issued + counts.pending);
    assert!(counts.attempts >= counts.issued + counts.pending);
    assert_eq!(check_log(server).len() as u64, counts.evidence);
    for (number, issued) in acknowledged {
        let again = wait(server.begin(paid(*number))).unwrap();
        assert_eq!(again, Begun::Signed(*issued), "device {number}");
    }
    counts
}
