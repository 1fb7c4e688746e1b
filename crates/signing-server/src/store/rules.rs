//! Who gets certificates: one pair a number, paid once, given again to whoever asks again.

use sidewalk::Smsn;
use signer::service::{Refusal, RefusalCode};

use super::{
    StoreFault,
    op::{Begin, Begun, Finish, Issued, PackageTerms, TakenUp, Ticket},
    tables::{Charge, IssuanceRow, Tables},
};

/// How long a server has for an intent before another may take it up: the minute that a device waits for an HSM, and as
/// much again for a database that is away.
pub(super) const CLAIM_MS: u64 = 180_000;

/// The largest count of a package: as many entries as the evidence log can have.
const PACKAGE_COUNT_MAX: u64 = evidence::SIZE_MAX;

/// Makes an intent, or says what there is already.
pub(super) fn begin(
    tables: &mut dyn Tables,
    owner: &str,
    asked: &Begin,
) -> Result<Begun, StoreFault> {
    if let Some(earlier) = tables.issuance_of_request(asked.request_id)?
        && (earlier.device != asked.device || earlier.product != asked.product)
    {
        return Ok(Begun::Refused(request_id_reused(asked, earlier.device.smsn())));
    }
    let now_ms = tables.now_ms()?;
    let earlier = tables.issuances(asked.device.smsn())?;
    let Some(newest) = earlier.first() else {
        return intend(tables, owner, asked, 0, now_ms);
    };
    if newest.device == asked.device && newest.product == asked.product {
        return again(tables, owner, newest, now_ms);
    }
    if earlier.iter().any(|row| row.device == asked.device && row.product == asked.product) {
        return Ok(Begun::Refused(superseded(asked.device.smsn())));
    }
    if !asked.is_rework || newest.issued.is_none() {
        return Ok(Begun::Refused(other_keys(newest, asked)));
    }
    intend(tables, owner, asked, newest.generation + 1, now_ms)
}

/// A device that has an intent already, or certificates.
fn again(
    tables: &mut dyn Tables,
    owner: &str,
    row: &IssuanceRow,
    now_ms: u64,
) -> Result<Begun, StoreFault> {
    if let Some(issued) = row.issued {
        return Ok(Begun::Signed(issued));
    }
    // One server works at a device once at a time, so that a claim of its own is of an earlier attempt.
    if row.claimed_by != owner && row.claimed_until_ms > now_ms {
        return Ok(Begun::Elsewhere { left_ms: row.claimed_until_ms - now_ms });
    }
    tables.claim(row.ticket(), owner, now_ms + CLAIM_MS)?;
    Ok(Begun::Sign(row.ticket()))
}

/// A new intent, paid.
fn intend(
    tables: &mut dyn Tables,
    owner: &str,
    asked: &Begin,
    generation: u32,
    now_ms: u64,
) -> Result<Begun, StoreFault> {
    if let Some(package) = &asked.package {
        match tables.charge(package)? {
            Charge::Paid => {}
            Charge::UsedUp { count } => return Ok(Begun::Refused(used_up(package, count))),
            Charge::Unknown => return Ok(Begun::Refused(unknown_package(package))),
        }
    }
    let row = IssuanceRow {
        device: asked.device,
        generation,
        product: asked.product.clone(),
        package: asked.package.clone(),
        line: asked.line.clone(),
        client: asked.client,
        created_ms: now_ms,
        claimed_by: owner.to_owned(),
        claimed_until_ms: now_ms + CLAIM_MS,
        issued: None,
    };
    tables.insert(&row, asked.request_id)?;
    Ok(Begun::Sign(row.ticket()))
}

/// Intents that nobody is at. Whoever begins one of them anew takes it up.
pub(super) fn take_up(
    tables: &mut dyn Tables,
    owner: &str,
    limit: u32,
) -> Result<Vec<TakenUp>, StoreFault> {
    let now_ms = tables.now_ms()?;
    tables.stale(owner, now_ms, limit)
}

