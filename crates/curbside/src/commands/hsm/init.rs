//! `curbside hsm init`.

use std::path::{Path, PathBuf};

use clap::Args;
use durable::Visibility;
use hsm::{
    Endpoint,
    program::{
        Admin, Existing, Material, Plan, ProductName, ProgramError, Programmed, check_ready,
        program,
    },
};
use sidewalk::{Apid, ChainForm, TrustAnchors};
use yubihsm2::ObjectId;

use super::key::factory_key;
use crate::{
    block::Block,
    clock,
    commands::{Format, StageChoice},
    failure::Failure,
    files::{self, Draft, within, write_together},
    hsm_access::HsmArgs,
    pin::{PinArgs, pin_of_file},
    progress::Progress,
    terminal,
};

/// The largest file of certificates, in bytes: the public one has 6 kB.
const CERTIFICATES_LEN_BYTES_MAX: u64 = 1024 * 1024;

/// Put a dummy product onto one or several HSMs
///
/// Makes the keys and certificates of a product, from the root down to the device attestation key (DAK), and puts them
/// where the Sidewalk signing tools look for them. With several --connector each HSM gets the same keys, so that they sign
/// as one fleet. The private keys are in no file: HSMs that are to be replicas must be named in one run. The root is new
/// and trusted by nobody; a trust file names it.
///
/// An HSM that holds anything but its factory key is refused, unless --add or --replace says otherwise. The factory key
/// keeps its well-known password: change it before the HSM holds anything of worth.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  curbside hsm init -c http://localhost:12345 --pin-file pin.txt
  curbside hsm init -c http://hsm-1:12345 -c http://hsm-2:12345 --product LAMP --stage test --daks 2 --pin-file pin.txt")]
pub(crate) struct InitArgs {
    #[command(flatten)]
    hsm: HsmArgs,
    /// The product's name: the end of its tag, such as RNET_DAK_DUMMY
    #[arg(long, value_name = "NAME", default_value = "DUMMY")]
    product: ProductName,
    /// The product's stage
    #[arg(long, value_enum, default_value_t = StageChoice::Production)]
    stage: StageChoice,
    /// How many DAKs, each with a tag of its own: NAME_1, NAME_2, …
    #[arg(long, value_name = "N", default_value_t = 1)]
    daks: usize,
    /// The legacy layout with the short chain: device, model, manufacturer, Amazon
    #[arg(long)]
    legacy: bool,
    /// Take keys and certificates from this JSON, as the public generator of dummy HSMs takes it, instead of new ones
    #[arg(long, value_name = "FILE", conflicts_with_all = ["daks", "legacy"])]
    certificates: Option<PathBuf>,
    /// The product's APID, for the summary: an HSM does not know it
    #[arg(long)]
    apid: Option<Apid>,
    /// Where the PIN goes; without this 6 for pre-production and 5 otherwise
    #[arg(long, value_name = "N")]
    pin_slot: Option<u16>,
    /// The PIN that the product is to have
    #[command(flatten)]
    pin: PinArgs,
    /// The authentication key that programs
    #[arg(long, value_name = "N", requires = "admin_password_file")]
    admin_slot: Option<u16>,
    /// The file that holds its password; without this key 1 with the factory's password
    #[arg(long, value_name = "FILE")]
    admin_password_file: Option<PathBuf>,
    /// Keep what is on the HSM, and its PIN
    #[arg(long, conflicts_with = "replace")]
    add: bool,
    /// Delete what is in the way
    #[arg(long)]
    replace: bool,
    /// The directory for the trust file, TAG.trust
    #[arg(long, value_name = "DIR", default_value = ".")]
    out_dir: PathBuf,
    /// Replace an existing trust file
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(args: &InitArgs) -> Result<(), Failure> {
    let endpoints = args.hsm.endpoints()?;
    let plan = args.plan()?;
    let roots = args.roots(&plan)?;
    let admin = args.admin()?;
    let pin = args.pin.read()?;
    // Nothing is made or replaced, not even the trust file, unless every HSM can be programmed.
    for endpoint in &endpoints {
        check_ready(endpoint, &admin, &plan, &pin, args.existing())
            .map_err(|error| Failure::from(error).at(endpoint))?;
    }
    // The root is nowhere else: its trust file must be there before a chain ends at it.
    let trust_file = args.write_trust_file(&plan, &roots)?;
    let mut done = Vec::new();
    for endpoint in &endpoints {
        let mut bar: Option<Progress> = None;
        let mut tell = |_done, total: usize| {
            let bar = bar.get_or_insert_with(|| Progress::of_items("programming", total as u64));
            bar.advance(1);
        };
        let ended = program(endpoint, &admin, &plan, &pin, args.existing(), &mut tell);
        if let Some(bar) = bar {
            bar.finish();
        }
        match ended {
            Ok(programmed) => done.push((endpoint, programmed)),
            Err(error) => return Err(args.give_up(error, endpoint, &done, &trust_file)),
        }
    }
    if args.admin_password_file.is_none() {
        terminal::note(
            "warning: key 1 still has the factory's password: whoever reaches the HSM may do anything with it",
        );
    }
    args.format.print(&args.summary(&plan, &trust_file, &done))
}

impl InitArgs {
    fn plan(&self) -> Result<Plan, Failure> {
        let materials = match &self.certificates {
            Some(path) => {
                let text = durable::read_bounded(path, CERTIFICATES_LEN_BYTES_MAX)?;
                let text = zeroize::Zeroizing::new(text);
                vec![hsm::program::read_public_json(&text)?]
            }
            None => {
                let form = if self.legacy { ChainForm::Short } else { ChainForm::Long };
                Material::generate(form, self.daks, |bytes| {
                    getrandom::fill(bytes).map_err(|_| ProgramError::Randomness)
                })?
            }
        };
        let plan = Plan::new(&self.product, self.stage.into(), materials, clock::unix_seconds())?;
        Ok(match self.pin_slot {
            Some(slot) => plan.with_pin_slot(ObjectId(slot)),
            None => plan,
        })
    }

