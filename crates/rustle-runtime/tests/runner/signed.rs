//! Runners that are pinned to a key: what is appended to them counts only if that key has signed it.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use minisign::KeyPair;
use rustle_bundle::{Bundle, BundleError, append, append_bundle, appended, open_appended, signature};

use crate::harness::{Done, Runner, done, say};

/// All of them, for the harness.
pub const TESTS: [(&str, fn()); 5] = [
    ("a_pinned_runner_runs_what_its_key_has_signed", a_pinned_runner_runs_what_its_key_has_signed),
    ("a_pinned_runner_refuses_what_is_not_signed", a_pinned_runner_refuses_what_is_not_signed),
    (
        "a_pinned_runner_refuses_what_another_key_has_signed",
        a_pinned_runner_refuses_what_another_key_has_signed,
    ),
    (
        "a_pinned_runner_refuses_a_signature_that_was_moved",
        a_pinned_runner_refuses_a_signature_that_was_moved,
    ),
    ("who_is_pinned_to_no_key_takes_a_signed_bundle", who_is_pinned_to_no_key_takes_a_signed_bundle),
];

/// The variable by which a test says which key this executable is pinned to.
pub const PINNED: &str = "RUSTLE_TEST_SIGNER";

fn keys() -> KeyPair {
    KeyPair::generate_unencrypted_keypair().expect("a key")
}

/// Signs the bundle of a runner.
fn sign(path: &Path, keys: &KeyPair) {
    let bundle = open_appended(path).expect("readable").expect("a bundle");
    let signed = bundle.signed(|message| {
        let comment = signature::comment(1_795_219_200, "0123456789ABCDEF");
        let signed = minisign::sign(None, &keys.sk, message.as_bytes(), Some(&comment), None);
        Ok::<String, BundleError>(signed.expect("signed").into_string())
    });
    append_bundle(path, path, &signed.expect("a bundle")).expect("appended");
}

/// Runs it as one that is pinned to `keys`.
fn pinned(runner: &Runner, keys: &KeyPair, args: &[&str]) -> Done {
    let mut command = runner.command(args);
    done(command.env(PINNED, keys.pk.to_base64()).output().expect("started"))
}

fn refused(done: &Done, why: &str) {
    assert_eq!((done.code, done.stdout.as_str()), (Some(250), ""), "{}", done.stderr);
    assert!(
        done.stderr.contains("takes only what the key RW") && done.stderr.contains(why),
        "{}",
        done.stderr
    );
}

fn bytes(path: &Path) -> Vec<u8> {
    let mut file = File::open(path).expect("opened");
    let found = appended(&file).expect("readable").expect("a bundle");
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(found.start)).expect("sought");
    file.take(found.length).read_to_end(&mut bytes).expect("read");
    bytes
}

fn a_pinned_runner_runs_what_its_key_has_signed() {
    let (runner, keys) = (Runner::new(vec![say("hello")]), keys());
    sign(&runner.path, &keys);
    let done = pinned(&runner, &keys, &["--json"]);
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    assert_eq!(done.events().len(), 6);
    let verified = pinned(&runner, &keys, &["--verify"]);
    assert_eq!(verified.code, Some(0));
    assert!(verified.stderr.contains(&keys.pk.to_base64()), "{}", verified.stderr);
}

fn a_pinned_runner_refuses_what_is_not_signed() {
    let (runner, keys) = (Runner::new(vec![say("hello")]), keys());
    for args in [&["--json"][..], &["--check"], &["--list-tasks"], &["--verify"]] {
        refused(&pinned(&runner, &keys, args), "it is not signed");
    }
    // What says nothing of the plan works all the same.
    assert_eq!(pinned(&runner, &keys, &["--version"]).code, Some(0));
}

fn a_pinned_runner_refuses_what_another_key_has_signed() {
    let (runner, keys, others) = (Runner::new(vec![say("hello")]), keys(), self::keys());
    sign(&runner.path, &others);
    refused(&pinned(&runner, &keys, &["--json"]), "another key has signed it (0123456789ABCDEF)");
}

fn a_pinned_runner_refuses_a_signature_that_was_moved() {
    let (good, bad, keys) = (Runner::new(vec![say("hello")]), Runner::new(vec![say("evil!")]), keys());
    sign(&good.path, &keys);
    sign(&bad.path, &keys);
    let (good, mut forged) = (bytes(&good.path), bytes(&bad.path));
    let length = Bundle::open(good.clone()).expect("a bundle").signature().expect("a signature").len();
    let at = forged.len() - length;
    forged[at..].copy_from_slice(&good[good.len() - length..]);
    append(&bad.path, &bad.path, &forged).expect("appended");
    refused(&pinned(&bad, &keys, &["--json"]), "its signature is of something else");
}

fn who_is_pinned_to_no_key_takes_a_signed_bundle() {
    let runner = Runner::new(vec![say("hello")]);
    sign(&runner.path, &keys());
    assert_eq!(runner.run(&["--json"]).code, Some(0));
    let verified = runner.run(&["--verify"]);
    assert_eq!(verified.code, Some(0));
    assert!(
        verified.stdout.starts_with("sha256:") && verified.stdout.lines().count() == 1,
        "{}",
        verified.stdout
    );
    assert!(
        verified.stderr.contains("the key 0123456789ABCDEF") && verified.stderr.contains("has not checked")
    );
}
