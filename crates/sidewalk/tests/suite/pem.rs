//! Private keys as OpenSSL 3.0 writes them, and what is refused.

use sidewalk::{
    Curve, PrivateKey,
    pem::{self, PemError, PemForm},
};

const ED25519_PKCS8: &str = include_str!("../vectors/pem/ed25519_pkcs8.pem");
const P256_PKCS8: &str = include_str!("../vectors/pem/p256_pkcs8.pem");
const P256_SEC1: &str = include_str!("../vectors/pem/p256_sec1.pem");

/// The seed 00, 01, … 1f.
fn ed25519_key() -> PrivateKey {
    let seed: Vec<u8> = (0..32).collect();
    PrivateKey::from_bytes(Curve::Ed25519, &seed).expect("every seed is a key")
}

/// The scalar 01, 02, … 20.
fn p256_key() -> PrivateKey {
    let scalar: Vec<u8> = (1..=32).collect();
    PrivateKey::from_bytes(Curve::P256r1, &scalar).expect("the scalar is in range")
}

fn assert_reads_as(text: &str, key: &PrivateKey) {
    let read = pem::decode(text.as_bytes()).expect("the file is read");
    assert!(read.is_same_as(key));
    assert_eq!(read.public_key(), key.public_key());
}

fn refusal(text: &str) -> PemError {
    pem::decode(text.as_bytes()).expect_err("the file is refused")
}

fn other(algorithm: &str) -> PemError {
    PemError::OtherAlgorithm { algorithm: algorithm.to_owned() }
}

#[test]
fn ed25519_as_genpkey_writes_it_is_written_to_the_byte_and_read() {
    assert_eq!(*pem::encode(&ed25519_key(), PemForm::Pkcs8).unwrap(), ED25519_PKCS8);
    assert_reads_as(ED25519_PKCS8, &ed25519_key());
}

#[test]
fn p256_as_ecparam_genkey_writes_it_is_written_to_the_byte_and_read() {
    assert_eq!(*pem::encode(&p256_key(), PemForm::Sec1).unwrap(), P256_SEC1);
    assert_reads_as(P256_SEC1, &p256_key());
}

#[test]
fn p256_in_pkcs8_is_written_to_the_byte_and_read() {
    assert_eq!(*pem::encode(&p256_key(), PemForm::Pkcs8).unwrap(), P256_PKCS8);
    assert_reads_as(P256_PKCS8, &p256_key());
}

#[test]
fn p256_with_a_compressed_public_key_is_read() {
    assert_reads_as(include_str!("../vectors/pem/p256_sec1_compressed.pem"), &p256_key());
    assert_reads_as(include_str!("../vectors/pem/p256_pkcs8_compressed.pem"), &p256_key());
}

#[test]
fn p256_without_its_public_key_or_its_parameters_block_is_read() {
    assert_reads_as(include_str!("../vectors/pem/p256_sec1_no_public.pem"), &p256_key());
    let without_parameters = P256_SEC1.split_once("-----END EC PARAMETERS-----\n").unwrap().1;
    assert_reads_as(without_parameters, &p256_key());
}

#[test]
fn crlf_line_ends_and_text_around_the_key_do_not_matter() {
    for (text, key) in
        [(ED25519_PKCS8, ed25519_key()), (P256_SEC1, p256_key()), (P256_PKCS8, p256_key())]
    {
        assert_reads_as(&text.replace('\n', "\r\n"), &key);
        assert_reads_as(&format!("key of board 7\n{text}\nend\n"), &key);
        assert_reads_as(text.trim_end(), &key);
    }
}

#[test]
fn ed25519_has_no_sec1_form() {
    assert_eq!(pem::encode(&ed25519_key(), PemForm::Sec1), Err(PemError::FormOfOtherCurve));
}

#[test]
fn an_encrypted_key_is_refused_with_the_command_that_decrypts_it() {
    for text in [
        include_str!("../vectors/pem/ed25519_encrypted_pkcs8.pem"),
        include_str!("../vectors/pem/p256_encrypted_pkcs8.pem"),
        include_str!("../vectors/pem/p256_encrypted_proc_type.pem"),
    ] {
        assert_eq!(refusal(text), PemError::Encrypted);
        assert!(PemError::Encrypted.hint().unwrap().contains("openssl pkey"));
    }
}

#[test]
fn a_curve_written_out_instead_of_named_is_refused_as_such_in_every_form() {
    for text in [
        include_str!("../vectors/pem/p256_explicit_pkcs8.pem"),
        include_str!("../vectors/pem/p256_explicit_sec1.pem"),
        include_str!("../vectors/pem/p256_genkey_explicit.pem"),
    ] {
        assert_eq!(refusal(text), PemError::ExplicitParameters);
    }
}

