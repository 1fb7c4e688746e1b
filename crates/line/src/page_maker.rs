//! Pages for the devices of one job.

use std::sync::Arc;

use page::{
    Catalogue, Dialect, EncodeError, Finding, Image, Layout, LayoutForm, Mandatory, Page,
    PageVersion, Severity, ValueId,
    input::{CheckError, CheckedPage, PageInput, PageParts, PartsError, PrivateKeyBytes},
    lint, lint_on_device_chain,
};
use sha2::{Digest as _, Sha256};
use sidewalk::{Apid, Chain, ChainError, Curve, Level, PrivateKey, Smsn};
use signer::SignedDevice;

use crate::{driver::KeyOrigin, job::PageSettings};

/// What a page of this job looks like and where it goes.
#[derive(Clone, Debug)]
pub struct PageMaker {
    layout: Arc<Layout>,
    dialect: Arc<Dialect>,
    version: PageVersion,
    address: u32,
    region_len: usize,
    device_part: String,
    apid: Apid,
    app_server_key: [u8; 32],
}

/// A page ready to be written.
#[derive(Debug)]
pub struct MadePage {
    /// The bytes from the page's first one on.
    pub image: Image,
    /// Of those bytes.
    pub sha256: [u8; 32],
}

impl PageMaker {
    /// Finds chip, layout and address.
    ///
    /// # Errors
    ///
    /// [`PageSettingsError`].
    pub fn new(
        settings: &PageSettings,
        catalogue: &Catalogue,
        apid: Apid,
        app_server_key: [u8; 32],
    ) -> Result<Self, PageSettingsError> {
        let found = catalogue
            .platforms()
            .iter()
            .find_map(|platform| Some((platform, platform.chip(&settings.chip)?)));
        let (platform, chip) =
            found.ok_or_else(|| PageSettingsError::Chip { chip: settings.chip.clone() })?;
        let site = match &settings.firmware {
            None => chip.default_site(),
            Some(name) => chip.site(name).ok_or_else(|| PageSettingsError::Firmware {
                firmware: name.clone(),
                known: chip.sites.iter().map(|site| site.generation.clone()).collect(),
            })?,
        };
        let no_layout =
            || PageSettingsError::Version { chip: chip.name.clone(), version: settings.version };
        let layout = platform.layout(settings.version).ok_or_else(no_layout)?;
        if matches!(layout.form(), LayoutForm::Nvm3 { .. }) {
            return Err(PageSettingsError::Nvm3 { chip: chip.name.clone() });
        }
        Ok(Self {
            layout: Arc::clone(layout),
            dialect: Arc::clone(&site.dialect),
            version: settings.version,
            address: settings.address.unwrap_or(site.address),
            region_len: site.region_len,
            device_part: chip.device.clone(),
            apid,
            app_server_key,
        })
    }

    /// The flash address of a page's first byte.
    pub const fn address(&self) -> u32 {
        self.address
    }

    /// The size of the flash region in bytes.
    pub const fn region_len(&self) -> usize {
        self.region_len
    }

    /// The chip's part number.
    pub fn device_part(&self) -> &str {
        &self.device_part
    }

    /// The application server's key.
    pub const fn app_server_key(&self) -> &[u8; 32] {
        &self.app_server_key
    }

    /// How the firmware reads pages.
    pub const fn dialect(&self) -> &Arc<Dialect> {
        &self.dialect
    }

