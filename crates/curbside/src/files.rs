//! Several new files that belong together: all of them appear, or none does.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use durable::{DurableError, NewFile, Operation, Visibility};

use crate::{exit::Exit, failure::Failure};

/// A file in a directory, without `./` where the directory is the current one.
pub(crate) fn within(directory: &Path, name: &str) -> PathBuf {
    if directory == Path::new(".") { PathBuf::from(name) } else { directory.join(name) }
}

/// A file to be written.
pub(crate) struct Draft<'a> {
    pub(crate) path: PathBuf,
    pub(crate) bytes: &'a [u8],
}

/// What to do with a file that is in the way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Existing {
    Refuse,
    Replace,
}

/// Writes all drafts, then gives all of them their names. Should a name fail then, those given before are taken
/// back, unless they replaced something, which cannot be.
pub(crate) fn write_together(
    drafts: &[Draft<'_>],
    visibility: Visibility,
    existing: Existing,
) -> Result<(), Failure> {
    for (index, draft) in drafts.iter().enumerate() {
        if drafts[..index].iter().any(|earlier| earlier.path == draft.path) {
            let path = draft.path.display();
            return Err(Failure::new(Exit::Usage, format!("{path} is named for two files")));
        }
    }
    if existing == Existing::Refuse
        && let Some(draft) = drafts.iter().find(|draft| draft.path.exists())
    {
        return Err(in_the_way(&draft.path));
    }
    let mut written = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let mut file = NewFile::create_for(&draft.path, visibility)?;
        file.write_all(draft.bytes)
            .map_err(|error| DurableError::new(Operation::Write, &draft.path, &error))?;
        written.push((file, &draft.path));
    }
    let mut placed = Vec::new();
    for (file, path) in written {
        let committed = match existing {
            Existing::Refuse => file.commit_new(path),
            Existing::Replace => file.commit_replace(path),
        };
        if let Err(error) = committed {
            if existing == Existing::Refuse {
                take_back(&placed);
            }
            return Err(match error.cause {
                durable::Cause::AlreadyExists => in_the_way(path),
                _ => error.into(),
            });
        }
        placed.push(path.clone());
    }
    Ok(())
}

/// Removes files that this process created a moment ago and that nobody else can have replaced.
pub(crate) fn take_back(paths: &[PathBuf]) {
    for path in paths {
        // The failure that led here is the one to report.
        let _left_behind = fs::remove_file(path);
    }
}

/// A file that is there and stays there.
pub(crate) fn in_the_way(path: &Path) -> Failure {
    Failure::new(Exit::Refused, format!("{} exists and is not overwritten", path.display()))
        .hint("choose another name, or say --force to replace it".to_owned())
}
