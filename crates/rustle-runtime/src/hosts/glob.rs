//! Python's `fnmatch`: `*`, `?`, `[seq]`, `[!seq]`.

/// Whether the whole of `name` matches `pattern`.
pub fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    // Backtracking to the last star alone is enough, and keeps the time at len(pattern) * len(name).
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        let step = match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
                continue;
            }
            Some('?') => Some(1),
            Some('[') => match class(&pattern[p..], name[n]) {
                Some((len, true)) => Some(len),
                Some((_, false)) => None,
                // A bracket that is never closed stands for itself.
                None => (name[n] == '[').then_some(1),
            },
            Some(c) => (*c == name[n]).then_some(1),
            None => None,
        };
        match (step, star) {
            (Some(len), _) => {
                p += len;
                n += 1;
            }
            (None, Some((at, from))) => {
                star = Some((at, from + 1));
                p = at + 1;
                n = from + 1;
            }
            (None, None) => return false,
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// The length of the class at the start of `pattern`, and whether it holds `c`; `None` if it is not closed.
fn class(pattern: &[char], c: char) -> Option<(usize, bool)> {
    let negated = pattern.get(1) == Some(&'!');
    let start = if negated { 2 } else { 1 };
    // A bracket right at the start is one of the characters.
    let end = (start + 1..pattern.len()).find(|at| pattern[*at] == ']')?;
    let set = &pattern[start..end];
    let mut found = false;
    let mut at = 0;
    while at < set.len() {
        if at + 2 < set.len() && set[at + 1] == '-' {
            found |= (set[at]..=set[at + 2]).contains(&c);
            at += 3;
        } else {
            found |= set[at] == c;
            at += 1;
        }
    }
    Some((end + 1, found != negated))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn it_matches_as_fnmatch_does() {
        for (pattern, name) in [
            ("*", ""),
            ("web*", "web1"),
            ("w?b[0-9]", "web3"),
            ("[!a]x", "bx"),
            ("a*b*c", "a--b-bc"),
            ("[", "["),
            ("[]]", "]"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in
            [("web", "web1"), ("w?b", "wb"), ("[!a]x", "ax"), ("a*b", "ac"), ("", "x"), ("[0-9]", "a")]
        {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }
}
