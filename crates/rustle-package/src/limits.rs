//! How much of a stranger's package is read before it is refused.

/// Upper bounds for one package. Whoever exceeds one is refused with an `E-…-SIZE` or `E-…-PATH` code that names it.
///
/// ```
/// use rustle_package::Limits;
///
/// let limits = Limits { archive: 1 << 20, ..Limits::default() };
/// assert_eq!(limits.entries, 10_000);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of an archive as it is downloaded. 10 MiB, the largest module of requirement 000.
    pub archive: u64,
    /// Bytes that a package's files hold together. 100 MiB.
    pub unpacked: u64,
    /// Files, and folders that an archive names. 10,000.
    pub entries: u64,
    /// How many times larger an archive may become by unpacking. 200; sources are five times smaller when packed. It
    /// does not count for the first [`Limits::RATIO_FROM`] bytes, which an honest archive of empty files is made of.
    pub ratio: u64,
    /// Bytes of one path, from the package's root. 1024.
    pub path: usize,
    /// Folders and file of one path. 32.
    pub depth: usize,
}

impl Limits {
    /// Bytes that may always come out of an archive, whatever [`ratio`](Limits::ratio) says.
    pub const RATIO_FROM: u64 = 1 << 20;
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { archive: 10 << 20, unpacked: 100 << 20, entries: 10_000, ratio: 200, path: 1024, depth: 32 }
    }
}
