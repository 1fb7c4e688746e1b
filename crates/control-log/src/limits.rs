//! Every limit of the crate, with its reason.

/// The most bytes of one control-log entry, both as it is read and as it is written. The longest entry that
/// the specification's chains allow (1,253 and 1,445 bytes, in base64) has about 4 KiB; the rest is room for
/// members that we do not know.
pub const ENTRY_LEN_BYTES_MAX: usize = 64 * 1024;

/// How deep values may nest in one entry. Entries of version 4-0-1 nest three deep.
pub const DEPTH_MAX: usize = 32;

/// The most members of one object. Objects of version 4-0-1 have at most three; every new key is compared
/// with those before it, so this bounds the work that a hostile file can cause.
pub const MEMBERS_MAX: usize = 256;

/// How many bytes of a source are held at a time. More than one entry of the greatest size, and large enough
/// that reading costs few system calls.
pub(crate) const WINDOW_LEN_BYTES: usize = 256 * 1024;

/// The most bytes of one row of a feedback file. Its longest cell that we know of has under 200.
pub const ROW_LEN_BYTES_MAX: usize = 64 * 1024;

/// The most bytes of one line of an import file: 64 hex digits, a byte-order mark, a line end, and room for
/// stray spaces.
pub const IMPORT_LINE_LEN_BYTES_MAX: usize = 256;

/// The memory in bytes that a ledger takes before it spills: some 250,000 devices, a long day of a fast line.
pub const LEDGER_LEN_BYTES: usize = 16 * 1024 * 1024;
