//! Differences without secrets, without those that were there before too.

use rustle_value::{Map, Value};

use super::{MASK, Redaction};

/// A difference, or a list of them.
///
/// What stands in `after` is known and found. What it replaces is an older secret, which nobody knows any more: it is
/// hidden where it stands in the place of a secret, that is, behind the same beginning of a line, or as a whole.
pub(super) fn redacted(redaction: &Redaction, value: &Value) -> Value {
    match value {
        Value::List(items) => Value::list(items.iter().map(|item| redacted(redaction, item))),
        Value::Map(map) => Value::Map(one(redaction, map)),
        other => redaction.value(other).unwrap_or_else(|| other.clone()),
    }
}

fn one(redaction: &Redaction, map: &Map) -> Map {
    let mut shown = redaction.map(map).unwrap_or_else(|| map.clone());
    for (new, old) in [("after", "before"), ("before", "after")] {
        let (Some(Value::Str(new)), Some(Value::Str(text))) = (shown.get(new), shown.get(old)) else {
            continue;
        };
        if let Some(text) = counterpart(new, text) {
            shown.insert(old, text);
        }
    }
    shown
}

/// `old` without what the masks in `new` have replaced; `None` if it stays as it is.
fn counterpart(new: &str, old: &str) -> Option<String> {
    if !new.contains(MASK) || old.is_empty() {
        return None;
    }
    // A file that is nothing but a secret.
    if new.trim() == MASK {
        return (old.trim() != MASK).then(|| format!("{MASK}\n"));
    }
    let beginnings: Vec<&str> = new
        .lines()
        .filter_map(|line| line.split_once(MASK).map(|(beginning, _)| beginning))
        .filter(|beginning| !beginning.trim().is_empty())
        .collect();
    let mut any = false;
    let lines: Vec<String> = old
        .split_inclusive('\n')
        .map(|line| {
            let found = beginnings.iter().find(|it| line.starts_with(**it) && !line.contains(MASK));
            any |= found.is_some();
            match found {
                Some(beginning) => {
                    let end = if line.ends_with('\n') { "\n" } else { "" };
                    format!("{beginning}{MASK}{end}")
                }
                None => line.to_owned(),
            }
        })
        .collect();
    any.then(|| lines.concat())
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
    fn without_secrets_a_difference_is_as_it_was() {
        assert_eq!(shown("a\n", "b\n"), ("a\n".into(), "b\n".into()));
    }
}
