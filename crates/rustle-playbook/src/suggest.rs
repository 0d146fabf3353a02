//! "Did you mean …?"

/// The candidate that was probably meant by `written`: one that is a few typing errors away.
///
/// ```
/// use rustle_playbook::suggest::closest;
/// assert_eq!(closest("whn", ["when", "notify"]), Some("when"));
/// assert_eq!(closest("copy", ["when", "notify"]), None);
/// ```
pub fn closest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = written.to_lowercase();
    candidates
        .into_iter()
        .filter(|candidate| *candidate != written)
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= allowed(&wanted, candidate))
        .min_by(|(a, one), (b, other)| {
            // Among the nearest, the one that begins most like it: `taks` is `tasks` rather than `tags`.
            let likeness = |candidate: &str| strsim::jaro_winkler(&wanted, candidate);
            a.cmp(b).then(likeness(other).total_cmp(&likeness(one))).then(one.cmp(other))
        })
        .map(|(_, candidate)| candidate)
}

/// How many errors a name may hold: one in three characters, two where only the order is wrong (`degub`), but never all of
/// them.
fn allowed(written: &str, candidate: &str) -> usize {
    let length = written.chars().count();
    let by_length = length.max(candidate.chars().count()) / 3;
    let disordered = sorted(written) == sorted(&candidate.to_lowercase());
    by_length.max(if disordered { 2 } else { 1 }).min(length.saturating_sub(1))
}

fn sorted(text: &str) -> Vec<char> {
    let mut letters: Vec<char> = text.chars().collect();
    letters.sort_unstable();
    letters
}

/// The sentence for a suggestion, if there is one.
pub(crate) fn did_you_mean<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    closest(written, candidates).map(|meant| format!("did you mean `{meant}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_are_recognised() {
        assert_eq!(closest("degub", ["debug"]), Some("debug"));
        let keywords = ["when", "notify", "become", "become_user", "register"];
        assert_eq!(closest("whn", keywords), Some("when"));
        assert_eq!(closest("wehn", keywords), Some("when"));
        assert_eq!(closest("Notify", keywords), Some("notify"));
        assert_eq!(closest("moed", ["content", "dest", "mode", "owner"]), Some("mode"));
        assert_eq!(closest("taks", ["tags", "tasks"]), Some("tasks"));
        assert_eq!(closest("become_usr", keywords), Some("become_user"));
        assert_eq!(closest("rgister", keywords), Some("register"));
    }

    #[test]
    fn other_words_are_not() {
        assert_eq!(closest("x", ["y", "z"]), None);
        assert_eq!(closest("banana", ["content", "dest", "mode", "owner"]), None);
        assert_eq!(closest("copy", ["when", "notify"]), None);
        assert_eq!(closest("when", ["when"]), None);
    }
}
