//! The words in which errors are told.

/// The parser's message as PyYAML says it, where they differ.
pub(super) fn pythons_words(message: &str) -> &str {
    let known = [
        ("simple key expect", "could not find expected ':'"),
        ("found unknown anchor", "found undefined alias"),
        ("unexpected character: `", "found character that cannot start any token"),
        ("invalid trailing content after", "did not find expected key"),
    ];
    known.into_iter().find(|(ours, _)| message.contains(ours)).map_or(message, |(_, pythons)| pythons)
}
