//! The signer as its users see it.

mod batch;
mod golden;
mod hostile;
mod package;
mod signing;
mod support;
