//! `curbside demo` as a newcomer runs it, and what it must never show.

mod newcomer;
mod run;
mod secrets;
