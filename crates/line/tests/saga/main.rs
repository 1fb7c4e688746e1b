//! The line at work on boards that a test holds in its hand: what is durable when, what comes back after a failure, and
//! what no board may ever get.

mod arrivals;
mod control_logs;
mod durability;
mod faults;
mod numbers;
mod rig;
mod scene;
