//! What a new lock does differently.

use std::collections::BTreeSet;

use rustle_playbook::Problem;
use rustle_schema::package::lock::{Lock, Locked};
use rustle_schema::package::{ModuleId, Permission};

use crate::packages::signed::STRIPPED;

/// What happened to one package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which.
    pub id: ModuleId,
    /// What it was.
    pub before: Option<Locked>,
    /// What it is.
    pub after: Option<Locked>,
}

/// The packages that are not as they were, by id.
pub fn changes(before: &Lock, after: &Lock) -> Vec<Change> {
    let ids: BTreeSet<&ModuleId> =
        before.modules.iter().chain(&after.modules).map(|locked| &locked.id).collect();
    let bare = |locked: Option<&Locked>| locked.map(|it| Locked { check: String::new(), ..it.clone() });
    ids.into_iter()
        .map(|id| Change { id: id.clone(), before: bare(before.get(id)), after: bare(after.get(id)) })
        .filter(|change| change.before != change.after)
        .collect()
}

impl Change {
    /// The permissions that it has now and had not before.
    pub fn gained(&self) -> Vec<&Permission> {
        let had = |permission: &&Permission| {
            self.before.iter().flat_map(|locked| &locked.permissions).any(|had| had.covers(permission))
        };
        let now = self.after.iter().flat_map(|locked| &locked.permissions);
        now.filter(|permission| !had(permission)).collect()
    }
}

/// The packages that were there and have lost their signatures: somebody has to say yes. Another key in place of the
/// one before is enough for a new version, and not for the same one.
pub(super) fn lost_signatures(before: &Lock, after: &Lock) -> Vec<Problem> {
    let lost = changes(before, after).into_iter().filter_map(|change| {
        let (before, after) = (change.before?, change.after?);
        let name = before.signers.iter().find(|name| !after.signers.contains(*name))?;
        let replaced = !after.signers.is_empty() && before.version != after.version;
        (!replaced).then(|| {
            let message = format!(
                "`{}` {} was signed by `{name}`, and {} is not",
                change.id, before.version, after.version
            );
            Problem::error(STRIPPED, message).with_help("`--accept` takes it over, once somebody knows why")
        })
    });
    lost.collect()
}

/// The packages that were there and may do more than before: somebody has to say yes.
pub(super) fn growth(before: &Lock, after: &Lock) -> Vec<Problem> {
    let grown = changes(before, after).into_iter().filter(|change| change.before.is_some());
    grown
        .filter_map(|change| {
            let gained: Vec<String> = change.gained().iter().map(|it| format!("`{it}`")).collect();
            let after = change.after.as_ref()?;
            (!gained.is_empty()).then(|| {
                let message = format!(
                    "`{}` {} wants more than before: {}",
                    change.id,
                    after.version,
                    gained.join(", ")
                );
                Problem::error("permission-growth", message)
                    .with_help("`--accept` takes it over, once somebody has looked at what it does with that")
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use rustle_schema::package::lock::Form;

    use super::*;

    fn lock(version: &str, signers: &[&str]) -> Lock {
        let locked = Locked {
            sha256: "0".repeat(64),
            signers: signers.iter().map(|name| (*name).to_owned()).collect(),
            ..Locked::new(
                "acme.x".parse().unwrap(),
                version.parse().unwrap(),
                Form::Crate,
                "file:x".parse().unwrap(),
            )
        };
        Lock { version: 1, modules: vec![locked] }
    }

    #[test]
    fn a_signature_is_not_lost_without_a_word() {
        let lost = |version: &str, signers: &[&str]| {
            let lost = lost_signatures(&lock("1.0.0", &["old"]), &lock(version, signers));
            lost.into_iter().map(|problem| problem.code).collect::<Vec<_>>()
        };
        assert_eq!(lost("1.0.0", &["old", "new"]), [""; 0]);
        assert_eq!(lost("1.1.0", &["old"]), [""; 0]);
        assert_eq!(lost("1.1.0", &["new"]), [""; 0], "a new version may come with a new key");
        assert_eq!(lost("1.0.0", &["new"]), [STRIPPED], "the same version may not");
        assert_eq!((lost("1.0.0", &[]), lost("1.1.0", &[])), (vec![STRIPPED], vec![STRIPPED]));
        assert_eq!(lost_signatures(&Lock::default(), &lock("1.0.0", &[])), []);
    }
}
