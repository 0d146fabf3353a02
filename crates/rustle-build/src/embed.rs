//! What the bundle carries: the files that the plan needs, and those that the configuration adds.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use rustle_bundle::{BundleError, Compression, Kind, Packed, Shelf, Sink, Writer};
use rustle_playbook::{EmbeddedFile, Files, Location, Problem};
use rustle_schema::plan::Plan;
use rustle_schema::settings::Settings;
use walkdir::WalkDir;

use crate::config::Config;
use crate::sealed::Carried;

/// Adds the files that `[runner] embed` names to `files`.
pub(crate) fn configured(config: &Config, root: &Path, files: &mut Files, problems: &mut Vec<Problem>) {
    for (pattern, at) in &config.runner.embed {
        match matching(pattern, root, files) {
            Ok(0) => problems.push(
                Problem::error("missing-embed", format!("no file matches `{pattern}`"))
                    .at(at.clone())
                    .with_help("the names are relative to the project's root"),
            ),
            Ok(_) => {}
            Err(why) => problems.push(refused(pattern, at, &why)),
        }
    }
}

fn refused(pattern: &str, at: &Location, why: &str) -> Problem {
    Problem::error("missing-embed", format!("`{pattern}` cannot be embedded: {why}")).at(at.clone())
}

/// How many files match `pattern`: a file, a folder with all in it, or a glob.
fn matching(pattern: &str, root: &Path, files: &mut Files) -> Result<usize, String> {
    let fixed: String = pattern
        .split('/')
        .take_while(|part| !part.contains(['*', '?', '[', '{']))
        .collect::<Vec<_>>()
        .join("/");
    rustle_bundle::check_path(if fixed.is_empty() { b"x" } else { fixed.as_bytes() })
        .map_err(|error| error.to_string())?;
    let base = root.join(&fixed);
    let glob = (fixed != pattern)
        .then(|| GlobBuilder::new(pattern).literal_separator(true).build())
        .transpose()
        .map_err(|error| error.kind().to_string())?
        .map(|glob| glob.compile_matcher());
    if !base.exists() {
        return Ok(0);
    }
    files.watched.insert(base.clone());
    let mut count = 0;
    for entry in WalkDir::new(&base).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(|error| error.to_string())?;
        let Ok(relative) = entry.path().strip_prefix(root) else { continue };
        if entry.file_type().is_dir() && glob.is_none() && is_empty(entry.path()) {
            let mode = mode_of(&entry.metadata().map_err(|error| error.to_string())?);
            files.empty_folders.insert(bundle_path(relative), mode);
            count += 1;
        }
        if !entry.file_type().is_file() || glob.as_ref().is_some_and(|glob| !glob.is_match(relative)) {
            continue;
        }
        let mode = mode_of(&entry.metadata().map_err(|error| error.to_string())?);
        let file = EmbeddedFile { source: entry.path().to_owned(), mode };
        files.embedded.insert(bundle_path(relative), file);
        count += 1;
    }
    Ok(count)
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

#[cfg(unix)]
fn bundle_path(relative: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    relative.as_os_str().as_bytes().to_vec()
}

#[cfg(not(unix))]
fn bundle_path(relative: &Path) -> Vec<u8> {
    relative.to_string_lossy().replace('\\', "/").into_bytes()
}

#[cfg(unix)]
fn mode_of(metadata: &fs::Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o7777
}

#[cfg(not(unix))]
fn mode_of(_metadata: &fs::Metadata) -> u32 {
    0o644
}

/// What was packed.
pub(crate) struct Written {
    /// The bundle.
    pub(crate) bundle: Packed,
    /// Its digest.
    pub(crate) digest: String,
    /// The files that are compressed in ways of their own: names of [`Compression::NAMES`].
    pub(crate) apart: BTreeMap<Vec<u8>, &'static str>,
    /// The files in it, with their lengths.
    pub(crate) files: Vec<(Vec<u8>, u64)>,
}

