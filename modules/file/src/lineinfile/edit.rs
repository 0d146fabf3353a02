//! What `lineinfile` does to the lines of a file. Nothing is read or written here.

use crate::pattern::{Pattern, Template};

/// A request to have a line.
#[derive(Clone, Debug)]
pub struct Present<'a> {
    /// Which lines it replaces.
    pub finder: Finder<'a>,
    /// The line, without its ending.
    pub line: &'a str,
    /// Where it goes if it replaces none.
    pub place: Place,
    /// Whether the line refers to groups of the pattern; without a match nothing is done then.
    pub backrefs: bool,
    /// Whether the first match counts, not the last.
    pub first_match: bool,
}

/// How lines are found.
#[derive(Clone, Debug)]
pub enum Finder<'a> {
    /// By a pattern.
    Pattern(&'a Pattern),
    /// By a text in them.
    Text(&'a str),
    /// Only a line that is the same is found.
    Same,
}

/// Where a line goes that is not there yet.
#[derive(Clone, Debug)]
pub enum Place {
    /// To the beginning of the file.
    Begin,
    /// To its end.
    End,
    /// After a line that matches, or to the end.
    After(Pattern),
    /// Before a line that matches, or to the end.
    Before(Pattern),
}

/// What became of the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Nothing.
    Unchanged,
    /// One is new.
    Added,
    /// One is another.
    Replaced,
}

impl Edit {
    /// Ansible's message.
    pub fn message(self) -> &'static str {
        match self {
            Edit::Unchanged => "",
            Edit::Added => "line added",
            Edit::Replaced => "line replaced",
        }
    }
}

/// The lines of `content`, each with its newline; only the last may lack one.
pub fn lines(content: &[u8]) -> Vec<Vec<u8>> {
    content.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// A line without the carriage returns and newlines at its end.
fn bare(line: &[u8]) -> &[u8] {
    let end = line.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |at| at + 1);
    line.get(..end).unwrap_or_default()
}

fn ended(line: &[u8]) -> Vec<u8> {
    [line, b"\n"].concat()
}

fn contains(line: &[u8], text: &[u8]) -> bool {
    text.is_empty() || line.windows(text.len()).any(|window| window == text)
}

impl Finder<'_> {
    fn finds(&self, line: &[u8], wanted: &[u8]) -> Result<bool, String> {
        match self {
            Finder::Pattern(pattern) => pattern.is_found(line),
            Finder::Text(text) => Ok(contains(line, text.as_bytes())),
            Finder::Same => Ok(bare(line) == wanted),
        }
    }
}

/// Makes the line present.
///
/// # Errors
/// If a pattern cannot be matched, or the line refers to a group that there is not; the message is Python's.
pub fn present(lines: &mut Vec<Vec<u8>>, request: &Present<'_>) -> Result<Edit, String> {
    if let Some((at, new)) = replaced(lines, request)? {
        return Ok(replace(lines, at, new));
    }
    let line = request.line.as_bytes();
    let (at, is_after) = match target(lines, request)? {
        Target::Same(at) => return Ok(replace(lines, at, ended_once(line))),
        _ if request.backrefs => return Ok(Edit::Unchanged),
        Target::Begin => (0, false),
        Target::End => (lines.len(), false),
        Target::After(at) => (at + 1, true),
        Target::Before(at) => (at, false),
    };
    // A line that follows already is not put there again.
    let follower = if at == lines.len() { at.checked_sub(1) } else { Some(at) };
    if is_after && follower.and_then(|at| lines.get(at)).is_some_and(|it| bare(it) == line) {
        return Ok(Edit::Unchanged);
    }
    // Ansible forgets this where the line goes after a last one that lacks its newline, and makes one of the two.
    if at == lines.len()
        && let Some(last) = lines.last_mut()
        && !last.ends_with(b"\n")
        && !last.ends_with(b"\r")
    {
        last.push(b'\n');
    }
    lines.insert(at.min(lines.len()), ended(line));
    Ok(Edit::Added)
}

fn replace(lines: &mut [Vec<u8>], at: usize, new: Vec<u8>) -> Edit {
    match lines.get_mut(at) {
        Some(old) if *old != new => {
            *old = new;
            Edit::Replaced
        }
        _ => Edit::Unchanged,
    }
}

/// The line with a newline at its end.
fn ended_once(line: &[u8]) -> Vec<u8> {
    if line.ends_with(b"\n") { line.to_vec() } else { ended(line) }
}

/// The line that the finder's pattern or text finds, and what it becomes.
fn replaced(lines: &[Vec<u8>], request: &Present<'_>) -> Result<Option<(usize, Vec<u8>)>, String> {
    if matches!(request.finder, Finder::Same) {
        return Ok(None);
    }
    let mut found = None;
    for (at, line) in lines.iter().enumerate() {
        if request.finder.finds(line, b"")? {
            found = Some((at, line));
            if request.first_match {
                break;
            }
        }
    }
    let Some((at, line)) = found else { return Ok(None) };
    let new = match &request.finder {
        Finder::Pattern(pattern) if request.backrefs => {
            let template = Template::parse(request.line, pattern).map_err(|fault| fault.to_string())?;
            let mut new = Vec::new();
            if let Some(found) = pattern.search(line, 0)? {
                template.expand(line, &found, &mut new);
            }
            new
        }
        _ => request.line.as_bytes().to_vec(),
    };
    Ok(Some((at, ended_once(&new))))
}

/// Where the line stands or goes.
enum Target {
    Same(usize),
    Begin,
    End,
    After(usize),
    Before(usize),
}

