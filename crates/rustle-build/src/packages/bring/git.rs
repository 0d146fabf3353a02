//! Packages in git repositories.

use std::time::Duration;

use rustle_fetch::FetchError;
use rustle_fetch::git::{self, GitLimits, GitRequest};
use rustle_package::{File, Tree};
use rustle_playbook::Problem;
use rustle_schema::package::source::Reference;

use super::{Bringer, refused};
use crate::config::Declared;
use crate::config::modules::Wanted;
use crate::packages::{manifest, place};

/// What of which repository.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Repository<'a> {
    /// Its address.
    pub(crate) address: &'a str,
    /// What is taken of it.
    pub(crate) reference: &'a Reference,
    /// The folder or file in it.
    pub(crate) path: Option<&'a str>,
    /// Whether its submodules are taken as well.
    pub(crate) submodules: bool,
    /// The commit that is locked.
    pub(crate) commit: Option<&'a str>,
}

impl Bringer<'_> {
    /// The commit that the reference names, or that is locked, and what of its files belongs to the package: the file
    /// with its manifest and signatures, or the folder; the whole repository if the crate there needs what lies around it.
    /// Paths are as in the repository.
    pub(crate) fn git(
        &self,
        repository: Repository<'_>,
        declared: Option<&Declared>,
    ) -> Result<(String, Tree), Box<Problem>> {
        let path = repository.path.unwrap_or_default();
        let (folder, file) = match place::is_file(path) {
            true => path.rsplit_once('/').map_or(("", path), |(folder, file)| (folder, file)),
            false => (path, ""),
        };
        let (commit, tree) = self.files(repository, folder, declared)?;
        if !file.is_empty() {
            let root = |name: &str| {
                !name.contains('/')
                    && (name == file || name == manifest::FILE_NAME || name.ends_with(".minisig"))
            };
            let kept = tree.files().iter().filter(|(name, _)| root(name));
            return Ok((commit, self.below(folder, kept.map(|(name, file)| (name.clone(), file.clone())))?));
        }
        if !folder.is_empty() && needs_surroundings(&tree) {
            return self.files(repository, "", declared);
        }
        let files = tree.files().iter().map(|(name, file)| (name.clone(), file.clone()));
        Ok((commit, self.below(folder, files)?))
    }

    fn files(
        &self,
        repository: Repository<'_>,
        folder: &str,
        declared: Option<&Declared>,
    ) -> Result<(String, Tree), Box<Problem>> {
        let address = repository.address;
        let token = match declared.map(|declared| &declared.source) {
            Some(Wanted::Git { token_env: Some(variable), .. }) => {
                Some(std::env::var(variable).map_err(|_| {
                    let message = format!("the token of {address} comes from `{variable}`, which is not set");
                    Box::new(Problem::error("fetch", message))
                })?)
            }
            _ => None,
        };
        let limits = GitLimits {
            time: Duration::from_secs(self.config.limits.git_secs),
            size: self.limits.unpacked,
            files: usize::try_from(self.limits.entries).unwrap_or(usize::MAX),
            depth: self.limits.depth,
            ..GitLimits::default()
        };
        let cache = self.store.root().join("git");
        let attempt = |reference: git::Reference| {
            let request = GitRequest {
                repository: address.to_owned(),
                reference,
                commit: repository.commit.map(str::to_owned),
                path: Some(folder.to_owned()).filter(|folder| !folder.is_empty()),
                submodules: repository.submodules,
                token: token.clone(),
                offline: self.offline,
            };
            git::fetch(&self.client, &request, &cache, &limits, self.progress)
        };
        let checkout = match repository.reference {
            Reference::Default => attempt(git::Reference::Default),
            Reference::Branch(name) => attempt(git::Reference::Branch(name.clone())),
            Reference::Tag(name) => attempt(git::Reference::Tag(name.clone())),
            Reference::Rev(name) => attempt(git::Reference::Rev(name.clone())),
            Reference::Named(name) => match attempt(git::Reference::Tag(name.clone())) {
                Err(FetchError::NoCommit { .. }) => attempt(git::Reference::Branch(name.clone())),
                other => other,
            },
        };
        let checkout = checkout.map_err(|error| refused("fetch", &error))?;
        let files = checkout.files.into_iter();
        let files = files.map(|(path, (content, executable))| (path, File { content, executable }));
        Ok((checkout.commit, self.below("", files)?))
    }

    /// The tree of these files, in this folder.
    fn below(&self, folder: &str, files: impl Iterator<Item = (String, File)>) -> Result<Tree, Box<Problem>> {
        let name = |name: String| if folder.is_empty() { name } else { format!("{folder}/{name}") };
        Tree::from_files(files.map(|(path, file)| (name(path), file)), &self.limits)
            .map_err(|error| refused("archive", &error))
    }
}

/// Whether the crate inherits from a workspace around it, or depends on crates beside it.
fn needs_surroundings(tree: &Tree) -> bool {
    let text = String::from_utf8_lossy(tree.get("Cargo.toml").unwrap_or_default()).into_owned();
    text.parse::<toml::Table>()
        .is_ok_and(|manifest| manifest.iter().any(|(key, value)| key != "metadata" && looks_around(value)))
}

fn looks_around(value: &toml::Value) -> bool {
    value.as_table().is_some_and(|table| {
        let inherits = table.get("workspace").and_then(toml::Value::as_bool) == Some(true);
        let beside = table
            .get("path")
            .and_then(toml::Value::as_str)
            .is_some_and(|path| path.split('/').any(|part| part == ".."));
        inherits || beside || table.values().any(looks_around)
    })
}
