//! `cargo xtask bench --scale`: what grows when plans, files and fleets of modules grow, and what must not.

mod embeds;
mod prepare;
mod profiles;
mod project;
mod rebuild;
mod sizes;
mod start;
mod table;
mod tool;

use std::fs;
use std::io;
use std::path::Path;

use super::build;

/// What was measured. What was left out is empty.
#[derive(Debug, Default)]
pub(crate) struct Scale {
    prepare: Vec<prepare::Prepared>,
    start: Vec<start::Started>,
    rebuild: Option<rebuild::Rebuild>,
    sizes: Vec<sizes::Sized>,
    profiles: Vec<profiles::Profiled>,
    embeds: Vec<embeds::Embedded>,
}

/// What can be measured by itself.
pub(crate) const PARTS: [&str; 6] = ["prepare", "start", "embeds", "rebuild", "sizes", "profiles"];

/// Measures `parts`, all of them where that is empty, and returns the tables. `full` adds what takes very long.
///
/// # Errors
/// If something cannot be built, or a run fails.
pub(crate) fn run(
    root: &Path,
    work: &Path,
    rounds: usize,
    parts: &[String],
    full: bool,
) -> io::Result<String> {
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|it| it == part);
    let mut scale = Scale::default();
    if wanted("prepare") {
        scale.prepare = prepare::measure(root, work, rounds)?;
    }
    if wanted("start") {
        scale.start = start::measure(root, work, rounds)?;
    }
    if wanted("embeds") {
        scale.embeds = embeds::measure(root, work, full)?;
    }
    if ["rebuild", "sizes", "profiles"].into_iter().any(wanted) {
        build::cargo(root, &["build", "--release", "-p", "cargo-rustle"])?;
        let tool = tool::Tool::new(root);
        if wanted("rebuild") {
            scale.rebuild = Some(rebuild::measure(&tool, work, rounds)?);
        }
        if wanted("sizes") {
            scale.sizes = sizes::measure(&tool, work)?;
        }
        if wanted("profiles") {
            scale.profiles = profiles::measure(&tool, work, rounds)?;
        }
    }
    Ok(table::text(&scale))
}

/// Puts the tables into a page, in the place of older ones.
///
/// # Errors
/// If the page cannot be read or written.
pub(crate) fn write(page: &Path, tables: &str) -> io::Result<()> {
    let text = fs::read_to_string(page)?;
    let kept = text.split(table::HEADING).next().unwrap_or_default().trim_end();
    fs::write(page, format!("{kept}\n\n{}\n", tables.trim_end()))
}

/// The tables that stand in a page, to be kept when the rest of it is written anew.
pub(crate) fn standing(page: &Path) -> Option<String> {
    let text = fs::read_to_string(page).ok()?;
    let at = text.find(table::HEADING)?;
    text.get(at..).map(str::to_owned)
}
