//! The error numbers that the firmware answers (`sid_error.h`), those of them that occur here.

/// A negative `sid_error_t`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct SidError(pub(crate) i32);

impl SidError {
    /// A signature of a chain does not verify.
    pub(crate) const GENERIC: Self = Self(-1);
    /// The version could not be written.
    pub(crate) const NO_SUPPORT: Self = Self(-6);
    pub(crate) const NOT_FOUND: Self = Self(-8);
    /// A fragment of the wrong length.
    pub(crate) const PARAM_OUT_OF_RANGE: Self = Self(-10);
    pub(crate) const INVALID_ARGS: Self = Self(-11);
    /// Something comes before what must precede it.
    pub(crate) const UNINITIALIZED: Self = Self(-25);
    pub(crate) const STORAGE_WRITE_FAIL: Self = Self(-31);
    pub(crate) const STORAGE_ERASE_FAIL: Self = Self(-32);
    pub(crate) const INVALID_STATE: Self = Self(-40);
}
