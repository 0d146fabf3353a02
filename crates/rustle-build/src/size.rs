//! `[build] max_size`, as far as a bundle alone can break it: the rest of an executable is not there yet.

use rustle_playbook::Problem;

use crate::config::Build;
use crate::embed::Written;

/// How many files are named.
const NAMED: usize = 5;

/// The code of a runner that is too large.
pub const TOO_LARGE: &str = "too-large";

/// A problem if the bundle by itself is larger than an executable may be.
pub(crate) fn check(build: &Build, packed: &Written) -> Option<Problem> {
    let (most, at) = build.max_size.as_ref()?;
    // That it cannot be measured is told by who reads it.
    let length = packed.bundle.length().ok().filter(|length| length > most)?;
    let problem = Problem::error(
        TOO_LARGE,
        format!("the plan and its files take {length} bytes, packed, and a runner may have {most}"),
    );
    let problem = problem.at(at.clone()).with_help(match largest(&packed.files) {
        files if files.is_empty() => "the plan alone is too large".to_owned(),
        files => format!("the largest files, before packing: {files}"),
    });
    Some(problem)
}

/// The largest of `files`, which are paths and lengths.
fn largest(files: &[(Vec<u8>, u64)]) -> String {
    let mut files: Vec<_> = files.iter().collect();
    files.sort_by(|(a, one), (b, other)| other.cmp(one).then_with(|| a.cmp(b)));
    let named = files
        .iter()
        .take(NAMED)
        .map(|(path, length)| format!("`{}` ({length} bytes)", String::from_utf8_lossy(path)));
    named.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::largest;

    #[test]
    fn the_largest_come_first() {
        let files: Vec<(Vec<u8>, u64)> = (0..9).map(|n| (format!("f{n}").into_bytes(), n % 4)).collect();
        assert_eq!(
            largest(&files),
            "`f3` (3 bytes), `f7` (3 bytes), `f2` (2 bytes), `f6` (2 bytes), `f1` (1 bytes)"
        );
        assert_eq!(largest(&[]), "");
    }
}
