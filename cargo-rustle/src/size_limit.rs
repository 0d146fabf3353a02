//! `[build] max_size`: an executable that is larger is not left lying about, and what makes it large is told.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use object::read::elf::{FileHeader, SectionHeader};
use object::{Endianness, FileKind, ReadCache, ReadRef, elf};
use rustle_build::{Problem, Problems};
use rustle_bundle::{Bundle, Kind, appended, find_embedded, open_appended};

use crate::failure::{Context, Failure, Result};
use crate::show;

/// How many parts are named.
const NAMED: usize = 8;

/// Refuses the executable at `path` if it has more than `most` bytes, and removes it. A bundle that is embedded in it and
/// not used, since another one is appended, does not count: the next build by Cargo has none.
///
/// # Errors
/// If it is too large: what its largest parts are. If it cannot be read.
pub fn check(path: &Path, most: Option<u64>) -> Result<()> {
    let all = fs::metadata(path).context(path.display())?.len();
    let Some(most) = most.filter(|most| all > *most) else { return Ok(()) };
    let unused = unused(path)?;
    let length = all.saturating_sub(unused);
    if length <= most {
        return Ok(());
    }
    let mut parts = parts(path)?;
    parts.sort_by(|(a, one), (b, other)| other.cmp(one).then_with(|| a.cmp(b)));
    fs::remove_file(path).context(path.display())?;
    let beside = match unused {
        0 => String::new(),
        _ => format!(" ({} with an embedded bundle that is not used)", show::size(all)),
    };
    let message = format!(
        "the runner has {}{beside}, and `[build] max_size` of rustle.toml allows {}: it was removed",
        show::size(length),
        show::size(most)
    );
    let shown = parts.iter().filter(|(_, length)| *length > 0).take(NAMED);
    let lines: Vec<String> =
        shown.map(|(what, length)| format!("{:>10}  {what}", show::size(*length))).collect();
    let problem =
        Problem::error("too-large", message).with_help(format!("its largest parts:\n{}", lines.join("\n")));
    Err(Failure::Refused("no runner was left", Problems::one(problem)))
}

/// The length of the bundle that is embedded, where another one is appended.
fn unused(path: &Path) -> Result<u64> {
    let file = File::open(path).context(path.display())?;
    let Some(behind) = appended(&file).context(path.display())? else { return Ok(0) };
    let inside = find_embedded(&file, behind.start).context(path.display())?;
    Ok(inside.map_or(0, |found| found.bundle.length()))
}

/// The parts of an executable and of its bundle, with their lengths. Which crate code came from is not to be seen in a
/// stripped one.
fn parts(path: &Path) -> Result<Vec<(String, u64)>> {
    let file = File::open(path).context(path.display())?;
    let total = file.metadata().context(path.display())?.len();
    let behind = appended(&file).context(path.display())?;
    let end = behind.map_or(total, |found| found.start);
    let mut parts = Vec::new();
    let inside = find_embedded(&file, end).context(path.display())?.map(|found| found.bundle);
    let mut rest = end;
    let data = ReadCache::new(file);
    // What is no ELF file is one part.
    let sections = match FileKind::parse(&data) {
        Ok(FileKind::Elf64) => sections::<elf::FileHeader64<Endianness>, _>(&data),
        Ok(FileKind::Elf32) => sections::<elf::FileHeader32<Endianness>, _>(&data),
        _ => Ok(Vec::new()),
    };
    // Sections of one kind are one part: debug information alone is a dozen.
    let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
    for (name, mut length) in sections.unwrap_or_default() {
        rest = rest.saturating_sub(length);
        // An embedded bundle is a constant.
        if name == ".rodata" {
            length = length.saturating_sub(inside.as_ref().map_or(0, Bundle::length));
        }
        *kinds.entry(section(&name)).or_default() += length;
    }
    parts.extend(kinds);
    parts.push(("other parts of the executable".to_owned(), rest));
    if let Some(bundle) = &inside {
        bundle_parts(bundle, "embedded", &mut parts);
    }
    if let Some(bundle) = open_appended(path).context(path.display())? {
        bundle_parts(&bundle, "appended", &mut parts);
    }
    Ok(parts)
}

