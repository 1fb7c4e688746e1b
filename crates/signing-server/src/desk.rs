//! From a call to its answer: intent, HSM, outcome, in this order, whatever breaks in between.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use hsm::{DeviceRequest, DeviceSignatures};
use sidewalk::{Chain, Curve};
use signer::{
    SigningRequest,
    service::{Refusal, RefusalCode, RequestId, SignAnswer, SignCall},
};
use tokio::time;

use crate::{
    metrics::Metrics,
    packages::Packages,
    product::Product,
    store::{Begin, Begun, Finish, Issued, Store, StoreFault, TakenUp, Ticket},
    turns::Turns,
};

/// How long an outcome is offered to a database that is away. With the minute for an HSM this stays within the time that a
/// server has for an intent.
const FINISH_PATIENCE: Duration = Duration::from_secs(110);

/// The pauses between two offers.
const FINISH_PAUSE: Duration = Duration::from_millis(250);

/// When a client comes again after the database was away.
const RETRY_STORE_MS: u64 = 500;

/// How many intents are taken up at once.
const TAKE_UP_MAX: u32 = 64;

/// Who asks: what a verified certificate says.
#[derive(Clone, Debug)]
pub struct Asker {
    /// The line.
    pub line: String,
    /// SHA-256 of its certificate.
    pub certificate: [u8; 32],
}

/// Signs devices, each once.
#[derive(Debug)]
pub struct Desk {
    products: BTreeMap<String, Product>,
    packages: Packages,
    store: Store,
    turns: Turns,
    metrics: Metrics,
    now_unix: fn() -> u64,
}

impl Desk {
    /// A desk. `now_unix` is the wall clock in seconds since 1970.
    pub fn new(
        products: Vec<Product>,
        packages: Packages,
        store: Store,
        now_unix: fn() -> u64,
    ) -> Self {
        let products =
            products.into_iter().map(|product| (product.tag().to_owned(), product)).collect();
        let (turns, metrics) = (Turns::default(), Metrics::default());
        Self { products, packages, store, turns, metrics, now_unix }
    }

    /// Its products, in the order of their tags.
    pub fn products(&self) -> impl Iterator<Item = &Product> {
        self.products.values()
    }

    /// A product.
    ///
    /// # Errors
    ///
    /// [`RefusalCode::NotFound`].
    pub fn product(&self, tag: &str) -> Result<&Product, Refusal> {
        self.products.get(tag).ok_or_else(|| {
            let known: Vec<&str> = self.products.keys().map(String::as_str).collect();
            Refusal::new(RefusalCode::NotFound, format!("product {tag} is not signed here"))
                .hint(format!("this server signs for {}", known.join(", ")))
        })
    }

    /// Its store.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Its job packages.
    pub const fn packages(&self) -> &Packages {
        &self.packages
    }

    /// The wall clock, in seconds since 1970.
    pub fn now_unix(&self) -> u64 {
        (self.now_unix)()
    }

    /// What it has counted.
    pub const fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Signs a device, or gives what it was given before. It goes on when its caller leaves: dropping this future would
    /// leave an intent in the hands of nobody, so it runs as a task of its own.
    ///
    /// # Errors
    ///
    /// A [`Refusal`].
    pub async fn sign(
        self: &Arc<Self>,
        call: SignCall,
        asker: Asker,
    ) -> Result<SignAnswer, Refusal> {
        let (desk, began) = (Arc::clone(self), Instant::now());
        let task = tokio::spawn(async move { desk.sign_here(&call, &asker).await });
        let result = task.await.unwrap_or_else(|_| {
            Err(Refusal::new(RefusalCode::Defect, "the server met a defect of its own"))
        });
        self.metrics.count(&result, began.elapsed());
        result
    }

