//! Which tasks their tags select.

use rustle_schema::task::{Directives, Step};
use rustle_value::Value;

use super::State;
use crate::templating::Evaluate as _;
use crate::variables::Scope;

impl<'p> State<'p> {
    /// Whether a task with these keywords at `scope` shall run.
    pub(super) fn selected(&self, directives: &Directives, scope: &Scope<'p>) -> bool {
        if directives.tags.is_empty() && scope.keywords.tags.is_empty() {
            return self.settings.takes_all_tags()
                || selects(&self.settings.tags, &self.settings.skip_tags, &[]);
        }
        let mut tags: Vec<String> = Vec::new();
        for tag in scope.keywords.tags.iter().copied().chain(&directives.tags) {
            self.flatten(tag, scope, &mut tags);
        }
        selects(&self.settings.tags, &self.settings.skip_tags, &tags)
    }

    /// The tags that one entry stands for: a template may give a list.
    fn flatten(&self, tag: &Value, scope: &Scope<'p>, tags: &mut Vec<String>) {
        match tag {
            Value::Str(text) => tags.push(text.to_string()),
            Value::List(items) | Value::Tuple(items) => {
                items.iter().for_each(|item| self.flatten(item, scope, tags));
            }
            Value::Template(_) => {
                let nothing = super::rendering::Nothing::default();
                match self.engine.resolve(tag, &self.world(scope, &nothing)) {
                    Ok(Value::Template(_)) => {}
                    Ok(value) => self.flatten(&value, scope, tags),
                    Err(error) => self.warn(&format!("a tag cannot be rendered: {error}")),
                }
            }
            Value::None | Value::Undefined(_) | Value::Omit => {}
            other => tags.push(other.to_string()),
        }
    }

    /// Whether any task among `steps` shall run; what is included is not looked into.
    pub(super) fn any_selected(&self, steps: &'p [Step], scope: &std::rc::Rc<Scope<'p>>) -> bool {
        steps.iter().any(|step| match step {
            Step::Task(task) => self.selected(&task.directives, scope),
            Step::Block(block) => {
                let scope = scope.child(&block.directives, &block.notify);
                [&block.block, &block.rescue, &block.always]
                    .into_iter()
                    .any(|it| self.any_selected(it, &scope))
            }
            Step::Role(_) => true,
        })
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
