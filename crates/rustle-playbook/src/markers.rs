//! Telling templates from text, until `rustle_template` does.

/// Whether `text` holds something that makes it a template.
pub(crate) fn has_markers(text: &str) -> bool {
    text.contains('{') && ["{{", "{%", "{#"].iter().any(|marker| text.contains(marker))
}
