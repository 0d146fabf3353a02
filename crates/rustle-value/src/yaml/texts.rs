//! Texts that stand in a document again and again: the names of keywords, modules and arguments.

use std::collections::HashSet;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use rustc_hash::FxHasher;

/// How long a text may be that is looked for among those met before.
const LONGEST: usize = 24;

/// How many texts are kept.
const KEPT: usize = 2048;

/// The short texts that were met.
#[derive(Default)]
pub(super) struct Texts(HashSet<Arc<str>, BuildHasherDefault<FxHasher>>);

impl Texts {
    /// The text, shared with where it stood before.
    pub fn shared(&mut self, text: &str) -> Arc<str> {
        if text.len() > LONGEST {
            return Arc::from(text);
        }
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let new: Arc<str> = Arc::from(text);
        if self.0.len() < KEPT {
            self.0.insert(new.clone());
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_are_shared() {
        let mut texts = Texts::default();
        let first = texts.shared("name");
        assert!(Arc::ptr_eq(&first, &texts.shared("name")));
        let long = "x".repeat(LONGEST + 1);
        assert!(!Arc::ptr_eq(&texts.shared(&long), &texts.shared(&long)));
        for number in 0..2 * KEPT {
            texts.shared(&number.to_string());
        }
        assert_eq!(texts.0.len(), KEPT);
    }
}
