//! The journal through its public face, on a real disk.

mod concurrent;
mod control_logs;
mod disk_faults;
mod faults;
mod kill;
mod large;
mod model;
mod opening;
mod saga;
mod secrets;
mod serial_store;
mod support;
mod view;