#[test]
fn keys_of_other_curves_and_algorithms_are_refused_by_name() {
    assert_eq!(refusal(include_str!("../vectors/pem/p384_sec1.pem")), other("P-384"));
    assert_eq!(refusal(include_str!("../vectors/pem/p384_pkcs8.pem")), other("P-384"));
    assert_eq!(refusal(include_str!("../vectors/pem/rsa_pkcs8.pem")), other("RSA"));
    assert_eq!(refusal(include_str!("../vectors/pem/rsa_pkcs1.pem")), other("RSA"));
    assert_eq!(refusal(include_str!("../vectors/pem/x25519_pkcs8.pem")), other("X25519"));
}

#[test]
fn a_public_key_is_not_a_private_key() {
    let label = "PUBLIC KEY".to_owned();
    assert_eq!(
        refusal(include_str!("../vectors/pem/p256_public.pem")),
        PemError::NotAPrivateKey { label }
    );
}

#[test]
fn an_empty_file_and_one_without_a_block_hold_no_key() {
    assert_eq!(refusal(""), PemError::NoKey);
    assert_eq!(refusal("a letter"), PemError::NoKey);
    let parameters = P256_SEC1.split_once("-----BEGIN EC PRIVATE").unwrap().0;
    assert_eq!(refusal(parameters), PemError::NoKey);
}

#[test]
fn two_keys_in_one_file_are_refused_rather_than_guessed_between() {
    assert_eq!(refusal(&[ED25519_PKCS8, P256_PKCS8].concat()), PemError::SeveralKeys);
    assert_eq!(refusal(&ED25519_PKCS8.repeat(2)), PemError::SeveralKeys);
}

#[test]
fn a_key_file_cut_after_any_character_of_its_block_is_refused() {
    for text in [ED25519_PKCS8, P256_SEC1, P256_PKCS8] {
        // Without its last line end the file is whole.
        for len in 0..text.trim_end().len() {
            refusal(&text[..len]);
        }
    }
}

#[test]
fn a_public_key_of_another_pair_in_the_file_is_refused() {
    let stranger = PrivateKey::from_bytes(Curve::P256r1, &[9; 32]).unwrap();
    for form in [PemForm::Sec1, PemForm::Pkcs8] {
        let (_, ours) = decoded(&pem::encode(&p256_key(), form).unwrap());
        let (label, theirs) = decoded(&pem::encode(&stranger, form).unwrap());
        let point_at = ours.len() - 64;
        let spliced = [&ours[..point_at], &theirs[point_at..]].concat();
        let text = pem_rfc7468::encode_string(&label, pem_rfc7468::LineEnding::LF, &spliced);
        assert_eq!(refusal(&text.unwrap()), PemError::MismatchedPair);
    }
}

#[test]
fn a_scalar_of_zero_or_of_the_groups_order_is_refused() {
    let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    for scalar in [vec![0; 32], hex::decode(order).unwrap()] {
        let (label, mut der) = decoded(P256_SEC1);
        der[7..39].copy_from_slice(&scalar);
        let text = pem_rfc7468::encode_string(&label, pem_rfc7468::LineEnding::LF, &der);
        assert_eq!(refusal(&text.unwrap()), PemError::Key(sidewalk::PrivateKeyError::OutOfRange));
    }
}

#[test]
fn a_file_that_is_too_long_or_no_text_is_refused() {
    let found_len_bytes = pem::PEM_LEN_BYTES_MAX + 1;
    assert_eq!(refusal(&" ".repeat(found_len_bytes)), PemError::TooLong { found_len_bytes });
    assert_eq!(pem::decode(b"ab\xFF").err(), Some(PemError::NotText { offset_bytes: 2 }));
}

#[test]
fn private_keys_never_appear_in_debug_output_or_errors() {
    for key in [ed25519_key(), p256_key()] {
        let text = format!("{key:?} {key:#?}");
        assert!(text.contains("32 bytes"));
        let secret = hex::encode(key.expose_bytes());
        assert!(!text.contains(&secret) && !text.contains("[0, 1") && !text.contains("[1, 2"));
    }
}

/// The label and DER of a file's last block.
fn decoded(text: &str) -> (String, Vec<u8>) {
    let start = text.rfind("-----BEGIN").expect("there is a block");
    let (label, der) =
        pem_rfc7468::decode_vec(&text.as_bytes()[start..]).expect("the block is sound");
    (label.to_owned(), der)
}
