//! What is kept between fetches.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustle_fetch::git::{GitRequest, Reference};
use rustle_fetch::testserver::{Server, git_http_backend};

use crate::place::{Place, history, request, texts};

#[test]
fn a_damaged_cache_is_made_anew() {
    let place = Place::new();
    let (_repository, commits) = history(&place, "r");
    let server = Server::start(git_http_backend(place.served()));
    let url = server.url("/r/.git");
    let whole = request(&url, Reference::Default);
    place.fetch(&whole).expect("a checkout");
    let cache = place.folder.path().join("cache");
    let bare = fs::read_dir(&cache)
        .expect("a cache")
        .map(|entry| entry.expect("an entry").path())
        .find(|path| path.extension().is_some_and(|extension| extension == "git"))
        .expect("a repository");
    let files = |folder: &Path| -> Vec<PathBuf> {
        fs::read_dir(folder)
            .map(|entries| entries.map(|entry| entry.expect("an entry").path()).collect())
            .unwrap_or_default()
    };
    let damages: [&dyn Fn(); 5] = [
        &|| {
            files(&bare.join("objects/pack")).iter().for_each(|path| {
                fs::set_permissions(path, fs::Permissions::from_mode(0o644)).expect("permissions");
                let mut bytes = fs::read(path).expect("a pack");
                let middle = bytes.len() / 2;
                bytes[middle..].fill(0xaa);
                fs::write(path, bytes).expect("a pack");
            })
        },
        &|| fs::remove_dir_all(bare.join("objects/pack")).expect("packs"),
        &|| fs::write(bare.join("HEAD"), "nonsense").expect("a file"),
        &|| fs::write(bare.join("config"), "[[[[").expect("a file"),
        &|| {
            fs::remove_dir_all(&bare).expect("a repository");
            fs::create_dir(&bare).expect("a folder");
        },
    ];
    for (index, damage) in damages.iter().enumerate() {
        damage();
        for reference in [Reference::Default, Reference::Rev(commits["three"].clone())] {
            let checkout =
                place.fetch(&request(&url, reference)).unwrap_or_else(|error| panic!("{index}: {error}"));
            assert_eq!(texts(&checkout)["module.rs"], "// three", "{index}");
        }
    }
}

#[test]
fn many_at_once() {
    let place = Place::new();
    let (_repository, commits) = history(&place, "r");
    let server = Server::start(git_http_backend(place.served()));
    std::thread::scope(|scope| {
        for index in 0..8 {
            let (place, url, commits) = (&place, server.url("/r/.git"), &commits);
            scope.spawn(move || {
                let reference =
                    if index % 2 == 0 { Reference::Default } else { Reference::Branch("side".into()) };
                let expected = if index % 2 == 0 { "three" } else { "side" };
                let checkout = place.fetch(&request(url, reference)).expect("a checkout");
                assert_eq!(checkout.commit, commits[expected]);
            });
        }
    });
}

#[test]
fn no_more_history_than_is_needed() {
    let place = Place::new();
    let (_repository, commits) = history(&place, "r");
    let server = Server::start(git_http_backend(place.served()));
    let url = server.url("/r/.git");
    let shallow = || {
        fs::read_dir(place.folder.path().join("cache"))
            .expect("a cache")
            .map(|entry| entry.expect("an entry").path().join("shallow"))
            .any(|path| fs::metadata(path).is_ok_and(|metadata| metadata.len() > 0))
    };
    place.fetch(&request(&url, Reference::Default)).expect("a checkout");
    assert!(shallow(), "one commit is enough");
    // Whether an older commit is in the history, only the history can tell.
    let locked = Some(commits["one"].clone());
    let older = GitRequest { commit: locked, ..request(&url, Reference::Default) };
    let checkout = place.fetch(&older).expect("a checkout");
    assert_eq!(texts(&checkout)["module.rs"], "// one");
    assert!(!shallow());
}