    async fn sign_here(&self, call: &SignCall, asker: &Asker) -> Result<SignAnswer, Refusal> {
        let product = self.product(&call.product)?;
        let request = checked(&call.device)?;
        product.admit(&asker.line)?;
        let payers = self.payers(product, call, asker);
        let _in_hand = self.turns.take(call.device.smsn()).await;
        match self.begin(call, asker, payers).await? {
            Begun::Signed(issued) => answer(product, &call.device, &issued, true),
            Begun::Sign(ticket) => {
                let issued = self.complete(product, &asker.line, &request, ticket).await?;
                answer(product, &call.device, &issued, false)
            }
            Begun::Elsewhere { left_ms } => Err(Refusal::new(
                RefusalCode::Busy,
                "another signing server has this device in hand",
            )
            .retry_after_ms(left_ms.min(ELSEWHERE_RETRY_MS_MAX))),
            Begun::Refused(refusal) => Err(refusal),
        }
    }

    /// Who may pay.
    fn payers(&self, product: &Product, call: &SignCall, asker: &Asker) -> Payers {
        if call.package.is_none() && !product.needs_package() {
            return Payers { packages: vec![None], refusal: None };
        }
        let now_unix = (self.now_unix)();
        let named = call.package.as_deref();
        match self.packages.payers(named, now_unix, &asker.line, product.tag()) {
            Ok(payers) => {
                Payers { packages: payers.into_iter().map(Some).collect(), refusal: None }
            }
            Err(refusal) => {
                Payers { packages: vec![Some(NOBODY.to_owned())], refusal: Some(refusal) }
            }
        }
    }

    /// Makes the intent durable, paid by the first package that can.
    async fn begin(
        &self,
        call: &SignCall,
        asker: &Asker,
        payers: Payers,
    ) -> Result<Begun, Refusal> {
        let mut used_up = None;
        for package in payers.packages {
            let begin = Begin {
                request_id: call.request_id,
                product: call.product.clone(),
                package,
                is_rework: call.is_rework,
                device: call.device,
                line: asker.line.clone(),
                client: asker.certificate,
            };
            match self.store.begin(begin).await.map_err(|fault| storage(&fault))? {
                Begun::Refused(refusal) if refusal.code == RefusalCode::Quota => {
                    used_up = Some(refusal);
                }
                begun => return Ok(begun),
            }
        }
        Err(payers.refusal.or(used_up).unwrap_or_else(|| {
            Refusal::new(RefusalCode::Quota, "no job package pays for this device")
        }))
    }

    /// Has an intent signed, and its outcome made durable.
    async fn complete(
        &self,
        product: &Product,
        line: &str,
        request: &SigningRequest,
        ticket: Ticket,
    ) -> Result<Issued, Refusal> {
        let signed = product.sign(line, request).await?;
        let signature = |curve| signed.chain(curve).device().signature();
        let done = Finish {
            ticket,
            signatures: DeviceSignatures {
                ed25519: signature(Curve::Ed25519),
                p256r1: signature(Curve::P256r1),
                hsm_serial: signed.hsm_serial().unwrap_or_default(),
            },
        };
        // A database that is away would cost a second signature; so the first one is offered until it is back.
        let deadline = Instant::now() + FINISH_PATIENCE;
        loop {
            match self.store.finish(done).await {
                Ok(issued) => return Ok(issued),
                Err(fault) if fault.is_passing() && Instant::now() < deadline => {
                    time::sleep(FINISH_PAUSE).await;
                }
                Err(fault) => return Err(storage(&fault)),
            }
        }
    }

    /// Finishes intents that nobody is at: those of an earlier run of this server, and of servers that are gone. Returns
    /// how many it finished, and why it did not finish the others.
    ///
    /// # Errors
    ///
    /// [`StoreFault`].
    pub async fn recover(self: &Arc<Self>) -> Result<(usize, Vec<Refusal>), StoreFault> {
        let (mut finished, mut refusals) = (0, Vec::new());
        loop {
            let stale = self.store.take_up(TAKE_UP_MAX).await?;
            let mut progress = 0;
            let tasks: Vec<_> = stale
                .into_iter()
                .map(|intent| {
                    let desk = Arc::clone(self);
                    tokio::spawn(async move { desk.recover_one(intent).await })
                })
                .collect();
            for task in tasks {
                match task.await {
                    Ok(Ok(is_finished)) => progress += usize::from(is_finished),
                    Ok(Err(refusal)) => refusals.push(refusal),
                    Err(_) => refusals.push(Refusal::new(RefusalCode::Defect, "a defect")),
                }
            }
            finished += progress;
            if progress == 0 || !refusals.is_empty() {
                return Ok((finished, refusals));
            }
        }
    }

