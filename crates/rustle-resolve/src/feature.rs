//! The features of one version of a module, in Cargo's words, read and checked.

use std::collections::{BTreeMap, BTreeSet};

use crate::index::Candidate;

/// What a feature enables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Enables {
    /// Another feature of the same version.
    Feature(Box<str>),
    /// `dep:id`: an optional dependency.
    Dependency(Box<str>),
    /// `id/feature`: a feature of a dependency, and the dependency if it is optional; `id?/feature`: the feature if
    /// something else enables the dependency.
    Of { id: Box<str>, feature: Box<str>, weak: bool },
}

impl Enables {
    fn read(text: &str) -> Enables {
        if let Some(id) = text.strip_prefix("dep:").filter(|id| !id.contains('/')) {
            return Enables::Dependency(id.into());
        }
        match text.split_once('/') {
            None => Enables::Feature(text.into()),
            Some((id, feature)) => {
                let (id, weak) = id.strip_suffix('?').map_or((id, false), |id| (id, true));
                Enables::Of { id: id.into(), feature: feature.into(), weak }
            }
        }
    }
}

/// Every feature of one version, those that optional dependencies bring along included.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Features {
    enables: BTreeMap<Box<str>, Vec<Enables>>,
}

impl Features {
    /// Reads the features of a candidate.
    ///
    /// # Errors
    ///
    /// What makes the candidate unusable, as the end of a sentence that begins with it. Cargo skips such versions.
    pub(crate) fn read(candidate: &Candidate) -> Result<Features, String> {
        let mut enables = BTreeMap::new();
        if candidate.features.is_empty()
            && !candidate.dependencies.iter().any(|dependency| dependency.optional)
        {
            return Ok(Features { enables });
        }
        // Of each dependency, whether it is optional. A module that is listed twice counts as optional if one is.
        let mut optional: BTreeMap<&str, bool> = BTreeMap::new();
        for dependency in &candidate.dependencies {
            *optional.entry(&dependency.id).or_default() |= dependency.optional;
        }
        for (name, list) in &candidate.features {
            if name.is_empty() || name.contains([':', '/', '?']) {
                return Err(format!("has a feature with the impossible name `{name}`"));
            }
            enables.insert(Box::from(name.as_str()), list.iter().map(|text| Enables::read(text)).collect());
        }
        let explicit: BTreeSet<&str> = candidate
            .features
            .values()
            .flatten()
            .filter_map(|text| text.strip_prefix("dep:"))
            .filter(|id| !id.contains('/'))
            .collect();
        for (id, _) in optional.iter().filter(|(_, optional)| **optional) {
            if !candidate.features.contains_key(*id) && !explicit.contains(id) {
                enables.insert(Box::from(*id), vec![Enables::Dependency(Box::from(*id))]);
            }
        }
        let features = Features { enables };
        features.check(&optional)?;
        Ok(features)
    }

    fn check(&self, optional: &BTreeMap<&str, bool>) -> Result<(), String> {
        let mut mentioned = BTreeSet::new();
        for (name, list) in &self.enables {
            for item in list {
                let wrong = |what: &str| Err(format!("has a broken feature `{name}`: {what}"));
                match item {
                    Enables::Feature(other) if other == name => return wrong("it enables itself"),
                    Enables::Feature(other) if !self.enables.contains_key(other) => {
                        return match optional.get(&**other) {
                            None => wrong(&format!("`{other}` is neither a feature nor a dependency")),
                            Some(true) => {
                                wrong(&format!("the dependency `{other}` is enabled by `dep:{other}`"))
                            }
                            Some(false) => wrong(&format!("the dependency `{other}` is not optional")),
                        };
                    }
                    Enables::Feature(_) => {}
                    Enables::Dependency(id) => match optional.get(&**id) {
                        None => return wrong(&format!("`{id}` is not a dependency")),
                        Some(false) => return wrong(&format!("the dependency `{id}` is not optional")),
                        Some(true) => {
                            mentioned.insert(&**id);
                        }
                    },
                    Enables::Of { id, feature, weak } => match optional.get(&**id) {
                        _ if feature.is_empty() || feature.contains('/') || id.contains(':') => {
                            return wrong("write `dep:id`, `id/feature` or `id?/feature`");
                        }
                        None => return wrong(&format!("`{id}` is not a dependency")),
                        Some(false) if *weak => {
                            return wrong(&format!(
                                "the dependency `{id}` is not optional, so `?` means nothing"
                            ));
                        }
                        Some(_) => {
                            mentioned.insert(&**id);
                        }
                    },
                }
            }
        }
        match optional.iter().find(|(id, optional)| **optional && !mentioned.contains(**id)) {
            Some((id, _)) => Err(format!("has the optional dependency `{id}`, which no feature enables")),
            None => Ok(()),
        }
    }

    /// What a feature enables; `None` if there is no such feature.
    pub(crate) fn get(&self, name: &str) -> Option<&[Enables]> {
        self.enables.get(name).map(Vec::as_slice)
    }

    /// Every feature, by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &[Enables])> {
        self.enables.iter().map(|(name, list)| (&**name, list.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use semver::Version;

    use super::*;
    use crate::Constraint;
    use crate::index::Dependency;

    fn read(features: &[(&str, &[&str])], optional: &[&str], needed: &[&str]) -> Result<Features, String> {
        let mut candidate = Candidate::new(Version::new(1, 0, 0));
        for (ids, optional) in [(optional, true), (needed, false)] {
            for id in ids {
                let dependency = Dependency { optional, ..Dependency::new(*id, Constraint::any()) };
                candidate.dependencies.push(dependency);
            }
        }
        candidate.features = features
            .iter()
            .map(|(name, list)| (name.to_string(), list.iter().map(|text| text.to_string()).collect()))
            .collect();
        Features::read(&candidate)
    }

    #[test]
    fn an_optional_dependency_is_a_feature_unless_dep_names_it() {
        let implicit = read(&[("f", &["x", "x?/g"])], &["x"], &[]).unwrap();
        assert_eq!(implicit.get("x"), Some(&[Enables::Dependency("x".into())][..]));
        let explicit = read(&[("f", &["dep:x", "x/g"])], &["x"], &[]).unwrap();
        assert_eq!(explicit.get("x"), None);
        assert_eq!(explicit.get("f").map(<[_]>::len), Some(2));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (features, optional, needed, part) in [
            (&[("f", &["g"][..])][..], &[][..], &[][..], "`g` is neither a feature nor a dependency"),
            (&[("f", &["x"])], &[], &["x"], "`x` is not optional"),
            (&[("f", &["x"]), ("g", &["dep:x"])], &["x"], &[], "enabled by `dep:x`"),
            (&[("f", &["dep:x"])], &[], &[], "`x` is not a dependency"),
            (&[("f", &["dep:x"])], &[], &["x"], "`x` is not optional"),
            (&[("f", &["x/g"])], &[], &[], "`x` is not a dependency"),
            (&[("f", &["x?/g"])], &[], &["x"], "`?` means nothing"),
            (&[("f", &["x/g/h"])], &[], &["x"], "write `dep:id`"),
            (&[("f", &["dep:x/g"])], &["x"], &[], "write `dep:id`"),
            (&[("f", &["f"])], &[], &[], "enables itself"),
            (&[("x", &[])], &["x"], &[], "no feature enables"),
            (&[("a/b", &[])], &[], &[], "impossible name"),
        ] {
            let error = read(features, optional, needed).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn rings_of_features_are_fine() {
        assert!(read(&[("f", &["g"]), ("g", &["f"])], &[], &[]).is_ok());
    }
}