/// What a bundle carries sealed.
#[derive(Debug, Default)]
pub(crate) struct SealedContent {
    /// The seals.
    pub(crate) seals: Carried,
    /// What stands in files in place of what is encrypted in them, by the path of those.
    pub(crate) files: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// Plans of up to this many tasks are read once more when they have been packed.
const READ_AGAIN: u64 = 5000;

/// A plan, some of whose steps lie on a shelf.
#[derive(Clone, Copy)]
pub(crate) struct Planned<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) shelf: &'a Shelf,
}

/// Packs plan, settings and files: into the file `out`, or in memory where there is none.
pub(crate) fn pack(
    plan: Planned<'_>,
    settings: &Settings,
    config: &Config,
    files: &Files,
    sealed: &SealedContent,
    out: Option<&Path>,
) -> Result<Written, BundleError> {
    let compression = config.build.compression();
    let apart = apart(config, files, sealed);
    let ways = &apart;
    let bundle = match out {
        Some(out) => Packed::File(fill(
            Writer::create(out, compression)?,
            plan,
            settings,
            config,
            files,
            sealed,
            ways,
        )?),
        None => fill(Writer::packed_by(compression), plan, settings, config, files, sealed, ways)?.into(),
    };
    // What was just written is read as the runner will read it, so that a bundle that cannot be read is never built.
    let opened = bundle.open()?;
    let tasks = opened.head()?.tasks();
    if tasks <= READ_AGAIN {
        opened.plan()?;
    }
    let entries = opened.entries().iter().filter(|entry| entry.kind() == Kind::File);
    let files = entries.map(|entry| (entry.path().to_vec(), entry.size())).collect();
    let apart = apart.into_iter().map(|(path, compression)| (path, compression.name())).collect();
    Ok(Written { bundle, digest: opened.digest(), apart, files })
}

/// The files that a pattern of the configuration compresses in a way of its own.
fn apart(config: &Config, files: &Files, sealed: &SealedContent) -> BTreeMap<Vec<u8>, Compression> {
    let patterns = config.build.patterns();
    let one = |path: &Vec<u8>| {
        let shown = PathBuf::from(String::from_utf8_lossy(path).into_owned());
        let (_, compression) = patterns.iter().find(|(pattern, _)| pattern.is_match(&shown))?;
        Some((path.clone(), *compression))
    };
    files.embedded.keys().filter(|path| !sealed.files.contains_key(*path)).filter_map(one).collect()
}

fn fill<S: Sink>(
    mut writer: Writer<S>,
    Planned { plan, shelf }: Planned<'_>,
    settings: &Settings,
    config: &Config,
    files: &Files,
    sealed: &SealedContent,
    apart: &BTreeMap<Vec<u8>, Compression>,
) -> Result<S::Done, BundleError> {
    if let Some(tasks) = config.build.profile().chunk_tasks() {
        writer.chunk_tasks(tasks);
    }
    for path in &config.runner.setuid {
        writer.allow_special_mode(path.as_str());
    }
    for (path, file) in &files.embedded {
        if let Some(content) = sealed.files.get(path) {
            writer.file(path.as_slice(), file.mode, content.clone())?;
            continue;
        }
        if let Some(target) = link(path, &file.source, files) {
            writer.symlink(path.as_slice(), target)?;
            continue;
        }
        if let Some(compression) = apart.get(path) {
            writer.compress(path.as_slice(), *compression);
        }
        writer.file_from(path.as_slice(), file.mode, file.source.clone())?;
    }
    for (path, mode) in &files.empty_folders {
        // A folder of which some files are embedded by their names is none that is empty.
        let below = [path.as_slice(), b"/"].concat();
        let first = files.embedded.range(below.clone()..).next();
        if !path.is_empty() && !first.is_some_and(|(path, _)| path.starts_with(&below)) {
            writer.directory(path.as_slice(), *mode)?;
        }
    }
    sealed.seals.write(&mut writer)?;
    writer.finish_from(plan, shelf, settings)
}

