//! What a template is told of itself.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::SystemTime;

use rustle_runtime::clock;
use rustle_runtime::fs::users;
use rustle_runtime::prelude::*;
use rustle_runtime::schema::names::BUNDLE_ROOT;

/// The variables `template_*`. An embedded template has neither an owner nor a time: it is the user's who runs the
/// executable, and as old as the executable.
pub(super) fn of(src: &str, found: &Path, dest: &str) -> Map {
    let is_embedded = found.starts_with(BUNDLE_ROOT);
    let file = if is_embedded { std::env::current_exe().ok() } else { Some(found.to_owned()) };
    let metadata = file.and_then(|file| std::fs::metadata(file).ok());
    let changed = metadata.as_ref().and_then(|it| it.modified().ok());
    let uid = match metadata {
        Some(metadata) if !is_embedded => metadata.uid(),
        _ => rustix::process::geteuid().as_raw(),
    };
    let owner = users::user_by_id(uid).map_or_else(|| Value::from(uid), |user| Value::from(user.name));
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    Map::from([
        ("template_host", Value::from(host)),
        ("template_path", Value::from(src)),
        ("template_mtime", clock::moment(changed.unwrap_or(SystemTime::UNIX_EPOCH))),
        ("template_uid", owner),
        ("template_run_date", clock::moment(SystemTime::now())),
        ("template_destpath", Value::from(dest)),
        ("template_fullpath", Value::from(found.to_string_lossy().as_ref())),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_knows_itself() {
        let folder = tempfile::tempdir().unwrap();
        let found = folder.path().join("x.j2");
        std::fs::write(&found, "").unwrap();
        let it = of("x.j2", &found, "/etc/x");
        assert_eq!(it.get("template_path"), Some(&Value::from("x.j2")));
        assert_eq!(it.get("template_destpath"), Some(&Value::from("/etc/x")));
        assert_eq!(it.get("template_fullpath"), Some(&Value::from(found.display().to_string())));
        assert_eq!(it.get("template_run_date").unwrap().type_name(), "datetime");
        let embedded = of("x.j2", Path::new("/@bundle/templates/x.j2"), "/etc/x");
        assert!(!embedded.get("template_uid").unwrap().to_string().is_empty());
    }
}
