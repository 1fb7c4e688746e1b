//! Who looks on while a client waits for its server, and says how long it may.

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::SigningClientError;

/// Whether a client whose server does not sign goes on waiting.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum Patience {
    /// It does, for as long as its options say.
    #[default]
    Wait,
    /// An attempt that has begun may end; none follows it.
    LastAttempt,
    /// It leaves at once. The server may have signed all the same: whoever asks again gets the same chains.
    Leave,
}

/// Looks on. Called from the client's threads; must not take long.
pub trait Watch: fmt::Debug + Send + Sync {
    /// Whether to go on waiting; asked again and again.
    fn patience(&self) -> Patience {
        Patience::Wait
    }

    /// A server stopped signing; it is asked again, or another one. Told once until [`Watch::back`].
    fn away(&self, place: &str, why: &SigningClientError) {
        let _untold = (place, why);
    }

    /// A server signs again.
    fn back(&self, place: &str) {
        let _untold = place;
    }
}

/// Nobody looks on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watch for Unwatched {}

/// What the watch was told last.
#[derive(Debug, Default)]
pub(super) struct Told(Mutex<Trouble>);

/// Whether servers sign.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
enum Trouble {
    #[default]
    None,
    /// No server answers: any answer ends it.
    Silent,
    /// One answers and does not sign: only chains end it.
    NotSigning,
}

impl Told {
    /// An attempt failed that is repeated.
    pub(super) fn failed(&self, watch: &dyn Watch, error: &SigningClientError) {
        let trouble = match error {
            // A queue that moves is no trouble.
            SigningClientError::Refused { refusal, .. } if refusal.code.is_queue() => return,
            SigningClientError::Refused { .. } => Trouble::NotSigning,
            _ => Trouble::Silent,
        };
        let Some(place) = error.place() else { return };
        let mut told = self.lock();
        let is_new = *told == Trouble::None;
        *told = trouble.max(*told);
        if is_new {
            watch.away(place, error);
        }
    }

    /// A server answered, with chains or only with what it knows.
    pub(super) fn answered(&self, watch: &dyn Watch, place: &str, has_chains: bool) {
        let mut told = self.lock();
        if *told == Trouble::Silent || (*told == Trouble::NotSigning && has_chains) {
            *told = Trouble::None;
            watch.back(place);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Trouble> {
        // One assignment: a thread that panicked left a sound state.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::{Refusal, RefusalCode};

    #[derive(Debug, Default)]
    struct Notes(Mutex<Vec<&'static str>>);

    impl Watch for Notes {
        fn away(&self, _: &str, _: &SigningClientError) {
            self.0.lock().unwrap().push("away");
        }

        fn back(&self, _: &str) {
            self.0.lock().unwrap().push("back");
        }
    }

    fn lost() -> SigningClientError {
        SigningClientError::Lost { place: "a".to_owned(), cause: "cut".to_owned() }
    }

    fn refused(code: RefusalCode) -> SigningClientError {
        SigningClientError::Refused { place: "a".to_owned(), refusal: Refusal::new(code, "no") }
    }

    #[test]
    fn a_server_that_goes_and_comes_back_is_told_once_each() {
        let (told, notes) = (Told::default(), Notes::default());
        told.answered(&notes, "a", true);
        told.failed(&notes, &lost());
        told.failed(&notes, &lost());
        told.answered(&notes, "b", false);
        told.answered(&notes, "b", true);
        assert_eq!(*notes.0.lock().unwrap(), ["away", "back"]);
    }

    #[test]
    fn a_server_without_hsms_is_back_when_it_signs() {
        let (told, notes) = (Told::default(), Notes::default());
        told.failed(&notes, &refused(RefusalCode::Busy));
        assert_eq!(notes.0.lock().unwrap().len(), 0);
        told.failed(&notes, &refused(RefusalCode::Hsm));
        told.answered(&notes, "a", false);
        assert_eq!(*notes.0.lock().unwrap(), ["away"]);
        told.answered(&notes, "a", true);
        assert_eq!(*notes.0.lock().unwrap(), ["away", "back"]);
    }
}
