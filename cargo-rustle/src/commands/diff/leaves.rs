//! Two values, compared leaf by leaf.

use serde_json::{Value, json};

/// As much of a text is shown on one line.
const SHOWN: usize = 100;

/// One leaf that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Where it stands: `args.mode`.
    pub path: String,
    /// What stood there; nothing if it is new.
    pub old: Option<Value>,
    /// What stands there; nothing if it is gone.
    pub new: Option<Value>,
}

impl Difference {
    /// For people, one line.
    pub fn text(&self) -> String {
        let Difference { path, old, new } = self;
        match (old, new) {
            (None, Some(new)) => format!("  + {path}: {}\n", shown(new)),
            (Some(old), None) => format!("  - {path}: {}\n", shown(old)),
            (Some(old), Some(new)) => format!("  ~ {path}: {} -> {}\n", shown(old), shown(new)),
            (None, None) => String::new(),
        }
    }

    /// For programs.
    pub fn json(&self) -> Value {
        json!({"path": self.path, "old": self.old, "new": self.new})
    }
}

/// A value as people write it: what is marked as a template is its text.
pub fn shown(value: &Value) -> String {
    let text = match value {
        Value::Object(map) if map.len() == 1 => {
            match map.get("$rustle").and_then(Value::as_array).map(Vec::as_slice) {
                Some([_, Value::String(text)]) => text.clone(),
                _ => value.to_string(),
            }
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let one_line = text.escape_debug().to_string().replace("\\\"", "\"").replace("\\'", "'");
    match one_line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", one_line.get(..end).unwrap_or_default()),
        None => one_line,
    }
}

/// The leaves that differ, by path. A mapping that is only in one of both is one leaf, and so is a list.
pub fn compare(old: &Value, new: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    walk("", Some(old), Some(new), &mut found);
    found
}

fn walk(path: &str, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<Difference>) {
    if old == new {
        return;
    }
    if let (Some(Value::Object(old)), Some(Value::Object(new))) = (old, new)
        && !old.contains_key("$rustle")
        && !new.contains_key("$rustle")
    {
        let mut keys: Vec<&String> = old.keys().chain(new.keys()).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            walk(&below, old.get(key), new.get(key), found);
        }
        return;
    }
    found.push(Difference { path: path.to_owned(), old: old.cloned(), new: new.cloned() });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_are_told_by_path() {
        let old = json!({"args": {"mode": "0644", "src": "a", "list": [1, 2]}, "same": 1, "gone": {"x": 1}});
        let new = json!({"args": {"mode": "0600", "src": {"$rustle": ["t", "{{ a }}"]}, "list": [1]}, "same": 1, "new": true});
        let text: String = compare(&old, &new).iter().map(Difference::text).collect();
        assert_eq!(
            text,
            "  ~ args.list: [1,2] -> [1]\n  ~ args.mode: 0644 -> 0600\n  ~ args.src: a -> {{ a }}\n  - gone: {\"x\":1}\n  + new: true\n"
        );
        assert_eq!(compare(&old, &old), []);
        assert_eq!(shown(&json!("a\nb")), "a\\nb");
        assert_eq!(shown(&json!("x".repeat(500))).chars().count(), SHOWN + 1);
    }
}
