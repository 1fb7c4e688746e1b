//! The public tool's `--config` file: offsets of a page in words, as YAML.

use std::{path::Path, sync::Arc};

use durable::Cause;
use page::{CATALOGUE_TEXT_LEN_MAX, CatalogueFault, Layout};

use crate::{compat::provision::command_line::CommandLine, exit::Exit, failure::Failure};

const OPTION: &str = "--config";

pub(super) fn read(command_line: &CommandLine, path: &Path) -> Result<Arc<Layout>, Failure> {
    let name = path.display().to_string();
    let invalid =
        |problem: String| command_line.bad_value(OPTION, &format!("Invalid yaml file {problem}"));
    let bytes = durable::read_bounded(path, CATALOGUE_TEXT_LEN_MAX as u64).map_err(|error| {
        let failure = match error.cause {
            Cause::TooLarge { .. } => invalid(format!("{name}: {}", error.cause)),
            _ => {
                let problem = format!("Opening yaml file {name} failed !: {}", error.cause);
                command_line.bad_value(OPTION, &problem)
            }
        };
        failure.hint(error.hint())
    })?;
    let text = String::from_utf8(bytes).map_err(|_| invalid(format!("{name}: it is not UTF-8")))?;
    Layout::from_tool_config(&name, &text).map(Arc::new).map_err(|error| {
        // What is not YAML at all, the public tool finds while it reads its command line.
        let failure = match error.fault {
            CatalogueFault::Yaml(_) => invalid(error.to_string()),
            _ => Failure::new(Exit::Malformed, format!("failed to read {error}")),
        };
        failure.hint(error.hint())
    })
}