    /// Asks once more for a device whose intent has no outcome, in the name of its line. Whether it was finished here.
    async fn recover_one(&self, intent: TakenUp) -> Result<bool, Refusal> {
        let product = self.product(&intent.product)?;
        let request = checked(&intent.device)?;
        let _in_hand = self.turns.take(intent.device.smsn()).await;
        let begin = Begin {
            // The intent is found by its device; so is this id.
            request_id: id_of(&intent.device),
            product: intent.product,
            package: None,
            is_rework: false,
            device: intent.device,
            line: intent.line.clone(),
            client: [0; 32],
        };
        match self.store.begin(begin).await.map_err(|fault| storage(&fault))? {
            Begun::Sign(ticket) => {
                self.complete(product, &intent.line, &request, ticket).await.map(|_| true)
            }
            // Somebody was faster: another server, or the call that has it in hand here.
            Begun::Signed(_) | Begun::Elsewhere { .. } => Ok(false),
            Begun::Refused(refusal) => Err(refusal),
        }
    }
}

/// The longest that a client is told to stay away while another server has its device.
const ELSEWHERE_RETRY_MS_MAX: u64 = 1_000;

/// Who may pay for a device.
struct Payers {
    /// Packages, the one to be used first in front; `None` stands for nobody where none is needed.
    packages: Vec<Option<String>>,
    /// Why none may. A device that was paid before is given its certificates again all the same.
    refusal: Option<Refusal>,
}

/// In the place of a package's name: no package has it, so that nothing new can be charged.
const NOBODY: &str = "";

/// A device whose keys are ones that a genuine device could have.
fn checked(device: &DeviceRequest) -> Result<SigningRequest, Refusal> {
    SigningRequest::from_public_keys(
        device.smsn(),
        *device.public_key(Curve::Ed25519),
        *device.public_key(Curve::P256r1),
    )
    .map_err(|error| {
        let hint = error.hint();
        Refusal::new(RefusalCode::Malformed, error).hint(hint)
    })
}

/// A request id that nobody else would draw.
fn id_of(device: &DeviceRequest) -> RequestId {
    let mut id = [0; 16];
    id.copy_from_slice(&device.smsn().as_bytes()[..16]);
    RequestId::from_bytes(id)
}

fn answer(
    product: &Product,
    device: &DeviceRequest,
    issued: &Issued,
    is_repeat: bool,
) -> Result<SignAnswer, Refusal> {
    let smsn = device.smsn();
    let chain = |curve: Curve, signature: &[u8; 64]| {
        let parts: [&[u8]; 4] = [
            smsn.as_bytes(),
            device.public_key(curve).as_bytes(),
            signature,
            product.issuers_bytes(curve),
        ];
        let chain = Chain::parse(curve, &parts.concat());
        chain.map(|chain| chain.as_bytes().to_vec()).map_err(|error| {
            Refusal::new(
                RefusalCode::Alarm,
                format!("the authorities' certificates are no chain: {error}"),
            )
        })
    };
    Ok(SignAnswer {
        is_repeat,
        hsm_serial: issued.hsm_serial,
        evidence_index: issued.evidence_index,
        ed25519_chain: chain(Curve::Ed25519, issued.ed25519.as_bytes())?,
        p256r1_chain: chain(Curve::P256r1, issued.p256r1.as_bytes())?,
    })
}

/// The database gave no answer: whoever comes again soon may find it back.
fn storage(fault: &StoreFault) -> Refusal {
    Refusal::from(fault).retry_after_ms(RETRY_STORE_MS)
}