fn target(lines: &[Vec<u8>], request: &Present<'_>) -> Result<Target, String> {
    let (mut same, mut beside) = (None, None);
    for (at, line) in lines.iter().enumerate() {
        if bare(line) == request.line.as_bytes() {
            same = Some(at);
            continue;
        }
        let matches = match &request.place {
            Place::After(pattern) | Place::Before(pattern) => pattern.is_found(line)?,
            Place::Begin | Place::End => false,
        };
        if matches {
            beside = Some(at);
            if request.first_match {
                break;
            }
        }
    }
    Ok(match (same, &request.place, beside) {
        (Some(at), ..) => Target::Same(at),
        (None, Place::Begin, _) => Target::Begin,
        (None, Place::After(_), Some(at)) => Target::After(at),
        (None, Place::Before(_), Some(at)) => Target::Before(at),
        _ => Target::End,
    })
}

/// Removes every line that is found, or is the same as `line`; how many there were.
///
/// # Errors
/// If a pattern cannot be matched.
pub fn absent(lines: &mut Vec<Vec<u8>>, finder: &Finder<'_>, line: &str) -> Result<usize, String> {
    let before = lines.len();
    let mut kept = Vec::with_capacity(before);
    for old in lines.drain(..) {
        if !finder.finds(&old, line.as_bytes())? {
            kept.push(old);
        }
    }
    *lines = kept;
    Ok(before - lines.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::{Flags, Over};

    fn pattern(text: &str) -> Pattern {
        Pattern::new(text, Over::Bytes, Flags::default()).unwrap()
    }

    fn request<'a>(finder: Finder<'a>, line: &'a str, place: Place) -> Present<'a> {
        Present { finder, line, place, backrefs: false, first_match: false }
    }

    fn edited(content: &str, request: &Present<'_>) -> (String, Edit) {
        let mut lines = lines(content.as_bytes());
        let edit = present(&mut lines, request).unwrap();
        (String::from_utf8(lines.concat()).unwrap(), edit)
    }

    #[test]
    fn the_last_match_is_replaced_or_the_first() {
        let by = pattern("^a=");
        let mut it = request(Finder::Pattern(&by), "a=9", Place::End);
        assert_eq!(edited("a=1\nb\na=3\n", &it), ("a=1\nb\na=9\n".into(), Edit::Replaced));
        it.first_match = true;
        assert_eq!(edited("a=1\nb\na=3\n", &it), ("a=9\nb\na=3\n".into(), Edit::Replaced));
        assert_eq!(edited("b", &it), ("b\na=9\n".into(), Edit::Added));
        assert_eq!(edited("", &it), ("a=9\n".into(), Edit::Added));
    }

    #[test]
    fn places() {
        for (place, content, result) in [
            (Place::Begin, "a\n", "x\na\n"),
            (Place::End, "a", "a\nx\n"),
            (Place::After(pattern("a")), "a\nb\na\nb\n", "a\nb\na\nx\nb\n"),
            (Place::After(pattern("b")), "a\nb", "a\nb\nx\n"),
            (Place::Before(pattern("a")), "b\na\n", "b\nx\na\n"),
            (Place::Before(pattern("zz")), "b\n", "b\nx\n"),
        ] {
            let it = request(Finder::Same, "x", place);
            let (once, edit) = edited(content, &it);
            assert_eq!((once.as_str(), edit), (result, Edit::Added), "{content:?}");
            assert_eq!(edited(&once, &it), (once.clone(), Edit::Unchanged), "{content:?} again");
        }
    }

    #[test]
    fn other_line_endings_become_newlines() {
        let it = request(Finder::Same, "y", Place::End);
        assert_eq!(edited("x\r\ny\r\n", &it), ("x\r\ny\n".into(), Edit::Replaced));
    }

    #[test]
    fn back_references() {
        let by = pattern(r"^(\w+)=(?P<v>.*)$");
        let mut it = request(Finder::Pattern(&by), r"\1: \g<v>", Place::End);
        it.backrefs = true;
        assert_eq!(edited("a=1\n", &it), ("a: 1\n".into(), Edit::Replaced));
        assert_eq!(edited("none\n", &it), ("none\n".into(), Edit::Unchanged));
        it.line = r"\7";
        let error = present(&mut lines(b"a=1\n"), &it).unwrap_err();
        assert_eq!(error, "invalid group reference 7 at position 1");
    }

    #[test]
    fn lines_are_removed() {
        let by = pattern("^a");
        for (finder, line, left, count) in [
            (Finder::Pattern(&by), "", "b\n", 2),
            (Finder::Text("b"), "", "a\n", 2),
            (Finder::Same, "b", "a\nab", 1),
        ] {
            let mut lines = lines(b"a\nb\nab");
            let removed = absent(&mut lines, &finder, line).unwrap();
            assert_eq!((String::from_utf8(lines.concat()).unwrap().as_str(), removed), (left, count));
        }
    }

    proptest::proptest! {
        #[test]
        fn the_second_time_nothing_changes(
            content in "([abx=]{0,4}\r?\n){0,6}[abx=]{0,3}",
            line in "[abx]{1,3}",
            place in 0..4_u8,
            other in "[abx]",
            first_match: bool,
            with_finder: bool,
        ) {
            // As the documentation asks, the pattern matches the new line too.
            let by = pattern(&format!("^{}", &line[..1]));
            let place = match place {
                0 => Place::Begin,
                1 => Place::End,
                2 => Place::After(pattern(&other)),
                _ => Place::Before(pattern(&other)),
            };
            let finder = if with_finder { Finder::Pattern(&by) } else { Finder::Same };
            let it = Present { first_match, ..request(finder, &line, place) };
            let (once, _) = edited(&content, &it);
            proptest::prop_assert_eq!(edited(&once, &it), (once.clone(), Edit::Unchanged));
        }
    }
}
