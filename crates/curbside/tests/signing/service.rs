//! The signing service: one server, its clients, its record.

use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use hsm::DeviceRequest;
use serde_json::Value;
use sidewalk::{Curve, PrivateKey, Smsn, TrustAnchors, Verifier};
use signer::{
    DeviceSigner as _, Signer, SigningRequest,
    service::{RefusalCode, SigningClient, SigningClientError, SigningClientOptions},
};

use crate::{
    plant::{Plant, ended},
    server::Server,
};

/// A device with keys of its own; the number tells it from others.
pub(crate) fn device(smsn: u8, keys: u8) -> DeviceRequest {
    let key = |curve| *PrivateKey::from_bytes(curve, &[keys; 32]).expect("a key").public_key();
    DeviceRequest::new(Smsn::from_bytes([smsn; 32]), key(Curve::Ed25519), key(Curve::P256r1))
        .expect("a key of each curve")
}

/// Why a server refused; anything else is shown as it is, where the test fails.
fn refusal(error: SigningClientError) -> Result<RefusalCode, SigningClientError> {
    match error {
        SigningClientError::Refused { refusal, .. } => Ok(refusal.code),
        other => Err(other),
    }
}

#[test]
fn a_device_is_signed_once_and_given_again_after_a_kill() {
    let plant = Plant::new();
    let mut server = Server::start(&plant, "", "");
    let client = server.client(&plant, "line-1");
    let first = client.sign(&device(1, 1)).unwrap();
    assert_eq!(client.sign(&device(1, 1)).unwrap(), first);
    let anchors = TrustAnchors::parse(&plant.read("trust")).unwrap();
    let signer = Signer::new(client, Verifier::new(anchors));
    let keys = |curve| *PrivateKey::from_bytes(curve, &[2; 32]).unwrap().public_key();
    let request = SigningRequest::from_public_keys(
        Smsn::from_bytes([2; 32]),
        keys(Curve::Ed25519),
        keys(Curve::P256r1),
    );
    let signed = signer.sign(request.unwrap()).unwrap();
    assert_eq!(signed.smsn(), Smsn::from_bytes([2; 32]));

    server.start_again(&plant);
    let client = server.client(&plant, "line-2");
    assert_eq!(client.sign(&device(1, 1)).unwrap(), first, "another line is given the same");
    let status = server.status(&plant, "watcher");
    assert_eq!((&status["issued"], &status["evidence"]), (&2.into(), &2.into()));
    assert_eq!((&status["attempts"], &status["pending"]), (&2.into(), &0.into()));
}

#[test]
fn other_keys_of_a_number_are_refused_by_name_unless_they_are_a_rework() {
    let plant = Plant::new();
    let server = Server::start(&plant, "", "");
    let client = server.client(&plant, "line-1");
    client.sign(&device(1, 1)).unwrap();
    let error = client.sign(&device(1, 2)).unwrap_err();
    let message = error.to_string();
    assert!(message.contains(&"01".repeat(32)) && message.contains("line-1"), "{message}");
    assert_eq!(refusal(error), Ok(RefusalCode::OtherKeys));
    let options = SigningClientOptions { is_rework: true, ..server.options(&plant, "line-2") };
    let reworker = SigningClient::open(options).unwrap();
    let second = reworker.sign(&device(1, 2)).unwrap();
    assert_eq!(reworker.sign(&device(1, 2)).unwrap(), second);
    assert_eq!(client.sign(&device(1, 2)).unwrap(), second, "it is the number's newest now");
    assert_eq!(refusal(client.sign(&device(1, 1)).unwrap_err()), Ok(RefusalCode::Superseded));
}

#[test]
fn who_only_watches_may_look_and_not_sign() {
    let plant = Plant::new();
    let server = Server::start(&plant, "", "");
    let watcher = server.client(&plant, "watcher");
    assert_eq!(refusal(watcher.sign(&device(1, 1)).unwrap_err()), Ok(RefusalCode::NotPermitted));
    let other = SigningClientOptions {
        product: "RNET_DAK_OTHER".into(),
        ..server.options(&plant, "line-1")
    };
    let error = SigningClient::open(other).err().expect("an unknown product");
    assert_eq!(refusal(error), Ok(RefusalCode::NotFound));
    let status = server.status(&plant, "watcher");
    assert_eq!(status["issued"], 0);
}

