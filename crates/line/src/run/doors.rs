//! The doors to what stands around the line: printer, plant, test steps.

use crate::driver::{
    Driver, DriverError,
    check::{Action, Check, CheckResult, evaluate},
    command::run_program,
};

/// Does a test step and judges its answer.
pub(crate) fn run_check(
    check: &Check,
    driver: &mut dyn Driver,
) -> Result<CheckResult, DriverError> {
    let lines = match check.action() {
        Action::Say(line) => driver.converse(line, check.patience())?,
        Action::Run(argv) => run_program(argv, check.patience())?,
    };
    Ok(evaluate(check, &lines))
}
