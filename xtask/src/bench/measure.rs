//! The whole run.

use crate::{
    Fallible,
    bench::{
        BenchArgs, Subject, authority::processors, gateway, journal, line, logs, pages,
        python::Python, report::Report, scratch::Scratch, service, signing, store, verify,
    },
    repository::Repository,
};

pub(super) fn run(args: &BenchArgs) -> Fallible<()> {
    let repository = Repository::here();
    let scratch = Scratch::new(&repository)?;
    let python = Python::find(&repository)?;
    let python = python.as_ref();
    let mut report = Report { processors: processors(), ..Report::default() };
    let (rounds, devices) = (args.rounds, args.devices);
    let wants = |subject| args.only.is_empty() || args.only.contains(&subject);
    if wants(Subject::Verify) {
        verify::measure(&mut report, rounds, scratch.path(), python)?;
    }
    if wants(Subject::Consolidate) {
        let script = args.consolidate_script.as_deref();
        logs::measure_consolidation(&mut report, rounds, scratch.path(), devices, python, script)?;
    }
    if wants(Subject::Check) {
        logs::measure_check(&mut report, rounds, scratch.path(), devices)?;
    }
    if wants(Subject::Page) {
        pages::measure(&mut report, rounds, scratch.path(), &repository, python)?;
    }
    if wants(Subject::Signing) {
        signing::measure(&mut report, rounds, scratch.path(), &repository, python)?;
    }
    if wants(Subject::Line) {
        line::measure(&mut report, rounds, scratch.path(), args.long)?;
    }
    if wants(Subject::Journal) {
        journal::measure(&mut report, scratch.path(), args.long)?;
    }
    if wants(Subject::Gateway) {
        gateway::measure(&mut report, rounds, scratch.path(), &repository)?;
    }
    if wants(Subject::Store) {
        store::measure(&mut report, scratch.path(), args.long)?;
    }
    if wants(Subject::Service) {
        service::measure(&mut report, rounds, scratch.path(), &repository)?;
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        report.print();
    }
    Ok(())
}
