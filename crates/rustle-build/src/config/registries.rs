//! `[registries]`: where packages of modules come from.

use std::collections::BTreeMap;

use rustle_playbook::Problem;

use super::reader::Table;

/// A registry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Registry {
    /// The address of its index.
    pub index: String,
    /// The prefixes of ids that come from here and from nowhere else.
    pub prefixes: Vec<String>,
    /// Whether ids that no registry is bound to come from here.
    pub default: bool,
    /// The environment variable that holds a token for it.
    pub token_env: Option<String>,
}

pub(super) fn registries(mut table: Table<'_>, problems: &mut Vec<Problem>) -> BTreeMap<String, Registry> {
    let mut all: BTreeMap<String, Registry> = BTreeMap::new();
    for name in table.keys() {
        let at = table.key_at(&name);
        let Some(mut inner) = table.table(&name, problems) else { continue };
        let registry = Registry {
            index: index(inner.text("index", problems).unwrap_or_default()),
            prefixes: inner.texts("prefixes", problems).into_iter().map(|(text, _)| text).collect(),
            default: inner.boolean("default", problems).unwrap_or_default(),
            token_env: inner.text("token_env", problems),
        };
        inner.finish(problems);
        let mut refuse = |message: String| {
            let problem = Problem::error("config", message);
            problems.push(at.as_ref().map(|at| problem.clone().at(at.clone())).unwrap_or(problem));
        };
        if registry.index.is_empty() {
            refuse(format!("the registry `{name}` needs the address of its `index`"));
        }
        for (other, before) in &all {
            if registry.default && before.default {
                refuse(format!("`{other}` and `{name}` are both the default registry"));
            }
            if let Some(prefix) = registry.prefixes.iter().find(|prefix| before.prefixes.contains(prefix)) {
                refuse(format!(
                    "`{prefix}` is bound to `{other}` and to `{name}`: an id comes from one registry"
                ));
            }
        }
        all.insert(name, registry);
    }
    all
}

/// The address of an index as it is compared: without Cargo's `sparse+`, with a slash at its end.
pub(super) fn index(written: String) -> String {
    let address = written.strip_prefix("sparse+").unwrap_or(&written);
    if address.is_empty() || address.ends_with('/') { address.to_owned() } else { format!("{address}/") }
}