#[test]
fn a_package_pays_for_so_many_devices_and_for_none_more() {
    const COUNT: u64 = 12;
    let plant = Plant::new();
    let made = plant.run("audit keygen --name maker.example --out maker.key");
    let maker = made.stdout.trim().to_owned();
    let job = format!(
        "schema = 1\nname = \"spring\"\n[product]\ntag = \"{}\"\ndevice_type = \"LAMP\"\napid = \"dumy\"\n\
         application_server_key = \"{}\"\ntrust = \"trust\"\n[page]\nchip = \"nrf52840\"\n[signing]\n\
         hsms = [\"http://localhost:1\"]\n[serials]\nsource = \"range\"\npattern = \"D{{:04}}\"\nfirst = 1\nlast = 99\n\
         [line]\nslots = 1\n[driver]\nkind = \"sim\"\ntray = \"boards\"\nboards = 1\n",
        plant.tag(),
        "ab".repeat(32),
    );
    plant.put("spring.toml", job);
    std::fs::create_dir(plant.path("packages")).unwrap();
    let sealed = plant.run(&format!(
        "job seal spring.toml --count {COUNT} --valid-until 2099-01-01T00:00:00Z --key maker.key --line line-1 --out packages/spring.package"
    ));
    assert_eq!(sealed.code, Some(0), "{sealed:?}");
    let head = format!("packages = \"packages\"\nmakers = [\"{maker}\"]");
    let mut server = Server::start(&plant, &head, "needs_package = true");

    let other = server.client(&plant, "line-2");
    assert_eq!(refusal(other.sign(&device(200, 1)).unwrap_err()), Ok(RefusalCode::Quota));
    let signed = Arc::new(AtomicU64::new(0));
    let client = Arc::new(server.client(&plant, "line-1"));
    let threads: Vec<_> = (0..4_u8)
        .map(|part| {
            let (client, signed) = (Arc::clone(&client), Arc::clone(&signed));
            thread::spawn(move || {
                for number in 0..5 {
                    match client.sign(&device(part * 5 + number, 7)) {
                        Ok(_) => drop(signed.fetch_add(1, Ordering::SeqCst)),
                        Err(error) => assert_eq!(refusal(error), Ok(RefusalCode::Quota)),
                    }
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(signed.load(Ordering::SeqCst), COUNT);

    server.start_again(&plant);
    let client = server.client(&plant, "line-1");
    let again: u64 = (0..20).map(|number| u64::from(client.sign(&device(number, 7)).is_ok())).sum();
    assert_eq!(again, COUNT, "what was paid is given again, and nothing more is paid");
    let status = server.status(&plant, "boss");
    assert_eq!(status["packages"][0]["used"], COUNT);
    assert_eq!(status["evidence"], COUNT);
}

#[test]
fn the_evidence_is_fetched_and_verified_without_the_server() {
    let plant = Plant::new();
    let mut server = Server::start(&plant, "", "");
    let client = server.client(&plant, "line-1");
    let who =
        "--ca-cert watcher/ca.pem --client-cert watcher/client.pem --client-key watcher/client.key";
    let fetch = |server: &Server| {
        let ended =
            plant.run(&format!("audit fetch {} copy --key evidence.vkey {who}", server.url()));
        assert_eq!(ended.code, Some(0), "{ended:?}");
    };
    (0..3).for_each(|number| assert!(client.sign(&device(number, 1)).is_ok()));
    fetch(&server);
    std::fs::copy(plant.path("copy/checkpoint"), plant.path("earlier")).unwrap();
    (3..9).for_each(|number| assert!(client.sign(&device(number, 1)).is_ok()));
    fetch(&server);
    server.kill();
    let verify = "audit verify copy --key evidence.vkey --previous earlier --json";
    let ended = plant.run(verify);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let name = "copy/tile/entries/000.p/9";
    let mut bundle = durable::read_bounded(plant.path(name), 1 << 20).expect("nine entries");
    bundle[40] ^= 1;
    plant.put(name, bundle);
    let ended = plant.run(verify);
    assert_ne!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn a_script_without_our_client_signs_in_json() {
    let plant = Plant::new();
    plant.generate_keys();
    let server = Server::start(&plant, "", "");
    let script = r#"
import base64, http.client, json, ssl, sys
host, port, product = sys.argv[1:]
context = ssl.create_default_context(cafile="line-1/ca.pem")
context.load_cert_chain("line-1/client.pem", "line-1/client.key")
def call(method, path, body=None, kind="application/json"):
    connection = http.client.HTTPSConnection(host, int(port), context=context)
    connection.request(method, path, body, {"Content-Type": kind} if body else {})
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())

body = {"request_id": "00112233-4455-6677-8899-aabbccddeeff", "product": product,
        "smsn": "ab" * 32, **json.loads(sys.stdin.read())}
first = call("POST", "/v1/sign", json.dumps(body))
again = call("POST", "/v1/sign", json.dumps(body))
other = call("POST", "/v1/sign", json.dumps({**body, "smsn": "cd" * 32}))
misspelt = call("POST", "/v1/sign", json.dumps({**body, "rewrok": True}))
plain = call("POST", "/v1/sign", "x", "text/plain")
missing = call("GET", "/v1/nothing")
described = call("GET", "/v1/openapi.json")
print(json.dumps([first, again, other, misspelt, plain, missing, described]))
"#;
    let key = |curve, bytes: u8| {
        let key = PrivateKey::from_bytes(curve, &[bytes; 32]).unwrap();
        base64_simd::STANDARD.encode_to_string(key.public_key().as_bytes())
    };
    plant.put("call.py", script);
    plant.put(
        "keys.json",
        serde_json::json!({
            "ed25519_csr": key(Curve::Ed25519, 5),
            "p256r1_csr": key(Curve::P256r1, 5),
        })
        .to_string(),
    );
    let port = server.url().rsplit(':').next().unwrap().to_owned();
    let mut python = Command::new("python3");
    python.current_dir(plant.path("")).args(["call.py", "localhost", &port, plant.tag()]);
    python.stdin(std::fs::File::open(plant.path("keys.json")).unwrap());
    let ended = ended(&mut python);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let answers: Vec<(u16, Value)> = serde_json::from_str(&ended.stdout).unwrap();
    let codes: Vec<u16> = answers.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, [200, 200, 409, 400, 400, 404, 200]);
    let (first, again) = (&answers[0].1, &answers[1].1);
    assert_eq!(first["ed25519_chain"], again["ed25519_chain"]);
    assert_eq!((&first["repeat"], &again["repeat"]), (&false.into(), &true.into()));
    assert_eq!(answers[2].1["code"], "request_id_reused");
    let paths = answers[6].1["paths"].as_object().expect("paths");
    for path in ["/v1/sign", "/v1/status", "/v1/products", "/v1/evidence/checkpoint"] {
        assert!(paths.contains_key(path), "{path}");
    }
}
