//! Why something cannot be part of a package.

use std::fmt;

/// Why a file of a folder, or an entry of an archive, cannot be part of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The path could lead outside, or means different things on different machines; this says how.
    Path(&'static str),
    /// The path is longer than this many bytes.
    Long(usize),
    /// The path has more folders than this.
    Deep(usize),
    /// A symbolic or hard link.
    Link,
    /// Neither a file nor a folder: a device, a pipe, a sparse file, …
    Kind(String),
    /// The name is there already: the same one, or one that some file systems take for the same.
    Duplicate(String),
    /// The archive has more bytes than this.
    Archive(u64),
    /// The files have more bytes together than this.
    Unpacked(u64),
    /// There are more files and folders than this.
    Entries(u64),
    /// What came out is more than this many times larger than the archive.
    Ratio(u64),
}

impl Refusal {
    /// The last word of the code: `PATH`, `LINK`, `KIND`, `DUPLICATE` or `SIZE`.
    pub fn word(&self) -> &'static str {
        match self {
            Refusal::Path(_) | Refusal::Long(_) | Refusal::Deep(_) => "PATH",
            Refusal::Link => "LINK",
            Refusal::Kind(_) => "KIND",
            Refusal::Duplicate(_) => "DUPLICATE",
            Refusal::Archive(_) | Refusal::Unpacked(_) | Refusal::Entries(_) | Refusal::Ratio(_) => "SIZE",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Path(why) => f.write_str(why),
            Refusal::Long(limit) => write!(f, "the path is longer than {limit} bytes"),
            Refusal::Deep(limit) => write!(f, "the path is deeper than {limit} folders"),
            Refusal::Link => f.write_str("a package holds no links, whatever they point to"),
            Refusal::Kind(what) => write!(f, "a package holds files and folders only; this is {what}"),
            Refusal::Duplicate(other) => {
                write!(f, "there is `{}` already, which some file systems take for the same", Shown(other))
            }
            Refusal::Archive(limit) => write!(f, "the archive is larger than {limit} bytes"),
            Refusal::Unpacked(limit) => {
                write!(f, "the package is larger than {limit} bytes when it is unpacked")
            }
            Refusal::Entries(limit) => write!(f, "the package has more than {limit} files and folders"),
            Refusal::Ratio(limit) => {
                write!(f, "unpacked, it is more than {limit} times larger than the archive")
            }
        }
    }
}

/// A stranger's name, as it can be shown on a terminal: control characters escaped, and not longer than a line or two.
pub(crate) struct Shown<'a>(pub &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 160;
        write!(f, "{}", self.0.chars().take(LONGEST).collect::<String>().escape_debug())?;
        if self.0.chars().nth(LONGEST).is_some() { f.write_str("…") } else { Ok(()) }
    }
}
