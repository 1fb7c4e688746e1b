//! `curbside line`: the line PC.

mod export;
mod job_file;
mod label;
mod new;
mod open;
mod release;
mod report;
mod rework;
mod run;
mod status;
mod words;

pub(crate) use self::{
    job_file::read_job,
    open::{now, parts_of},
    run::listen_for_signals,
    words::sentence,
};

use std::process::ExitCode;

use clap::Subcommand;

use crate::{failure::Failure, terminal};

/// Run a line: boards in fixtures, from a serial number to a finished device
#[derive(Debug, Subcommand)]
pub(crate) enum LineCommand {
    New(Box<new::NewArgs>),
    Run(run::RunArgs),
    Resume(run::ResumeArgs),
    Status(status::StatusArgs),
    Rework(rework::ReworkArgs),
    Release(release::ReleaseArgs),
    Report(report::ReportArgs),
    Export(export::ExportArgs),
    Label(label::LabelArgs),
}

pub(crate) fn run(command: LineCommand) -> ExitCode {
    let ended = match command {
        // A run has an exit code of its own when some boards were not finished.
        LineCommand::Run(args) => run::run(&args),
        LineCommand::Resume(args) => run::resume(&args),
        LineCommand::New(args) => done(new::run(&args)),
        LineCommand::Status(args) => done(status::run(&args)),
        LineCommand::Rework(args) => done(rework::run(&args)),
        LineCommand::Release(args) => done(release::run(&args)),
        LineCommand::Report(args) => done(report::run(&args)),
        LineCommand::Export(args) => done(export::run(&args)),
        LineCommand::Label(args) => done(label::run(&args)),
    };
    ended.unwrap_or_else(|failure| {
        terminal::note(failure.render().trim_end());
        failure.exit().into()
    })
}

fn done(ended: Result<(), Failure>) -> Result<ExitCode, Failure> {
    ended.map(|()| ExitCode::SUCCESS)
}
