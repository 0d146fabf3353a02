//! Why a package's signatures do not suffice.

use std::fmt;

use crate::tree::Shown;

/// What is wrong with one signature file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureProblem {
    /// It is no minisign signature.
    Malformed(&'static str),
    /// No key with this id is known.
    UnknownKey(String),
    /// The key with this name was revoked.
    Revoked(String),
    /// The key with this name has expired.
    Expired(String),
    /// The key with this name may not sign for this package.
    NotAllowed(String),
    /// The key with this name signed something else: what, if the signature says so.
    Other(String, String),
    /// It was not made of these files by the key with this name.
    Wrong(String),
}

impl SignatureProblem {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            SignatureProblem::Malformed(_) => "E-SIGNATURE-FORMAT",
            SignatureProblem::UnknownKey(_) => "E-SIGNATURE-KEY",
            SignatureProblem::Revoked(_) => "E-SIGNATURE-REVOKED",
            SignatureProblem::Expired(_) => "E-SIGNATURE-EXPIRED",
            SignatureProblem::NotAllowed(_) => "E-SIGNATURE-PREFIX",
            SignatureProblem::Other(..) => "E-SIGNATURE-OTHER",
            SignatureProblem::Wrong(_) => "E-SIGNATURE-WRONG",
        }
    }

    /// How much it tells: of several problems, the one with the highest rank gives the error its code.
    fn rank(&self) -> u8 {
        match self {
            SignatureProblem::Malformed(_) => 6,
            SignatureProblem::Wrong(_) => 5,
            SignatureProblem::Revoked(_) => 4,
            SignatureProblem::Other(..) => 3,
            SignatureProblem::Expired(_) => 2,
            SignatureProblem::NotAllowed(_) => 1,
            SignatureProblem::UnknownKey(_) => 0,
        }
    }
}

impl fmt::Display for SignatureProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SignatureProblem::Malformed(why) => write!(f, "it is not a signature: {why}"),
            SignatureProblem::UnknownKey(id) => write!(f, "no key with the id {id} is known"),
            SignatureProblem::Revoked(name) => write!(f, "the key `{name}` was revoked"),
            SignatureProblem::Expired(name) => write!(f, "the key `{name}` has expired"),
            SignatureProblem::NotAllowed(name) => write!(f, "the key `{name}` may not sign for this id"),
            SignatureProblem::Other(name, what) => {
                write!(f, "the key `{name}` signed something else with it: {}", Shown(what))
            }
            SignatureProblem::Wrong(name) => {
                write!(f, "the key `{name}` did not make it, or the files were changed since")
            }
        }
    }
}

/// Why a package's signatures do not suffice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureError {
    /// The package's id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The names of the keys whose signatures are good.
    pub good: Vec<String>,
    /// How many different keys are asked for.
    pub threshold: usize,
    /// The signature files that do not count, and why.
    pub problems: Vec<(String, SignatureProblem)>,
}

impl SignatureError {
    /// The stable code: `E-SIGNATURE-NONE` for a package without signatures, `E-SIGNATURE-THRESHOLD` for one with too few
    /// good ones, and that of the gravest problem otherwise.
    pub fn code(&self) -> &'static str {
        match self.problems.iter().map(|(_, problem)| problem).max_by_key(|problem| problem.rank()) {
            Some(problem @ SignatureProblem::Malformed(_)) => problem.code(),
            _ if !self.good.is_empty() => "E-SIGNATURE-THRESHOLD",
            Some(problem) => problem.code(),
            None => "E-SIGNATURE-NONE",
        }
    }
}

impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: ", Shown(&self.id), Shown(&self.version))?;
        match self.code() {
            "E-SIGNATURE-NONE" => f.write_str("the package is not signed")?,
            "E-SIGNATURE-THRESHOLD" => write!(
                f,
                "signatures by {} different keys are asked for, and there are {} good ones ({})",
                self.threshold,
                self.good.len(),
                self.good.join(", ")
            )?,
            _ => f.write_str("the package has no good signature")?,
        }
        for (file, problem) in &self.problems {
            write!(f, "; {}: {problem}", Shown(file))?;
        }
        write!(f, " ({})", self.code())
    }
}

impl std::error::Error for SignatureError {}
