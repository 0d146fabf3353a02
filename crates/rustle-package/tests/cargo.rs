//! A package's digest through stock cargo: packed, unpacked, vendored and packed again, it stays the same.
#![cfg(feature = "archive")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustle_package::archive::{Format, pack, unpack};
use rustle_package::{Digest, Limits, Tree};

const MANIFEST: &str = r#"
[package]
name = "acme-greet"
version = "0.1.0"
edition = "2024"
license = "MIT"
description = "Greets"
build = "build.rs"
links = "rustle_acme_greet" # after what cargo moves to the front
include = ["**/*"]
"#;

/// A place with a registry of files, a home for cargo, and a crate that uses what is in that registry.
struct Workshop(tempfile::TempDir);

impl Workshop {
    fn new() -> Workshop {
        let shop = Workshop(tempfile::tempdir().unwrap());
        shop.write("user/Cargo.toml", "[package]\nname = \"user\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nacme-greet = \"0.1\"\n");
        shop.write("user/src/lib.rs", "");
        let registry = shop.path("registry");
        let config = format!(
            "[source.crates-io]\nreplace-with = \"files\"\n[source.files]\nlocal-registry = {:?}\n",
            registry.display()
        );
        shop.write("user/.cargo/config.toml", &config);
        shop
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, content: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn cargo(&self, folder: &Path, arguments: &[&str]) {
        let ran = Command::new(env!("CARGO"))
            .args(arguments)
            .current_dir(folder)
            .env("CARGO_HOME", self.path("home"))
            .env("CARGO_TARGET_DIR", self.path("built"))
            .output()
            .unwrap();
        assert!(ran.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
    }

    fn package(&self, folder: &Path) -> Vec<u8> {
        self.cargo(folder, &["package", "--no-verify", "--offline", "--allow-dirty"]);
        fs::read(self.path("built/package/acme-greet-0.1.0.crate")).unwrap()
    }

    /// Puts a crate into the registry, and lets cargo unpack and vendor it.
    fn unpacked_and_vendored(&self, packed: &[u8]) -> (Tree, Tree) {
        for made in ["home", "user/vendor", "user/Cargo.lock"] {
            let _ = fs::remove_dir_all(self.path(made));
            let _ = fs::remove_file(self.path(made));
        }
        self.write("registry/x", "");
        fs::write(self.path("registry/acme-greet-0.1.0.crate"), packed).unwrap();
        let checksum = Digest::of(packed).hex();
        let line = format!(
            r#"{{"name":"acme-greet","vers":"0.1.0","deps":[],"cksum":"{checksum}","features":{{}},"yanked":false,"links":"rustle_acme_greet"}}"#
        );
        self.write("registry/index/ac/me/acme-greet", &line);
        let user = self.path("user");
        self.cargo(&user, &["fetch"]);
        self.cargo(&user, &["vendor", "--respect-source-config"]);
        let sources = fs::read_dir(self.path("home/registry/src")).unwrap().next().unwrap().unwrap().path();
        (read(&sources.join("acme-greet-0.1.0")), read(&self.path("user/vendor/acme-greet")))
    }
}

fn read(folder: &Path) -> Tree {
    Tree::read(folder, &Limits::default()).unwrap()
}

#[test]
fn every_form_that_cargo_gives_a_package_has_one_digest() {
    let shop = Workshop::new();
    let own = shop.path("own");
    for (path, content) in [
        ("Cargo.toml", MANIFEST),
        ("build.rs", "fn main() {}\n"),
        ("module.toml", "id = \"com.acme.greet\"\n"),
        ("src/lib.rs", "pub mod target;\n"),
        ("src/target/mod.rs", "// no build output\n"),
        ("src/notes.orig", "kept by cargo, and so by us\n"),
        ("src/.gitignore", "x\n"),
        (".gitattributes", "* text\n"),
        ("lines.txt", "\r\n"),
        ("acme.minisig", "not in the digest\n"),
    ] {
        shop.write(&format!("own/{path}"), content);
    }
    let packed = shop.package(&own);
    let ours = unpack(&packed, Format::TarGz, &Limits::default()).unwrap();
    let (unpacked, vendored) = shop.unpacked_and_vendored(&packed);
    assert_eq!(unpacked, ours);
    assert_eq!(vendored, ours);
    assert!(ours.get("src/target/mod.rs").is_some() && ours.get("src/notes.orig").is_some());

    // The author's own folder differs in the form of Cargo.toml only.
    let mut mine = read(&own);
    assert_ne!(mine.digest(), ours.digest());
    mine.insert("Cargo.toml", ours.get("Cargo.toml").unwrap()).unwrap();
    assert_eq!(mine.digest(), ours.digest());

    // Once it has that form, it has the digest, and packing it again does not change it.
    ours.write(&own).unwrap();
    assert_eq!(read(&own).digest(), ours.digest());
    let again = unpack(&shop.package(&own), Format::TarGz, &Limits::default()).unwrap();
    assert_eq!(again.digest(), ours.digest());

    // And what we pack ourselves, cargo takes.
    let (unpacked, vendored) = shop.unpacked_and_vendored(&pack(&ours, "acme-greet-0.1.0").unwrap());
    assert_eq!((unpacked, vendored), (ours.clone(), ours));
}
