//! The JSON of specifications, put together by the compiler.
//!
//! A module's specification is a constant text, so that it costs nothing at run time. The macro sees only its own struct;
//! what it must know of other types (the words of a choice, the arguments of a nested struct) is a constant of theirs. So
//! the text is a rope of pieces, which is written out where the module registers itself.

/// One piece of a text.
#[derive(Clone, Copy, Debug)]
pub enum Piece {
    /// Text.
    Text(&'static str),
    /// The pieces of another constant.
    Pieces(&'static [Piece]),
    /// The first, if it is not empty, else the second.
    Either(&'static [Piece], &'static str),
    /// Those that are not empty, with commas between.
    List(&'static [&'static [Piece]]),
}

/// How many bytes `pieces` are.
pub const fn length(pieces: &[Piece]) -> usize {
    let mut sum = 0;
    let mut at = 0;
    while at < pieces.len() {
        sum += match pieces[at] {
            Piece::Text(text) => text.len(),
            Piece::Pieces(pieces) => length(pieces),
            Piece::Either(pieces, text) => match length(pieces) {
                0 => text.len(),
                length => length,
            },
            Piece::List(items) => {
                let (mut total, mut index) = (0, 0);
                while index < items.len() {
                    let item = length(items[index]);
                    total += if item > 0 && total > 0 { item + 1 } else { item };
                    index += 1;
                }
                total
            }
        };
        at += 1;
    }
    sum
}

/// The bytes of `pieces`, of which there are `N`.
pub const fn bytes<const N: usize>(pieces: &[Piece]) -> [u8; N] {
    let mut out = [0; N];
    write(pieces, &mut out, 0);
    out
}

/// Writes `pieces` at `at` and returns where they end.
const fn write(pieces: &[Piece], out: &mut [u8], mut at: usize) -> usize {
    let mut index = 0;
    while index < pieces.len() {
        at = match pieces[index] {
            Piece::Text(text) => write_text(text, out, at),
            Piece::Pieces(pieces) => write(pieces, out, at),
            Piece::Either(pieces, text) => {
                if length(pieces) == 0 {
                    write_text(text, out, at)
                } else {
                    write(pieces, out, at)
                }
            }
            Piece::List(items) => {
                let (start, mut at, mut item) = (at, at, 0);
                while item < items.len() {
                    if length(items[item]) > 0 {
                        if at > start {
                            at = write_text(",", out, at);
                        }
                        at = write(items[item], out, at);
                    }
                    item += 1;
                }
                at
            }
        };
        index += 1;
    }
    at
}

const fn write_text(text: &str, out: &mut [u8], at: usize) -> usize {
    let (_, rest) = out.split_at_mut(at);
    let (place, _) = rest.split_at_mut(text.len());
    place.copy_from_slice(text.as_bytes());
    at + text.len()
}

/// The text of bytes that [`bytes`] wrote.
pub const fn text(bytes: &'static [u8]) -> &'static str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => panic!("texts put together are text"),
    }
}

/// Whether `kind` is that of nested arguments.
pub const fn is_options(kind: &[Piece]) -> bool {
    match kind {
        [Piece::Text(text), ..] => {
            let opening = "{\"options\"";
            text.len() > opening.len() && equal(text.as_bytes().split_at(opening.len()).0, opening.as_bytes())
        }
        _ => false,
    }
}

/// How many names there are in `groups`.
pub const fn count(groups: &[&[&'static str]]) -> usize {
    let (mut sum, mut at) = (0, 0);
    while at < groups.len() {
        sum += groups[at].len();
        at += 1;
    }
    sum
}

/// The names of all `groups`, of which there are `N`.
pub const fn concat<const N: usize>(groups: &[&[&'static str]]) -> [&'static str; N] {
    let mut out = [""; N];
    let (mut group, mut at) = (0, 0);
    while group < groups.len() {
        let mut index = 0;
        while index < groups[group].len() {
            out[at] = groups[group][index];
            at += 1;
            index += 1;
        }
        group += 1;
    }
    out
}

/// Whether `name` is one of `names`.
pub const fn contains(names: &[&str], name: &str) -> bool {
    let mut at = 0;
    while at < names.len() {
        if equal(names[at].as_bytes(), name.as_bytes()) {
            return true;
        }
        at += 1;
    }
    false
}

/// Whether no name stands in `names` twice.
pub const fn distinct(names: &[&str]) -> bool {
    let mut at = 0;
    while at < names.len() {
        let (_, rest) = names.split_at(at + 1);
        if contains(rest, names[at]) {
            return false;
        }
        at += 1;
    }
    true
}

const fn equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &[Piece] = &[];
    const PIECES: &[Piece] = &[
        Piece::Text("["),
        Piece::List(&[EMPTY, &[Piece::Text("é")], EMPTY, &[Piece::Either(EMPTY, "b")]]),
        Piece::Pieces(&[Piece::Text("]"), Piece::Either(&[Piece::Text("!")], "?")]),
    ];
    const BYTES: [u8; length(PIECES)] = bytes(PIECES);

    #[test]
    fn pieces_become_text() {
        assert_eq!(text(&BYTES), "[é,b]!");
    }

    #[test]
    fn names_are_joined_and_compared() {
        const GROUPS: &[&[&str]] = &[&["a", "b"], &[], &["c"]];
        const NAMES: [&str; count(GROUPS)] = concat(GROUPS);
        assert_eq!(NAMES, ["a", "b", "c"]);
        assert!(contains(&NAMES, "c") && !contains(&NAMES, "d"));
        assert!(distinct(&NAMES) && !distinct(&["a", "b", "a"]));
    }
}
