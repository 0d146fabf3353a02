//! Which facts a plan refers to, so that a runner gathers no others.

use std::collections::BTreeSet;

use rustle_schema::task::Action;
use rustle_template::analysis::Analysis;
use rustle_value::Value;

use crate::check::walk::Visited;
use crate::check::{Subject, template_files};

/// The facts that are referred to, as far as texts were read.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    names: BTreeSet<String>,
    /// Whether it cannot be told which they are.
    all: bool,
    /// The files of templates that were read, by their paths in the bundle.
    read: BTreeSet<String>,
}

impl Facts {
    /// Adds what tasks refer to beside their texts.
    pub(crate) fn tasks(&mut self, tasks: &[Visited<'_>]) {
        self.all = self.all || tasks.iter().any(shows_facts);
    }

    /// Adds what a text refers to.
    pub(crate) fn add(&mut self, analysis: &Analysis) {
        if !self.all {
            self.all = of_text(analysis, &mut self.names).is_none();
        }
    }

    /// Notes that the file of a template was read.
    pub(crate) fn was_read(&mut self, path: &str) {
        self.read.insert(path.to_owned());
    }

    /// The facts that are referred to, without `ansible_` before them, sorted; `None` where it cannot be told, so that all
    /// are gathered. `certain` says that a text is evaluated for certain.
    pub(crate) fn referred(self, subject: &Subject<'_>, certain: bool) -> Option<Vec<String>> {
        let unread = certain && has_unread_templates(subject, &self.read);
        (!self.all && !unread).then(|| self.names.into_iter().collect())
    }
}

/// Whether a task hands out facts as a whole, or renders a template that is not at hand: one of the host's.
fn shows_facts(visited: &Visited<'_>) -> bool {
    let Action::Module { module, args, .. } = &visited.task.action else { return false };
    if module == "setup" {
        return visited.task.register.is_some() || args.as_map().is_some_and(|args| !args.is_empty());
    }
    let Some(module) = visited.module else { return true };
    let templates = module
        .spec
        .args
        .iter()
        .filter(|arg| arg.file == Some(rustle_schema::module_spec::FileArg::Templates));
    let mut names = templates.flat_map(|arg| std::iter::once(&arg.name).chain(&arg.aliases));
    names.any(|name| match args.get(name) {
        Some(Value::Str(text) | Value::Template(text)) => text.starts_with(['/', '~']),
        _ => false,
    })
}

/// Whether a file of a template was not read: it may refer to anything.
fn has_unread_templates(subject: &Subject<'_>, read: &BTreeSet<String>) -> bool {
    let mut paths = subject.files.embedded.keys().map(|path| String::from_utf8_lossy(path));
    paths.any(|path| template_files::is_below(&path, template_files::FOLDER) && !read.contains(&*path))
}

/// Adds the facts that a text refers to; `None` if that may be any.
fn of_text(analysis: &Analysis, facts: &mut BTreeSet<String>) -> Option<()> {
    for used in &analysis.variables {
        let step = |index: usize| used.path.get(index).map(|step| &**step);
        let fact = match (used.name(), step(1), step(2), step(3)) {
            ("ansible_facts" | "vars" | "hostvars", None, ..) | ("hostvars", _, None, _) => return None,
            ("hostvars", _, Some("ansible_facts"), None) => return None,
            ("ansible_facts" | "vars", Some(fact), ..) => fact,
            ("hostvars", _, Some("ansible_facts"), Some(fact)) | ("hostvars", _, Some(fact), _) => fact,
            (name, ..) if name.starts_with("ansible_") => name,
            _ => continue,
        };
        // What is computed may be any.
        if fact == "*" {
            return None;
        }
        note(facts, fact);
    }
    for lookup in &analysis.lookups {
        match lookup.name.as_deref().map(|name| name.rsplit('.').next().unwrap_or(name)) {
            Some("vars") => {
                for term in &lookup.terms {
                    match term {
                        Some(Value::Str(name)) => note(facts, name),
                        _ => return None,
                    }
                }
            }
            Some("varnames") | None => return None,
            _ => {}
        }
    }
    Some(())
}

fn note(facts: &mut BTreeSet<String>, name: &str) {
    if !facts.contains(bare(name)) {
        facts.insert(bare(name).to_owned());
    }
}

fn bare(name: &str) -> &str {
    name.strip_prefix("ansible_").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use rustle_template::Options;

    use super::*;

    fn facts(template: &str) -> Option<Vec<String>> {
        let analysis = Analysis::of_template(template, &Options::default()).unwrap();
        let mut facts = BTreeSet::new();
        of_text(&analysis, &mut facts)?;
        Some(facts.into_iter().collect())
    }

    #[test]
    fn facts_by_either_name() {
        let found = facts(
            "{{ ansible_facts.os_family }} {{ ansible_facts['kernel'] }} {{ ansible_eth0.ipv4 }} {{ x }}",
        );
        assert_eq!(found.unwrap(), ["eth0", "kernel", "os_family"]);
        assert_eq!(facts("{{ hostvars['db'].ansible_facts.fqdn }}").unwrap(), ["fqdn"]);
        assert_eq!(facts("{{ lookup('vars', 'ansible_domain') }}").unwrap(), ["domain"]);
        assert_eq!(facts("{{ hostvars[db].ansible_facts['fqdn'] }}").unwrap(), ["fqdn"]);
        assert_eq!(facts("{{ port }}").unwrap(), [""; 0]);
    }

    #[test]
    fn the_whole_dictionary_is_all_facts() {
        for template in [
            "{{ ansible_facts }}",
            "{{ ansible_facts[name] }}",
            "{{ hostvars[host] }}",
            "{{ lookup('vars', name) }}",
            "{{ vars }}",
        ] {
            assert_eq!(facts(template), None, "{template}");
        }
    }
}
