//! Versions without their build metadata, which says nothing.

use semver::{BuildMetadata, Version};

/// Whether two versions are the same but for their build metadata, which says nothing.
pub(crate) fn same(a: &Version, b: &Version) -> bool {
    (a.major, a.minor, a.patch) == (b.major, b.minor, b.patch) && a.pre == b.pre
}

/// A version as people know it: without build metadata.
pub(crate) fn plain(version: &Version) -> Version {
    Version { build: BuildMetadata::EMPTY, ..version.clone() }
}
