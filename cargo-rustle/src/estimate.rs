//! How large a runner will be, before it is built.
//!
//! The bundle is packed, so that its size is known. Of the executable it is known how large those were that Cargo has
//! built of this project: one of the same crates, profile and target is as large within a few pages; one of other
//! crates is what there is to go by. Without any, nothing is guessed.

use std::fmt::Write as _;

use rustle_build::build_bundle;
use rustle_build::config::Config;

use crate::base::kept::{self, About};
use crate::base::state_folder;
use crate::base::toolchain::Toolchain;
use crate::cargo_view::View;
use crate::failure::Result;
use crate::project::Project;
use crate::rebuild::Wanted;
use crate::show;

/// Bytes of the footer behind an appended bundle.
const FOOTER: u64 = 32;

/// The estimate, for people.
///
/// # Errors
/// Every problem of the playbook.
pub fn of(project: &Project, config: Config, wanted: &Wanted) -> Result<String> {
    let state = state_folder(&project.folder);
    let target = wanted.target.as_deref();
    let toolchain = Toolchain::find(&project.folder, &state, target)?;
    let view = View::kept(&project.folder, &state, &wanted.features, &toolchain.platforms(target))?;
    let prepared = build_bundle(&project.options_of(config, &view)?)?;
    let bundle = prepared.bundle.length().unwrap_or_default();
    let content: u64 = prepared.files.iter().map(|(_, length)| length).sum();
    Ok(text(bundle, content, &prepared.crates, wanted, &kept::all(&state)))
}

fn text(bundle: u64, content: u64, crates: &[String], wanted: &Wanted, kept: &[(About, u64)]) -> String {
    let mut text = String::new();
    let _ =
        writeln!(text, "  bundle     {} (exact), of files with {}", show::size(bundle), show::size(content));
    let alike = |about: &About| about.options == wanted.options && about.target == wanted.target;
    let alike: Vec<&(About, u64)> = kept.iter().filter(|(about, _)| alike(about)).collect();
    let differing = |about: &About| {
        let missing = crates.iter().filter(|name| !about.crates.contains(name)).count();
        missing + about.crates.iter().filter(|name| !crates.contains(name)).count()
    };
    let Some((about, length)) = alike.into_iter().min_by_key(|(about, _)| differing(about)) else {
        let _ = writeln!(text, "  executable not known: none of this profile and target was built yet");
        return text;
    };
    let executable = length.saturating_sub(about.embedded);
    let list = |names: Vec<&String>| names.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = list(crates.iter().filter(|name| !about.crates.contains(name)).collect());
    let fewer = list(about.crates.iter().filter(|name| !crates.contains(name)).collect());
    let (about_it, error) = match (more.is_empty(), fewer.is_empty()) {
        (true, true) => ("that was built of the same crates".to_owned(), "within 1%".to_owned()),
        (false, true) => (format!("that was built without {more}"), "at least".to_owned()),
        (true, false) => (format!("that was built with {fewer}, too"), "at most".to_owned()),
        (false, false) => (format!("that was built without {more}, and with {fewer}"), "roughly".to_owned()),
    };
    let _ = writeln!(text, "  executable {}, as one {about_it}", show::size(executable));
    let _ = writeln!(text, "  runner     {} ({error})", show::size(executable + bundle + FOOTER));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_base_is_taken_and_the_error_is_told() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let wanted = Wanted { options: names(&["--release"]), ..Wanted::default() };
        let about = |options: &[&str], crates: &[&str]| About {
            options: names(options),
            crates: names(crates),
            embedded: 10_000,
            ..About::default()
        };
        let kept = [
            (about(&[], &["file"]), 50_000_000),
            (about(&["--release"], &["control", "system"]), 5_010_000),
            (about(&["--release"], &["control", "file"]), 4_010_000),
        ];
        let of = |crates: &[&str], kept: &[(About, u64)]| text(1_968, 1, &names(crates), &wanted, kept);
        let same = of(&["control", "file"], &kept);
        assert!(
            same.contains("executable 4.0 MB") && same.contains("runner     4.0 MB (within 1%)"),
            "{same}"
        );
        assert!(
            of(&["control"], &kept[1..2]).contains("with system, too")
                && of(&["control"], &kept).contains("(at most)")
        );
        assert!(
            of(&["control", "file", "net"], &kept).contains("without net\n  runner     4.0 MB (at least)")
        );
        assert!(of(&["file"], &kept[..1]).contains("not known"));
    }
}
