//! The line PC: takes boards in fixtures from a serial number to a finished device, and never loses one.

mod assembly;
mod clock;
pub mod driver;
pub mod event;
mod fixtures;
pub mod job;
pub mod label;
pub mod metrics;
mod page_maker;
pub mod plant;
mod process_group;
pub mod report;
mod run;
mod saga;
pub mod serials;
pub mod signing;
mod signing_server;
pub mod step;

pub use crate::{
    assembly::{AssemblyError, Edge, OpenSigner, app_server_key_of_profile},
    clock::Clock,
    fixtures::FixtureError,
    page_maker::{MadePage, PageFault, PageMaker, PageSettingsError, keys_fit},
    run::{
        Control, Line, LineError, LineMode, LineParts, LogDeskError, Pace, StopReason,
        print_label_again,
    },
};
