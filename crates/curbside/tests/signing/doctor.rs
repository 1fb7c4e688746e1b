//! `curbside doctor` on both sides of a signing server.

use std::fs;

use test_postgres::{PASSWORD, PostgresServer};

use crate::{
    plant::{Ended, Plant},
    server::Server,
};

/// The findings as lines that begin with this mark.
fn marked<'a>(ended: &'a Ended, mark: &str) -> Vec<&'a str> {
    ended.stdout.lines().filter(|line| line.starts_with(mark)).collect()
}

#[test]
fn a_signing_server_that_is_set_up_well_has_nothing_to_fear() {
    let plant = Plant::new();
    let mut server = Server::start(&plant, "metrics = \"127.0.0.1:0\"", "");
    for is_running in [true, false] {
        let ended = plant.run("doctor --signer signer.toml");
        assert_eq!(ended.code, Some(0), "running: {is_running}: {ended:?}");
        assert!(marked(&ended, "FAIL").is_empty(), "{ended:?}");
        let warnings = marked(&ended, "warn");
        let is_known = |line: &&str| line.contains("revocation list") || line.contains("space at");
        assert!(warnings.iter().all(is_known), "{ended:?}");
        assert!(ended.stdout.contains("database signer.db: is there"), "{ended:?}");
        server.kill();
    }
}

#[cfg(unix)]
#[test]
fn a_postgresql_that_lets_the_server_in_is_told_from_one_that_does_not_or_could_forget() {
    let Some(mut postgres) = PostgresServer::start() else { return };
    let plant = Plant::new();
    Server::start(&plant, "", "").kill();
    let settings = plant.read("signer.toml");
    let doctor = |password: &str| {
        plant.put("password", password);
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(plant.path("password"), private).expect("our own file");
        let database = format!("{:?}\ndatabase_password_file = \"password\"", postgres.tcp_url());
        plant.put("signer.toml", settings.replace("\"signer.db\"", &database));
        plant.run("doctor --signer signer.toml")
    };
    let good = doctor(PASSWORD);
    assert_eq!(good.code, Some(0), "{good:?}");
    assert!(marked(&good, "ok").iter().any(|line| line.contains("keeps what it confirms")));
    let bad = doctor("battery staple");
    assert_eq!(bad.code, Some(6), "{bad:?}");
    assert!(marked(&bad, "FAIL").iter().any(|line| line.contains("password")), "{bad:?}");
    assert!(!bad.stdout.contains("battery"), "{bad:?}");
    postgres.restart(&["fsync=off"]);
    plant.put("password", PASSWORD);
    let forgetful = plant.run("doctor --signer signer.toml");
    assert!(marked(&forgetful, "FAIL").iter().any(|line| line.contains("fsync")), "{forgetful:?}");
}

#[cfg(unix)]
#[test]
fn each_thing_that_is_wrong_with_a_signing_server_is_told() {
    use std::os::unix::fs::PermissionsExt as _;

    let plant = Plant::new();
    fs::create_dir(plant.path("packages")).expect("our own directory");
    Server::start(&plant, "packages = \"packages\"", "").kill();
    plant.put("packages/order.package", "no note");
    plant.put("signer.db", [b"SQLite format 3\0".as_slice(), &[7; 4096]].concat());
    let open = fs::Permissions::from_mode(0o644);
    for secret in ["evidence.key", "pin"] {
        fs::set_permissions(plant.path(secret), open.clone()).expect("our own file");
    }
    plant.put("srv/server.key", plant.read("line-1/client.key"));
    let ended = plant.run("doctor --signer signer.toml");
    assert_eq!(ended.code, Some(5), "{ended:?}");
    let fails = marked(&ended, "FAIL").join("\n");
    for what in ["evidence.key", "PIN", "TLS", "signer.db"] {
        assert!(fails.contains(what), "{what} in {ended:?}");
    }
    let warnings = marked(&ended, "warn").join("\n");
    assert!(warnings.contains("order.package: pays for nothing"), "{ended:?}");
    assert!(marked(&ended, "ok").iter().any(|line| line.contains("HSM at")), "{ended:?}");
}

#[test]
fn a_line_learns_whether_it_may_have_devices_signed() {
    let plant = Plant::new();
    let mut server = Server::start(&plant, "", "");
    let doctor = |server: &Server, who: &str, product: &str| {
        plant.run(&format!(
            "doctor --server {} --ca-cert {who}/ca.pem --client-cert {who}/client.pem \
             --client-key {who}/client.key --product {product}",
            server.url(),
        ))
    };
    let ended = doctor(&server, "line-1", plant.tag());
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let good = marked(&ended, "ok").join("\n");
    for what in ["line-1, with the role line", "mutual TLS", "s apart", "1 of 1 HSMs sign"] {
        assert!(good.contains(what), "{what} in {ended:?}");
    }
    let job = format!(
        "schema = 1\nname = \"lamps\"\n[product]\ntag = \"{}\"\ndevice_type = \"A17XHX23H06INH\"\n\
         apid = \"pd25\"\ndevice_profile = \"profile.json\"\n[page]\nchip = \"nrf52840\"\n[signing]\n\
         server = \"{}\"\nca_cert = \"line-1/ca.pem\"\nclient_cert = \"line-1/client.pem\"\n\
         client_key = \"line-1/client.key\"\n[serials]\nsource = \"range\"\npattern = \"G{{:06}}\"\n\
         last = 100\n[line]\nslots = 2\n[driver]\nkind = \"sim\"\n",
        plant.tag(),
        server.url(),
    );
    plant.put("job.toml", &job);
    let ended = plant.run("doctor --job job.toml");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(marked(&ended, "ok").iter().any(|line| line.contains("mutual TLS")), "{ended:?}");
    plant.put("job.toml", job.replace("ca_cert", "package = \"order-7\"\nca_cert"));
    let ended = plant.run("doctor --job job.toml");
    assert_eq!(ended.code, Some(5), "{ended:?}");

    let ended = doctor(&server, "watcher", plant.tag());
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert!(marked(&ended, "FAIL").join("\n").contains("monitor"), "{ended:?}");
    let ended = doctor(&server, "line-1", "OTHER");
    assert_eq!(ended.code, Some(10), "{ended:?}");
    assert!(ended.stdout.contains(&format!("it signs for {}", plant.tag())), "{ended:?}");

    server.kill();
    let ended = doctor(&server, "line-1", plant.tag());
    assert_eq!(ended.code, Some(8), "{ended:?}");
}
