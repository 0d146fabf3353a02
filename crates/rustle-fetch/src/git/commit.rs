//! From a reference to its commit.

use std::sync::Arc;

use git2::{AutotagOption, Direction, ErrorClass, FetchOptions, Oid, Remote, RemoteCallbacks, Repository};

use super::bounds::Bounds;
use super::errand::{Errand, Found, Wanted, full_id};
use super::session::{Session, Wire};
use super::tree::{Files, Reader, Unread};
use super::{Reference, submodules};
use crate::FetchError;
use crate::http::Reach;

/// libgit2's word for "all of the history, also where we have a part of it".
const UNSHALLOW: i32 = i32::MAX;

/// One repository of an errand, with its place in the cache.
pub(super) struct One<'a> {
    pub(super) errand: &'a Errand<'a>,
    pub(super) wanted: &'a Wanted<'a>,
    pub(super) bounds: &'a Arc<Bounds>,
    pub(super) repository: Repository,
}

impl One<'_> {
    /// Finds the commit, and reads its files.
    pub(super) fn read(&self, files: &mut Files<'_>) -> Result<Found, Unread> {
        let (commit, reach) = self.commit()?;
        let reader = Reader {
            repository: &self.repository,
            odb: self.repository.odb()?,
            bounds: self.bounds,
            submodules: self.errand.request.submodules,
        };
        // It may be the second attempt.
        files.forget(&self.wanted.place);
        let links = reader.read(commit, self.wanted.path, &self.wanted.place, files)?;
        let modules =
            if links.is_empty() { None } else { reader.root_file(commit, ".gitmodules", submodules::MAX)? };
        Ok(Found { commit, links, modules, reach })
    }

    /// Finds the commit that is wanted, fetching what is missing.
    fn commit(&self) -> Result<(Oid, Option<Reach>), Unread> {
        if let Reference::Rev(rev) = self.wanted.reference {
            let rev = full_id(&self.bounds.shown, rev)?;
            if let Some(locked) = self.wanted.locked.filter(|locked| *locked != rev) {
                return Err(self.moved(locked, rev).into());
            }
            // It is its own proof: nobody needs to be asked for it twice. But where submodules may lead depends on who
            // names them.
            if self.has(rev) && !self.errand.request.submodules {
                return Ok((rev, None));
            }
        }
        if self.errand.request.offline {
            let stored = self.wanted.locked.filter(|locked| self.has(*locked));
            let nothing = || self.none(format!("{}, stored", describe(self.wanted.reference)));
            return Ok((stored.ok_or_else(nothing)?, None));
        }
        let wire = self.errand.wire(self.wanted, self.bounds);
        let session = wire.clone().map(Session::begin);
        let url = match (&session, &self.wanted.address) {
            (Some(session), _) => session.url(),
            (None, address) => address.shown(),
        };
        let commit = self.commit_from(&url, session.is_some());
        let reach = match &wire {
            Some(Wire::Http(http)) => http.reach(),
            _ => None,
        };
        commit.map(|commit| (commit, reach))
    }

    fn commit_from(&self, url: &str, shallow: bool) -> Result<Oid, Unread> {
        let mut remote = self.repository.remote_anonymous(url)?;
        let mut remote = remote
            .connect_auth(Direction::Fetch, Some(self.callbacks()), None)
            .map_err(|error| self.explain(&error))?;
        let heads: Vec<Head> = remote
            .list()
            .map_err(|error| self.explain(&error))?
            .iter()
            .map(|head| Head { name: head.name().to_owned(), id: head.oid() })
            .collect();
        // The connection serves the first fetch; for another one libgit2 connects again.
        let remote = remote.remote();
        let find = |name: &str| heads.iter().find(|head| head.name == name).map(|head| head.id);
        // libgit2's local transport knows no depth.
        let shallow = if shallow { 1 } else { 0 };
        let (name, tip) = match self.wanted.reference {
            Reference::Default => ("HEAD".to_owned(), find("HEAD")),
            Reference::Branch(branch) => {
                let name = format!("refs/heads/{branch}");
                let tip = find(&name);
                (name, tip)
            }
            Reference::Tag(tag) => {
                let name = format!("refs/tags/{tag}");
                // An annotated tag is followed by what it leads to.
                let tip = find(&format!("{name}^{{}}")).or_else(|| find(&name));
                (name, tip)
            }
            Reference::Rev(rev) => {
                let rev = full_id(&self.bounds.shown, rev)?;
                self.bring_rev(remote, rev, &heads, shallow)?;
                return Ok(rev);
            }
        };
        let tip = tip.ok_or_else(|| self.none(describe(self.wanted.reference)))?;
        match self.wanted.locked {
            None => {
                self.bring_refs(remote, &[format!("+{name}:refs/rustle/tip")], tip, shallow)?;
                self.peeled(tip)
            }
            Some(locked) if locked == tip => {
                self.bring_refs(remote, &[format!("+{name}:refs/rustle/tip")], tip, shallow)?;
                self.peeled(tip)
            }
            // A tag does not go on.
            Some(locked) if matches!(self.wanted.reference, Reference::Tag(_)) => {
                Err(self.moved(locked, tip).into())
            }
            Some(locked) => {
                let depth = if shallow == 0 { 0 } else { UNSHALLOW };
                self.fetch(remote, &[format!("+{name}:refs/rustle/tip")], depth)?;
                let reachable = self.has(locked) && self.repository.graph_descendant_of(tip, locked)?;
                if reachable { Ok(locked) } else { Err(self.moved(locked, tip).into()) }
            }
        }
    }

    /// A commit by its id alone.
    fn bring_rev(
        &self,
        remote: &mut Remote<'_>,
        rev: Oid,
        heads: &[Head],
        shallow: i32,
    ) -> Result<(), Unread> {
        // At the end of some branch or tag, that is asked for.
        if let Some(head) = heads.iter().find(|head| head.id == rev) {
            let name = head.name.trim_end_matches("^{}");
            return self.bring_refs(remote, &[format!("+{name}:refs/rustle/tip")], rev, shallow);
        }
        // Many servers hand out any commit, if they are asked for it by its name.
        if shallow != 0
            && self.fetch(remote, &[format!("+{rev}:refs/rustle/rev")], shallow).is_ok()
            && self.has(rev)
        {
            return Ok(());
        }
        let _ = self.bounds.failure();
        self.bounds.in_time()?;
        let all =
            ["+refs/heads/*:refs/rustle/heads/*".to_owned(), "+refs/tags/*:refs/rustle/tags/*".to_owned()];
        self.fetch(remote, &all, if shallow == 0 { 0 } else { UNSHALLOW })?;
        if self.has(rev) { Ok(()) } else { Err(self.none(format!("commit {rev}")).into()) }
    }

    /// Fetches references, unless the commit that they lead to is here.
    fn bring_refs(
        &self,
        remote: &mut Remote<'_>,
        specs: &[String],
        tip: Oid,
        depth: i32,
    ) -> Result<(), Unread> {
        if self.has(tip) { Ok(()) } else { self.fetch(remote, specs, depth) }
    }

    /// Whether a commit is here with its tree. What is missing below is found when it is read.
    fn has(&self, commit: Oid) -> bool {
        self.repository.find_commit(commit).is_ok_and(|commit| commit.tree().is_ok())
    }

    /// The commit that an object leads to.
    fn peeled(&self, tip: Oid) -> Result<Oid, Unread> {
        let object = self.repository.find_object(tip, None)?;
        match object.peel_to_commit() {
            Ok(commit) => Ok(commit.id()),
            Err(_) => Err(self.none(format!("commit at {}", describe(self.wanted.reference))).into()),
        }
    }

    fn fetch(&self, remote: &mut Remote<'_>, specs: &[String], depth: i32) -> Result<(), Unread> {
        let mut options = FetchOptions::new();
        options
            .remote_callbacks(self.callbacks())
            .download_tags(AutotagOption::None)
            .update_fetchhead(false)
            .depth(depth);
        remote.fetch(specs, Some(&mut options), None).map_err(|error| match self.bounds.failure() {
            Some(known) => Unread::Refused(known),
            // Servers and caches fail in the same words here; a fresh cache tells them apart.
            None => Unread::Damaged(error),
        })
    }

    fn callbacks(&self) -> RemoteCallbacks<'_> {
        let mut callbacks = RemoteCallbacks::new();
        let mut told = 0;
        callbacks.transfer_progress(move |stats| {
            let came = stats.received_bytes() as u64;
            self.errand.progress.advance(came.saturating_sub(told));
            told = told.max(came);
            let problem = if self.bounds.in_time().is_err() {
                Some(self.bounds.too_long())
            } else if came > self.bounds.transfer {
                Some(self.bounds.too_much())
            } else if stats.total_objects() as u64 > self.errand.limits.objects {
                let reason = format!("more than {} objects", self.errand.limits.objects);
                Some(FetchError::Tree {
                    repository: self.bounds.shown.clone(),
                    path: "history".to_owned(),
                    reason,
                })
            } else {
                None
            };
            match problem {
                None => true,
                Some(problem) => {
                    let _ = self.bounds.failed(problem);
                    false
                }
            }
        });
        callbacks
    }

    fn moved(&self, locked: Oid, now: Oid) -> FetchError {
        FetchError::Moved {
            repository: self.bounds.shown.clone(),
            reference: describe(self.wanted.reference),
            locked: locked.to_string(),
            now: now.to_string(),
        }
    }

    fn none(&self, wanted: String) -> FetchError {
        FetchError::NoCommit { repository: self.bounds.shown.clone(), wanted }
    }

    /// What went wrong, in the best words that are known.
    pub(super) fn explain(&self, error: &git2::Error) -> FetchError {
        let (url, reason) = (self.bounds.shown.clone(), error.message().to_owned());
        self.bounds.failure().unwrap_or(match error.class() {
            ErrorClass::Object
            | ErrorClass::Tree
            | ErrorClass::Odb
            | ErrorClass::Zlib
            | ErrorClass::Indexer => {
                FetchError::Tree { repository: url, path: "its objects".to_owned(), reason }
            }
            _ => FetchError::Network { url, reason },
        })
    }
}

/// A reference of the other side.
struct Head {
    name: String,
    id: Oid,
}

fn describe(reference: &Reference) -> String {
    match reference {
        Reference::Default => "default branch".to_owned(),
        Reference::Branch(name) => format!("branch `{name}`"),
        Reference::Tag(name) => format!("tag `{name}`"),
        Reference::Rev(rev) => format!("commit {rev}"),
    }
}
