//! What can go wrong, and how little is said of it.

use std::fmt;

/// Why something could not be sealed or opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SealError {
    /// A seal cannot be opened. A wrong key, a flipped bit, a moved record and bytes that are no seal are all the same
    /// here: whoever tries them learns nothing by it.
    CannotOpen,
    /// A recipient that cannot be sealed for; why.
    Recipient(String),
    /// A key that is none; why. What was given is not in the text.
    Identity(String),
    /// What is to be sealed is beyond a limit, or not allowed; why.
    Refused(String),
    /// The system gave no random bytes.
    NoRandomness,
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SealError::CannotOpen => {
                f.write_str("the seal cannot be opened: the key is another, or it was changed")
            }
            SealError::Recipient(why) | SealError::Identity(why) | SealError::Refused(why) => {
                f.write_str(why)
            }
            SealError::NoRandomness => f.write_str("the system gives no random bytes"),
        }
    }
}

impl std::error::Error for SealError {}