fn bundle_parts(bundle: &Bundle, how: &str, parts: &mut Vec<(String, u64)>) {
    parts.push((format!("the {how} bundle, packed: plan and files"), bundle.length()));
    let files = bundle.entries().iter().filter(|entry| entry.kind() == Kind::File);
    parts.extend(files.map(|entry| {
        (format!("in it, before packing: {}", String::from_utf8_lossy(entry.path())), entry.size())
    }));
}

/// What a section is, in words.
fn section(name: &str) -> String {
    let what = match name {
        ".text" => "code of the runtime and of the linked module crates",
        ".rodata" => "constants",
        ".data" | ".data.rel.ro" => "data",
        ".eh_frame" | ".eh_frame_hdr" | ".gcc_except_table" => "tables for unwinding",
        ".rela.dyn" | ".relr.dyn" => "relocations",
        _ if name.starts_with(".debug") => return "debug information: a release build has none".to_owned(),
        ".symtab" | ".strtab" => return "symbols: a release build has none".to_owned(),
        _ => "a section",
    };
    format!("{what} ({name})")
}

/// The sections that take room in the file.
fn sections<'data, H: FileHeader<Endian = Endianness>, R: ReadRef<'data>>(
    data: R,
) -> object::Result<Vec<(String, u64)>> {
    let header = H::parse(data)?;
    let endian = header.endian()?;
    let table = header.sections(endian, data)?;
    let mut found = Vec::new();
    for section in table.iter() {
        if let Some((_, length)) = section.file_range(endian) {
            let name = table.section_name(endian, section)?;
            found.push((String::from_utf8_lossy(name).into_owned(), length));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustle_bundle::{Writer, append};

    /// This test's own executable with a bundle behind it.
    fn runner(folder: &Path) -> std::path::PathBuf {
        let mut writer = Writer::new(1);
        let noise: Vec<u8> =
            (0..1_500_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        writer.file("files/noise.bin", 0o644, noise).unwrap();
        let bundle = writer.finish(&Default::default(), &Default::default()).unwrap();
        let path = folder.join("runner");
        append(&std::env::current_exe().unwrap(), &path, &bundle).unwrap();
        path
    }

    #[test]
    fn a_runner_that_is_too_large_is_removed_and_its_parts_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = runner(folder.path());
        assert!(check(&path, None).is_ok() && check(&path, Some(u64::MAX)).is_ok() && path.exists());
        let Err(Failure::Refused(_, problems)) = check(&path, Some(1_000_000)) else { panic!("it may stay") };
        let text = problems.render(false);
        assert!(text.contains("error[too-large]: the runner has "), "{text}");
        assert!(text.contains("allows 1.0 MB: it was removed"), "{text}");
        assert!(text.contains("the appended bundle, packed") && text.contains("(.text)"), "{text}");
        assert!(text.contains("files/noise.bin"), "{text}");
        assert!(!path.exists());
    }

    #[test]
    fn an_embedded_bundle_that_is_not_used_does_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runner");
        let mut writer = Writer::new(1);
        let noise: Vec<u8> =
            (0..200_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        writer.file("files/noise.bin", 0o644, noise).unwrap();
        let bundle = writer.finish(&Default::default(), &Default::default()).unwrap();
        let mut executable = b"\x7fELF\x02\x01\x01".to_vec();
        executable.resize(4096, 0);
        executable.extend(&bundle);
        executable.resize(executable.len() + 100, 0);
        fs::write(&path, &executable).unwrap();
        append(&path, &path, &bundle).unwrap();
        let once = executable.len() as u64 + 32;
        assert!(check(&path, Some(once)).is_ok() && path.exists());
        let Err(Failure::Refused(_, problems)) = check(&path, Some(once - 100)) else {
            panic!("it may stay")
        };
        let text = problems.render(false);
        assert!(text.contains("with an embedded bundle that is not used), and"), "{text}");
        assert!(!path.exists());
    }
}
