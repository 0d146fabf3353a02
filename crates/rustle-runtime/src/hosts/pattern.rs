//! Host patterns: `all`, `web*`, `web:&prod:!web1`, `web[0:2]`, `~web\d+`.

use std::fmt;

use super::{Hosts, glob_matches};

/// Why a pattern means nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError(String);

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PatternError {}

impl Hosts<'_> {
    /// The hosts that `patterns` mean, in order. `regex` tells whether a name matches a regular expression at its start,
    /// or that it is none.
    ///
    /// # Errors
    /// If a subscript lies outside the hosts, or a regular expression is none.
    pub fn select(
        &self,
        patterns: &[String],
        regex: &dyn Fn(&str, &str) -> Result<bool, String>,
    ) -> Result<Vec<String>, PatternError> {
        let parts: Vec<&str> = patterns.iter().flat_map(|pattern| split(pattern)).collect();
        let of_kind = |sign: &[char]| -> Vec<&str> {
            parts.iter().copied().filter(|part| part.starts_with(sign)).collect()
        };
        let mut plain: Vec<&str> =
            parts.iter().copied().filter(|part| !part.starts_with(['!', '&'])).collect();
        if plain.is_empty() {
            plain.push("all");
        }
        let mut hosts: Vec<String> = Vec::new();
        for part in plain {
            for host in self.one(part, regex)? {
                if !hosts.contains(&host) {
                    hosts.push(host);
                }
            }
        }
        for part in of_kind(&['&']) {
            let those = self.one(&part[1..], regex)?;
            hosts.retain(|host| those.contains(host));
        }
        for part in of_kind(&['!']) {
            let those = self.one(&part[1..], regex)?;
            hosts.retain(|host| !those.contains(host));
        }
        Ok(hosts)
    }

    /// The hosts of one pattern without a sign.
    fn one(
        &self,
        pattern: &str,
        regex: &dyn Fn(&str, &str) -> Result<bool, String>,
    ) -> Result<Vec<String>, PatternError> {
        if self.contains(pattern) {
            return Ok(vec![pattern.to_owned()]);
        }
        let (expression, subscript) = subscript(pattern);
        let matches = |name: &str| -> Result<bool, PatternError> {
            match expression.strip_prefix('~') {
                Some(expression) => regex(expression, name).map_err(PatternError),
                None => Ok(glob_matches(expression, name)),
            }
        };
        let mut hosts: Vec<String> = Vec::new();
        let mut groups = 0;
        for group in self.inventory.groups.keys() {
            if matches(group)? {
                groups += 1;
                hosts.extend(self.hosts_in(group).into_iter().map(str::to_owned));
            }
        }
        if groups == 0 || expression.starts_with('~') || expression.contains(['.', '?', '*', '[']) {
            for host in self.names() {
                if matches(host)? {
                    hosts.push((*host).to_owned());
                }
            }
        }
        // The machine itself, where the inventory does not hold it, is reached by name alone.
        if hosts.is_empty() && pattern == self.own() {
            hosts.push(pattern.to_owned());
        }
        let mut seen = std::collections::HashSet::new();
        hosts.retain(|host| seen.insert(host.clone()));
        match subscript {
            Some(subscript) if !hosts.is_empty() => subscript
                .apply(&hosts)
                .ok_or_else(|| PatternError(format!("No hosts matched the subscripted pattern '{pattern}'"))),
            _ => Ok(hosts),
        }
    }
}

/// Which of the hosts are meant: `[n]`, `[-n]`, `[from:to]` with both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subscript {
    At(i64),
    Range(usize, Option<usize>),
}

impl Subscript {
    fn apply(self, hosts: &[String]) -> Option<Vec<String>> {
        match self {
            Subscript::At(at) => {
                let at = if at < 0 { at + hosts.len() as i64 } else { at };
                Some(vec![hosts.get(usize::try_from(at).ok()?)?.clone()])
            }
            Subscript::Range(from, to) => {
                let to = to.map_or(hosts.len(), |to| (to + 1).min(hosts.len()));
                Some(hosts.get(from..to).unwrap_or_default().to_vec())
            }
        }
    }
}

/// A pattern without its subscript, and the subscript.
fn subscript(pattern: &str) -> (&str, Option<Subscript>) {
    let parse = || {
        let (base, inside) = pattern.strip_suffix(']')?.rsplit_once('[')?;
        if base.is_empty() || pattern.starts_with('~') {
            return None;
        }
        let subscript = match inside.split_once(':') {
            Some((from, "")) => Subscript::Range(from.parse().ok()?, None),
            Some((from, to)) => Subscript::Range(from.parse().ok()?, Some(to.parse().ok()?)),
            None => Subscript::At(inside.parse().ok()?),
        };
        Some((base, subscript))
    };
    match parse() {
        Some((base, subscript)) => (base, Some(subscript)),
        None => (pattern, None),
    }
}

/// The single patterns of a text: between commas, or else between colons that stand in no brackets and in no IPv6 address.
fn split(text: &str) -> Vec<&str> {
    let parts: Vec<&str> = if text.contains(',') {
        text.split(',').collect()
    } else if text.parse::<std::net::Ipv6Addr>().is_ok() || text.starts_with('~') {
        vec![text]
    } else {
        let mut depth = 0_i32;
        let separator = |c: char| {
            match c {
                '[' => depth += 1,
                ']' => depth -= 1,
                _ => {}
            }
            c == ':' && depth <= 0
        };
        text.split(separator).collect()
    };
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::inventory;
    use super::*;

    fn select(own: &str, patterns: &[&str]) -> Result<Vec<String>, PatternError> {
        let inventory = inventory();
        let hosts = Hosts::new(&inventory, own);
        let patterns: Vec<String> = patterns.iter().map(ToString::to_string).collect();
        hosts.select(&patterns, &|expression, name| Ok(name.starts_with(expression)))
    }

    #[test]
    fn patterns_mean_what_ansible_says() {
        for (patterns, hosts) in [
            // Group by group, as ansible-core lists them: `ungrouped` is the first one below `all`.
            (&["all"][..], &["lone", "web1", "web2", "web10", "db1"][..]),
            (&["web"], &["web1", "web2", "web10"]),
            (&["web1:db"], &["web1", "db1"]),
            (&["prod,!web1"], &["web2", "web10", "db1"]),
            (&["prod:&web"], &["web1", "web2", "web10"]),
            (&["!web"], &["lone", "db1"]),
            (&["w*1*"], &["web1", "web10"]),
            (&["web[0]"], &["web1"]),
            (&["web[-1]"], &["web10"]),
            (&["web[0:1]"], &["web1", "web2"]),
            (&["web[1:]"], &["web2", "web10"]),
            (&["~db"], &["db1"]),
            (&["nobody"], &[]),
            (&["db1", "web1"], &["db1", "web1"]),
        ] {
            assert_eq!(select("web1", patterns).unwrap(), hosts, "{patterns:?}");
        }
    }

    #[test]
    fn localhost_is_there_without_an_inventory() {
        assert_eq!(select("localhost", &["localhost"]).unwrap(), ["localhost"]);
        assert_eq!(select("web1", &["localhost"]).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_subscript_beyond_the_end_is_an_error() {
        let error = select("web1", &["web[7]"]).unwrap_err();
        assert_eq!(error.to_string(), "No hosts matched the subscripted pattern 'web[7]'");
    }
}
