//! A product that a server signs for: its HSMs, and what it asks of packages.

use std::time::{Duration, Instant};

use hsm::{DeviceSignatures, Fleet, HsmHealth, SignError};
use sidewalk::{Curve, Verifier};
use signer::{
    DeviceSigner as _, P256_ATTEMPTS_MAX, SignedDevice, Signer, SigningRequest,
    service::{ProductInfo, Refusal, RefusalCode},
};
use tokio::sync::oneshot;

/// One product.
#[derive(Debug)]
pub struct Product {
    tag: String,
    signer: Signer<Fleet>,
    needs_package: bool,
    wait_max: Duration,
}

impl Product {
    /// A product of its fleet. `wait_max` is how long a device waits for an HSM; `needs_package` says whether each must be
    /// paid by a job package.
    pub const fn new(
        tag: String,
        fleet: Fleet,
        verifier: Verifier,
        needs_package: bool,
        wait_max: Duration,
    ) -> Self {
        Self { tag, signer: Signer::new(fleet, verifier), needs_package, wait_max }
    }

    /// The tag of its DAK.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// Its HSMs.
    pub const fn fleet(&self) -> &Fleet {
        self.signer.who_signs()
    }

    /// Whether each device must be paid by a job package.
    pub const fn needs_package(&self) -> bool {
        self.needs_package
    }

    /// The certificates that follow a device's in its chain.
    pub fn issuers_bytes(&self, curve: Curve) -> &[u8] {
        self.fleet().issuers_bytes(curve)
    }

    /// What it is, and how busy for a line.
    pub fn info(&self, line: &str) -> ProductInfo {
        let base64 = |curve| base64_simd::STANDARD.encode_to_string(self.issuers_bytes(curve));
        let statistics = self.fleet().statistics();
        let is_up = |health: &HsmHealth| matches!(health, HsmHealth::Up { .. });
        let wait = self.fleet().wait_estimate(line).min(self.wait_max);
        ProductInfo {
            tag: self.tag.clone(),
            stage: self.fleet().authority().stage().label().to_owned(),
            ed25519_issuers: base64(Curve::Ed25519),
            p256r1_issuers: base64(Curve::P256r1),
            queued: statistics.queued,
            hsms: statistics.hsms.len(),
            hsms_up: statistics.hsms.iter().filter(|hsm| is_up(&hsm.health)).count(),
            wait_estimate_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// Refuses a device that would wait for longer than it may, before anything is written for it.
    ///
    /// # Errors
    ///
    /// [`RefusalCode::Busy`] says when to come again.
    pub fn admit(&self, line: &str) -> Result<(), Refusal> {
        let estimate = self.fleet().wait_estimate(line);
        if estimate <= self.wait_max || self.is_down() {
            return Ok(());
        }
        let queued = self.fleet().statistics().queued;
        Err(busy(&SignError::Busy { queued, estimate }, estimate))
    }

    /// Whether no HSM signs now. Then the wait cannot be estimated, and one may be back in a moment.
    fn is_down(&self) -> bool {
        let hsms = self.fleet().statistics().hsms;
        !hsms.iter().any(|hsm| matches!(hsm.health, HsmHealth::Up { .. }))
    }

    /// Has a device signed by whichever HSM is free, and verifies it.
    ///
    /// # Errors
    ///
    /// A [`Refusal`].
    pub async fn sign(
        &self,
        line: &str,
        request: &SigningRequest,
    ) -> Result<SignedDevice, Refusal> {
        for _ in 0..P256_ATTEMPTS_MAX {
            let signatures = self.signatures(line, request).await?;
            if let Some(signed) = self.signer.accept(request, &signatures).map_err(alarm)? {
                return Ok(signed);
            }
        }
        Err(alarm(signer::SignError::<SignError>::P256Signature {
            smsn: request.smsn(),
            attempts: P256_ATTEMPTS_MAX,
        }))
    }

    async fn signatures(
        &self,
        line: &str,
        request: &SigningRequest,
    ) -> Result<DeviceSignatures, Refusal> {
        let (done, signed) = oneshot::channel();
        let deadline = Instant::now() + self.wait_max;
        let submitted = self.fleet().submit(line, request.device(), deadline, move |result| {
            // Whoever waited may have been stopped; then the intent stays.
            let _stopped = done.send(result);
        });
        let result = match submitted {
            Ok(()) => signed.await.unwrap_or(Err(SignError::Closed)),
            Err(error) => Err(error),
        };
        result.map_err(|error| match &error {
            SignError::Busy { estimate, .. } => busy(&error, *estimate),
            SignError::Closed => Refusal::new(RefusalCode::Stopping, "the server is stopping"),
            SignError::TimedOut { .. } | SignError::Hsm(_) => {
                Refusal::new(RefusalCode::Hsm, format!("failed to {error}"))
                    .hint(error.hint())
                    .retry_after_ms(RETRY_HSM_MS)
            }
        })
    }
}

/// When to come again after an HSM failed: it is plugged in by a person.
const RETRY_HSM_MS: u64 = 2_000;

/// The longest that a client is told to stay away: an HSM more may be there by then.
const RETRY_BUSY_MS_MAX: u64 = 10_000;

fn busy(error: &SignError, estimate: Duration) -> Refusal {
    let wait_ms = u64::try_from(estimate.as_millis()).unwrap_or(u64::MAX);
    Refusal::new(RefusalCode::Busy, format!("failed to {error}"))
        .hint("more HSMs of this DAK, or fewer slots at once".to_owned())
        .retry_after_ms(wait_ms.clamp(100, RETRY_BUSY_MS_MAX))
}

fn alarm(error: signer::SignError<SignError>) -> Refusal {
    let code = match &error {
        signer::SignError::NotSigned(_) => RefusalCode::Hsm,
        _ => RefusalCode::Alarm,
    };
    let hint = error.hint();
    Refusal::new(code, error).hint(hint)
}
