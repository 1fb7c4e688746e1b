//! Every decoder of Curbside on hostile bytes.
//!
//! A target is a plain function: it decodes, and asserts what must hold of whatever was accepted (it
//! encodes back, it decodes again to the same value). It may refuse anything; it must never panic,
//! loop, or grow without bound. libFuzzer drives the targets from `fuzz_targets/`; the `smoke` program
//! drives the same functions on the stable toolchain.

pub mod mutation;
pub mod targets;

/// One decoder with its name, which is also the name of its corpus folder.
pub struct Target {
    /// Name on the command line.
    pub name: &'static str,
    /// Decodes and asserts.
    pub run: fn(&[u8]),
}

/// Every target, in alphabetical order.
pub const TARGETS: &[Target] = &[
    Target { name: "batch_rows", run: targets::signer::batch_rows },
    Target { name: "catalogue", run: targets::page::catalogue },
    Target { name: "chain", run: targets::sidewalk::chain },
    Target { name: "client_certificate", run: targets::mtls::client_certificate },
    Target { name: "control_log", run: targets::control_log::control_log },
    Target { name: "csr", run: targets::sidewalk::csr },
    Target { name: "detect", run: targets::page::detect },
    Target { name: "device_diagnostics", run: targets::device::diagnostics },
    Target { name: "evidence_checkpoint", run: targets::evidence::checkpoint },
    Target { name: "evidence_entry", run: targets::evidence::entry },
    Target { name: "evidence_note", run: targets::evidence::note },
    Target { name: "evidence_proof", run: targets::evidence::proof },
    Target { name: "feedback", run: targets::control_log::feedback },
    Target { name: "hsm_audit_log", run: targets::yubihsm2::audit_log },
    Target { name: "hsm_connector_status", run: targets::yubihsm2::connector_status },
    Target { name: "hsm_device", run: targets::soft_hsm::device },
    Target { name: "hsm_fault", run: targets::soft_hsm::fault },
    Target { name: "hsm_frame", run: targets::yubihsm2::frame },
    Target { name: "hsm_object_record", run: targets::yubihsm2::object_record },
    Target { name: "hsm_store", run: targets::soft_hsm::store },
    Target { name: "import", run: targets::control_log::import },
    Target { name: "intel_hex", run: targets::page::intel_hex },
    Target { name: "line_diag_reply", run: targets::line::diag_reply },
    Target { name: "line_job", run: targets::line::job },
    Target { name: "line_label_template", run: targets::line::label_template },
    Target { name: "line_serial_list", run: targets::line::serial_list },
    Target { name: "line_tool_template", run: targets::line::tool_template },
    Target { name: "merge", run: targets::page::merge },
    Target { name: "nvm3", run: targets::page::nvm3 },
    Target { name: "page_input", run: targets::page::page_input },
    Target { name: "page_lenient", run: targets::page::page_lenient },
    Target { name: "page_strict", run: targets::page::page_strict },
    Target { name: "pem", run: targets::sidewalk::pem },
    Target { name: "s_record", run: targets::page::s_record },
    Target { name: "serial", run: targets::sidewalk::serial },
    Target { name: "signer_service_binary", run: targets::signer::service_binary },
    Target { name: "signer_service_json", run: targets::signer::service_json },
    Target { name: "tool_config", run: targets::page::tool_config },
    Target { name: "trust", run: targets::sidewalk::trust },
];

/// The target of this name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_target_has_seeds_and_a_libfuzzer_program_and_nothing_else_does() {
        let mut names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        names.sort_unstable();
        assert_eq!(listed("corpus", ""), names);
        assert_eq!(listed("fuzz_targets", ".rs"), names);
    }

    fn listed(folder: &str, suffix: &str) -> Vec<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let entries = folder.read_dir().expect("the folder is there");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .filter_map(|name| name.strip_suffix(suffix).map(str::to_owned))
            .collect();
        names.sort();
        names
    }
}
