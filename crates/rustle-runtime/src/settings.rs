//! [`Settings`]: what the command line asks of a run.

use std::time::Duration;

use rustle_value::Map;

/// What the command line asks of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Nothing is changed.
    pub check: bool,
    /// Differences are shown.
    pub diff: bool,
    /// How many `-v`.
    pub verbosity: u8,
    /// Only tasks with one of these tags; `all` where none is asked for.
    pub tags: Vec<String>,
    /// No tasks with one of these tags.
    pub skip_tags: Vec<String>,
    /// `--extra-vars`, in which templates may stand.
    pub extra_vars: Map,
    /// The task to begin at, by name or pattern.
    pub start_at_task: Option<String>,
    /// Each task is confirmed first.
    pub step: bool,
    /// Handlers run even where a task has failed.
    pub force_handlers: bool,
    /// The longest time of a task that has no `timeout` of its own.
    pub task_timeout: Option<Duration>,
    /// Whether somebody can be asked.
    pub interactive: bool,
    /// The host that was asked for, `ansible_limit`.
    pub limit: Option<String>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            check: false,
            diff: false,
            verbosity: 0,
            tags: vec!["all".into()],
            skip_tags: Vec::new(),
            extra_vars: Map::new(),
            start_at_task: None,
            step: false,
            force_handlers: false,
            task_timeout: None,
            interactive: false,
            limit: None,
        }
    }
}

impl Settings {
    /// Whether every task runs that is not tagged `never`.
    pub fn takes_all_tags(&self) -> bool {
        self.skip_tags.is_empty() && matches!(self.tags.as_slice(), [all] if all == "all")
    }

    /// Whether a task with these tags shall run.
    pub fn selects(&self, tags: &[String]) -> bool {
        selects(&self.tags, &self.skip_tags, tags)
    }
}

/// Ansible's rule: `always` and `never`, and the words `all`, `tagged` and `untagged` of the command line.
fn selects(only: &[String], skip: &[String], tags: &[String]) -> bool {
    let untagged = ["untagged".to_owned()];
    let tagged = !tags.is_empty();
    let tags = if tagged { tags } else { &untagged };
    let has = |tag: &str| tags.iter().any(|it| it == tag);
    let asks = |words: &[String], word: &str| words.iter().any(|it| it == word);
    let meets = |words: &[String]| tags.iter().any(|tag| words.contains(tag));
    let taken = has("always")
        || asks(only, "all") && !has("never")
        || meets(only)
        || asks(only, "tagged") && tagged && !has("never");
    let skipped = if asks(skip, "all") {
        !has("always") || asks(skip, "always")
    } else {
        meets(skip) || asks(skip, "tagged") && tagged
    };
    taken && !skipped
}

#[cfg(test)]
mod tests {
    use super::selects;

    fn run(only: &str, skip: &str, tags: &str) -> bool {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        selects(&words(only), &words(skip), &words(tags))
    }

    #[test]
    fn tags_select_as_ansible_says() {
        for (only, skip, tags) in [
            ("all", "", ""),
            ("all", "", "a"),
            ("a", "", "a b"),
            ("b", "", "always"),
            ("never", "", "never"),
            ("a", "", "never a"),
            ("tagged", "", "a"),
            ("untagged", "", ""),
            ("all", "b", "a"),
            ("all", "all", "always"),
            ("all", "tagged", ""),
        ] {
            assert!(run(only, skip, tags), "--tags {only} --skip-tags {skip}: {tags}");
        }
        for (only, skip, tags) in [
            ("all", "", "never"),
            ("a", "", "b"),
            ("a", "", ""),
            ("tagged", "", ""),
            ("tagged", "", "never a"),
            ("untagged", "", "a"),
            ("all", "a", "a b"),
            ("all", "always", "always"),
            ("all", "untagged", ""),
            ("all", "all", "a"),
            ("all", "all always", "always"),
            ("all", "tagged", "a"),
        ] {
            assert!(!run(only, skip, tags), "--tags {only} --skip-tags {skip}: {tags}");
        }
    }
}