    /// All chains end at one root a curve.
    fn roots(&self, plan: &Plan) -> Result<TrustAnchors, Failure> {
        let first = plan.materials().next().map(Material::roots);
        let roots = first.transpose().map_err(ProgramError::from)?;
        Ok(roots.unwrap_or_default())
    }

    fn admin(&self) -> Result<Admin, Failure> {
        let (slot, credentials) = match &self.admin_password_file {
            None => factory_key(),
            Some(path) => {
                let factory_slot = ObjectId::DEFAULT_AUTHENTICATION_KEY;
                (self.admin_slot.map_or(factory_slot, ObjectId), pin_of_file(path)?.into())
            }
        };
        Ok(Admin { slot, credentials })
    }

    const fn existing(&self) -> Existing {
        match (self.add, self.replace) {
            (true, _) => Existing::Add,
            (false, true) => Existing::Replace,
            (false, false) => Existing::Refuse,
        }
    }

    fn write_trust_file(&self, plan: &Plan, roots: &TrustAnchors) -> Result<PathBuf, Failure> {
        let tag = plan.tags().next().map_or("hsm", |tag| tag.as_str());
        let path = within(&self.out_dir, &format!("{tag}.trust"));
        let text = roots.to_text();
        let draft = Draft { path: path.clone(), bytes: text.as_bytes() };
        let existing = if self.force { files::Existing::Replace } else { files::Existing::Refuse };
        write_together(&[draft], Visibility::Shared, existing)?;
        Ok(path)
    }

    /// Says what was done before the failure. The trust file goes where no HSM has its root.
    fn give_up(
        &self,
        error: ProgramError,
        endpoint: &Endpoint,
        done: &[(&Endpoint, Programmed)],
        trust_file: &Path,
    ) -> Failure {
        let is_untouched = done.is_empty() && !matches!(error, ProgramError::HalfDone { .. });
        if is_untouched && !self.force {
            files::take_back(&[trust_file.to_owned()]);
        }
        let failure = Failure::from(error).at(endpoint);
        match done {
            [] => failure,
            done => {
                let places: Vec<_> =
                    done.iter().map(|(endpoint, _)| endpoint.to_string()).collect();
                failure.hint(format!(
                    "{} is programmed already, with keys that exist nowhere else: replicas need another run with --replace on all",
                    places.join(", ")
                ))
            }
        }
    }

    fn summary(&self, plan: &Plan, trust_file: &Path, done: &[(&Endpoint, Programmed)]) -> Block {
        let form = plan.materials().next().map(Material::form);
        let tags = plan.tags().map(|tag| Block::line(format!("tag {tag}")).text("tag", tag));
        let hsms = done.iter().map(|(endpoint, programmed)| {
            Block::new(format!("HSM {:010}", programmed.serial))
                .text("serial", format_args!("{:010}", programmed.serial))
                .for_programs()
                .text("connector", endpoint)
                .number("objects_put", programmed.put)
                .number("objects_kept", programmed.kept)
                .number("objects_deleted", programmed.deleted)
        });
        Block::new("programmed and checked")
            .text("product", &self.product)
            .text("stage", plan.stage())
            .text("chain", if form == Some(ChainForm::Short) { "short" } else { "long" })
            .maybe("apid", self.apid)
            .number("pin_slot", plan.pin_slot().0)
            .text("trust_file", trust_file.display())
            .list("products", tags.collect())
            .list("hsms", hsms.collect())
    }
}

/// A failure that belongs to one of several HSMs.
impl Failure {
    fn at(self, endpoint: &Endpoint) -> Self {
        self.hint(format!("this was {endpoint}"))
    }
}
