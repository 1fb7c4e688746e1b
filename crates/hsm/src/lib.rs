//! The Sidewalk certificate store on YubiHSM 2s.
//!
//! Amazon returns an HSM with the device attestation key (DAK) of a product and the chain above it. This
//! crate finds both, verifies the chain once to a pinned root, and from then on signs each device with two
//! commands. From the outside in:
//!
//! - [`Fleet`]: several HSMs that hold one DAK, kept warm, signing for any number of callers.
//! - [`Authority`]: what is signed with, as discovery verified it.
//! - [`Selection`], [`Credentials`], [`Endpoint`]: which product, which PIN, which HSM.
//! - [`Transport`]: the way to one device.
//!
//! Trust boundary: connectors, networks and HSMs may answer anything. No bytes of theirs make this crate
//! panic or wait without limit, and an [`Authority`] exists only where every signature up to a pinned root
//! verified. A PIN or key never appears in an error, a log or `Debug`.
//!
//! What this crate must never do: leave a session open on a device where it could have closed it, or run a
//! command twice that must not be run twice.

mod audit;
mod authority;
mod device;
mod discovery;
mod endpoint;
mod fleet;
mod layout;
mod link;
mod pin;
mod placeholder;
pub mod program;
mod selection;
mod session;
mod survey;
mod tls;
mod transport;

pub use crate::{
    audit::{
        AuditError, AuditTrust, KeepError, KeptLogs, SavedEntry, advance_audit_log, read_audit_log,
    },
    authority::Authority,
    device::{DeviceRequest, DeviceSignatures, WrongCurve},
    discovery::{DiscoveryError, TOOL_VERSION, discover},
    endpoint::{Endpoint, EndpointError},
    fleet::{
        AuditSink, Fleet, FleetError, FleetEvent, FleetMembers, FleetOptions, FleetStart,
        FleetStatistics, HSMS_MAX, HsmHealth, HsmStatistics, NoSuchHsm, Observer,
        PARTIES_COUNTED_MAX, PartyStatistics, SESSIONS_PER_HSM_MAX, SignError,
    },
    layout::{Element, Namespace},
    link::Link,
    pin::{Credentials, Pin, PinError},
    selection::{PIN_SLOT, PIN_SLOT_PRE_PRODUCTION, ProductTag, Selection, SelectionError},
    session::{Session, SessionError},
    survey::Survey,
    tls::{ClientIdentity, PemFile, TlsClient, TlsError},
    transport::{ConnectFault, TlsFault, Transport, TransportError, UDEV_RULE},
};
