//! Differences without secrets, without those that were there before too.

use std::ops::Range;

use rustle_value::{Map, Value};
use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};

use super::{MASK, Redaction};

/// A difference, or a list of them.
///
/// What stands in `after` is known and found. What it replaces is an older secret, which nobody knows any more: it is
/// hidden where it may stand in the place of a secret.
pub(super) fn redacted(redaction: &Redaction, value: &Value) -> Value {
    match value {
        Value::List(items) => Value::list(items.iter().map(|item| redacted(redaction, item))),
        other => redaction.value(other).unwrap_or_else(|| other.clone()),
    }
}

/// Takes older secrets out of `map`, whose secrets are masked already, if it is a difference.
pub(super) fn conceal(map: &mut Map) {
    let text = |map: &Map, key: &str| map.get(key).and_then(Value::as_str).map(str::to_owned);
    let (Some(before), Some(after)) = (text(map, "before"), text(map, "after")) else { return };
    let shown = if is_masked(&after) { whole(&before) } else { by_line(&after, &before, true) };
    // A line that is hidden in one is hidden in the other as well: both may have the older secret.
    let known = shown.as_deref().unwrap_or(&before);
    let new = if is_masked(&before) { whole(&after) } else { by_line(known, &after, false) };
    for (key, hidden) in [("before", shown), ("after", new)] {
        if let Some(hidden) = hidden {
            map.insert(key, hidden);
        }
    }
}

/// `text` where the other side is nothing but a secret; `None` if it stays as it is.
fn whole(text: &str) -> Option<String> {
    (!text.is_empty() && !is_masked(text)).then(|| format!("{MASK}\n"))
}

/// How many lines may lie between a secret and what it has replaced: as many as a difference shows around a change.
const NEAR: usize = 3;

/// `old` without what the masks in `new` have replaced: lines that begin as a masked line does, and, if `replaced`, where
/// there is none of them, all lines near it that are not there any more. `None` if it stays as it is.
fn by_line(new: &str, old: &str, replaced: bool) -> Option<String> {
    if !new.contains(MASK) || old.is_empty() {
        return None;
    }
    let new: Vec<&str> = new.split_inclusive('\n').collect();
    let old: Vec<&str> = old.split_inclusive('\n').collect();
    let mut hidden: Vec<Option<&str>> = vec![None; old.len()];
    for (beginning, _) in new.iter().filter_map(|line| line.split_once(MASK)) {
        if !beginning.trim().is_empty() {
            let alike = old
                .iter()
                .zip(&mut hidden)
                .filter(|(old, _)| old.starts_with(beginning) && !old.contains(MASK));
            alike.for_each(|(_, hidden)| *hidden = Some(beginning));
        }
    }
    if replaced {
        for range in gone_near_masks(&old, &new, &hidden) {
            hidden.get_mut(range).into_iter().flatten().for_each(|hidden| *hidden = hidden.or(Some("")));
        }
    }
    hidden.iter().any(Option::is_some).then(|| {
        let line = |(old, hidden): (&&str, &Option<&str>)| match hidden {
            Some(beginning) if !is_masked(old) => {
                format!("{beginning}{MASK}{}", if old.ends_with('\n') { "\n" } else { "" })
            }
            _ => (*old).to_owned(),
        };
        old.iter().zip(&hidden).map(line).collect()
    })
}

/// The lines of `old` that are gone near a new line with a mask of which no old line is known to be the counterpart.
fn gone_near_masks(old: &[&str], new: &[&str], hidden: &[Option<&str>]) -> Vec<Range<usize>> {
    let has_none = |line: &&&str| {
        line.split_once(MASK)
            .is_some_and(|(beginning, _)| beginning.trim().is_empty() || !hidden.contains(&Some(beginning)))
    };
    let hunks = group_diff_ops(capture_diff_slices(Algorithm::Myers, old, new), NEAR);
    let near = |hunk: &Vec<DiffOp>| {
        let mut changes = hunk.iter().filter(|change| change.tag() != DiffTag::Equal);
        changes.any(|change| new.get(change.new_range()).into_iter().flatten().any(|line| has_none(&line)))
    };
    let gone = |hunk: Vec<DiffOp>| {
        hunk.into_iter().filter(|change| change.tag() != DiffTag::Equal).map(|change| change.old_range())
    };
    hunks.into_iter().filter(near).flat_map(gone).collect()
}

/// Whether a text is nothing but masks.
fn is_masked(text: &str) -> bool {
    text.contains(MASK) && text.split_whitespace().all(|word| word == MASK)
}

#[cfg(test)]
mod tests {
    use super::super::tests::redaction;
    use super::*;

    fn shown(before: &str, after: &str) -> (String, String) {
        let diff = Map::from([("before", before), ("after", after)]);
        let Value::Map(shown) = redacted(&redaction(), &Value::Map(diff)) else { panic!() };
        (shown.get("before").unwrap().to_string(), shown.get("after").unwrap().to_string())
    }

    #[test]
    fn the_secret_that_was_there_before_is_hidden_as_well() {
        let (before, after) = shown("user=a\npassword=older\nport=1\n", "user=a\npassword=hunter2\nport=2\n");
        assert_eq!(before, "user=a\npassword=********\nport=1\n");
        assert_eq!(after, "user=a\npassword=********\nport=2\n");
    }

    #[test]
    fn of_a_file_that_is_a_secret_nothing_is_shown() {
        assert_eq!(shown("older\n", "hunter2\n"), ("********\n".into(), "********\n".into()));
        assert_eq!(shown("", "hunter2\n").0, "", "that there was nothing is no secret");
    }

    #[test]
    fn a_line_that_is_a_secret_or_begins_with_one_hides_what_is_gone_near_it() {
        let key =
            |line: &str| format!("x\n-----BEGIN PRIVATE KEY-----\n{line}\n-----END PRIVATE KEY-----\nlast\n");
        assert_eq!(shown(&key("MIIOLD\nMORE"), &key("hunter2")).0, key("********\n********"));
        assert_eq!(
            shown("key: |\n  OLD\nport: 1\n", "key: |\n  hunter2\nport: 1\n").0,
            "key: |\n********\nport: 1\n"
        );
        assert_eq!(shown("older:user\n", "hunter2:user\n").0, "********\n");
        // Where the name has changed as well.
        assert_eq!(shown("a\npasswd=older\n", "a\npassword=hunter2\n").0, "a\n********\n");
        // What is far away is another change.
        let far = |first: &str, last: &str| format!("{first}\n{}{last}\n", "same\n".repeat(9));
        assert_eq!(shown(&far("port 1", "older"), &far("port 2", "hunter2")).0, far("port 1", "********"));
    }

    #[test]
    fn an_older_secret_that_stays_is_hidden_on_both_sides() {
        let line = "password=older\n";
        let (before, after) = shown(&format!("{line}port=1\n"), &format!("password=hunter2\n{line}port=1\n"));
        assert_eq!(before, "password=********\nport=1\n");
        assert_eq!(after, "password=********\npassword=********\nport=1\n");
    }

    #[test]
    fn a_difference_is_known_wherever_it_stands() {
        let diff = Map::from([("before", "older:user\n"), ("after", "hunter2:user\n")]);
        let held = Value::list([Value::Map(Map::from([("diff", Value::list([Value::Map(diff)]))]))]);
        let shown = redaction().value(&held).unwrap().to_string();
        assert!(!shown.contains("older") && shown.contains("'after': '********:user"), "{shown}");
    }

    #[test]
    fn without_secrets_a_difference_is_as_it_was() {
        assert_eq!(shown("a\n", "b\n"), ("a\n".into(), "b\n".into()));
    }
}
