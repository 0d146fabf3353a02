//! "Did you mean …?"

/// The candidate that is most like `word`, if one is like it at all. Of equals, the first.
pub(crate) fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    // Of one letter everything is a neighbour.
    let limit = ((length + 1) / 3).clamp(1, 4).min(length.saturating_sub(1));
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .filter(|candidate| *candidate != word)
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// "`a`, `b` and `c`".
pub(crate) fn enumerate<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found() {
        let words = ["content", "dest", "mode", "owner"];
        assert_eq!(closest("contnet", words), Some("content"));
        assert_eq!(closest("Dest", words), Some("dest"));
        assert_eq!(closest("moed", words), Some("mode"));
        assert_eq!(closest("degub", ["debug"]), Some("debug"));
        assert_eq!(closest("banana", words), None);
        assert_eq!(closest("x", words), None);
    }

    #[test]
    fn lists_read_as_sentences() {
        assert_eq!(enumerate(["a"]), "`a`");
        assert_eq!(enumerate(["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(enumerate([]), "");
    }
}
