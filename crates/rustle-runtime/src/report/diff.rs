//! Differences, as Ansible shows them.

use rustle_value::json::{DumpsOptions, dumps};
use rustle_value::{Map, Value};
use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};

use super::style::{Kind, Style};

/// Lines around a change.
const CONTEXT: usize = 3;

/// The text of all differences in a result: one mapping, or a list of them.
pub fn render(diff: &Value, style: Style) -> String {
    match diff {
        Value::List(items) => items.iter().map(|item| render(item, style)).collect(),
        Value::Map(map) => one(map, style),
        _ => String::new(),
    }
}

fn one(diff: &Map, style: Style) -> String {
    let mut text = String::new();
    if let (Some(before), Some(after)) = (diff.get("before"), diff.get("after")) {
        let header = |key: &str, word: &str| match diff.get(key) {
            Some(header) => format!("{word}: {header}"),
            None => word.to_owned(),
        };
        let headers = (header("before_header", "before"), header("after_header", "after"));
        let (before, after) = (side(before), side(after));
        let shown = unified(&lines(&before), &lines(&after), (&headers.0, &headers.1), style);
        if !shown.is_empty() {
            text += &shown;
            text.push('\n');
        }
    }
    if let Some(prepared) = diff.get("prepared") {
        text += &prepared.to_string();
    }
    text
}

/// One side as text; a mapping of attributes is shown as JSON.
fn side(value: &Value) -> String {
    match value {
        Value::None => String::new(),
        Value::Map(_) => {
            let nice = DumpsOptions { separators: Some((",".into(), ": ".into())), ..DumpsOptions::nice() };
            dumps(value, &nice).map_or_else(|error| error.to_string(), |text| text + "\n")
        }
        other => other.to_string(),
    }
}

fn lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    if let Some(last) = lines.last_mut().filter(|last| !last.ends_with('\n')) {
        last.push_str("\n\\ No newline at end of file\n");
    }
    lines
}

fn unified(before: &[String], after: &[String], headers: (&str, &str), style: Style) -> String {
    let ops = capture_diff_slices(Algorithm::Myers, before, after);
    let groups = group_diff_ops(ops, CONTEXT);
    if groups.is_empty() {
        return String::new();
    }
    let mut text = String::new();
    let mut line = |line: &str, kind: Kind| match line.strip_suffix('\n') {
        Some(line) => {
            text += &style.paint(line, kind);
            text.push('\n');
        }
        None => text += &style.paint(line, kind),
    };
    line(&format!("--- {}\n", headers.0), Kind::Failed);
    line(&format!("+++ {}\n", headers.1), Kind::Ok);
    for group in groups {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let old = range(first.old_range().start, last.old_range().end);
        let new = range(first.new_range().start, last.new_range().end);
        line(&format!("@@ -{old} +{new} @@\n"), Kind::Skipped);
        for op in &group {
            let side = |side: &[String], range: std::ops::Range<usize>, sign: char| -> Vec<String> {
                side.get(range).unwrap_or_default().iter().map(|line| format!("{sign}{line}")).collect()
            };
            if let DiffOp::Equal { .. } = op {
                side(before, op.old_range(), ' ').iter().for_each(|it| line(it, Kind::Plain));
            } else {
                side(before, op.old_range(), '-').iter().for_each(|it| line(it, Kind::Failed));
                side(after, op.new_range(), '+').iter().for_each(|it| line(it, Kind::Ok));
            }
        }
    }
    text
}

/// A range of lines as a unified diff writes it.
fn range(start: usize, end: usize) -> String {
    match end - start {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        length => format!("{},{length}", start + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(before: impl Into<Value>, after: impl Into<Value>) -> String {
        let map = Map::from([("before", before.into()), ("after", after.into())]);
        render(&Value::Map(map), Style::new(false))
    }

    #[test]
    fn texts_are_compared_by_line() {
        let wanted = "--- before\n+++ after\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n\\ No newline at end of file\n\n";
        assert_eq!(shown("a\nb\n", "a\nc"), wanted);
        assert_eq!(shown("a\n", "a\n"), "");
        assert_eq!(shown("", "a\n"), "--- before\n+++ after\n@@ -0,0 +1 @@\n+a\n\n");
    }

    #[test]
    fn attributes_are_compared_as_json() {
        let text = shown(Map::from([("mode", "0644")]), Map::from([("mode", "0600")]));
        assert!(text.contains("-    \"mode\": \"0644\"\n+    \"mode\": \"0600\"\n"), "{text}");
    }

    #[test]
    fn what_a_module_wrote_itself_is_kept() {
        let map = Map::from([("prepared", "as it is\n")]);
        assert_eq!(render(&Value::list([Value::Map(map)]), Style::new(false)), "as it is\n");
    }
}
