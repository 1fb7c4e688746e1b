//! Numbers in the text format of Prometheus, version 0.0.4, and the small server that shows them.
//!
//! [`Exposition`] writes the text, [`samples`] reads it as strictly as the format allows, and [`Serving`] answers
//! `GET /metrics`. What is counted, and under which name, is for whoever uses this.
//!
//! Source of fact: <https://prometheus.io/docs/instrumenting/exposition_formats/>.

mod exposition;
mod histogram;
mod reading;
mod server;

pub use self::{
    exposition::{Exposition, Kind},
    histogram::Buckets,
    reading::{ReadError, Samples, samples},
    server::{Audience, ServeError, Serving},
};
