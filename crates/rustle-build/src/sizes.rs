//! How large a runner is by what is linked into it, as a committed file says: `cargo xtask sizes` builds runners and
//! measures them.
//!
//! A crate is linked with all of its modules, so that what a plan adds is what its crates add. What every module needs
//! of the runtime is there once, with the first crate of modules.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::profiles::Profile;

const TEXT: &str = include_str!("sizes.json");

/// What was measured, in bytes of stripped executables without a bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sizes {
    /// The day, as ISO 8601 writes it.
    pub measured: String,
    /// What `rustc -V` printed.
    pub compiler: String,
    /// What the runners were built for.
    pub target: String,
    /// The word of their profile.
    pub profile: String,
    /// A runner without any module.
    pub base: u64,
    /// What the check of signatures adds, which a runner has that is pinned to a key.
    pub signer: u64,
    /// What the first crate of modules adds, whichever it is, beside what it adds itself.
    pub first: u64,
    /// What each package adds.
    pub crates: BTreeMap<String, CrateSize>,
    /// A runner with all of `crates`.
    pub all: u64,
}

/// What one package adds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrateSize {
    /// All of it.
    pub adds: u64,
    /// How much of that is code and tables of one module. The rest is what they share, and what the package depends on. A
    /// companion has none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub modules: BTreeMap<String, u64>,
}

/// What the table says of an executable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    /// Its bytes, without the bundle.
    pub bytes: u64,
    /// How much of that is the runtime.
    pub runtime: u64,
    /// The packages of which the table knows nothing: their sizes are not in `bytes`.
    pub unknown: Vec<String>,
}

/// The table.
pub fn measured() -> &'static Sizes {
    static SIZES: OnceLock<Sizes> = OnceLock::new();
    // The file is part of this crate, and a test reads it.
    SIZES.get_or_init(|| serde_json::from_str(TEXT).unwrap_or_default())
}

impl Sizes {
    /// An executable of these packages.
    pub fn estimate<'a>(&self, packages: impl IntoIterator<Item = &'a str>, pinned: bool) -> Estimate {
        let mut estimate = Estimate::default();
        let mut has_modules = false;
        for package in packages {
            has_modules |= self.crates.get(package).is_none_or(|krate| !krate.modules.is_empty());
            match self.crates.get(package) {
                Some(krate) => estimate.bytes += krate.adds,
                None => estimate.unknown.push(package.to_owned()),
            }
        }
        estimate.runtime = self.base + if has_modules { self.first } else { 0 };
        estimate.bytes += estimate.runtime + if pinned { self.signer } else { 0 };
        estimate
    }

    /// How far an estimate may be off, in percent: as far as the sum of all parts is, which share the most, and one percent for
    /// what no table knows, such as the list of what is linked.
    pub fn error(&self) -> u64 {
        let all = self.estimate(self.crates.keys().map(String::as_str), false).bytes;
        let off = all.abs_diff(self.all) * 100;
        if self.all == 0 { 100 } else { off.div_ceil(self.all) + 1 }
    }

    /// Whether the table is for this profile of `rustle.toml`: what matters to a compiler is the same.
    pub fn is_for(&self, profile: Profile) -> bool {
        Profile::from_word(&self.profile).is_some_and(|measured| measured.keys() == profile.keys())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{catalogue, companions};

    #[test]
    fn the_table_can_be_read_and_has_every_package() {
        let sizes: Sizes = serde_json::from_str(TEXT).unwrap();
        assert_eq!(&sizes, measured());
        let companions = companions::ALL.iter().map(|it| it.package);
        for package in catalogue::builtin().iter().map(|spec| spec.krate.as_str()).chain(companions) {
            let krate = &sizes.crates[package];
            assert!(krate.modules.values().sum::<u64>() <= krate.adds, "{package}");
        }
        assert!(
            sizes.is_for(Profile::Size) && sizes.is_for(Profile::Memory) && !sizes.is_for(Profile::Speed)
        );
        assert!(sizes.error() <= 10, "{}", sizes.error());
    }

    #[test]
    fn parts_are_added_up() {
        let of = |adds, modules: &[&str]| CrateSize {
            adds,
            modules: modules.iter().map(|&module| (module.to_owned(), 1)).collect(),
        };
        let crates = [("a", of(10, &["copy"])), ("b", of(20, &["debug"])), ("link", of(40, &[]))];
        let crates = crates.map(|(name, size)| (name.to_owned(), size)).into();
        let sizes = Sizes { base: 1000, signer: 5, first: 7, crates, all: 1061, ..Sizes::default() };
        assert_eq!(sizes.estimate([], false).bytes, 1000);
        assert_eq!(sizes.estimate(["link"], false).bytes, 1040);
        assert_eq!(sizes.estimate(["a", "b"], true).bytes, 1042);
        let found = sizes.estimate(["x"], false);
        assert_eq!((found.bytes, found.unknown), (1007, vec!["x".to_owned()]));
        // All of them are told as 1077.
        assert_eq!(sizes.error(), 3);
        assert_eq!(Sizes::default().error(), 100);
    }
}
