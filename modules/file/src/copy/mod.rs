//! The `copy` module.

mod folder;
mod place;
mod plan;
mod remote;
mod remote_folder;
mod source;

use std::path::Path;

use rustle_runtime::args::{FileAttributes, Mode};
use rustle_runtime::fs::{info, mode, path, selinux};
use rustle_runtime::module::EntryKind;
use rustle_runtime::prelude::*;
use rustle_runtime::value::coerce;
use rustle_runtime::value::json::{self, DumpsOptions};
use rustle_runtime::value::python;

pub(crate) use place::Placing;
pub(crate) use source::Source;

use plan::Item;

/// How a file begins that Ansible Vault encrypted.
const VAULT: &[u8] = b"$ANSIBLE_VAULT;";

/// Copies files and folders to the host, or writes text into a file.
///
/// Sources are looked for as Ansible does, in `files/` of the role and beside the playbook, when the executable is built,
/// which carries them; with `remote_src` they lie on the host. A file is replaced only if its content differs, at once,
/// and keeps its owner and mode unless the task says otherwise.
///
/// # Examples
/// ```yaml
/// - name: The configuration
///   copy:
///     src: app.conf
///     dest: /etc/app.conf
///     owner: root
///     mode: "0644"
///     backup: true
///
/// - name: A line of text
///   copy:
///     content: "{{ motd }}\n"
///     dest: /etc/motd
///
/// - name: Rules that are checked before they count
///   copy:
///     src: app.sudoers
///     dest: /etc/sudoers.d/app
///     mode: "0440"
///     validate: /usr/sbin/visudo -csf %s
///
/// - name: What is in a folder, without the folder
///   copy:
///     src: public/
///     dest: /srv/app/public
///     directory_mode: "0755"
/// ```
///
/// # Returns
/// - `dest` (str): the destination
/// - `src` (str): the source
/// - `checksum` (str): the SHA-1 digest of the content
/// - `md5sum` (str): its MD5 digest, if it was written
/// - `backup_file` (str): the backup, if one was made
/// - `uid` (int): the number of the owner
/// - `gid` (int): the number of the group
/// - `owner` (str): the owner
/// - `group` (str): the group
/// - `mode` (str): the mode, octal
/// - `state` (str): what stands there now
/// - `size` (int): how many bytes it has
#[rustle_module(
    name = "copy",
    required_one_of = [["src", "content"]],
    mutually_exclusive = [["src", "content"]],
    check_mode = "full",
    diff_mode = "full",
    effects = ["writes:file"],
    permissions = ["fs:read", "fs:write", "process:exec"],
)]
#[derive(Debug)]
pub struct Copy {
    /// The file or folder. If a folder is written with a slash at its end, only what is in it is copied.
    #[arg(file = "files")]
    src: Option<PathBuf>,
    /// What is written, instead of a source; a mapping or a list is written as JSON.
    content: Option<Value>,
    /// Where it goes. With a slash at its end it is a folder, which is made if it is missing, with those it stands in.
    dest: PathBuf,
    /// Whether the old file is kept under a name with the time in it.
    #[arg(default = false)]
    backup: bool,
    /// Whether a file that is there already is replaced if it differs.
    #[arg(default = true)]
    force: bool,
    /// A command that judges the file before it takes its place; `%s` stands for the file.
    validate: Option<String>,
    /// The mode of folders that are made; by default what the umask leaves.
    directory_mode: Option<Mode>,
    /// Whether the source lies on the host.
    #[arg(default = false)]
    remote_src: bool,
    /// Whether links in the source are copied as what they lead to; by default they are, and are not with `remote_src`.
    /// In folders that the executable carries they always are: it is built with what they lead to.
    local_follow: Option<bool>,
    /// The SHA-1 digest that the source must have.
    checksum: Option<String>,
    /// Whether a link at the destination is followed. If not, it is replaced.
    #[arg(default = false)]
    follow: bool,
    /// Whether sources that Ansible Vault encrypted are decrypted, which is done when the executable is built.
    #[arg(default = true)]
    decrypt: bool,
    #[arg(flatten)]
    attributes: FileAttributes,
    /// The source that was found.
    #[arg(internal)]
    source: Option<Value>,
    /// Its permission bits.
    #[arg(internal)]
    source_mode: Option<u32>,
    /// What is in it, if it is a folder.
    #[arg(internal)]
    items: Option<Vec<Item>>,
}

