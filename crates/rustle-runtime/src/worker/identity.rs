//! Becoming another user, in a process that is root.

use std::io;

use rustix::process::{Gid, Uid};
use rustix::thread::{set_thread_gid, set_thread_groups, set_thread_uid};

use crate::fs::users;

/// Becomes the user `name` for good, with all groups of that user. The process must have one thread only.
///
/// # Errors
/// If there is no such user, or the process may not become it.
pub fn become_user(name: &str) -> io::Result<()> {
    let user = find(name).ok_or_else(|| io::Error::other(format!("there is no user called {name}")))?;
    let groups: Vec<Gid> = users::groups_of(&user).into_iter().map(Gid::from_raw).collect();
    // The groups first: without root nobody may choose them.
    set_thread_groups(&groups)?;
    set_thread_gid(Gid::from_raw(user.gid))?;
    set_thread_uid(Uid::from_raw(user.uid))?;
    Ok(())
}

/// The user of that name, or of that number.
pub fn find(name: &str) -> Option<users::User> {
    users::user(name).or_else(|| users::user_by_id(name.parse().ok()?))
}

/// Whether `name` is the user that this process is.
pub fn is_current(name: &str) -> bool {
    let uid = rustix::process::geteuid();
    // The most common case needs no look at any file.
    if name == "root" {
        return uid.is_root();
    }
    find(name).is_some_and(|user| user.uid == uid.as_raw())
}
