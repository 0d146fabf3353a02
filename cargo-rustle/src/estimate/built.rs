//! By what was built before: an executable of the same crates, profile and target is as large within a few pages; one of
//! other crates is what there is to go by.

use super::Estimate;
use crate::base::kept::About;
use crate::rebuild::Wanted;
use crate::show;

/// The estimate by the one of `kept` that is most like what is wanted, an executable of `crates`.
pub(super) fn nearest(crates: &[String], wanted: &Wanted, kept: &[(About, u64)]) -> Option<Estimate> {
    let alike = |about: &About| about.options == wanted.options && about.target == wanted.target;
    let alike = kept.iter().filter(|(about, _)| alike(about));
    let differing = |about: &About| {
        let missing = crates.iter().filter(|name| !about.crates.contains(name)).count();
        missing + about.crates.iter().filter(|name| !crates.contains(name)).count()
    };
    let (about, length) = alike.min_by_key(|(about, _)| differing(about))?;
    let bytes = length.saturating_sub(about.embedded);
    let list = |names: Vec<&String>| names.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = list(crates.iter().filter(|name| !about.crates.contains(name)).collect());
    let fewer = list(about.crates.iter().filter(|name| !crates.contains(name)).collect());
    let (about_it, error) = match (more.is_empty(), fewer.is_empty()) {
        (true, true) => ("that was built of the same crates".to_owned(), "within 1%".to_owned()),
        (false, true) => (format!("that was built without {more}"), "at least".to_owned()),
        (true, false) => (format!("that was built with {fewer}, too"), "at most".to_owned()),
        (false, false) => (format!("that was built without {more}, and with {fewer}"), "roughly".to_owned()),
    };
    Some(Estimate {
        executable: format!("{}, as one {about_it}", show::size(bytes)),
        bytes: Some((bytes, error)),
    })
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
        let of = |crates: &[&str], kept: &[(About, u64)]| nearest(&names(crates), &wanted, kept).unwrap();
        let error = |crates: &[&str], kept: &[(About, u64)]| of(crates, kept).bytes.unwrap().1;
        let same = of(&["control", "file"], &kept);
        assert!(same.executable.starts_with("4.0 MB, "), "{same:?}");
        assert_eq!(same.bytes, Some((4_000_000, "within 1%".into())));
        assert!(of(&["control"], &kept[1..2]).executable.ends_with("with system, too"));
        assert_eq!(error(&["control"], &kept), "at most");
        assert!(of(&["control", "file", "net"], &kept).executable.ends_with("without net"));
        assert_eq!(error(&["control", "file", "net"], &kept), "at least");
        assert_eq!(nearest(&names(&["file"]), &wanted, &kept[..1]), None);
    }
}