impl Module for Copy {
    fn prepare(args: &mut Map, run: &dyn Run) -> Result<()> {
        let text = |name: &str| args.get(name).filter(|it| !it.is_none()).map(python::str);
        let src = text("src").filter(|src| !src.is_empty());
        let content = args.get("content").filter(|it| !it.is_none()).cloned();
        let dest = text("dest").filter(|dest| !dest.is_empty());
        let is_set = |name: &str, default| {
            args.get(name).map_or(default, |it| coerce::as_boolean(it).unwrap_or(false))
        };
        let (remote_src, follow) = (is_set("remote_src", false), is_set("local_follow", true));
        if src.is_none() && content.is_none() {
            return Err(Error::new("src (or content) is required"));
        }
        let Some(dest) = dest else { return Err(Error::new("dest is required")) };
        if src.is_some() && content.is_some() {
            return Err(Error::new("src and content are mutually exclusive"));
        }
        if let Some(content) = content {
            if dest.ends_with('/') {
                return Err(Error::new("can not use content with a dir as dest"));
            }
            args.insert("content", written(&content)?);
            return Ok(());
        }
        let Some(src) = src.filter(|_| !remote_src) else { return Ok(()) };
        let found = PathBuf::from(run.find_file(&src, FileKind::Files)?);
        let entry = plan::resolve(&found, run)
            .ok_or_else(|| Error::new(format!("could not find src={src}: {}", found.display())))?;
        let only_content = src.ends_with('/');
        let shown =
            if only_content && !path::ends_with_slash(&found) { found.join("") } else { found.clone() };
        if entry.kind == EntryKind::Folder {
            let items = plan::items(&found, only_content, follow, run)?;
            args.insert("_items", items.iter().map(Item::to_value).collect::<Value>());
            args.insert("_source", plan::path_value(&shown));
        } else {
            args.insert("_source", plan::path_value(&found));
            args.insert("_source_mode", entry.mode);
        }
        Ok(())
    }

    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let mut outcome = match (&self.content, &self.items, &self.source) {
            (Some(content), ..) => self.place_content(content, ctx)?,
            (None, ..) if self.remote_src => self.remote(ctx)?,
            (None, Some(items), _) => self.folder(items, ctx)?,
            (None, None, Some(source)) => self.place_file(source, ctx)?,
            (None, None, None) => return Err(Error::new("src (or content) is required")),
        };
        outcome.warnings.extend(selinux::warning(&self.attributes).map(str::to_owned));
        Ok(outcome)
    }
}

/// The text that `content` is written as.
fn written(content: &Value) -> Result<Value> {
    Ok(match content {
        Value::Map(_) | Value::List(_) | Value::Tuple(_) => Value::from(
            json::dumps(content, &DumpsOptions::default()).map_err(|error| Error::new(error.to_string()))?,
        ),
        Value::Bytes(_) => content.clone(),
        other => Value::from(python::str(other)),
    })
}

impl Copy {
    fn place_content(&self, content: &Value, ctx: &Context) -> Result<Outcome> {
        let source = Source::Memory(match content {
            Value::Bytes(bytes) => bytes.clone(),
            Value::Str(text) => text.as_bytes().into(),
            other => python::str(other).into_bytes().into(),
        });
        let shown = self.dest.display().to_string();
        let placing = Placing { mode: self.mode(Some(0o600)), ..self.placing(&source, &shown) };
        let mut outcome = placing.place(ctx)?.unwrap_or_else(|| self.untouched(&shown));
        // The content comes from no file.
        outcome.data.remove("src");
        Ok(outcome)
    }

    fn place_file(&self, source: &Value, ctx: &Context) -> Result<Outcome> {
        let found = plan::value_path(source)?;
        let (source, shown) = (self.open(&found, ctx)?, found.display().to_string());
        let name = PathBuf::from(path::base_name(&found));
        let placing =
            Placing { name: Some(&name), mode: self.mode(self.source_mode), ..self.placing(&source, &shown) };
        Ok(placing.place(ctx)?.unwrap_or_else(|| self.untouched(&shown)))
    }

    /// A source that was found, unless it should have been decrypted.
    fn open(&self, path: &Path, ctx: &Context) -> Result<Source> {
        let source = Source::at(path, ctx)?;
        let head = source.head(VAULT.len() as u64).unwrap_or_default();
        if self.decrypt && head == VAULT {
            return Err(Error::new(format!(
                "{} is encrypted by Ansible Vault, and was not decrypted when the executable was built",
                path.display()
            )));
        }
        Ok(source)
    }

    /// What placing has in common for every source.
    fn placing<'a>(&'a self, source: &'a Source, shown: &'a str) -> Placing<'a> {
        Placing {
            source,
            shown,
            name: None,
            dest: &self.dest,
            attributes: &self.attributes,
            mode: None,
            directory_mode: self.directory_mode.as_ref().map(Mode::value),
            backup: self.backup,
            force: self.force,
            follow: self.follow,
            validate: self.validate.as_deref(),
            checksum: self.checksum.as_deref(),
        }
    }

    /// The mode of a source, if it shall be preserved.
    fn mode(&self, of_source: Option<u32>) -> Option<Value> {
        let is_preserved = self.attributes.mode.as_ref().is_some_and(Mode::is_preserve);
        of_source.filter(|_| is_preserved).map(|bits| Value::from(mode::display(bits)))
    }

    /// The outcome where a file is there and must stay.
    fn untouched(&self, src: &str) -> Outcome {
        Outcome::ok().with("dest", info::text(&self.dest)).with("src", src)
    }
}

#[cfg(test)]
mod tests;
