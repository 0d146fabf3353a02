//! Copying a folder that the executable carries.

use std::path::Path;

use rustle_runtime::args::{FileAttributes, Mode};
use rustle_runtime::fs::attributes::Wanted;
use rustle_runtime::fs::info;
use rustle_runtime::fs::times::Wish;
use rustle_runtime::prelude::*;

use super::plan::{self, Item, Kind};
use super::{Copy, Placing};
use crate::file::{self, Job};

impl Copy {
    /// Copies every file, then folders (which may be empty), then links.
    pub(super) fn folder(&self, items: &[Item], ctx: &Context) -> Result<Outcome> {
        // The destination of a folder is a folder, however it is written.
        let dest = self.dest.join("");
        let has_folders = items.iter().any(|item| item.kind == Kind::Folder);
        let (mut changed, mut files) = (false, 0);
        let mut last = None;
        for item in items {
            let Kind::File(path, mode) = &item.kind else { continue };
            files += 1;
            let (source, shown) = (self.open(path, ctx)?, path.display().to_string());
            let placing = Placing {
                dest: &dest,
                name: Some(&item.name),
                mode: self.mode(Some(*mode)),
                follow: self.follow && !has_folders,
                ..self.placing(&source, &shown)
            };
            if let Some(outcome) = placing.place(ctx)? {
                if outcome.failed {
                    return Ok(outcome);
                }
                changed |= outcome.changed;
                last = Some(outcome);
            }
        }
        for item in items {
            let outcome = match &item.kind {
                Kind::File(..) => continue,
                Kind::Folder => self.make_folder(&dest.join(&item.name), ctx)?,
                Kind::Link(target) => self.make_link(&dest.join(&item.name), target, !has_folders, ctx)?,
            };
            changed |= outcome.changed;
            last = Some(outcome);
        }
        if let Some(mut only) = last.filter(|_| files == 1) {
            if let Some(path) = only.data.get("path").cloned().filter(|_| !only.data.contains_key("dest")) {
                only = only.with("dest", path);
            }
            return Ok(Outcome { changed, ..only });
        }
        let src = self.source.as_ref().map(plan::value_path).transpose()?.unwrap_or_default();
        Ok(Outcome::of(changed).with("dest", info::text(&dest)).with("src", info::text(&src)))
    }

    fn make_folder(&self, path: &Path, ctx: &Context) -> Result<Outcome> {
        let mode = self.directory_mode.as_ref().map(|mode| mode.value().clone());
        let wanted = Wanted { mode, ..Wanted::from(&self.attributes) };
        without_diff(file::make_directory(&job(path, None, wanted, true, ctx), false)?, ctx)
    }

    fn make_link(&self, path: &Path, target: &Path, follow: bool, ctx: &Context) -> Result<Outcome> {
        let preserved = self.attributes.mode.as_ref().is_some_and(Mode::is_preserve);
        let attributes = FileAttributes {
            mode: self.attributes.mode.clone().filter(|_| !preserved),
            ..self.attributes.clone()
        };
        let job = job(path, Some(target), Wanted::from(&attributes), follow, ctx);
        without_diff(file::make_link(&job)?, ctx)
    }
}

fn job<'a>(path: &Path, src: Option<&'a Path>, wanted: Wanted, follow: bool, ctx: &Context) -> Job<'a> {
    Job {
        path: path.to_owned(),
        src,
        wanted,
        follow,
        force: true,
        modified: Wish::Preserve,
        accessed: Wish::Preserve,
        check: ctx.check_mode(),
    }
}

fn without_diff(mut outcome: Outcome, ctx: &Context) -> Result<Outcome> {
    if !ctx.diff_mode() {
        outcome.diff.clear();
    }
    Ok(outcome)
}
