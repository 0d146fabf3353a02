//! Which cases are run.

use std::collections::BTreeSet;
use std::io;
use std::process::Command;

use rustle_tests::conformance::case::Case;
use rustle_tests::conformance::scratch::User;

/// How the cases were asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Every case.
    All,
    /// These.
    Named(Vec<String>),
    /// So many at random, the same for the same seed.
    Sample {
        /// How many.
        count: usize,
        /// What the choice depends on.
        seed: u64,
    },
    /// Those that differ from the branch main, committed or not.
    Changed,
}

/// The chosen cases, by name, without those that this user cannot run.
pub fn cases(choice: &Choice) -> io::Result<Vec<Case>> {
    let all = Case::all(&Case::root())?;
    let chosen = match choice {
        Choice::All => all,
        Choice::Named(names) => {
            if let Some(unknown) = names.iter().find(|name| all.iter().all(|case| case.name != **name)) {
                return Err(io::Error::other(format!("there is no case {unknown}")));
            }
            all.into_iter().filter(|case| names.contains(&case.name)).collect()
        }
        Choice::Sample { count, seed } => sample(all, *count, *seed),
        Choice::Changed => {
            let changed = changed()?;
            all.into_iter().filter(|case| changed.contains(&case.name)).collect()
        }
    };
    let uid = User::current()?.uid;
    let (fit, unfit): (Vec<Case>, Vec<Case>) = chosen.into_iter().partition(|case| case.fits(uid));
    for case in unfit {
        println!("{}: left out, it needs root", case.name);
    }
    Ok(fit)
}

/// Sorts by a hash of seed and name: stable when cases come and go, and no generator is needed.
fn sample(mut cases: Vec<Case>, count: usize, seed: u64) -> Vec<Case> {
    cases.sort_by_key(|case| hash(seed, &case.name));
    cases.truncate(count);
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

/// FNV-1a with a closing mix, which std's hashers do not promise to keep from one release to the next.
fn hash(seed: u64, name: &str) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for byte in seed.to_le_bytes().into_iter().chain(name.bytes()) {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    state ^= state >> 32;
    state.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn changed() -> io::Result<BTreeSet<String>> {
    let base = git(&["merge-base", "HEAD", "main"]).unwrap_or_else(|_| "HEAD".to_owned());
    let mut names = BTreeSet::new();
    for args in [
        &["diff", "--name-only", "--relative", base.trim(), "--", "."][..],
        &["ls-files", "--others", "--exclude-standard", "--", "."][..],
    ] {
        names.extend(
            git(args)?.lines().filter_map(|path| path.split_once('/')).map(|(name, _)| name.to_owned()),
        );
    }
    Ok(names)
}

fn git(args: &[&str]) -> io::Result<String> {
    let output = Command::new("git").args(args).current_dir(Case::root()).output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_the_order() {
        let order = |seed| {
            let mut names = ["a", "b", "c", "d", "e", "f"];
            names.sort_by_key(|name| hash(seed, name));
            names
        };
        assert_eq!(order(1), order(1));
        assert_ne!(order(1), order(2));
    }
}
