//! Checks the signatures of a package.

use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::time::SystemTime;

use minisign_verify::Error;

use super::text::{self, Text};
use super::{Key, SignatureError, SignatureProblem, message};
use crate::Tree;
use crate::tree::is_signature;

/// How many signature files of one package are looked at.
const MOST: usize = 64;

/// Checks that at least `threshold` different keys (one at least) signed these files as this version of this package.
///
/// Signatures by others do not count and do no harm. A file that has the name of a signature and is none is refused in any
/// case, since no digest covers it.
///
/// # Errors
///
/// Tells of each signature why it does not count.
pub fn check(
    tree: &Tree,
    id: &str,
    version: &str,
    keys: &[Key],
    threshold: usize,
    now: SystemTime,
) -> Result<Vec<String>, SignatureError> {
    // The list of digests is made for signatures only: most packages have none.
    let signed = LazyCell::new(|| message(tree, id, version));
    let mut good: Vec<&Key> = Vec::new();
    let mut problems = Vec::new();
    let mut malformed = false;
    for (count, (path, file)) in tree.files().iter().filter(|(path, _)| is_signature(path)).enumerate() {
        let parsed = if count < MOST {
            text::parse(&file.content)
        } else {
            Err("the package has too many signatures")
        };
        let outcome = match parsed {
            Ok(text) => judge(&text, tree, &signed, id, version, keys, now),
            Err(why) => {
                malformed = true;
                Err(SignatureProblem::Malformed(why))
            }
        };
        match outcome {
            // One key is one signer, under however many names it is known.
            Ok(key) if good.iter().any(|other| other.key == key.key) => {}
            Ok(key) => good.push(key),
            Err(problem) => problems.push((path.clone(), problem)),
        }
    }
    let threshold = threshold.max(1);
    let names = good.iter().map(|key| key.name.clone()).collect();
    if good.len() >= threshold && !malformed {
        return Ok(names);
    }
    Err(SignatureError { id: id.to_owned(), version: version.to_owned(), good: names, threshold, problems })
}

/// The ids of the keys that the signature files of a package name, whether the signatures are good or not: what an index
/// says of a package, so that a signature that was taken away is missed.
pub fn claimed(tree: &Tree) -> BTreeSet<String> {
    let files = tree.files().iter().filter(|(path, _)| is_signature(path)).take(MOST);
    files.filter_map(|(_, file)| Some(text::parse(&file.content).ok()?.key_id)).collect()
}

/// The key that made a signature, if it may.
fn judge<'a>(
    text: &Text,
    tree: &Tree,
    signed: &str,
    id: &str,
    version: &str,
    keys: &'a [Key],
    now: SystemTime,
) -> Result<&'a Key, SignatureProblem> {
    let mut worst = SignatureProblem::UnknownKey(text.key_id.clone());
    for key in keys {
        let name = || key.name.clone();
        match key.key.key.verify(signed.as_bytes(), &text.signature, false) {
            // Only a signature that is really the key's own says anything about the key.
            Ok(()) if key.revoked => worst = SignatureProblem::Revoked(name()),
            Ok(()) if key.expires.is_some_and(|expires| now >= expires) => {
                worst = SignatureProblem::Expired(name())
            }
            Ok(()) if !key.covers(id) => worst = SignatureProblem::NotAllowed(name()),
            Ok(()) => return Ok(key),
            Err(Error::UnexpectedKeyId) => {}
            Err(Error::UnexpectedAlgorithm) => {
                worst =
                    SignatureProblem::Malformed("it is of the old kind that is not hashed first; sign again");
            }
            Err(_) => worst = other(key, text, tree, id, version).unwrap_or(SignatureProblem::Wrong(name())),
        }
    }
    Err(worst)
}

/// Whether a signature that is not for this is for something else.
fn other(key: &Key, text: &Text, tree: &Tree, id: &str, version: &str) -> Option<SignatureProblem> {
    let (other_id, other_version) = text.claim.as_ref()?;
    if other_id == id && other_version == version {
        return None;
    }
    let what = format!("{other_id} {other_version}");
    let same_files = message(tree, other_id, other_version);
    let what = match key.key.key.verify(same_files.as_bytes(), &text.signature, false) {
        Ok(()) => format!("{what}, with the same files"),
        Err(_) => what,
    };
    Some(SignatureProblem::Other(key.name.clone(), what))
}