/// Where the file at `source` leads, if it is a link to something that the bundle carries too, and leads there in the bundle
/// as it does here: a folder above it may itself be a link here, and is a folder there. What leads elsewhere is carried as
/// what it leads to.
fn link(path: &[u8], source: &Path, files: &Files) -> Option<Vec<u8>> {
    let is_link = fs::symlink_metadata(source).is_ok_and(|metadata| metadata.is_symlink());
    if !is_link {
        return None;
    }
    let target = bundle_path(&fs::read_link(source).ok()?);
    if target.starts_with(b"/") {
        return None;
    }
    let mut parts: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
    parts.pop();
    for part in target.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    let leads_to = parts.join(&b"/"[..]);
    let there = files.embedded.get(&leads_to).filter(|_| leads_to != path)?;
    (source.canonicalize().ok()? == there.source.canonicalize().ok()?).then_some(target)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::diagnostics::Problems;

    #[test]
    fn links_folders_and_ways_of_packing() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("project");
        fs::create_dir_all(root.join("tree/sub")).unwrap();
        fs::create_dir_all(root.join("tree/empty")).unwrap();
        fs::write(folder.path().join("outside"), "outside").unwrap();
        fs::write(root.join("tree/sub/a.txt"), "text ".repeat(1000)).unwrap();
        fs::write(root.join("tree/b.raw"), "text ".repeat(1000)).unwrap();
        symlink("sub/a.txt", root.join("tree/inner")).unwrap();
        symlink("../../outside", root.join("tree/outer")).unwrap();
        symlink("inner", root.join("tree/again")).unwrap();
        fs::create_dir_all(root.join("tree/real/deep")).unwrap();
        fs::write(root.join("tree/real/b.txt"), "right").unwrap();
        fs::write(root.join("tree/b.txt"), "wrong").unwrap();
        symlink("../b.txt", root.join("tree/real/deep/x")).unwrap();
        symlink("real/deep", root.join("tree/linked")).unwrap();
        let text = "[runner]\nembed = [\"tree\"]\n[build]\ncompression_algorithm = \"lz4\"\n[build.compress]\n\"**/*.raw\" = \"none\"\n";
        let file = std::sync::Arc::new(rustle_playbook::SourceFile {
            path: "rustle.toml".into(),
            text: text.into(),
        });
        let mut problems = Vec::new();
        let config = Config::parse(&file, &mut problems);
        let mut files = Files::default();
        configured(&config, &root, &mut files, &mut problems);
        assert_eq!(Problems::new(problems).to_string(), "");
        let packed = pack(
            Planned { plan: &Plan::default(), shelf: &Shelf::default() },
            &Settings::default(),
            &config,
            &files,
            &SealedContent::default(),
            None,
        )
        .unwrap();
        let bundle = packed.bundle.open().unwrap();
        let target = |path: &[u8]| bundle.entry(path).unwrap().target().to_vec();
        assert_eq!(target(b"tree/inner"), b"sub/a.txt");
        assert_eq!(target(b"tree/again"), b"inner");
        assert_eq!(*bundle.read(b"tree/outer").unwrap(), *b"outside");
        assert_eq!(bundle.entry(b"tree/empty").unwrap().kind(), Kind::Directory);
        assert_eq!(bundle.read(b"tree/b.raw").unwrap(), bundle.read(b"tree/sub/a.txt").unwrap());
        // Below a linked folder, the same words lead elsewhere.
        assert_eq!(target(b"tree/real/deep/x"), b"../b.txt");
        assert_eq!(*bundle.read(b"tree/linked/x").unwrap(), *b"right");
        // 5000 bytes as they are, and the same packed.
        assert!((5000..6000).contains(&bundle.length()), "{}", bundle.length());
    }
}