/// What a finished intent needs to become an entry of evidence, or its outcome where it has one.
pub(super) enum Finishing {
    /// It waits for its outcome.
    Open {
        row: Box<IssuanceRow>,
        /// The entry that a rework follows.
        earlier: Option<u64>,
    },
    /// It has one: the first stays.
    Done(Issued),
}

/// Looks an intent up that an HSM has signed.
pub(super) fn finishing(
    tables: &mut dyn Tables,
    done: &Finish,
) -> Result<Option<Finishing>, StoreFault> {
    let rows = tables.issuances(done.ticket.smsn)?;
    let earlier = rows
        .iter()
        .find(|row| row.generation + 1 == done.ticket.generation)
        .and_then(|row| row.issued)
        .map(|issued| issued.evidence_index);
    let row = rows.into_iter().find(|row| row.generation == done.ticket.generation);
    Ok(row.map(|row| match row.issued {
        Some(issued) => Finishing::Done(issued),
        None => Finishing::Open { row: Box::new(row), earlier },
    }))
}

/// Brings a package in, once. The inner error says that another one of its name is there.
pub(super) fn bring_in(
    tables: &mut dyn Tables,
    terms: &PackageTerms,
) -> Result<Result<(), Refusal>, StoreFault> {
    if terms.count > PACKAGE_COUNT_MAX {
        return Ok(Err(Refusal::new(
            RefusalCode::Quota,
            format!("job package {} pays for more devices than can be counted", terms.id),
        )
        .hint("ask the device maker for a package of fewer devices".to_owned())));
    }
    Ok(match tables.package(&terms.id)? {
        None => {
            tables.insert_package(terms)?;
            Ok(())
        }
        Some(known) if known.terms == *terms => Ok(()),
        Some(_) => Err(Refusal::new(
            RefusalCode::Quota,
            format!("another job package of the name {} is in use already", terms.id),
        )
        .hint("a device maker gives each package a name of its own".to_owned())),
    })
}

fn request_id_reused(asked: &Begin, smsn: Smsn) -> Refusal {
    let id = asked.request_id;
    Refusal::new(RefusalCode::RequestIdReused, format!("request id {id} was used for {smsn}"))
        .hint("draw a new id for each device, and keep it only for repetitions".to_owned())
}

fn superseded(smsn: Smsn) -> Refusal {
    Refusal::new(
        RefusalCode::Superseded,
        format!("{smsn} was given new keys by a rework; these are its earlier ones"),
    )
    .hint("this board's identity is retired: rework it under a request of its own".to_owned())
}

fn other_keys(row: &IssuanceRow, asked: &Begin) -> Refusal {
    let smsn = row.device.smsn();
    let what = match row.issued {
        _ if row.product != asked.product => {
            format!("{smsn} is a device of product {}", row.product)
        }
        Some(issued) => format!(
            "{smsn} has certificates for other keys: line {} asked for them, evidence entry {}",
            row.line, issued.evidence_index
        ),
        None => format!("{smsn} is being signed for other keys, for line {}", row.line),
    };
    Refusal::new(RefusalCode::OtherKeys, what).hint(
        "is a serial number in use twice? if the board lost its keys, ask for a rework".to_owned(),
    )
}

fn used_up(package: &str, count: u64) -> Refusal {
    Refusal::new(
        RefusalCode::Quota,
        format!("job package {package} is used up: it pays for {count} devices"),
    )
    .hint("ask the device maker for a further package".to_owned())
}

fn unknown_package(package: &str) -> Refusal {
    Refusal::new(RefusalCode::Quota, format!("there is no job package {package} here"))
        .hint("put the package into the server's directory for them".to_owned())
}

/// The ticket of a row's device, for messages.
impl Ticket {
    /// Whether it is for a second pair.
    pub const fn is_rework(self) -> bool {
        self.generation > 0
    }
}
