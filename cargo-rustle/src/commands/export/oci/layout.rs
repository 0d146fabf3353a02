//! The folder of an image, as the OCI Image Layout Specification 1.0 has it: blobs by their digests, and an index.

use std::fs;
use std::io;
use std::path::Path;

use rustle_package::Digest;
use serde_json::{Value, json};

use super::layer::Layer;
use crate::commands::export::replace;
use crate::executable::Runner;

/// An image.
#[derive(Debug)]
pub struct Image<'a> {
    /// What it holds.
    pub runner: &'a Runner,
    /// The processor, as Go calls it.
    pub architecture: &'a str,
    /// Its tag.
    pub tag: &'a str,
    /// What the runner is told.
    pub words: &'a [String],
}

/// Writes the image into `folder`, which may hold such a layout already, and gives its digest. The index comes last:
/// until then the folder holds what it held before.
///
/// # Errors
/// If it cannot be written.
pub fn write(folder: &Path, image: &Image<'_>, layer: &Layer) -> io::Result<String> {
    fs::create_dir_all(folder.join("blobs/sha256"))?;
    let name = image.runner.plain_name();
    let config = json!({
        "architecture": image.architecture,
        "os": "linux",
        "config": {
            "Entrypoint": [format!("/{name}")],
            "Cmd": image.words,
            "WorkingDir": "/",
        },
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id]},
    });
    let config = blob(folder, "application/vnd.oci.image.config.v1+json", config.to_string().as_bytes())?;
    let layer = blob(folder, "application/vnd.oci.image.layer.v1.tar+gzip", &layer.packed)?;
    let mut annotations = json!({
        "org.opencontainers.image.title": name,
        "dev.rustle.bundle": image.runner.digest,
    });
    if !image.runner.version.is_empty() {
        annotations["org.opencontainers.image.version"] = image.runner.version.as_str().into();
    }
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": config,
        "layers": [layer],
        "annotations": annotations,
    });
    let mut manifest =
        blob(folder, "application/vnd.oci.image.manifest.v1+json", manifest.to_string().as_bytes())?;
    let digest = manifest["digest"].as_str().unwrap_or_default().to_owned();
    manifest["platform"] = json!({"architecture": image.architecture, "os": "linux"});
    manifest["annotations"] = json!({"org.opencontainers.image.ref.name": image.tag});
    replace(&folder.join("oci-layout"), br#"{"imageLayoutVersion":"1.0.0"}"#)?;
    // Other tags, and this one for other processors, stay.
    let mut manifests = others(&folder.join("index.json"), image);
    manifests.push(manifest);
    let index = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": manifests,
    });
    replace(&folder.join("index.json"), index.to_string().as_bytes())?;
    Ok(digest)
}

/// What the index holds beside this image.
fn others(index: &Path, image: &Image<'_>) -> Vec<Value> {
    let index: Value =
        fs::read(index).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let own = |it: &Value| {
        it["annotations"]["org.opencontainers.image.ref.name"] == image.tag
            && it["platform"]["architecture"] == image.architecture
    };
    index["manifests"].as_array().into_iter().flatten().filter(|it| !own(it)).cloned().collect()
}

/// Writes a blob, and gives its descriptor.
fn blob(folder: &Path, media_type: &str, bytes: &[u8]) -> io::Result<Value> {
    let digest = Digest::of(bytes).to_string();
    replace(&folder.join("blobs").join(digest.replace(':', "/")), bytes)?;
    Ok(json!({"mediaType": media_type, "digest": digest, "size": bytes.len()}))
}
