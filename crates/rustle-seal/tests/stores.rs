//! `secrets.toml`: what changes in it, and what is noticed.
#![cfg(feature = "store")]

use rustle_seal::{Identity, Kdf, OpenStore, Operators, Scope, SealError, Secret, Store};

fn made() -> (Identity, OpenStore) {
    let identity = Identity::generate().unwrap();
    let mut operators = Operators::default();
    operators.add(&identity.recipient()).unwrap();
    let mut store = OpenStore::create(&operators).unwrap();
    store.set(&Scope::All, "b", &Secret::text("two")).unwrap();
    store.set(&Scope::All, "a", &Secret::text("one")).unwrap();
    store.set(&Scope::Host("web1.example".into()), "a", &Secret::text("other")).unwrap();
    (identity, store)
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}

#[test]
fn what_was_set_is_read_again() {
    let (identity, store) = made();
    let text = store.to_text();
    assert!(!text.contains("one") && text.starts_with("# Secrets, encrypted."), "{text}");
    let read = Store::parse(&text).unwrap();
    let host = Scope::Host("web1.example".into());
    let names = [(Scope::All, "a".into()), (Scope::All, "b".into()), (host.clone(), "a".into())];
    assert_eq!(read.names(), names);
    let open = read.open(&[Identity::generate().unwrap(), identity]).unwrap();
    assert_eq!(open.get(&Scope::All, "a").unwrap().unwrap().as_text(), Some("one"));
    assert_eq!(open.get(&host, "a").unwrap().unwrap().as_text(), Some("other"));
    assert_eq!(open.get(&host, "b"), Ok(None));
    assert_eq!(read.open(&[Identity::generate().unwrap()]).unwrap_err(), SealError::CannotOpen);
}

#[test]
fn one_secret_is_one_line() {
    let (_, mut store) = made();
    let before = store.to_text();
    assert!(!store.set(&Scope::All, "a", &Secret::text("one")).unwrap());
    assert_eq!(store.to_text(), before);
    assert!(store.set(&Scope::All, "a", &Secret::text("uno")).unwrap());
    let after = store.to_text();
    let changed = lines(&before).iter().zip(lines(&after)).filter(|(a, b)| **a != *b).count();
    assert_eq!((changed, lines(&before).len()), (1, lines(&after).len()));
    store.set(&Scope::All, "c", &Secret::text("three")).unwrap();
    assert_eq!(lines(&store.to_text()).len(), lines(&after).len() + 1);
    assert!(store.remove(&Scope::All, "c") && !store.remove(&Scope::All, "c"));
    assert_eq!(store.to_text(), after);
}

#[test]
fn a_line_that_was_moved_opens_no_more() {
    let (identity, store) = made();
    let text = store.to_text();
    let value = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(&format!("{name} = ")));
        line.unwrap().split('"').nth(1).unwrap().to_owned()
    };
    let swapped = text.replace(&value("a"), "§").replace(&value("b"), &value("a")).replace('§', &value("b"));
    assert_ne!(swapped, text);
    let open = Store::parse(&swapped).unwrap().open(&[identity]).unwrap();
    for name in ["a", "b"] {
        assert_eq!(open.get(&Scope::All, name), Err(SealError::CannotOpen));
    }
}

#[test]
fn nobody_makes_himself_a_recipient() {
    let (identity, store) = made();
    let own = identity.recipient().to_string();
    let thief = Identity::generate().unwrap().recipient().to_string();
    let text = store.to_text();
    for forged in
        [text.replace(&own, &thief), text.replace(&format!("\"{own}\""), &format!("\"{own}\", \"{thief}\""))]
    {
        assert_ne!(forged, text);
        let read = Store::parse(&forged).unwrap();
        assert_eq!(read.open(std::slice::from_ref(&identity)).unwrap_err(), SealError::CannotOpen);
    }
}

#[test]
fn rotation_shuts_out_and_changes_every_line() {
    let (old, store) = made();
    let new = Identity::generate().unwrap();
    let mut operators = Operators::default();
    operators.add_identity(&new, Kdf::ARGON2ID).unwrap();
    let rotated = store.rotate(&operators).unwrap();
    let read = Store::parse(&rotated.to_text()).unwrap();
    assert_eq!(read.open(&[old]).unwrap_err(), SealError::CannotOpen);
    let open = read.open(&[new]).unwrap();
    assert_eq!(open.get(&Scope::All, "b").unwrap().unwrap().as_text(), Some("two"));
    let before = store.to_text();
    let same: Vec<_> = rotated
        .to_text()
        .lines()
        .filter(|line| before.contains(&format!("{line}\n")) && line.contains(" = \""))
        .map(str::to_owned)
        .collect();
    assert_eq!(same, [""; 0]);
    assert_ne!(store.fingerprint(b"x"), rotated.fingerprint(b"x"));
}

#[test]
fn what_is_no_store_is_refused_in_words() {
    let why = |text: &str| Store::parse(text).unwrap_err().to_string();
    assert!(why("format = 2\n").contains("newer Rustle"));
    assert!(why("format = 1\n").contains("`id`"));
    assert!(why("= 1\n").len() > 5);
    let (_, store) = made();
    let broken = store.to_text().replace("wraps = [\n    \"", "wraps = [\n    \"AAAA");
    assert!(why(&broken).contains("`wraps`"), "{}", why(&broken));
}

#[test]
fn what_is_no_store_is_told_with_its_line() {
    let why = |text: &str| Store::parse(text).unwrap_err().to_string();
    for empty in ["", "\n", "# nothing\n"] {
        assert!(why(empty).starts_with("it is empty: restore it from the repository"), "{}", why(empty));
    }
    assert!(why("id = \"\"\n").starts_with("its `format` is missing"));
    assert!(why("format = 2\n").starts_with("it has another format than 1"));
    assert!(why("format = 1\n\n= 3\n").starts_with("line 3: "), "{}", why("format = 1\n\n= 3\n"));
    assert!(!why("format = 1\nid = \"x\nx\n").contains('\n'));
}
