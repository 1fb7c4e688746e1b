//! A signing server in place of a line's own HSMs: how long a line waits for it, and what it says meanwhile.

use std::{sync::Arc, time::Duration};

use signer::{
    package::PackageId,
    service::{
        Patience, ServerUrl, SigningClient, SigningClientError, SigningClientOptions, Watch,
    },
};

use crate::{
    assembly::Edge,
    event::{Event, Listeners},
    job::Job,
    run::{Control, Pace},
};

/// How long the start of a line waits for a server: one that is being restarted is back within seconds, and a wrong address
/// should be seen at once.
const OPEN_WAIT_MAX: Duration = Duration::from_secs(10);

/// How long a board waits for its signature: time enough to restart the server's machine, or to put its database or an HSM
/// right. The line says that it waits.
const WAIT_MAX: Duration = Duration::from_secs(10 * 60);

/// Connects a line. The numbers of a line never get a second pair of keys: a rework takes a new number, and keys that a board
/// lost retire theirs. So the server is never asked for a second one.
pub(crate) fn connect(
    job: &Job,
    urls: &[ServerUrl],
    package: Option<&PackageId>,
    edge: &Edge,
    control: &Arc<Control>,
    listeners: &Listeners,
) -> Result<SigningClient, SigningClientError> {
    SigningClient::open(SigningClientOptions {
        servers: urls.to_vec(),
        tls: edge.tls.clone(),
        product: job.product.tag.clone(),
        package: package.map(|package| package.as_str().to_owned()),
        is_rework: false,
        open_wait_max: OPEN_WAIT_MAX,
        wait_max: WAIT_MAX,
        watch: Arc::new(LineWatch { control: Arc::clone(control), listeners: listeners.clone() }),
        fill_random: edge.fill_random,
    })
}

/// Passes on to the line what happens, and ends the waiting with the line.
#[derive(Debug)]
struct LineWatch {
    control: Arc<Control>,
    listeners: Listeners,
}

impl Watch for LineWatch {
    fn patience(&self) -> Patience {
        match self.control.pace() {
            Pace::Running | Pace::Paused => Patience::Wait,
            Pace::Stopping => Patience::LastAttempt,
            Pace::Aborting => Patience::Leave,
        }
    }

    fn away(&self, place: &str, why: &SigningClientError) {
        let why = format!("failed to {why}");
        self.listeners.tell(&Event::SigningServerAway { place: place.to_owned(), why });
    }

    fn back(&self, place: &str) {
        self.listeners.tell(&Event::SigningServerBack { place: place.to_owned() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::StopReason;

    #[test]
    fn a_line_that_ends_waits_no_longer() {
        let control = Arc::new(Control::default());
        let watch = LineWatch { control: Arc::clone(&control), listeners: Listeners::default() };
        control.pause();
        assert_eq!(watch.patience(), Patience::Wait);
        control.stop(StopReason::Asked);
        assert_eq!(watch.patience(), Patience::LastAttempt);
        control.abort(StopReason::Asked);
        assert_eq!(watch.patience(), Patience::Leave);
    }
}
