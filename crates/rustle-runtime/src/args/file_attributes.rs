//! [`FileAttributes`]: the arguments that every module for files shares.

use super::Mode;
use crate::Options;

/// The arguments that every module for files shares: `#[arg(flatten)] attributes: FileAttributes`.
/// [`Wanted`](crate::fs::attributes::Wanted) is what applies them.
///
/// ```
/// use rustle_runtime::args;
/// use rustle_runtime::args::{FileAttributes, FromArgs};
///
/// let attributes = FileAttributes::from_args(&args! { "owner": "root", "mode": "0644" })?;
/// assert_eq!(attributes.owner.as_deref(), Some("root"));
/// # Ok::<(), rustle_runtime::error::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Options)]
pub struct FileAttributes {
    /// The permissions, octal (`"0644"`, quoted) or symbolic (`u=rw,g=r`).
    pub mode: Option<Mode>,
    /// The name, or the number, of the user that shall own it.
    pub owner: Option<String>,
    /// The name, or the number, of the group that shall own it.
    pub group: Option<String>,
    /// The user part of the SELinux context.
    pub seuser: Option<String>,
    /// The role part of the SELinux context.
    pub serole: Option<String>,
    /// The type part of the SELinux context.
    pub setype: Option<String>,
    /// The level part of the SELinux context.
    pub selevel: Option<String>,
    /// The attributes of the file system, as `chattr` takes them.
    #[arg(alias = "attr")]
    pub attributes: Option<String>,
    /// Whether a file may be written in place where it cannot be replaced atomically.
    #[arg(default = false)]
    pub unsafe_writes: bool,
}
