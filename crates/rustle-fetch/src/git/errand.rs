//! One errand: a repository, its submodules, and the cache that holds them.

use std::path::Path;
use std::sync::Arc;

use git2::Oid;

use super::address::Address;
use super::bounds::Bounds;
use super::cache::Cached;
use super::commit::One;
use super::over_http::OverHttp;
use super::over_ssh::OverSsh;
use super::session::Wire;
use super::tree::{Files, Gitlink, Unread};
use super::{Checkout, GitLimits, GitRequest, Reference, submodules};
use crate::http::{Client, Deadline, Reach, Times, same_origin};
use crate::{FetchError, Progress};

/// What all repositories of one fetch have in common.
pub(super) struct Errand<'a> {
    client: Client,
    pub(super) request: &'a GitRequest,
    cache: &'a Path,
    pub(super) limits: &'a GitLimits,
    deadline: Deadline,
    /// Where the caller's token may go.
    origin: Address,
    pub(super) progress: &'a dyn Progress,
}

/// A repository that is wanted: the first one, or a submodule.
pub(super) struct Wanted<'a> {
    pub(super) address: Address,
    pub(super) reference: &'a Reference,
    pub(super) locked: Option<Oid>,
    /// Folder in the repository.
    pub(super) path: &'a str,
    /// Where its files go.
    pub(super) place: String,
    level: usize,
    /// From where what named this repository can be reached.
    from: Option<Reach>,
}

/// What was found in one repository, beside its files.
pub(super) struct Found {
    pub(super) commit: Oid,
    pub(super) links: Vec<Gitlink>,
    /// `.gitmodules`, if there are links.
    pub(super) modules: Option<Vec<u8>>,
    /// From where the server can be reached, if one was asked.
    pub(super) reach: Option<Reach>,
}

/// The whole errand.
pub(super) fn checkout(
    client: &Client,
    request: &GitRequest,
    address: Address,
    cache: &Path,
    limits: &GitLimits,
    progress: &dyn Progress,
) -> Result<Checkout, FetchError> {
    let times = Times { total: limits.time, ..client.times().clone() };
    let errand = Errand {
        client: client.with_times(times),
        request,
        cache,
        limits,
        deadline: Deadline::after(limits.time),
        origin: address.clone(),
        progress,
    };
    let shown = address.shown();
    let locked = request.commit.as_deref().map(|commit| full_id(&shown, commit)).transpose()?;
    check_reference(&shown, &request.reference)?;
    let path = request.path.as_deref().unwrap_or_default().trim_matches('/').to_owned();
    let wanted = Wanted {
        address,
        reference: &request.reference,
        locked,
        path: &path,
        place: String::new(),
        level: 0,
        from: None,
    };
    let mut files = Files::new(limits);
    let commit = errand.bring(wanted, &mut files)?;
    Ok(Checkout { commit: commit.to_string(), files: files.files })
}

/// A commit's id, which has to be whole: what is short today may be ambiguous tomorrow.
pub(super) fn full_id(shown: &str, text: &str) -> Result<Oid, FetchError> {
    let whole = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    Oid::from_str(text).ok().filter(|_| whole).ok_or_else(|| FetchError::Address {
        url: shown.to_owned(),
        reason: format!(
            "a commit is 40 hexadecimal digits, not {:?}",
            text.chars().take(60).collect::<String>()
        ),
    })
}

fn check_reference(shown: &str, reference: &Reference) -> Result<(), FetchError> {
    let (kind, name) = match reference {
        Reference::Default => return Ok(()),
        Reference::Rev(rev) => return full_id(shown, rev).map(|_| ()),
        Reference::Branch(name) => ("branch", name),
        Reference::Tag(name) => ("tag", name),
    };
    // `*` would be a pattern in what libgit2 is told, `:` a separator; both are in no valid name.
    if name.starts_with('-') || !git2::Reference::is_valid_name(&format!("refs/heads/{name}")) {
        let name: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
        let reason = format!("`{name}` is no name of a {kind}");
        return Err(FetchError::Address { url: shown.to_owned(), reason });
    }
    Ok(())
}

impl Errand<'_> {
    /// Fetches one repository and reads its files; then its submodules.
    fn bring(&self, wanted: Wanted<'_>, files: &mut Files<'_>) -> Result<Oid, FetchError> {
        let shown = wanted.address.shown();
        let Times { idle, .. } = *self.client.times();
        let bounds =
            Arc::new(Bounds::new(shown.clone(), self.deadline, self.limits.time, idle, self.limits.transfer));
        let Found { commit, links, modules, reach } = self.alone(&wanted, &bounds, files)?;
        // The lock is gone by now: a submodule may well be the same repository.
        for link in links {
            let wrong = |reason: String| FetchError::Tree {
                repository: shown.clone(),
                path: link.path.clone(),
                reason,
            };
            if wanted.level >= self.limits.submodule_depth {
                return Err(wrong(format!("submodules lie deeper than {}", self.limits.submodule_depth)));
            }
            let modules = modules.as_deref().unwrap_or_default();
            let known =
                submodules::parse(modules).map_err(|reason| wrong(format!(".gitmodules: {reason}")))?;
            let url = known
                .get(&link.path)
                .ok_or_else(|| wrong(".gitmodules does not say where it is".to_owned()))?;
            let submodule = Wanted {
                address: wanted.address.submodule(url)?,
                reference: &Reference::Rev(link.commit.to_string()),
                locked: None,
                path: "",
                place: link.place,
                level: wanted.level + 1,
                from: reach,
            };
            self.bring(submodule, files)?;
        }
        Ok(commit)
    }

    /// One repository, held for as long as this takes.
    fn alone(
        &self,
        wanted: &Wanted<'_>,
        bounds: &Arc<Bounds>,
        files: &mut Files<'_>,
    ) -> Result<Found, FetchError> {
        let cached = Cached::lock(self.cache, bounds)?;
        let mut old = cached.open();
        loop {
            let fresh = old.is_none();
            let repository = match old.take() {
                Some(repository) => repository,
                None => cached.renew()?,
            };
            let one = One { errand: self, wanted, bounds, repository };
            match one.read(files) {
                Ok(done) => return Ok(done),
                Err(Unread::Refused(error)) => return Err(error),
                // What is damaged is thrown away, once.
                Err(Unread::Damaged(_)) if !fresh && !self.deadline.left().is_zero() => {
                    let _ = bounds.failure();
                }
                Err(Unread::Damaged(error)) => return Err(one.explain(&error)),
            }
        }
    }

    /// How to reach an address.
    pub(super) fn wire(&self, wanted: &Wanted<'_>, bounds: &Arc<Bounds>) -> Option<Wire> {
        match &wanted.address {
            Address::Http(url) => {
                let ours = matches!(&self.origin, Address::Http(origin) if same_origin(origin, url));
                let token = self.request.token.as_deref().filter(|_| ours);
                let client = self.client.clone();
                let http = OverHttp::new(client, url.clone(), token, wanted.from, bounds.clone());
                Some(Wire::Http(Arc::new(http)))
            }
            Address::Ssh(ssh) => {
                let ssh = OverSsh::new(self.limits.ssh.clone(), ssh.clone(), bounds.clone());
                Some(Wire::Ssh(Arc::new(ssh)))
            }
            Address::File(_) => None,
        }
    }
}
