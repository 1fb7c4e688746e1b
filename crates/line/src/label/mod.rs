//! Labels: a ZPL template, filled for a device, sent to a printer or into a directory.
//!
//! A label that cannot be printed never fails its device: it is told, and can be printed again.

mod error;
mod field;
mod placeholder;
mod printer;
mod template;

pub use self::{
    error::{FillError, LabelError, TemplateError, TemplateProblem},
    placeholder::{LabelFacts, Placeholder},
    printer::{LabelPrinter, Printed},
    template::{TEMPLATE_LEN_BYTES_MAX, Template},
};
