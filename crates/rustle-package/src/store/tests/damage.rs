//! Fault 26: somebody else changed what is stored.

use std::convert::Infallible;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use crate::Digest;
use crate::store::{Event, ObtainError, Store, StoreError};

const CONTENT: &[u8] = b"pub fn greet() {}\n";

fn fetch() -> Result<Vec<u8>, Infallible> {
    Ok(CONTENT.to_vec())
}

/// Puts something else in the place of a content.
fn replace(store: &Store, digest: &Digest, by: impl Fn(&Path)) {
    let path = store.blob(digest);
    fs::remove_file(&path).unwrap();
    by(&path);
}

#[test]
fn contents_are_read_only_files_under_their_digest() {
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(home.path().join("cache"));
    let digest = Digest::of(CONTENT);
    assert_eq!(store.get(&digest).unwrap(), None);
    assert_eq!(store.put(CONTENT).unwrap(), digest);
    assert_eq!(store.put(CONTENT).unwrap(), digest);
    assert_eq!(store.get(&digest).unwrap().as_deref(), Some(CONTENT));
    let path = store.root().join(format!("v1/blobs/{}/{}", &digest.hex()[..2], digest.hex()));
    assert_eq!(fs::read(&path).unwrap(), CONTENT);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o444);
    let tag = fs::read_to_string(store.root().join("CACHEDIR.TAG")).unwrap();
    assert!(tag.starts_with("Signature: 8a477f597d28d172789f06886806bc55"));
    assert_eq!(store.put(b"").unwrap(), Digest::of(b""));
    assert_eq!(store.get(&Digest::of(b"")).unwrap().as_deref(), Some(&b""[..]));
}

#[test]
fn whatever_was_changed_is_fetched_anew_and_told() {
    let flipped = |at: usize| {
        let mut bytes = CONTENT.to_vec();
        bytes[at] ^= 1;
        bytes
    };
    let ways: [&dyn Fn(&Path); 6] = [
        &|path| fs::write(path, flipped(0)).unwrap(),
        &|path| fs::write(path, flipped(CONTENT.len() - 1)).unwrap(),
        &|path| fs::write(path, &CONTENT[1..]).unwrap(),
        &|path| fs::write(path, "").unwrap(),
        &|path| fs::create_dir(path).unwrap(),
        &|path| symlink("/etc/passwd", path).unwrap(),
    ];
    for way in ways {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(home.path());
        let digest = store.put(CONTENT).unwrap();
        for _ in 0..2 {
            replace(&store, &digest, way);
            assert_eq!(store.get(&digest).unwrap(), None);
            let events = store.take_events();
            let [Event::Damaged { what, moved_to: Some(moved_to) }] = events.as_slice() else {
                panic!("{events:?}")
            };
            assert_eq!(*what, digest.to_string());
            assert!(fs::symlink_metadata(moved_to).is_ok() && moved_to.starts_with(store.root()));
            assert!(fs::symlink_metadata(store.blob(&digest)).is_err());
            assert_eq!(store.obtain(&digest, fetch).unwrap(), CONTENT);
            assert_eq!(store.obtain(&digest, || Err("not again")).unwrap(), CONTENT);
        }
        // Without asking first.
        replace(&store, &digest, way);
        assert_eq!(store.put(CONTENT).unwrap(), digest);
        assert_eq!(store.get(&digest).unwrap().as_deref(), Some(CONTENT));
        assert_eq!(store.take_events().len(), 1);
    }
}

#[test]
fn a_key_that_was_changed_is_fetched_anew() {
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(home.path());
    let key = "git https://example.org/greet.git 0123456789 modules/greet";
    assert_eq!(store.obtain_key(key, fetch).unwrap(), (Digest::of(CONTENT), CONTENT.to_vec()));
    assert_eq!(store.obtain_key(key, || Err("not again")).unwrap().1, CONTENT);
    assert!(store.obtain_key("git another", || Err("again")).is_err());
    let other = store.put(b"evil").unwrap();
    let path = store.folder("keys").join(Digest::of(key.as_bytes()).hex());
    let changed = fs::read_to_string(&path).unwrap().replace(&Digest::of(CONTENT).hex(), &other.hex());
    fs::write(&path, changed).unwrap();
    assert_eq!(store.obtain_key(key, fetch).unwrap().1, CONTENT);
    assert_eq!(store.take_events().len(), 1);
    // The key is good, and its content is gone.
    fs::remove_file(store.blob(&Digest::of(CONTENT))).unwrap();
    assert_eq!(store.obtain_key(key, fetch).unwrap().1, CONTENT);
}

#[test]
fn what_was_fetched_has_to_be_what_was_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(home.path());
    let digest = Digest::of(CONTENT);
    let error = store.obtain(&digest, || Ok::<_, Infallible>(b"evil".to_vec())).unwrap_err();
    let ObtainError::Store(error @ StoreError::Mismatch { .. }) = error else { panic!("{error:?}") };
    assert_eq!(error.code(), "E-STORE-DIGEST");
    assert!(error.to_string().contains(&digest.to_string()), "{error}");
    assert_eq!(store.stats().unwrap().blobs, 0);
    assert_eq!(store.obtain(&digest, || Err("offline")).unwrap_err().to_string(), "offline");
    assert_eq!(store.obtain(&digest, fetch).unwrap(), CONTENT);
}

#[test]
fn verify_finds_everything_that_is_damaged() {
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(home.path());
    let good = store.put(b"good").unwrap();
    let bad = store.put(b"bad").unwrap();
    store.index_put("good", None, b"x").unwrap();
    store.index_put("broken", None, b"x").unwrap();
    assert_eq!(store.verify().unwrap(), []);
    replace(&store, &bad, |path| fs::write(path, "worse").unwrap());
    let stray = store.blobs().join("stray");
    fs::write(&stray, "").unwrap();
    let misplaced = store.blobs().join("00").join(good.hex());
    fs::create_dir_all(misplaced.parent().unwrap()).unwrap();
    fs::write(&misplaced, "good").unwrap();
    let index = store.folder("index").join(Digest::of(b"broken").hex());
    fs::set_permissions(&index, Permissions::from_mode(0o600)).unwrap();
    fs::write(&index, "sha256:").unwrap();
    assert_eq!(store.verify().unwrap().len(), 4);
    assert_eq!(store.take_events(), []);
    assert_eq!(store.verify().unwrap(), []);
    assert_eq!(store.get(&good).unwrap().as_deref(), Some(&b"good"[..]));
    assert_eq!(store.stats().unwrap().damaged, 4);
}
