//! `curbside hsm status`.

use clap::Args;
use hsm::{
    Authority, DiscoveryError, Endpoint, PIN_SLOT, PIN_SLOT_PRE_PRODUCTION, Selection, Session,
    Survey, discover,
};
use sidewalk::{ChainForm, Curve};
use yubihsm2::{Capabilities, ObjectInfo};

use super::key::{KeyArgs, open};
use crate::{
    block::{Block, Remark},
    commands::Format,
    exit::Exit,
    failure::Failure,
    hsm_access::HsmArgs,
    trust::TrustArgs,
};

/// Show what is on HSMs, and whether their chains are genuine
///
/// Opens a session on each HSM, lists what it may see, and verifies the chain of every product to a trusted root. Ends with
/// an error where a product cannot be signed for.
#[derive(Args, Debug)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    hsm: HsmArgs,
    #[command(flatten)]
    key: KeyArgs,
    #[command(flatten)]
    trust: TrustArgs,
    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(args: &StatusArgs) -> Result<(), Failure> {
    let endpoints = args.hsm.endpoints()?;
    let (slots, credentials) = args.key.credentials(&[PIN_SLOT, PIN_SLOT_PRE_PRODUCTION])?;
    let verifier = args.trust.verifier()?;
    let mut blocks = Vec::new();
    let mut worst: Option<Failure> = None;
    for endpoint in &endpoints {
        let mut session = open(endpoint, &slots, &credentials)?;
        let survey = Survey::take(&mut session)?;
        let mut products = Vec::new();
        for selection in &survey.products {
            let found = discover(&mut session, selection, &verifier);
            products.push(product_block(selection, &found));
            if let Err(error) = found {
                let failure = Failure::from(error);
                worst = Some(match worst {
                    Some(worst) if worst.exit() >= failure.exit() => worst,
                    _ => failure,
                });
            }
        }
        blocks.push(hsm_block(endpoint, &session, &survey, products));
        session.close()?;
    }
    args.format.print(&Block::new("").list("hsms", blocks))?;
    match worst {
        None => Ok(()),
        Some(worst) => Err(worst),
    }
}

fn hsm_block(
    endpoint: &Endpoint,
    session: &Session,
    survey: &Survey,
    products: Vec<Block>,
) -> Block {
    let (device, storage) = (&survey.device, &survey.storage);
    let log = Block::line(format!("audit log {} of {}", device.log_used, device.log_total))
        .number("used", device.log_used)
        .number("total", device.log_total);
    let objects_used = storage.records_total.saturating_sub(storage.records_free);
    let store = Block::line(format!(
        "store {objects_used} of {} objects, {} of {} pages",
        storage.records_total,
        storage.pages_total.saturating_sub(storage.pages_free),
        storage.pages_total,
    ))
    .number("objects_total", storage.records_total)
    .number("objects_free", storage.records_free)
    .number("pages_total", storage.pages_total)
    .number("pages_free", storage.pages_free);
    Block::new(format!("HSM {:010}", device.serial))
        .text("serial", format_args!("{:010}", device.serial))
        .for_programs()
        .text("connector", endpoint)
        .text("firmware", device.version)
        .maybe("part_number", survey.part_number.as_ref())
        .number("session_key", session.slot().0)
        .maybe("signing_tool_needed", survey.tool_needed.as_ref())
        .block("audit_log", log)
        .block("store", store)
        .list("products", products)
        .list("objects", survey.objects.iter().map(object_block).collect())
}

fn product_block(selection: &Selection, found: &Result<Authority, DiscoveryError>) -> Block {
    let tag = selection.tag();
    let title = match found {
        Ok(_) => format!("{tag}: chain genuine"),
        Err(_) => format!("{tag}: cannot be signed for"),
    };
    let block = Block::new(title)
        .text("tag", tag)
        .for_programs()
        .text("stage", selection.stage())
        .flag("is_genuine", found.is_ok())
        .for_programs();
    match found {
        Ok(authority) => {
            let key = |curve| {
                Block::line(format!(
                    "{curve} key {} {}",
                    authority.key(curve),
                    authority.public_key(curve)
                ))
                .text("curve", curve)
                .text("object", authority.key(curve))
                .text("public_key", authority.public_key(curve))
            };
            let form = if authority.form() == ChainForm::Long { "long" } else { "short" };
            block.text("chain", form).list("keys", Curve::ALL.map(key).to_vec())
        }
        Err(error) => {
            let code = match Failure::from(error.clone()).exit() {
                Exit::NotGenuine => "not-genuine",
                _ => "not-usable",
            };
            let mut remarks = vec![Remark::fault(code, error)];
            remarks.extend(error.hint().map(Remark::hint));
            block.remarks(remarks)
        }
    }
}

fn object_block(object: &ObjectInfo) -> Block {
    let title = format!(
        "{} {:<18} {:<28} {}",
        object.id, object.object_type, object.algorithm, object.label
    );
    let block = Block::line(title)
        .text("id", object.id)
        .text("type", object.object_type)
        .text("algorithm", object.algorithm)
        .text("label", object.label)
        .number("len_bytes", object.len_bytes)
        .text("domains", object.domains)
        .text("capabilities", object.capabilities)
        .text("origin", object.origin)
        .number("sequence", object.sequence);
    match object.delegated {
        Capabilities::NONE => block,
        delegated => block.text("delegated", delegated),
    }
}
