//! What `blockinfile` does to a file's content. Nothing is read or written here.

use crate::pattern::Pattern;

/// A request to have a block, or not to have it.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The lines that shall stand between the markers; none removes the block.
    pub block: &'a str,
    /// The line before the block, without its newline.
    pub begin: &'a str,
    /// The line after it.
    pub end: &'a str,
    /// Where a new block goes.
    pub place: Place,
    /// Whether an empty line is put after the block, unless one is there.
    pub append_newline: bool,
    /// Whether an empty line is put before it, unless one is there.
    pub prepend_newline: bool,
}

/// Where a block goes that is not there yet.
#[derive(Clone, Debug)]
pub enum Place {
    /// To the beginning of the file.
    Begin,
    /// To its end.
    End,
    /// After the last line that matches, or to the end.
    After(Pattern),
    /// Before the last line that matches, or to the end.
    Before(Pattern),
}

/// The lines of `content` with their endings: a newline, a carriage return, or both.
fn lines(content: &[u8]) -> Vec<Vec<u8>> {
    let mut lines = Vec::new();
    let mut rest = content;
    while !rest.is_empty() {
        let end = match rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
            Some(at) if rest.get(at..at + 2) == Some(b"\r\n") => at + 2,
            Some(at) => at + 1,
            None => rest.len(),
        };
        let (line, after) = rest.split_at(end);
        lines.push(line.to_vec());
        rest = after;
    }
    lines
}

/// The new content. A request without a block removes what stands between the markers, and they with it.
///
/// # Errors
/// If a pattern cannot be matched.
pub fn edit(content: &[u8], request: &Request<'_>, is_present: bool) -> Result<Vec<u8>, String> {
    let mut lines = lines(content);
    let (begin, end) = (format!("{}\n", request.begin), format!("{}\n", request.end));
    let last = |wanted: &str| lines.iter().rposition(|line| line == wanted.as_bytes());
    let mut at = match (last(&begin), last(&end)) {
        (Some(a), Some(b)) => {
            lines.drain(a.min(b)..=a.max(b));
            a.min(b)
        }
        _ => place(&lines, content, &request.place)?,
    };
    if let Some(before) = at.checked_sub(1).and_then(|at| lines.get_mut(at))
        && !before.ends_with(b"\n")
    {
        before.push(b'\n');
    }
    let is_blank = |line: Option<&Vec<u8>>| line.is_none_or(|line| line == b"\n");
    let before = at.checked_sub(1).and_then(|at| lines.get(at));
    if request.prepend_newline && is_present && !is_blank(before) {
        lines.insert(at, b"\n".to_vec());
        at += 1;
    }
    let block = if is_present { block_lines(request.block, &begin, &end) } else { Vec::new() };
    let after = at + block.len();
    lines.splice(at..at, block);
    if request.append_newline && is_present && !is_blank(lines.get(after)) {
        lines.insert(after, b"\n".to_vec());
    }
    Ok(lines.concat())
}

/// The block with its markers; nothing if it is empty.
fn block_lines(block: &str, begin: &str, end: &str) -> Vec<Vec<u8>> {
    if block.is_empty() {
        return Vec::new();
    }
    let mut content = block.as_bytes().to_vec();
    if !content.ends_with(b"\n") {
        content.push(b'\n');
    }
    let mut all = vec![begin.as_bytes().to_vec()];
    all.extend(lines(&content));
    all.push(end.as_bytes().to_vec());
    all
}

