//! What is not delivered yet, on disk: a folder for each run.

pub(crate) mod record;
pub(crate) mod run;
pub(crate) mod segments;

use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use run::RunFolder;

/// The spool of a runner.
#[derive(Clone, Debug)]
pub(crate) struct Spool {
    pub(crate) folder: PathBuf,
    /// How many bytes it may hold.
    pub(crate) most: u64,
}

impl Spool {
    /// The spool in `folder`, which is made if it is not there.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub(crate) fn open(folder: &Path, most: u64) -> Result<Spool, String> {
        let wrong = |why: String| format!("the spool {} cannot be used: {why}", folder.display());
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|error| wrong(error.to_string()))?;
        let metadata = fs::symlink_metadata(folder).map_err(|error| wrong(error.to_string()))?;
        if !metadata.is_dir() {
            return Err(wrong("it is no folder".into()));
        }
        // Somebody else who may write there could read what is sent, or have something else sent in our name.
        if metadata.uid() != rustix::process::geteuid().as_raw() {
            return Err(wrong("it belongs to another user".into()));
        }
        if metadata.mode() & 0o022 != 0 {
            return Err(wrong("others may write to it; `chmod 0700` it".into()));
        }
        run::sweep(folder);
        Ok(Spool { folder: folder.to_owned(), most })
    }

    /// How many bytes it holds.
    pub(crate) fn size(&self) -> u64 {
        self.paths().iter().map(|path| RunFolder::size(path)).sum()
    }

    /// The runs that nobody has, the oldest first; and what is wrong with others, which stay where they are.
    pub(crate) fn left(&self) -> (Vec<RunFolder>, Vec<String>) {
        let (mut runs, mut wrong) = (Vec::new(), Vec::new());
        for path in self.paths() {
            match RunFolder::take(&path) {
                Ok(run) => runs.extend(run),
                Err(error) => {
                    wrong.push(format!("{} is no run that could be delivered: {error}", path.display()));
                }
            }
        }
        runs.sort_by(|a, b| (&a.head.started, &a.head.run).cmp(&(&b.head.started, &b.head.run)));
        (runs, wrong)
    }

    /// How many runs there are, whoever has them.
    pub(crate) fn runs(&self) -> usize {
        self.paths().len()
    }

    fn paths(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let visible = entries.filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'));
        visible.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
    }
}

/// Where the spool of the runner `name` is, where its configuration names no place: what the service manager gives, the
/// system's place for root, the user's own otherwise.
pub(crate) fn default_folder(
    name: &str,
    var: impl Fn(&str) -> Option<String>,
    root: bool,
) -> Option<PathBuf> {
    // It becomes the name of a folder.
    let name: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '_' }).collect();
    let absolute = |path: String| Some(PathBuf::from(path)).filter(|path| path.is_absolute());
    let state = var("STATE_DIRECTORY").and_then(|list| absolute(list.split(':').next()?.to_owned()));
    if let Some(state) = state {
        return Some(state.join("spool"));
    }
    if root {
        return Some(Path::new("/var/lib/rustle").join(name).join("spool"));
    }
    let home = || absolute(var("HOME")?).map(|home| home.join(".local/state"));
    let state = var("XDG_STATE_HOME").and_then(absolute).or_else(home)?;
    Some(state.join("rustle").join(name).join("spool"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use rustle_runtime::schema::controller::RunHead;

    use super::*;

    #[test]
    fn the_place_follows_who_starts_it() {
        let place = |vars: &[(&str, &str)], root| {
            let var = |name: &str| vars.iter().find(|it| it.0 == name).map(|it| it.1.to_owned());
            default_folder("../web", var, root).map(|it| it.to_string_lossy().into_owned())
        };
        assert_eq!(place(&[], true).as_deref(), Some("/var/lib/rustle/___web/spool"));
        assert_eq!(place(&[("STATE_DIRECTORY", "/s:/t")], true).as_deref(), Some("/s/spool"));
        assert_eq!(
            place(&[("HOME", "/home/u")], false).as_deref(),
            Some("/home/u/.local/state/rustle/___web/spool")
        );
        assert_eq!(place(&[("XDG_STATE_HOME", "/x")], false).as_deref(), Some("/x/rustle/___web/spool"));
        assert_eq!(place(&[("HOME", "relative")], false), None);
    }

    #[test]
    fn a_folder_that_others_may_write_to_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let spool = folder.path().join("a/b");
        assert_eq!(Spool::open(&spool, 100).unwrap().size(), 0);
        fs::set_permissions(&spool, fs::Permissions::from_mode(0o777)).unwrap();
        assert!(Spool::open(&spool, 100).unwrap_err().contains("others may write to it"));
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(Spool::open(&file, 100).is_err());
    }

    #[test]
    fn the_oldest_run_is_first() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(&folder.path().join("spool"), 100).unwrap();
        fs::create_dir(spool.folder.join("broken")).unwrap();
        fs::write(spool.folder.join("broken/run.json"), "{").unwrap();
        for (run, started) in [("b", "2026-01-01T00:00:00Z"), ("a", "2026-01-02T00:00:00Z")] {
            let head = RunHead { run: run.into(), started: started.into(), ..RunHead::default() };
            drop(RunFolder::create(&spool.folder, &head).unwrap());
        }
        let (left, wrong) = spool.left();
        assert!(wrong.len() == 1 && wrong[0].contains("broken is no run"), "{wrong:?}");
        assert_eq!(left.iter().map(|it| it.head.run.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!((spool.left().0.len(), spool.runs()), (0, 3), "they are had now");
    }
}
