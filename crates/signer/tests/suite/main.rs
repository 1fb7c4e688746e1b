//! The signer as its users see it.

mod batch;
mod golden;
mod hostile;
mod signing;
mod support;
