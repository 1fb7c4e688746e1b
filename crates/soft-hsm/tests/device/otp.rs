//! Yubico OTP.

use yubihsm2::{
    AesKey, Algorithm, Capabilities, ErrorCode, NewObject, ObjectId, OtpAeadKey, OtpCounters,
    Secret,
    operation::{
        CreateOtpAead, DecryptOtp, GenerateOtpAeadKey, PutOtpAeadKey, RandomizeOtpAead,
        RewrapOtpAead,
    },
};

use crate::support::{Bench, object};

/// Modhex: the sixteen letters that stand where they do on every keyboard.
fn modhex(text: &str) -> [u8; 16] {
    let digit = |letter| "cbdefghijklnrtuv".find(letter).unwrap() as u8;
    let digits: Vec<u8> = text.chars().map(digit).collect();
    let bytes: Vec<u8> = digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    bytes.try_into().unwrap()
}

/// Published by Yubico: <https://developers.yubico.com/OTP/Specifications/Test_vectors.html>.
#[test]
fn the_published_otps_decrypt_under_keys_of_every_size_and_after_rewrapping() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let keys =
        [Algorithm::AES128_YUBICO_OTP, Algorithm::AES192_YUBICO_OTP, Algorithm::AES256_YUBICO_OTP]
            .map(|algorithm| {
                let request =
                    GenerateOtpAeadKey { object: object(0, algorithm), nonce_id: [1, 2, 3, 4] };
                bench.run(&mut session, &request).unwrap()
            });
    let otp_key = Secret::new(std::array::from_fn(|index| index as u8));
    let private_id = Secret::new([1, 2, 3, 4, 5, 6]);
    let create = CreateOtpAead { key: keys[0], otp_key, private_id };
    let mut aead = bench.run(&mut session, &create).unwrap();
    for (index, key) in keys.into_iter().enumerate() {
        for (otp, uses, session_uses) in [
            ("dvgtiblfkbgturecfllberrvkinnctnn", 1, 1),
            ("rnibcnfhdninbrdebccrndfhjgnhftee", 1, 2),
            ("iikkijbdknrrdhfdrjltvgrbkkjblcbh", 0xFFF, 1),
        ] {
            let request = DecryptOtp { key, aead, otp: modhex(otp) };
            let expected = OtpCounters { uses, session_uses, timestamp_high: 1, timestamp_low: 1 };
            assert_eq!(bench.run(&mut session, &request), Ok(expected));
        }
        if let Some(to) = keys.get(index + 1) {
            let rewrap = RewrapOtpAead { from: key, to: *to, aead };
            aead = bench.run(&mut session, &rewrap).unwrap();
        }
    }
}

#[test]
fn an_otp_of_another_key_is_an_invalid_otp() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let object = object(0, Algorithm::AES128_YUBICO_OTP);
    let request = GenerateOtpAeadKey { object, nonce_id: [0; 4] };
    let key = bench.run(&mut session, &request).unwrap();
    let mut aead = bench.run(&mut session, &RandomizeOtpAead { key }).unwrap();
    let otp = [9; 16];
    let request = DecryptOtp { key, aead, otp };
    assert_eq!(bench.run(&mut session, &request), Err(ErrorCode::INVALID_OTP));
    aead.mac[0] ^= 1;
    let request = DecryptOtp { key, aead, otp };
    assert_eq!(bench.run(&mut session, &request), Err(ErrorCode::INVALID_DATA));
}

#[test]
fn randomized_secrets_open_outside_the_device_with_the_nonce_id_as_sent() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let object = object(0, Algorithm::AES192_YUBICO_OTP);
    let (nonce_id, key) = ([0xDE, 0xAD, 0xBE, 0xEF], vec![6; 24]);
    let put = PutOtpAeadKey { object, nonce_id, key: key.clone().into() };
    let id = bench.run(&mut session, &put).unwrap();
    let aead = bench.run(&mut session, &RandomizeOtpAead { key: id }).unwrap();
    let ours = OtpAeadKey::new(nonce_id, AesKey::new(key).unwrap());
    assert!(ours.open(&aead).is_ok());
}

#[test]
fn rewrapping_needs_a_right_on_each_key() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let mut generate = |capabilities| {
        let object = NewObject { capabilities, ..object(0, Algorithm::AES128_YUBICO_OTP) };
        let request = GenerateOtpAeadKey { object, nonce_id: [0; 4] };
        bench.run(&mut session, &request).unwrap()
    };
    let create = Capabilities::CREATE_OTP_AEAD;
    let from = generate(create | Capabilities::REWRAP_FROM_OTP_AEAD_KEY);
    let to = generate(create | Capabilities::REWRAP_TO_OTP_AEAD_KEY);
    let (otp_key, private_id) = (Secret::new([1; 16]), Secret::new([2; 6]));
    let mut rewrap = |from: ObjectId, to: ObjectId| {
        let (otp_key, private_id) = (otp_key.clone(), private_id.clone());
        let create = CreateOtpAead { key: from, otp_key, private_id };
        let aead = bench.run(&mut session, &create).unwrap();
        bench.run(&mut session, &RewrapOtpAead { from, to, aead }).map(|_| ())
    };
    assert_eq!(rewrap(from, to), Ok(()));
    assert_eq!(rewrap(to, from), Err(ErrorCode::INSUFFICIENT_PERMISSIONS));
    assert_eq!(rewrap(from, from), Err(ErrorCode::INSUFFICIENT_PERMISSIONS));
}