    /// What this firmware will make of every page under these authorities: asked before anything is signed, since no
    /// device of the product could work.
    ///
    /// # Errors
    ///
    /// [`PageFault::Chain`] where the authorities are no chain, [`PageFault::Firmware`] with what it would misread.
    pub fn predict(
        &self,
        issuers: impl Fn(Curve) -> Vec<u8>,
        origin: KeyOrigin,
    ) -> Result<(), PageFault> {
        let chain = |curve| specimen(curve, &issuers(curve)).map_err(PageFault::Chain);
        let (ed25519, p256r1) = (chain(Curve::Ed25519)?, chain(Curve::P256r1)?);
        let findings = match origin {
            KeyOrigin::Board => {
                let serials = serials(&ed25519, ValueId::DAK_ED25519_SERIAL)
                    .chain(serials(&p256r1, ValueId::DAK_P256R1_SERIAL));
                lint_on_device_chain(serials, &self.dialect)
            }
            KeyOrigin::Host => {
                let smsn = ed25519.smsn();
                let input = self.input(
                    smsn,
                    ed25519,
                    p256r1,
                    &[SPECIMEN_KEY, SPECIMEN_KEY].map(PrivateKeyBytes::new),
                )?;
                let page = input.page_unchecked_like_sid_provision(self.version);
                let mut findings = lint(&page, &self.layout, &self.dialect, self.region_len);
                // The specimen's number and keys are none; only what the authorities bring counts.
                findings.retain(|finding| {
                    finding.id.is_none_or(|id| id.number() >= ValueId::DAK_PUB_ED25519.number())
                });
                self.layout.encode(&page).map_err(PageFault::Encode)?;
                findings
            }
        };
        refuse_faults(findings)
    }

    /// The page of a device whose keys were made here.
    ///
    /// # Errors
    ///
    /// [`PageFault`]: nothing that the firmware would misread is ever written.
    pub fn page(&self, device: &SignedDevice) -> Result<MadePage, PageFault> {
        let key = |curve| device.private_key(curve).ok_or(PageFault::NoKey { curve });
        let keys = [key(Curve::Ed25519)?, key(Curve::P256r1)?];
        let chain = |curve| device.chain(curve).clone();
        let input = self.input(
            device.smsn(),
            chain(Curve::Ed25519),
            chain(Curve::P256r1),
            &keys.map(PrivateKeyBytes::from),
        )?;
        let checked = input.check_verified(device.verified().clone(), keys)?;
        let page: CheckedPage = checked.page(self.version);
        refuse_faults(lint(&page, &self.layout, &self.dialect, self.region_len))?;
        let image = self.layout.encode(&page).map_err(PageFault::Encode)?;
        let sha256 = Sha256::digest(&image).into();
        Ok(MadePage { image, sha256 })
    }

    /// Reads a region as the line does: exactly right, or refused.
    ///
    /// # Errors
    ///
    /// [`page::Fault`] names the byte.
    pub fn decode(&self, region: &[u8]) -> Result<Page, page::Fault> {
        self.layout.decode_strict(region, Mandatory::Complete)
    }

    /// The digest of a page as this job writes it. A region that was decoded strictly begins with those bytes.
    pub fn sha256(&self, page: &Page) -> Option<[u8; 32]> {
        Some(Sha256::digest(self.layout.encode(page).ok()?).into())
    }

    /// What can be read of a region that may hold anything.
    pub fn diagnose(&self, region: &[u8]) -> Page {
        self.layout.decode_lenient(region).page
    }

    fn input(
        &self,
        smsn: Smsn,
        ed25519_chain: Chain,
        p256r1_chain: Chain,
        [ed25519_private_key, p256r1_private_key]: &[PrivateKeyBytes; 2],
    ) -> Result<PageInput, PageFault> {
        let parts = PageParts {
            ed25519_chain,
            p256r1_chain,
            ed25519_private_key: ed25519_private_key.clone(),
            p256r1_private_key: p256r1_private_key.clone(),
            smsn,
            apid: self.apid,
            app_server_key: self.app_server_key,
        };
        Ok(PageInput::new(parts)?)
    }
}

