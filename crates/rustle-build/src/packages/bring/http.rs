//! Packages that are downloaded by their address.

use rustle_fetch::http::Request;
use rustle_package::archive::{self, Format};
use rustle_package::{Digest, Tree};
use rustle_playbook::Problem;
use rustle_schema::package::ModuleId;

use super::{Bringer, refused};
use crate::config::Declared;
use crate::config::modules::Wanted;
use crate::packages::place;

impl Bringer<'_> {
    /// The package at `url`, whose file has the digest `sha256`.
    pub(crate) fn http(
        &self,
        id: &ModuleId,
        url: &str,
        sha256: &str,
        declared: Option<&Declared>,
    ) -> Result<Tree, Box<Problem>> {
        let digest = Digest::from_hex(sha256).map_err(|error| refused("lock", &error))?;
        let bytes = self.obtain(&digest, &format!("`{id}`, {url},"), || self.download(url, declared))?;
        self.unpack(id, url, bytes)
    }

    /// What stands at an address, whatever it is.
    ///
    /// # Errors
    /// If it cannot be had within the limits.
    pub fn download(&self, url: &str, declared: Option<&Declared>) -> Result<Vec<u8>, Box<Problem>> {
        let mut headers = Vec::new();
        if let Some(Wanted::Http { headers: written, .. }) = declared.map(|declared| &declared.source) {
            for (name, variable) in written {
                let value = std::env::var(variable).map_err(|_| {
                    let message = format!("the header `{name}` comes from `{variable}`, which is not set");
                    Box::new(Problem::error("fetch", message))
                })?;
                headers.push((name.clone(), value));
            }
        }
        let request = Request { headers, max: self.limits.archive, ..Request::new(url) };
        let response = self.client.get(&request, self.progress).map_err(|error| refused("fetch", &error))?;
        Ok(response.body)
    }

    /// The files of what was downloaded from `url`: an archive by its name, or one Rust file.
    pub(super) fn unpack(&self, id: &ModuleId, url: &str, bytes: Vec<u8>) -> Result<Tree, Box<Problem>> {
        let path = url.split(['?', '#']).next().unwrap_or_default();
        if path.ends_with(".rs") {
            return place::alone(bytes).map_err(|error| refused("archive", &error));
        }
        let format = Format::of_name(path).or_else(|| Format::of_magic(&bytes)).ok_or_else(|| {
            let message = format!("`{id}`: {path} is no archive that is known");
            let help = "it should be a .rs, .tar.gz, .tar.zst or .zip";
            Box::new(Problem::error("archive", message).with_help(help))
        })?;
        archive::unpack(&bytes, format, &self.limits)
            .map_err(|error| Box::new(Problem::error("archive", format!("`{id}`: {error}"))))
    }
}
