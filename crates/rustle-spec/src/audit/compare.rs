//! What was found, beside what was declared.

use std::collections::{BTreeMap, BTreeSet};

use super::{Capability, Finding};

/// How what was found relates to what was declared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// What the code touches for certain, and no permission allows: errors.
    pub undeclared: Vec<Undeclared>,
    /// What the code may touch, and no permission allows. Whether it does is not told by reading: infos.
    pub possible: Vec<Undeclared>,
    /// Declared permissions for which nothing at all was found, in the order in which they were declared: infos. Those that
    /// are about nothing that is looked for (`secret:read`) are never among them.
    pub unused: Vec<String>,
}

/// A capability without a permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undeclared {
    /// What is touched.
    pub capability: Capability,
    /// Where, in order of file and place; at least one.
    pub findings: Vec<Finding>,
}

/// Compares `findings` with the permissions that are `declared`.
///
/// A declared permission allows its capability whatever it is limited to: that `fs:write:/etc/**` writes below `/etc` only
/// cannot be seen by reading. One permission never implies another: `fs:write` alone lets nothing be read, and what copies
/// (`std::fs::copy`) needs both. Opening a file with `OpenOptions` needs `fs:write`, unless the same expression shows that
/// it is only read.
///
/// ```
/// use rustle_spec::audit::{Capability, compare, findings_of_file};
/// use rustle_spec::scan::Cfg;
///
/// let code = "fn run() { std::process::Command::new(\"id\"); }";
/// let findings = findings_of_file("inline.rs".as_ref(), code, &Cfg::new()).unwrap_or_default();
/// let compared = compare(&findings, &["fs:read:/etc/**".to_owned()]);
/// assert_eq!(compared.undeclared[0].capability, Capability::Process);
/// assert_eq!(compared.unused, ["fs:read:/etc/**"]);
/// ```
pub fn compare(findings: &[Finding], declared: &[String]) -> Comparison {
    let allowed: BTreeSet<Capability> =
        declared.iter().filter_map(|it| Capability::of_permission(it)).collect();
    let found: BTreeSet<Capability> = findings.iter().map(|it| it.capability).collect();
    let without = |certain: bool| {
        let mut by_capability: BTreeMap<Capability, Vec<Finding>> = BTreeMap::new();
        let open = findings.iter().filter(|it| it.certain == certain && !allowed.contains(&it.capability));
        for finding in open {
            by_capability.entry(finding.capability).or_default().push(finding.clone());
        }
        by_capability.into_iter().map(|(capability, findings)| Undeclared { capability, findings }).collect()
    };
    let undeclared: Vec<Undeclared> = without(true);
    let mut possible: Vec<Undeclared> = without(false);
    // Where it is certain, what may be adds nothing.
    possible.retain(|it| undeclared.iter().all(|certain| certain.capability != it.capability));
    let is_unused = |permission: &&String| {
        Capability::of_permission(permission).is_some_and(|capability| !found.contains(&capability))
    };
    Comparison { undeclared, possible, unused: declared.iter().filter(is_unused).cloned().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(capability: Capability, certain: bool) -> Finding {
        let what = "x".to_owned();
        Finding { file: "src/lib.rs".into(), line: 1, col: 1, capability, what, how: None, certain }
    }

    #[test]
    fn a_scope_is_not_checked_and_nothing_implies_another() {
        let findings = [finding(Capability::FsWrite, true), finding(Capability::FsRead, true)];
        let compared = compare(&findings, &["fs:write:/etc/**".to_owned()]);
        let open: Vec<Capability> = compared.undeclared.iter().map(|it| it.capability).collect();
        assert_eq!(open, [Capability::FsRead]);
        assert_eq!(compared.possible, []);
        assert_eq!(compared.unused, [""; 0]);
    }

    #[test]
    fn what_may_be_is_no_error_and_counts_as_used() {
        let findings = [finding(Capability::FsRead, false), finding(Capability::NetListen, false)];
        let declared = ["fs:read", "net:connect", "secret:read:x"].map(str::to_owned);
        let compared = compare(&findings, &declared);
        assert_eq!(compared.undeclared, []);
        assert_eq!(compared.possible.len(), 1);
        assert_eq!(compared.possible[0].capability, Capability::NetListen);
        assert_eq!(compared.unused, ["net:connect"]);
    }
}
