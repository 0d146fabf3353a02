//! Who runs this, and in which environment.

use rustle_runtime::fs::users;
use rustle_runtime::prelude::*;

use super::Gathering;

const NAMES: &[&str] = &[
    "effective_group_id",
    "effective_user_id",
    "real_group_id",
    "real_user_id",
    "user_dir",
    "user_gecos",
    "user_gid",
    "user_id",
    "user_shell",
    "user_uid",
];

pub(super) fn has(name: &str) -> bool {
    NAMES.contains(&name)
}

pub(super) fn gather(gathering: &mut Gathering<'_>) {
    let uid = rustix::process::geteuid().as_raw();
    if let Some(user) = users::user_by_id(uid) {
        gathering.put("user_id", user.name);
        gathering.put("user_uid", user.uid);
        gathering.put("user_gid", user.gid);
        gathering.put("user_gecos", user.gecos);
        gathering.put("user_dir", user.home);
        gathering.put("user_shell", user.shell);
    } else {
        gathering.put("user_id", uid.to_string());
        gathering.put("user_uid", uid);
    }
    gathering.put("real_user_id", rustix::process::getuid().as_raw());
    gathering.put("effective_user_id", uid);
    gathering.put("real_group_id", rustix::process::getgid().as_raw());
    gathering.put("effective_group_id", rustix::process::getegid().as_raw());
}

pub(super) fn has_environment(name: &str) -> bool {
    name == "env"
}

pub(super) fn gather_environment(gathering: &mut Gathering<'_>) {
    let own = gathering.ctx.environment().clone();
    let mut env: Map = std::env::vars_os()
        .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
        .collect();
    env.extend(own);
    gathering.put("env", env);
}
