//! Where packages may come from: the part of the policy that is known before anything is fetched.

use std::collections::BTreeMap;

use rustle_playbook::Problem;
use rustle_schema::package::{ModuleId, Source};

use super::wanted;
use crate::config::policy::Policy;
use crate::config::{Config, Declared};

/// Why the package may not come from where it comes from, if it may not: known before anything is fetched.
pub fn refusal(policy: &Policy, id: &ModuleId, source: &Source) -> Option<Problem> {
    let why = foreign(policy, source)?;
    let message = format!("`{id}` comes from {source}, and {why}");
    Some(Problem::error("policy-source", message).with_help("`[policy]` says what is allowed"))
}

/// The packages that may not come from where they are wanted from.
pub fn refusals(policy: &Policy, config: &Config, wanted: &BTreeMap<ModuleId, Declared>) -> Vec<Problem> {
    let refusals = wanted.iter().filter_map(|(id, declared)| {
        // What is no source at all is told where it is looked for.
        let source = wanted::source(id, declared, config).ok()?;
        let problem = refusal(policy, id, &source)?;
        Some(wanted::at(problem, declared.at.as_ref()))
    });
    refusals.collect()
}

/// Why a source is not allowed, if it is not.
fn foreign(policy: &Policy, source: &Source) -> Option<String> {
    if policy.sources.as_ref().is_some_and(|allowed| !allowed.iter().any(|kind| kind == source.kind())) {
        return Some(format!("the policy allows no source of the kind `{}`", source.kind()));
    }
    let host = |address: &str| {
        // What readers of addresses take differently has no host that is on any list.
        if address.contains(|c: char| c == '\\' || c.is_whitespace() || c.is_control()) {
            return String::new();
        }
        let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let host = if host.starts_with('[') { host } else { host.split(':').next().unwrap_or_default() };
        host.to_ascii_lowercase()
    };
    let (allowed, found, what) = match source {
        Source::Git { repository, .. } => (&policy.git_hosts, host(repository), "git host"),
        Source::Http { url } => (&policy.http_hosts, host(url), "host"),
        Source::Registry { index } => {
            let allowed = policy.registries.as_ref()?;
            let known = allowed.iter().any(|it| it == index);
            return (!known).then(|| "the policy does not name this registry".to_owned());
        }
        Source::File { .. } | Source::Inline { .. } => return None,
    };
    let allowed = allowed.as_ref()?;
    (!allowed.contains(&found)).then(|| format!("the policy does not name the {what} `{found}`"))
}

#[cfg(test)]
mod tests {
    use rustle_schema::package::source::Reference;

    use super::*;

    #[test]
    fn what_readers_take_differently_is_on_no_list() {
        let policy = Policy {
            git_hosts: Some(vec!["git.allowed.org".to_owned()]),
            registries: Some(vec!["https://allowed.org/index/".to_owned()]),
            ..Policy::default()
        };
        let id: ModuleId = "acme.x".parse().unwrap();
        let git = |repository: &str| Source::Git {
            repository: repository.to_owned(),
            reference: Reference::Default,
            path: None,
            submodules: false,
        };
        for good in ["https://git.allowed.org/x", "ssh://u@GIT.allowed.org:22/x", "https://git.allowed.org?x"]
        {
            assert_eq!(refusal(&policy, &id, &git(good)), None, "{good}");
        }
        for bad in [
            "https://evil.example\\@git.allowed.org/x",
            "https://evil.example/@git.allowed.org/x",
            "https://git.allowed.org\t.evil.example/x",
            "https://git.allowed.org.evil.example/x",
            "https://git.allowed.org:80@evil.example/x",
        ] {
            assert!(refusal(&policy, &id, &git(bad)).is_some(), "{bad}");
        }
        let registry = |index: &str| Source::Registry { index: index.to_owned() };
        assert_eq!(refusal(&policy, &id, &registry("https://allowed.org/index/")), None);
        assert!(refusal(&policy, &id, &registry("https://evil.example/index/")).is_some());
    }
}
