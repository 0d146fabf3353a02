//! Who says that a package is theirs.
//!
//! A signature is a file `<anything>.minisig` in the package's root, as [minisign](https://jedisct1.github.io/minisign/)
//! writes it (ed25519 over BLAKE2b-512). What is signed is the [`message`]: the package's id and version, and its
//! [list of digests](crate::Tree::digest_list).

mod check;
mod error;
mod key;
#[cfg(feature = "sign")]
mod sign;
#[cfg(all(test, feature = "sign"))]
mod tests;
mod text;

pub use check::{check, claimed};
pub use error::{SignatureError, SignatureProblem};
pub use key::{Key, KeyError, PublicKey, end_of_day};
#[cfg(feature = "sign")]
pub use sign::{KeyPair, Secret, SignError, generate, seconds, sign};

use crate::Tree;

/// What is signed: the format, the id, the version, and the list of digests, so that a signature is for one version of
/// one package only.
///
/// ```
/// use rustle_package::{Tree, signature};
///
/// let mut tree = Tree::default();
/// tree.insert("a", "")?;
/// let expected = "rustle-package 1\nid com.acme.greet\nversion 1.0.0\n\
///                 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a\n";
/// assert_eq!(signature::message(&tree, "com.acme.greet", "1.0.0"), expected);
/// # Ok::<(), rustle_package::tree::TreeError>(())
/// ```
pub fn message(tree: &Tree, id: &str, version: &str) -> String {
    // A line feed in an id or a version would let one message be read as another one; neither has any by its grammar.
    let line = |text: &str| text.replace(char::is_control, "\u{fffd}");
    format!("rustle-package 1\nid {}\nversion {}\n{}", line(id), line(version), tree.digest_list())
}
