//! Putting the objects onto one HSM.

use sidewalk::{Verifier, VerifyPath};
use yubihsm2::{
    ErrorCode, ObjectHandle, ObjectId, ObjectType,
    operation::{DeleteObject, ObjectInfoOf},
};

use super::{ProgramError, object::Object, plan::Plan};
use crate::{
    discovery::{DiscoveryError, Inventory, discover},
    endpoint::Endpoint,
    link::Link,
    pin::{Credentials, Pin},
    session::{Session, SessionError},
};

/// What to do with an HSM that is not fresh.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Existing {
    /// Refuse unless nothing but the default authentication key is there.
    Refuse,
    /// Keep everything that is there; refuse where something is in the way. The PIN and what the HSM says
    /// of itself are kept where they are there already.
    Add,
    /// Delete what is in the way.
    Replace,
}

/// What was put onto an HSM.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Programmed {
    /// The HSM's serial number.
    pub serial: u32,
    /// How many objects were put.
    pub put: usize,
    /// How many were deleted for them.
    pub deleted: usize,
    /// How many were there already and kept.
    pub kept: usize,
}

/// With which authentication key an HSM is programmed.
#[derive(Clone, Debug)]
pub struct Admin {
    /// The key's object. A fresh HSM has 1.
    pub slot: ObjectId,
    /// What opens it. A fresh HSM has the password `password`, which programming does not change.
    pub credentials: Credentials,
}

/// Says whether an HSM can be programmed as it is, and changes nothing.
///
/// # Errors
///
/// [`ProgramError`].
pub fn check_ready(
    endpoint: &Endpoint,
    admin: &Admin,
    plan: &Plan,
    pin: &Pin,
    existing: Existing,
) -> Result<(), ProgramError> {
    let (session, _, _) = prepare(endpoint, admin, plan, pin, existing)?;
    Ok(session.close()?)
}

/// Puts a product onto one HSM and checks, with the PIN, that it can be signed for. `tell` is told after each
/// object how many are done and how many there are.
///
/// # Errors
///
/// [`ProgramError`]. Before [`ProgramError::HalfDone`] nothing was changed.
pub fn program(
    endpoint: &Endpoint,
    admin: &Admin,
    plan: &Plan,
    pin: &Pin,
    existing: Existing,
    tell: &mut dyn FnMut(usize, usize),
) -> Result<Programmed, ProgramError> {
    let (mut session, serial, work) = prepare(endpoint, admin, plan, pin, existing)?;
    let total = work.put.len();
    for handle in &work.delete {
        delete(&mut session, *handle).map_err(|cause| ProgramError::HalfDone {
            done: 0,
            total,
            cause,
        })?;
    }
    for (done, object) in work.put.iter().enumerate() {
        put(&mut session, object).map_err(|cause| ProgramError::HalfDone { done, total, cause })?;
        tell(done + 1, total);
    }
    session.close()?;
    check(endpoint, plan, pin)?;
    Ok(Programmed { serial, put: total, deleted: work.delete.len(), kept: work.kept })
}

/// Opens a session and compares what is there with what is to be put.
fn prepare(
    endpoint: &Endpoint,
    admin: &Admin,
    plan: &Plan,
    pin: &Pin,
    existing: Existing,
) -> Result<(Session, u32, Work), ProgramError> {
    let objects = plan.objects(pin)?;
    let mut link = Link::open(endpoint).map_err(SessionError::Transport)?;
    let info = link.device_info()?;
    let limit = info.version.message_limit();
    let mut session = Session::open(link, &[admin.slot], &admin.credentials, limit)?;
    let inventory = Inventory::list(&mut session)?;
    let work = sort(&inventory, objects, existing, admin.slot)?;
    Ok((session, info.serial, work))
}

/// What is to be done.
struct Work {
    delete: Vec<ObjectHandle>,
    put: Vec<Object>,
    kept: usize,
}

fn sort(
    inventory: &Inventory,
    objects: Vec<Object>,
    existing: Existing,
    admin_slot: ObjectId,
) -> Result<Work, ProgramError> {
    let admin = ObjectHandle { id: admin_slot, object_type: ObjectType::AUTHENTICATION_KEY };
    let there: Vec<ObjectHandle> = inventory
        .entries()
        .iter()
        .map(|entry| ObjectHandle { id: entry.id, object_type: entry.object_type })
        .collect();
    let is_there = |object: &Object| there.contains(&object.handle());
    match existing {
        Existing::Refuse => {
            let found: Vec<_> = there.iter().copied().filter(|handle| *handle != admin).collect();
            if !found.is_empty() {
                return Err(ProgramError::NotEmpty { found });
            }
            Ok(Work { delete: Vec::new(), put: objects, kept: 0 })
        }
        Existing::Add => {
            let total = objects.len();
            let put: Vec<Object> = objects
                .into_iter()
                .filter(|object| !(object.is_shared() && is_there(object)))
                .collect();
            let found: Vec<_> =
                put.iter().filter(|object| is_there(object)).map(Object::handle).collect();
            if !found.is_empty() {
                return Err(ProgramError::InTheWay { found });
            }
            Ok(Work { delete: Vec::new(), kept: total - put.len(), put })
        }
        Existing::Replace => {
            // Keys first, so that an HSM that is left half programmed does not sign.
            let delete = objects.iter().rev().filter(|object| is_there(object)).map(Object::handle);
            Ok(Work { delete: delete.collect(), put: objects, kept: 0 })
        }
    }
}

/// Puts one object. Where the answer was lost, the HSM is asked whether the object is there.
fn put(session: &mut Session, object: &Object) -> Result<(), SessionError> {
    let put = match object {
        Object::AuthenticationKey(put) => session.call(put),
        Object::Opaque(put) => session.call(put),
        Object::AsymmetricKey(put) => session.call(put),
    };
    match put {
        Err(SessionError::AnswerLost { .. }) => {
            session.call_repeatable(&ObjectInfoOf { object: object.handle() }).map(drop)
        }
        put => put.map(drop),
    }
}

/// Deletes one object; one that is gone already is deleted too.
fn delete(session: &mut Session, object: ObjectHandle) -> Result<(), SessionError> {
    match session.call_repeatable(&DeleteObject { object }) {
        Err(SessionError::Refused { code: ErrorCode::OBJECT_NOT_FOUND, .. }) => Ok(()),
        deleted => deleted,
    }
}

/// Signs in with the PIN and finds each product, up to the root that it was made with.
fn check(endpoint: &Endpoint, plan: &Plan, pin: &Pin) -> Result<(), ProgramError> {
    let failed = |error: SessionError| ProgramError::Check(DiscoveryError::Session(error));
    let mut link = Link::open(endpoint).map_err(|error| failed(error.into()))?;
    let limit = link.device_info().map_err(failed)?.version.message_limit();
    let credentials = Credentials::Pin(pin.clone());
    let mut session =
        Session::open(link, &[plan.pin_slot()], &credentials, limit).map_err(failed)?;
    for (selection, material) in plan.selections().zip(plan.materials()) {
        let roots = material.roots()?;
        let verifier = Verifier::with_path(roots, VerifyPath::Plain);
        discover(&mut session, &selection, &verifier).map_err(ProgramError::Check)?;
    }
    session.close().map_err(failed)
}