/// Whether the private keys on a page are those of its public keys. Deriving the public key is what proves possession; a
/// signature with the same key would only prove it a second time.
pub fn keys_fit(page: &Page) -> bool {
    let pairs = [
        (Curve::Ed25519, ValueId::DEVICE_PRIV_ED25519, ValueId::DEVICE_PUB_ED25519),
        (Curve::P256r1, ValueId::DEVICE_PRIV_P256R1, ValueId::DEVICE_PUB_P256R1),
    ];
    pairs.into_iter().all(|(curve, private, public)| {
        let private = page.value(private).and_then(|it| PrivateKey::from_bytes(curve, it).ok());
        private.is_some_and(|key| page.value(public) == Some(key.public_key().as_bytes()))
    })
}

/// Stands for a device's private key where only the authorities matter: valid on both curves, and public.
const SPECIMEN_KEY: [u8; 32] = [1; 32];

/// A chain of these authorities with a device that does not exist in front.
fn specimen(curve: Curve, issuers: &[u8]) -> Result<Chain, ChainError> {
    let key = vec![0; curve.public_key_len_bytes()];
    let parts: [&[u8]; 4] =
        [&[0; Smsn::LEN_BYTES], &key, &[0; Curve::SIGNATURE_LEN_BYTES], issuers];
    Chain::parse(curve, &parts.concat())
}

/// The serials of the authorities below the root, which a device stores, under their ids.
fn serials(chain: &Chain, first: ValueId) -> impl Iterator<Item = (ValueId, &[u8])> {
    const IDS_PER_AUTHORITY: u16 = 6;
    let authorities = chain
        .certificates()
        .filter(|certificate| !matches!(certificate.level(), Level::Device | Level::Amazon));
    authorities.enumerate().map(move |(index, certificate)| {
        (ValueId::new(first.number() + IDS_PER_AUTHORITY * index as u16), certificate.subject())
    })
}

fn refuse_faults(findings: Vec<Finding>) -> Result<(), PageFault> {
    let faults: Vec<String> = findings
        .into_iter()
        .filter(|finding| finding.severity() == Severity::Fault)
        .map(|finding| finding.text)
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(PageFault::Firmware { faults }) }
}

/// Why a job's page settings make no sense.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PageSettingsError {
    /// No catalogue has this chip.
    #[error("no chip is called {chip:?}")]
    Chip {
        /// The name.
        chip: String,
    },
    /// The chip has no such firmware generation.
    #[error("the chip has no firmware generation {firmware:?}; it has {}", known.join(", "))]
    Firmware {
        /// The name.
        firmware: String,
        /// Those that it has.
        known: Vec<String>,
    },
    /// The chip has no layout for this version.
    #[error("{chip} has no page of version {}", version.number())]
    Version {
        /// The chip.
        chip: String,
        /// The version.
        version: PageVersion,
    },
    /// NVM3 objects are written by the vendor's program only.
    #[error("{chip} keeps its page as NVM3 objects, which the line cannot write as an image")]
    Nvm3 {
        /// The chip.
        chip: String,
    },
}

impl PageSettingsError {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Chip { .. } => Some("`curbside page chips` lists them".to_owned()),
            Self::Nvm3 { .. } => Some(
                "make keys on the device (driver diag), or write pages with `curbside page build --nvm3`"
                    .to_owned(),
            ),
            _ => None,
        }
    }
}

/// Why a device gets no page.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PageFault {
    /// The authorities form no chain.
    #[error("the authorities' certificates are not a chain: {0}")]
    Chain(ChainError),
    /// The chains are not those of a page.
    #[error(transparent)]
    Parts(#[from] PartsError),
    /// Something on it would not be true.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// It does not fit its layout.
    #[error(transparent)]
    Encode(EncodeError),
    /// The firmware would misread it.
    #[error("this firmware would misread the page: {}", faults.join("; "))]
    Firmware {
        /// What it would misread.
        faults: Vec<String>,
    },
    /// The keys were not made here.
    #[error("the {curve} private key is not known here")]
    NoKey {
        /// Whose curve.
        curve: Curve,
    },
}
