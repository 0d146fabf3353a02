//! `--sign`: signs the bundle of a finished runner.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use clap::{Arg, ArgMatches, value_parser};
use rustle_bundle::{Bundle, append_bundle, appended, find_embedded, open_appended, signature};
use rustle_package::signature::{Secret, SignError, seconds};

use crate::binary::Binary;
use crate::commands::password;
use crate::failure::{Context, Failure, Result};

/// `--sign`.
pub fn arg() -> Arg {
    Arg::new("sign")
        .long("sign")
        .value_name("KEY")
        .value_parser(value_parser!(PathBuf))
        .help("Signs the bundle with this secret key, which `cargo rustle module key` or minisign made")
}

/// The key that `--sign` names, opened; and its public half.
#[derive(Debug)]
pub struct Signer {
    secret: Secret,
    public: String,
    id: String,
}

impl Signer {
    /// The key that was given, if one was. `pinned` is the key that the runner will insist on.
    ///
    /// # Errors
    /// If the key cannot be opened, or is not the pinned one.
    pub fn given(matches: &ArgMatches, pinned: Option<&str>) -> Result<Option<Signer>> {
        let Some(path) = matches.get_one::<PathBuf>("sign") else { return Ok(None) };
        let text = fs::read_to_string(path).context(path.display())?;
        let failed = |error: SignError| Failure::new(format!("{}: {error}", path.display()));
        let secret = match Secret::open(&text, None) {
            Err(SignError::Password) => {
                let password = password::of_key(&path.display().to_string())?;
                Secret::open(&text, Some(&password))
            }
            opened => opened,
        };
        let secret = secret.map_err(failed)?;
        let public = secret.public().map_err(failed)?;
        let signer = Signer { secret, id: public.id().to_owned(), public: public.to_string() };
        match pinned {
            Some(pinned) if pinned != signer.public => Err(Failure::new(format!(
                "`[build] signer` of rustle.toml pins the runner to {pinned}, and {} is the key {}",
                path.display(),
                signer.public
            ))),
            _ => Ok(Some(signer)),
        }
    }

    /// Signs the bundle of the executable at `path`, which gets it appended, and gives the new digest.
    ///
    /// # Errors
    /// If there is no bundle in it, or it cannot be written.
    pub fn sign(&self, path: &Path) -> Result<String> {
        let bundle = match open_appended(path).context(path.display())? {
            Some(bundle) => bundle,
            None => embedded(path)?,
        };
        let signed = self.signed(bundle)?;
        append_bundle(path, path, &signed).context(path.display())?;
        Ok(signed.digest())
    }

    /// The same bundle, signed.
    ///
    /// # Errors
    /// If that fails.
    pub fn signed(&self, bundle: Bundle) -> Result<Bundle> {
        let comment = signature::comment(seconds(SystemTime::now()), &self.id);
        let signed = bundle.signed(|message| self.secret.sign(message, &comment).map_err(Unsigned::Sign));
        signed.map_err(|error| match error {
            Unsigned::Sign(error) => Failure::new(error.to_string()),
            Unsigned::Bundle(error) => Failure::new(format!("the bundle cannot be signed: {error}")),
        })
    }

    /// Refuses the key if the finished runner `binary` says that it takes only what another has signed: the result would not
    /// run.
    ///
    /// # Errors
    /// If it does.
    pub fn suits(&self, binary: &Binary) -> Result<()> {
        match binary.linked.as_ref().and_then(|linked| linked.signer.as_deref()) {
            Some(pinned) if pinned != self.public => Err(Failure::new(format!(
                "{} takes only what the key {pinned} has signed, and `--sign` names the key {}",
                binary.path.display(),
                self.public
            ))
            .help("sign with that key; a runner that is pinned to another has to be built anew, with `[build] signer`")),
            _ => Ok(()),
        }
    }

    /// The public half.
    pub fn public(&self) -> &str {
        &self.public
    }
}

/// Why a bundle was not signed.
enum Unsigned {
    Sign(SignError),
    Bundle(rustle_bundle::BundleError),
}

impl From<rustle_bundle::BundleError> for Unsigned {
    fn from(error: rustle_bundle::BundleError) -> Unsigned {
        Unsigned::Bundle(error)
    }
}

fn embedded(path: &Path) -> Result<Bundle> {
    let file = File::open(path).context(path.display())?;
    let end = match appended(&file).context(path.display())? {
        Some(found) => found.start,
        None => file.metadata().context(path.display())?.len(),
    };
    let found = find_embedded(&file, end).context(path.display())?;
    found
        .map(|found| found.bundle)
        .ok_or_else(|| Failure::new(format!("{} carries no bundle that could be signed", path.display())))
}