/// The number of the line before which a new block goes.
fn place(lines: &[Vec<u8>], content: &[u8], place: &Place) -> Result<usize, String> {
    let (pattern, is_after) = match place {
        Place::Begin => return Ok(0),
        Place::End => return Ok(lines.len()),
        Place::After(pattern) => (pattern, true),
        Place::Before(pattern) => (pattern, false),
    };
    let mut found = None;
    if pattern.is_multiline() {
        // The whole content is searched, so that the pattern may span lines.
        if let Some(hit) = pattern.search(content, 0)? {
            let upto = if is_after { hit.whole.1 } else { hit.whole.0 };
            let upto = content.get(..upto).unwrap_or_default();
            found = Some(upto.iter().filter(|byte| **byte == b'\n').count());
        }
    } else {
        for (at, line) in lines.iter().enumerate() {
            if pattern.is_found(line)? {
                found = Some(at);
            }
        }
    }
    Ok(found.map_or(lines.len(), |at| if is_after { at + 1 } else { at }).min(lines.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::{Flags, Over};

    fn pattern(text: &str) -> Pattern {
        Pattern::new(text, Over::Bytes, Flags::default()).unwrap()
    }

    fn request(block: &str, place: Place) -> Request<'_> {
        Request { block, begin: "# B", end: "# E", place, append_newline: false, prepend_newline: false }
    }

    fn edited(content: &str, request: &Request<'_>) -> String {
        String::from_utf8(edit(content.as_bytes(), request, true).unwrap()).unwrap()
    }

    #[test]
    fn blocks_are_put_replaced_and_removed() {
        let one = edited("a", &request("x\ny", Place::End));
        assert_eq!(one, "a\n# B\nx\ny\n# E\n");
        let two = edited(&one, &request("z\n", Place::Begin));
        assert_eq!(two, "a\n# B\nz\n# E\n");
        assert_eq!(edited(&two, &request("", Place::End)), "a\n");
        let removed = edit(two.as_bytes(), &request("z", Place::End), false).unwrap();
        assert_eq!(removed, b"a\n");
        assert_eq!(edited("", &request("x", Place::End)), "# B\nx\n# E\n");
    }

    #[test]
    fn places() {
        for (place, result) in [
            (Place::Begin, "# B\nx\n# E\na\nb\na\n"),
            (Place::After(pattern("^b")), "a\nb\n# B\nx\n# E\na\n"),
            (Place::Before(pattern("^a")), "a\nb\n# B\nx\n# E\na\n"),
            (Place::After(pattern("zz")), "a\nb\na\n# B\nx\n# E\n"),
            (Place::After(pattern(r"(?m)^a\nb$")), "a\nb\n# B\nx\n# E\na\n"),
            (Place::Before(pattern(r"(?m)^b\na$")), "a\n# B\nx\n# E\nb\na\n"),
        ] {
            assert_eq!(edited("a\nb\na\n", &request("x", place)), result);
        }
    }

    #[test]
    fn empty_lines_around() {
        let it = Request {
            append_newline: true,
            prepend_newline: true,
            ..request("x", Place::After(pattern("a")))
        };
        assert_eq!(edited("a\nb\n", &it), "a\n\n# B\nx\n# E\n\nb\n");
        let it = Request { place: Place::Begin, ..it };
        assert_eq!(edited("a\n", &it), "# B\nx\n# E\n\na\n");
    }

    #[test]
    fn markers_in_disorder_are_removed_with_what_is_between() {
        assert_eq!(edited("a\n# E\nold\n# B\nb\n", &request("x", Place::End)), "a\n# B\nx\n# E\nb\n");
    }

    proptest::proptest! {
        #[test]
        fn the_second_time_nothing_changes(
            content in "([ab]{0,3}(\n|\r\n)){0,6}[ab]{0,2}",
            block in "([xy]{0,2}\n?){0,3}",
            place in 0..4_u8,
            other in "[ab]",
            append_newline: bool,
            prepend_newline: bool,
            is_present: bool,
        ) {
            let place = match place {
                0 => Place::Begin,
                1 => Place::End,
                2 => Place::After(pattern(&other)),
                _ => Place::Before(pattern(&other)),
            };
            // An empty block with empty lines around it leaves a new empty line each time, in Ansible too.
            let spaced = !block.is_empty();
            let it = Request {
                append_newline: append_newline && spaced,
                prepend_newline: prepend_newline && spaced,
                ..request(&block, place)
            };
            let once = edit(content.as_bytes(), &it, is_present).unwrap();
            proptest::prop_assert_eq!(&edit(&once, &it, is_present).unwrap(), &once);
        }
    }
}
