//! The forms in which a secret may stand in a text.

use std::collections::HashSet;

use super::{SHORTEST, encodings, escapes};

/// The longest secret, in bytes, that is looked for in every form. Of a longer one (an archive, a key store) the lines
/// are looked for, and the whole as it is.
pub(super) const LONGEST: usize = 16 << 10;

/// The shortest line of a secret that is hidden by itself, and the shortest form that is found across white space: shorter
/// ones, such as `---`, stand in other texts too.
const SHORTEST_LINE: usize = 8;

/// How many lines of one secret are looked for.
const LINES: usize = 4096;

/// Adds every form of `secret`, which has no white space around it and is not shorter than [`SHORTEST`]. No form is shorter
/// than that, since none is shorter than what it stands for.
pub(super) fn add(secret: &[u8], forms: &mut HashSet<Vec<u8>>) {
    debug_assert!(secret.len() >= SHORTEST);
    if secret.len() <= LONGEST {
        add_piece(secret, forms);
        encodings::base64(secret, forms);
        encodings::hex(secret, forms);
    }
    if !secret.contains(&b'\n') && secret.len() <= LONGEST {
        return;
    }
    for line in secret.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).take(LINES) {
        // That a key begins here is no secret, and every key begins so.
        if line.len() >= SHORTEST_LINE && line.len() <= LONGEST && !line.starts_with(b"-----") {
            add_piece(line, forms);
        }
    }
}

/// Adds what of `secret` is looked for where white space is not: it is what [`super::squeezed`] makes of a form.
pub(super) fn add_squeezed(secret: &[u8], forms: &mut HashSet<Vec<u8>>) {
    if secret.len() > LONGEST {
        return;
    }
    let mut all = HashSet::from([secret.to_vec()]);
    encodings::base64(secret, &mut all);
    encodings::plain_hex(secret, &mut all);
    if let Ok(text) = std::str::from_utf8(secret) {
        all.extend(escapes::quoted(text).into_iter().map(String::into_bytes));
    }
    let squeezed = all.iter().map(|form| super::squeezed(form).0);
    forms.extend(squeezed.filter(|form| form.len() >= SHORTEST_LINE));
}

/// Adds a text as it is, and as it is written where some characters mean something.
fn add_piece(piece: &[u8], forms: &mut HashSet<Vec<u8>>) {
    forms.insert(piece.to_vec());
    encodings::percent(piece, forms);
    if let Ok(text) = std::str::from_utf8(piece) {
        forms.extend(escapes::all(text).into_iter().map(String::into_bytes));
    } else {
        // What is no text is shown with its bad bytes replaced.
        forms.insert(String::from_utf8_lossy(piece).into_owned().into_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_word_has_few_forms() {
        let mut forms = HashSet::new();
        add(b"hunter2", &mut forms);
        assert!(forms.contains(b"hunter2".as_slice()));
        assert!(forms.len() < 20, "{}", forms.len());
    }

    #[test]
    fn every_form_is_long_enough_not_to_stand_anywhere_by_chance() {
        let mut forms = HashSet::new();
        add(b"ab\"c", &mut forms);
        add(b"line one of it\nx\n", &mut forms);
        assert!(forms.iter().all(|form| form.len() >= SHORTEST));
        assert!(forms.contains(b"line one of it".as_slice()) && !forms.contains(b"x".as_slice()));
    }
}
