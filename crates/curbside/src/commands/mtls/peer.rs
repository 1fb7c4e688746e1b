//! A peer's files, written and shown.

use std::path::Path;

use mtls::{
    authority::{Authority, Issued, PeerFiles, Purpose, utc_day},
    identity::Role,
};

use crate::{
    block::{Block, Remark},
    failure::Failure,
};

/// Writes what a peer is given.
pub(crate) fn write(
    files: &PeerFiles<'_>,
    authority: &Authority,
    issued: &Issued,
) -> Result<Block, Failure> {
    let ca_pem = authority.certificate().pem();
    let list = authority.revocation_list_pem()?;
    let pem = issued.record.certificate_pem();
    let paths = files.write(ca_pem, pem, issued.key_pem.as_ref(), &list).map_err(|error| {
        let name = issued.record.name();
        Failure::from(error).hint(format!(
            "the certificate is on record; `curbside mtls renew {name} --revoke-old --out DIR` makes one whose files are whole"
        ))
    })?;
    let written = paths
        .iter()
        .map(|path| Block::line(format!("wrote {}", path.display())).text("path", path.display()));
    Ok(describe(issued).list("files", written.collect()))
}

/// What was issued.
fn describe(issued: &Issued) -> Block {
    let record = &issued.record;
    let inspection = record.inspection();
    let identity = inspection.identity();
    let names = inspection.names().join(", ");
    Block::new(format!("issued to {}", record.name()))
        .text("name", record.name())
        .for_programs()
        .text("purpose", record.purpose())
        .text("role", identity.role)
        .maybe("line", (identity.role == Role::Line).then_some(&identity.name))
        .maybe("names", (!names.is_empty()).then_some(names))
        .text("subject", inspection.subject())
        .text("serial", record.serial_hex())
        .text("key", inspection.key())
        .text("valid_until", utc_day(identity.not_after_unix))
}

/// What has to be done with a peer's files by hand.
pub(crate) fn advice(purpose: Purpose, has_key: bool, directory: &Path) -> Remark {
    let directory = directory.display();
    Remark::hint(match (purpose, has_key) {
        (_, false) => format!("copy {directory} to where the key is"),
        (Purpose::Server, true) => {
            format!("move {directory} to the signing server, and delete it here")
        }
        (Purpose::Client, true) => {
            format!("move {directory} to the client's machine, and delete it here")
        }
    })
}
