//! Whether a package may be used, by its signatures and by the policy: asked where versions are settled on, where packages
//! are fetched, and where they are built.

use std::collections::BTreeSet;

use rustle_package::Tree;
use rustle_playbook::Problem;
use rustle_schema::package::lock::Locked;
use rustle_schema::package::manifest::PackageManifest;

use super::policy::{self, Subject};
use super::signed;
use crate::config::Config;
use crate::config::policy::Policy;

/// The names of the keys that signed the package; every reason why it may not be used is told.
pub fn judge(
    locked: &Locked,
    manifest: &PackageManifest,
    tree: &Tree,
    config: &Config,
    policy: &Policy,
    problems: &mut Vec<Problem>,
) -> BTreeSet<String> {
    let signers = signed::signers(locked, tree, config, policy, problems);
    let subject = Subject {
        id: &locked.id,
        source: &locked.source,
        manifest,
        permissions: &locked.permissions,
        signers: &signers,
    };
    problems.extend(policy::refusals(policy, config, &subject));
    signers
}
