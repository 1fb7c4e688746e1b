//! Who signs the boards of these tests, and who they are.

use std::sync::LazyLock;

use line::driver::{BoardRequest, Delivery, Naming};
use page::{Catalogue, PageVersion, ValueId};
use sidewalk::{
    CertificateAuthority, Chain, Csr, Curve, PrivateKey, Serial, Smsn, SmsnInput, Stage,
};

pub(crate) const DEVICE_TYPE: &str = "A17XHX23H06INH";
pub(crate) const DSN: &str = "SN1234567";
pub(crate) const APID: &str = "pd25";
pub(crate) const APP_SERVER_KEY: [u8; 32] = [0x5A; 32];

/// No byte has the bits that Nordic's firmware takes for an extended serial.
pub(crate) const SERIALS: [[u8; 4]; 5] =
    [[1, 2, 3, 4], [1, 2, 3, 5], [1, 2, 3, 6], [1, 2, 3, 7], [1, 2, 3, 8]];

static ED25519: LazyLock<CertificateAuthority> =
    LazyLock::new(|| authority(Curve::Ed25519, SERIALS));
static P256R1: LazyLock<CertificateAuthority> = LazyLock::new(|| authority(Curve::P256r1, SERIALS));

/// A ladder of authorities with these serials, root first.
pub(crate) fn authority(curve: Curve, serials: [[u8; 4]; 5]) -> CertificateAuthority {
    let ladder = serials.iter().zip(1_u8..).map(|(serial, number)| {
        let key = PrivateKey::from_bytes(curve, &[number; 32]).unwrap();
        (Serial::parse(serial).unwrap(), key)
    });
    CertificateAuthority::certify(ladder.collect()).unwrap()
}

pub(crate) fn smsn() -> Smsn {
    Smsn::derive(&SmsnInput {
        stage: Stage::Production,
        device_type: DEVICE_TYPE,
        dsn: DSN,
        apid: APID,
        board_id: None,
    })
    .unwrap()
}

pub(crate) fn naming() -> Naming<'static> {
    Naming {
        device_type: DEVICE_TYPE,
        dsn: DSN,
        apid: APID.parse().unwrap(),
        board_id: None,
        smsn: smsn(),
    }
}

/// Chains for one board.
#[derive(Clone, Debug)]
pub(crate) struct Chains {
    pub(crate) ed25519: Chain,
    pub(crate) p256r1: Chain,
}

pub(crate) fn chains_for(request: &BoardRequest) -> Chains {
    chains_from((&ED25519, &P256R1), request)
}

pub(crate) fn chains_from(
    (ed25519, p256r1): (&CertificateAuthority, &CertificateAuthority),
    request: &BoardRequest,
) -> Chains {
    let issue = |authority: &CertificateAuthority, csr: &Csr| {
        authority.issue(*csr.smsn().unwrap(), csr.public_key()).unwrap()
    };
    Chains { ed25519: issue(ed25519, &request.ed25519), p256r1: issue(p256r1, &request.p256r1) }
}

impl Chains {
    /// For keys that no board has.
    pub(crate) fn of_nobody() -> Self {
        let csr = |curve| Csr::create(&PrivateKey::from_bytes(curve, &[99; 32]).unwrap(), smsn());
        chains_for(&BoardRequest { ed25519: csr(Curve::Ed25519), p256r1: csr(Curve::P256r1) })
    }

    pub(crate) fn delivery(&self) -> Delivery<'_> {
        Delivery::Chains {
            ed25519: &self.ed25519,
            p256r1: &self.p256r1,
            app_server_key: &APP_SERVER_KEY,
        }
    }

    /// Whether a region is a page of Nordic's layout with these certificates.
    pub(crate) fn are_in(&self, region: &[u8]) -> bool {
        let nordic = Catalogue::built_in().platform("nordic").unwrap();
        let layout = nordic.layout(PageVersion::Tlv).unwrap();
        let page = layout.decode_lenient(region).page;
        let value = |id| page.value(id).unwrap_or_default().to_vec();
        let mut is_there = value(ValueId::SMSN) == smsn().as_bytes()
            && value(ValueId::APID) == APID.as_bytes()
            && value(ValueId::APP_PUB_ED25519) == APP_SERVER_KEY;
        for (chain, public_key, signature, dak) in [
            (
                &self.ed25519,
                ValueId::DEVICE_PUB_ED25519,
                ValueId::DEVICE_PUB_ED25519_SIGNATURE,
                ValueId::DAK_PUB_ED25519,
            ),
            (
                &self.p256r1,
                ValueId::DEVICE_PUB_P256R1,
                ValueId::DEVICE_PUB_P256R1_SIGNATURE,
                ValueId::DAK_PUB_P256R1,
            ),
        ] {
            let key_len = chain.curve().public_key_len_bytes();
            let device = &chain.as_bytes()[Smsn::LEN_BYTES..];
            is_there &= value(public_key) == device[..key_len]
                && value(signature) == device[key_len..key_len + 64]
                && value(dak) == chain.issuers_bytes()[4..4 + key_len];
        }
        is_there
    }
}
