//! The YubiHSM 2 wire protocol, both ends of it in one place: whatever a client writes a device reads with
//! the same code.
//!
//! The crate is pure: no files, clock, sockets or source of randomness of its own. From the outside in:
//!
//! - [`connector`]: the HTTP API in front of a device, as constants and a status page.
//! - [`Frame`]: one message. [`MessageLimit`] says how long it may be.
//! - [`channel`]: sessions. A handshake with [`StaticKeys`] or P-256 keys makes a [`channel::HostChannel`]
//!   on one side and a [`channel::DeviceChannel`] on the other, which carry frames under encryption.
//! - [`Operation`]: every command as a type, with its answer. A client writes
//!   [`operation::SignEcdsa`] and reads its answer; a device reads any [`Request`].
//! - Objects: [`ObjectId`], [`ObjectType`], [`ObjectInfo`], [`Capabilities`], [`Domains`], [`Algorithm`],
//!   [`Label`].
//! - [`WrapKey`] and [`ObjectRecord`]: objects in hardware's format for travel and backup.
//! - [`LogTrust`] and [`LogChain`]: the audit log's digests, checked and made.
//!
//! Trust boundary: all bytes may come from a stranger. Nothing here panics on any bytes, secrets are
//! compared in constant time and zeroised, and `Debug` shows none.
//!
//! Formats follow the vendor's python-yubihsm 3.1.2, libyubihsm and yubihsm-connector 3.0.7, and Yubico's
//! YubiHSM 2 User Guide; sizes of stored objects were measured on firmware 2.5.0.

mod aes_key;
mod algorithm;
mod answer;
pub mod attestation;
mod audit;
mod authentication_key;
mod capability;
pub mod channel;
mod code;
mod command;
pub mod connector;
mod domain;
mod error_code;
mod firmware;
mod frame;
mod label;
mod object;
pub mod operation;
mod option;
mod otp;
mod p256_key;
mod request;
mod secret;
mod wire;
mod wrap;

pub use crate::{
    aes_key::{AesKey, CcmError},
    algorithm::Algorithm,
    answer::AnswerError,
    audit::{LogChain, LogDigest, LogEntry, LogFault, LogPage, LogRecord, LogTrust},
    authentication_key::{
        AuthenticationKey, DEFAULT_AUTHENTICATION_KEY_LABEL, DEFAULT_PASSWORD, PasswordError,
        StaticKeys,
    },
    capability::{Capabilities, CapabilityError},
    command::Command,
    domain::{DomainError, Domains},
    error_code::ErrorCode,
    firmware::{FirmwareVersion, FirmwareVersionError, MessageLimit},
    frame::{Frame, FrameError},
    label::{Label, LabelError},
    object::{
        ListFilter, NewDelegatingObject, NewObject, ObjectEntry, ObjectHandle, ObjectId,
        ObjectInfo, ObjectType, ObjectTypeError, Origin,
    },
    operation::Operation,
    option::{AlgorithmToggle, AuditMode, CommandAudit, OptionTag, OptionValue},
    otp::{OtpAead, OtpAeadKey, OtpBlock, OtpCounters, OtpError, OtpSecrets},
    p256_key::{NotRandom, P256PublicKey, P256SecretKey},
    request::Request,
    secret::{Secret, SecretBytes},
    wire::{Reader, Wire, WireError, Writer},
    wrap::{
        EcBody, Ed25519Body, HmacBody, ObjectBody, ObjectRecord, RsaBody, WrapError, WrapKey,
        Wrapped,
    },
};
