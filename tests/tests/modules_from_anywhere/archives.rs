//! Archives that strangers made.

use std::fs;

use rustle_tests::anywhere::{Package, Registry, Shelf, World, tar_gz};
use tar::{EntryType, Header};
use walkdir::WalkDir;

/// The header of an entry with any name, as no honest tool writes it.
fn header(name: &str, kind: EntryType, link: &str, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_size(size);
    header.set_cksum();
    header
}

/// A good package, and one entry more.
fn with_entry(package: &Package, name: &str, kind: EntryType, link: &str, content: &[u8]) -> Vec<u8> {
    let top = format!("{}-{}", package.crate_name(), package.version);
    let files = package.files().into_iter().map(|(name, text)| (format!("{top}/{name}"), text.into_bytes()));
    let name = name.replace("TOP", &top);
    tar_gz(files, &[(header(&name, kind, link, content.len() as u64), content.to_vec())])
}

/// The archive is refused from a registry and from an address, by `lock` and by `add`, and whatever it has in it is
/// nowhere.
#[track_caller]
fn refused_everywhere(tables: &str, archive: &[u8], code: &str) {
    let package = Package::new("acme.greet", "1.0.0");
    let registry = Registry::start();
    registry.publish_as(&package, archive.to_vec());
    let shelf = Shelf::start();
    let url = shelf.put("/greet.tar.gz", archive);
    let sum = rustle_fetch::sha256_hex(archive);
    let world = World::new();
    let bound = registry.table("acme", "\"acme\"");
    world.config(&format!("{tables}{bound}[modules]\n\"acme.greet\" = \"1\"\n"));
    world.refuses(&["lock"], &[code, "acme.greet"]);
    world.config(&format!("{tables}[modules]\n\"acme.greet\" = {{ url = \"{url}\", sha256 = \"{sum}\" }}\n"));
    world.refuses(&["lock"], &[code, "acme.greet"]);
    world.config(tables);
    world.refuses(&["add", "acme.greet", "--url", &url], &[code, "acme.greet"]);
    // Nothing of it was unpacked anywhere: not beside the project, not in the store, not in a temporary folder.
    let litter = WalkDir::new(world.path("")).into_iter().flatten().find(|entry| {
        let name = entry.file_name().to_string_lossy();
        name.starts_with("evil")
            || name.starts_with(".rustle-tmp-")
            || name == "lib.rs" && !entry.path().starts_with(world.path("runtime"))
    });
    assert!(litter.is_none(), "{litter:?}");
}

/// Fault 1: names that lead out of the package.
#[test]
fn fault_1_paths_that_lead_elsewhere() {
    let package = Package::new("acme.greet", "1.0.0");
    for name in
        ["TOP/../../evil", "/tmp/evil-of-rustle", "C:\\evil", "TOP/./evil", "TOP/a/../evil", "TOP/a\\evil"]
    {
        let archive = with_entry(&package, name, EntryType::Regular, "", b"evil");
        refused_everywhere("", &archive, "E-ARCHIVE-PATH");
    }
    assert!(!fs::exists("/tmp/evil-of-rustle").expect("readable"));
}

/// Fault 2: symbolic and hard links, whatever they point to.
#[test]
fn fault_2_links() {
    let package = Package::new("acme.greet", "1.0.0");
    for (kind, target) in [
        (EntryType::Symlink, "/etc/passwd"),
        (EntryType::Symlink, "src/lib.rs"),
        (EntryType::Link, "TOP/Cargo.toml"),
    ] {
        let archive = with_entry(&package, "TOP/evil", kind, target, b"");
        refused_everywhere("", &archive, "E-ARCHIVE-LINK");
    }
}

/// Fault 4: much out of little, very many entries, very deep ones.
#[test]
fn fault_4_bombs() {
    let package = Package::new("acme.greet", "1.0.0");
    let zeros = with_entry(&package, "TOP/evil", EntryType::Regular, "", &vec![0; 8 << 20]);
    assert!(zeros.len() < 20_000, "{}", zeros.len());
    refused_everywhere("", &zeros, "E-ARCHIVE-SIZE");
    refused_everywhere("[limits]\nratio = 100000\nunpacked_mb = 1\n", &zeros, "E-ARCHIVE-SIZE");
    let many = (0..300).map(|number| (format!("top/evil{number}"), Vec::new()));
    refused_everywhere("[limits]\nentries = 200\n", &tar_gz(many, &[]), "E-ARCHIVE-SIZE");
    let deep = format!("top/{}evil", "d/".repeat(40));
    refused_everywhere("", &tar_gz([(deep, Vec::new())], &[]), "E-ARCHIVE-PATH");
    let large = with_entry(&package, "TOP/evil", EntryType::Regular, "", &noise(1_200_000));
    refused_everywhere_large(&large);
}

/// Bytes that do not pack.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u8
    };
    (0..length).map(|_| next()).collect()
}

/// More than may be downloaded is not downloaded to its end.
#[track_caller]
fn refused_everywhere_large(archive: &[u8]) {
    let shelf = Shelf::start();
    let url = shelf.put("/greet.tar.gz", archive);
    let world = World::new();
    world.config("[limits]\narchive_mb = 1\n");
    world.refuses(&["add", "acme.greet", "--url", &url], &["E-FETCH-SIZE", "1000000"]);
}
