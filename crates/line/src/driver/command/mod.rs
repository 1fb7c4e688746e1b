//! The programmers that every factory has: nrfutil, J-Link, Commander and the like, run as programs.
//!
//! What is run is a template: a data file with argument lists, the exit codes that are good, and patterns that the
//! output must or must not match. There is no shell. A template that could erase more than the page's region is
//! refused when it is loaded, because such an erase takes the page with it.

mod built_in;
mod driver;
mod mass_erase;
mod output;
mod placeholder;
mod run;
mod step;
mod template;
mod words;

pub use self::{
    built_in::{built_in_template, built_in_template_names},
    driver::{CommandDriver, CommandError, CommandSettings},
    mass_erase::Refusal,
    placeholder::PlaceholderError,
    run::run_program,
    step::StepFault,
    template::{TEMPLATE_LEN_MAX, Template, TemplateError, TemplateFault},
};
