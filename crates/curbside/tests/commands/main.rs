//! Whole commands: what they print, how they end, what files they leave.

mod audit;
mod bad_input;
mod files;
mod job;
mod mtls;
mod scene;

/// Every case in `cases/`: a command line on the files in `inputs/`, and what it prints. `TRYCMD=overwrite` takes what
/// is printed for right; read the difference before committing it.
#[test]
fn every_command_prints_what_its_case_says() {
    trycmd::TestCases::new().case("tests/commands/cases/*.toml");
}

#[test]
fn the_chains_of_the_public_documentation_are_genuine_without_a_trust_file() {
    let scene = scene::Scene::new();
    scene.put("device.json", include_bytes!("../../../page/tests/vectors/aws_certificate.json"));
    let ended = scene.run("chain verify device.json");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let explained = scene.run("explain device.json");
    // Its private keys are dummies.
    assert!(explained.stdout.contains("fault [key-mismatch]: the ed25519 private key"));
}
