//! What goes wrong with a board, and when: a plan that is pure, and the same again from the same seed.

mod plan;
mod spec;

pub(crate) use self::plan::{ByteFault, StepFault};
pub use self::{
    plan::{Fault, FaultPlan, WrongKey},
    spec::FaultSpecError,
};
