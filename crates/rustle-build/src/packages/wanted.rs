//! Which packages a project wants, and where each of them comes from.

use std::collections::BTreeMap;

use rustle_playbook::{Location, Problem};
use rustle_schema::package::{ModuleId, Source};

use super::plan_modules;
use crate::config::modules::Wanted;
use crate::config::{Config, Declared, PlanSource, Registry};

/// The packages that `rustle.toml` and the plan want; where both want one, what `rustle.toml` says counts.
pub fn packages(
    folder: &std::path::Path,
    config: &Config,
    problems: &mut Vec<Problem>,
) -> BTreeMap<ModuleId, Declared> {
    let mut all = match config.source() {
        PlanSource::Plan(path) => plan_modules::read(folder, &path, problems),
        PlanSource::Playbook(_) => BTreeMap::new(),
    };
    all.extend(config.modules.clone());
    all
}

/// The source of a package that is wanted.
///
/// # Errors
/// If it should come from a registry, and none is bound to it, or another one than it names.
pub fn source(id: &ModuleId, declared: &Declared, config: &Config) -> Result<Source, Box<Problem>> {
    Ok(match &declared.source {
        Wanted::File { path } => Source::File { path: path.replace('\\', "/") },
        Wanted::Git { repository, reference, path, submodules, .. } => Source::Git {
            repository: repository.clone(),
            reference: reference.clone(),
            path: path.clone(),
            submodules: *submodules,
        },
        Wanted::Http { url, .. } => Source::Http { url: url.clone() },
        Wanted::Inline { file, .. } => Source::Inline { file: file.clone() },
        Wanted::Registry { registry, .. } => {
            let (_, registry) = bound(id, registry.as_deref(), config)
                .map_err(|problem| Box::new(at(*problem, declared.at.as_ref())))?;
            Source::Registry { index: registry.index.clone() }
        }
    })
}

/// The one registry that a package comes from: the one whose prefix is the longest that covers its id, else the default
/// one. No other is ever asked, so that nobody can slip in a package of the same id elsewhere.
///
/// # Errors
/// If there is none, or `named` is another one.
pub fn bound<'c>(
    id: &ModuleId,
    named: Option<&str>,
    config: &'c Config,
) -> Result<(&'c str, &'c Registry), Box<Problem>> {
    let by_prefix = by_prefix(id, config);
    let refuse = |message: String, help: &str| {
        Err(Box::new(Problem::error("module-registry", message).with_help(help)))
    };
    match (by_prefix, named) {
        (Some((name, _)), Some(named)) if name != named => refuse(
            format!("`{id}` is bound to the registry `{name}`, and cannot come from `{named}`"),
            "an id comes from one registry: change `registry`, or the `prefixes` of `[registries]`",
        ),
        (Some(bound), _) => Ok(bound),
        (None, Some(named)) => match config.registries.get_key_value(named) {
            Some((name, registry)) => Ok((name.as_str(), registry)),
            None => refuse(
                format!("there is no registry `{named}`"),
                "declare it: `[registries.NAME]` with its `index` and the `prefixes` of ids that it serves",
            ),
        },
        (None, None) => match config.registries.iter().find(|(_, registry)| registry.default) {
            Some((name, registry)) => Ok((name.as_str(), registry)),
            None => refuse(
                format!("no registry is bound to `{id}`"),
                "`[registries.NAME]` with `index` and `prefixes` binds ids to a registry, `default = true` takes the rest",
            ),
        },
    }
}

/// The registry that a prefix binds the id to, if one does.
pub fn by_prefix<'c>(id: &ModuleId, config: &'c Config) -> Option<(&'c str, &'c Registry)> {
    let covering = config.registries.iter().filter_map(|(name, registry)| {
        let longest = registry.prefixes.iter().filter(|prefix| id.is_under(prefix)).map(String::len).max();
        Some((longest?, name.as_str(), registry))
    });
    covering.max_by_key(|(length, ..)| *length).map(|(_, name, registry)| (name, registry))
}

/// The problem, standing at `place` if there is one.
pub fn at(problem: Problem, place: Option<&Location>) -> Problem {
    match place {
        Some(place) => problem.at(place.clone()),
        None => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        let registry = |prefixes: &[&str], default| Registry {
            index: format!("https://{}.example.org/", prefixes.first().unwrap_or(&"all")),
            prefixes: prefixes.iter().map(|prefix| (*prefix).to_owned()).collect(),
            default,
            token_env: None,
        };
        let registries = [
            ("acme", registry(&["com.acme"], false)),
            ("lab", registry(&["com.acme.lab"], false)),
            ("all", registry(&[], true)),
        ];
        let registries = registries.map(|(name, registry)| (name.to_owned(), registry)).into();
        Config { registries, ..Config::default() }
    }

    #[test]
    fn an_id_comes_from_one_registry() {
        let config = config();
        let bound = |id: &str, named| {
            bound(&id.parse().unwrap(), named, &config)
                .map(|(name, _)| name.to_owned())
                .map_err(|problem| problem.message)
        };
        assert_eq!(bound("com.acme.x", None).unwrap(), "acme");
        assert_eq!(bound("com.acme.lab.x", None).unwrap(), "lab");
        assert_eq!(bound("org.other", None).unwrap(), "all");
        assert_eq!(bound("org.other", Some("lab")).unwrap(), "lab");
        assert!(bound("com.acme.x", Some("all")).unwrap_err().contains("is bound to the registry `acme`"));
        assert!(bound("org.other", Some("none")).unwrap_err().contains("no registry `none`"));
        let nothing = Config::default();
        assert!(super::bound(&"a.b".parse().unwrap(), None, &nothing).is_err());
    }
}
