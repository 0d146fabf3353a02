//! Which facts a plan refers to, so that a runner gathers no others.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustle_schema::task::Action;
use rustle_template::analysis::Analysis;
use rustle_value::Value;

use crate::check::texts::{Text, Use};
use crate::check::walk::Everything;
use crate::check::{Subject, template_files};

/// The facts that are referred to, without `ansible_` before them, sorted; `None` where it cannot be told, so that all are
/// gathered.
pub(crate) fn referred(
    subject: &Subject<'_>,
    all: &Everything<'_>,
    texts: &[Text<'_>],
) -> Option<Vec<String>> {
    if all
        .tasks
        .iter()
        .any(|visited| shows_facts(subject, &visited.task.action, visited.task.register.is_some()))
    {
        return None;
    }
    if has_unread_templates(subject, texts) {
        return None;
    }
    let mut facts = BTreeSet::new();
    for text in texts {
        of_text(&text.analysis, &mut facts)?;
    }
    Some(facts.into_iter().map(str::to_owned).collect())
}

/// Whether a task hands out facts as a whole, or renders a template that is not at hand: one of the host's.
fn shows_facts(subject: &Subject<'_>, action: &Action, registered: bool) -> bool {
    let Action::Module { module, args, .. } = action else { return false };
    if module == "setup" {
        return registered || args.as_map().is_some_and(|args| !args.is_empty());
    }
    let Some(module) = subject.modules.get(module) else { return true };
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
fn has_unread_templates(subject: &Subject<'_>, texts: &[Text<'_>]) -> bool {
    let read: BTreeSet<&str> = texts.iter().filter_map(|text| text.place.file()).collect();
    let mut paths = subject.files.embedded.keys().map(|path| String::from_utf8_lossy(path));
    paths.any(|path| template_files::is_below(&path, template_files::FOLDER) && !read.contains(&*path))
        && texts.iter().any(|text| text.use_ == Use::Certain)
}

/// Adds the facts that a text refers to; `None` if that may be any.
fn of_text<'a>(analysis: &'a Analysis, facts: &mut BTreeSet<&'a str>) -> Option<()> {
    for used in &analysis.variables {
        let path: Vec<&str> = used.path.iter().map(|step: &Arc<str>| &**step).collect();
        let fact = match path.as_slice() {
            ["ansible_facts" | "vars" | "hostvars"] | ["hostvars", _] | ["hostvars", _, "ansible_facts"] => {
                return None;
            }
            ["ansible_facts" | "vars", fact, ..] | ["hostvars", _, "ansible_facts", fact, ..] => fact,
            ["hostvars", _, fact, ..] => fact,
            [name, ..] if name.starts_with("ansible_") => name,
            _ => continue,
        };
        // What is computed may be any.
        if *fact == "*" {
            return None;
        }
        facts.insert(bare(fact));
    }
    for lookup in &analysis.lookups {
        match lookup.name.as_deref().map(|name| name.rsplit('.').next().unwrap_or(name)) {
            Some("vars") => {
                for term in &lookup.terms {
                    match term {
                        Some(Value::Str(name)) => {
                            facts.insert(bare(name));
                        }
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

fn bare(name: &str) -> &str {
    name.strip_prefix("ansible_").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use rustle_template::{Engine, Options};

    use super::*;

    fn facts(template: &str) -> Option<Vec<String>> {
        let analysis = Engine::new().template(template, &Options::default()).unwrap().analysis();
        let mut facts = BTreeSet::new();
        of_text(&analysis, &mut facts)?;
        Some(facts.into_iter().map(str::to_owned).collect())
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
