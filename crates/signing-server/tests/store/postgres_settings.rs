//! How a PostgreSQL database is named, and which settings it must have.

use signing_server::store::{PostgresStore, StoreFault};
use test_postgres::{PASSWORD, PostgresServer};

use crate::{
    devices::{asked, issue},
    places::wait,
};

#[test]
fn the_password_comes_from_a_private_file() {
    let Some(server) = PostgresServer::start() else { return };
    let (url, file) = (server.tcp_url(), server.password_file());
    let store = PostgresStore::open(&url, "a", Some(&file)).unwrap();
    wait(issue(&store, asked(1))).unwrap();
    store.close();
    let without = PostgresStore::open(&url, "a", None).unwrap_err();
    assert!(matches!(without, StoreFault::Away { .. }), "{without:?}");
    let wrong = server.password_file().with_extension("wrong");
    durable::write_new(&wrong, durable::Visibility::OwnerOnly, b"battery staple\n").unwrap();
    let wrong = PostgresStore::open(&url, "a", Some(&wrong)).unwrap_err();
    assert!(!wrong.to_string().contains("battery"), "{wrong}");
    let open = server.password_file().with_extension("open");
    durable::write_new(&open, durable::Visibility::Shared, PASSWORD.as_bytes()).unwrap();
    let open = PostgresStore::open(&url, "a", Some(&open)).unwrap_err();
    assert!(matches!(open, StoreFault::File(_)), "{open:?}");
}

#[test]
fn tls_is_spoken_to_the_server_that_was_meant_and_to_nobody_else() {
    let Some(mut server) = PostgresServer::start() else { return };
    let password = server.password_file();
    let open = |url: &str| PostgresStore::open(url, "a", Some(&password));
    let tls = format!("{}?sslmode=require", server.tcp_url());
    let without = open(&tls).unwrap_err();
    assert!(matches!(without, StoreFault::Away { .. }), "it speaks no TLS: {without:?}");
    let authority = server.speak_tls();
    let trusting = format!("{tls}&sslrootcert={}", authority.display());
    let store = open(&trusting).unwrap();
    wait(issue(&store, asked(1))).unwrap();
    let mut client = server.client();
    let sql = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
               WHERE ssl AND client_port > 0";
    assert_eq!(client.query_one(sql, &[]).unwrap().get::<_, i64>(0), 1);
    store.close();
    // The certificate is for the address.
    open(&trusting.replace("127.0.0.1", "localhost")).unwrap_err();
    // The system does not know the authority.
    open(&tls).unwrap_err();
    open(&trusting.replace("require", "verify-full")).unwrap();
    // What hears anybody needs TLS, unless it is said otherwise.
    let remote = open("postgres://u@192.0.2.1:1/db?sslrootcert=/no/such/file").unwrap_err();
    assert!(matches!(remote, StoreFault::File(_)), "{remote:?}");
}

#[test]
fn a_database_that_could_forget_is_refused() {
    let Some(mut server) = PostgresServer::start() else { return };
    server.restart(&["fsync=off"]);
    let refused = PostgresStore::open(&server.url(), "a", None).unwrap_err();
    assert!(refused.to_string().contains("fsync is off"), "{refused}");
    // What the session itself can set right is set right.
    server.restart(&["synchronous_commit=off", "default_transaction_isolation=serializable"]);
    let store = PostgresStore::open(&server.url(), "a", None).unwrap();
    wait(issue(&store, asked(1))).unwrap();
}

#[test]
fn a_url_that_will_not_do_is_refused_without_being_shown() {
    for url in [
        "mysql://u:sesame@localhost/db",
        "postgres://u:sesame@localhost/db",
        "postgres://u@localhost/db?password=sesame",
        "postgres://u:se?sesame=1@localhost/db",
        "postgres://u:sesame@localhost:notaport/db",
        "postgres://u@localhost/db?sslmode=prefer",
        "postgres:///db",
    ] {
        let refused = PostgresStore::open(url, "a", None).unwrap_err();
        assert!(matches!(refused, StoreFault::Settings { .. }), "{url}: {refused:?}");
        assert!(!format!("{refused} {refused:?}").contains("sesame"), "{refused}");
    }
}

#[test]
fn a_database_that_is_not_there_is_away() {
    let away = PostgresStore::open("postgres://u@127.0.0.1:1/db", "a", None).unwrap_err();
    assert!(matches!(away, StoreFault::Away { .. }), "{away:?}");
    assert!(away.is_passing());
}
