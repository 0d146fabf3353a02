//! The path to a value within a task or a mapping of variables.

use std::fmt;

/// The path to a value: `vars.packages[0].name`. A key that holds a dot or a bracket is quoted: `args["net.ipv4"]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ValuePath {
    steps: Vec<Step>,
}

/// One step of a [`ValuePath`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    /// To the value under a key.
    Key(String),
    /// To an item of a list.
    Index(usize),
}

impl ValuePath {
    /// The empty path.
    pub fn root() -> ValuePath {
        ValuePath::default()
    }

    /// The path to what lies under `key`.
    #[must_use]
    pub fn key(&self, key: &str) -> ValuePath {
        self.with(Step::Key(key.to_owned()))
    }

    /// The path to the item with number `index`.
    #[must_use]
    pub fn index(&self, index: usize) -> ValuePath {
        self.with(Step::Index(index))
    }

    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }

    fn with(&self, step: Step) -> ValuePath {
        let mut steps = self.steps.clone();
        steps.push(step);
        ValuePath { steps }
    }
}

impl From<&str> for ValuePath {
    /// Reads a path as [`ValuePath`]'s `Display` writes it; what is malformed counts as part of a key.
    fn from(text: &str) -> ValuePath {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some((step, after)) = bracketed(rest) {
                steps.push(step);
                rest = after.strip_prefix('.').unwrap_or(after);
                continue;
            }
            let end = rest
                .char_indices()
                .skip(1)
                .find(|(_, c)| matches!(c, '.' | '['))
                .map_or(rest.len(), |(at, _)| at);
            let (key, after) = rest.split_at(end);
            steps.push(Step::Key(key.to_owned()));
            rest = after.strip_prefix('.').unwrap_or(after);
        }
        ValuePath { steps }
    }
}

impl From<&ValuePath> for ValuePath {
    fn from(path: &ValuePath) -> ValuePath {
        path.clone()
    }
}

/// The step that `[0]` or `["key"]` at the beginning of `text` stands for, and what follows it.
fn bracketed(text: &str) -> Option<(Step, &str)> {
    let inner = text.strip_prefix('[')?;
    if let Some(quoted) = inner.strip_prefix('"') {
        let end = quoted.find("\"]")?;
        return Some((Step::Key(quoted.get(..end)?.to_owned()), quoted.get(end + 2..)?));
    }
    let end = inner.find(']')?;
    Some((Step::Index(inner.get(..end)?.parse().ok()?), inner.get(end + 1..)?))
}

impl fmt::Display for ValuePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.steps.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) if key.is_empty() || key.contains(['.', '[']) => write!(f, "[\"{key}\"]")?,
                Step::Key(key) if number == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_they_are_written() {
        for text in
            ["args", "args.src", "vars.list[3].name", "args[\"net.ipv4\"][0]", "[\"a.b\"].c", "[0][1]"]
        {
            assert_eq!(ValuePath::from(text).to_string(), text);
        }
        let path = ValuePath::root().key("vars").key("a.b").index(2);
        assert_eq!(path.to_string(), "vars[\"a.b\"][2]");
        assert_eq!(ValuePath::from(path.to_string().as_str()), path);
    }

    #[test]
    fn what_is_malformed_is_a_key() {
        assert_eq!(ValuePath::from("a[b").steps().len(), 2);
        assert_eq!(ValuePath::from("[x]").steps(), [Step::Key("[x]".into())]);
    }
}
