//! The `template` module.

mod variables;

use rustle_runtime::args::{FileAttributes, Mode};
use rustle_runtime::fs::{info, mode, path, selinux};
use rustle_runtime::prelude::*;
use rustle_runtime::template::{Newline, Options};
use rustle_runtime::value::coerce;
use rustle_runtime::value::python;

use crate::copy::{Placing, Source};
use crate::encoding::Encoding;

/// Renders a template of Jinja2 into a file.
///
/// Besides the variables of the task it sees `ansible_managed`, `template_host`, `template_path`, `template_fullpath`,
/// `template_destpath`, `template_uid`, `template_mtime` and `template_run_date`. The first line may set options, as in
/// `#jinja2: trim_blocks: False`.
///
/// # Examples
/// ```yaml
/// - name: The site
///   template:
///     src: site.conf.j2
///     dest: /etc/nginx/conf.d/site.conf
///     mode: "0644"
///     validate: nginx -t -c %s
///
/// - name: LaTeX has its own braces
///   template:
///     src: report.tex.j2
///     dest: /srv/report.tex
///     variable_start_string: "[["
///     variable_end_string: "]]"
/// ```
///
/// # Returns
/// - `dest` (str): the destination
/// - `src` (str): the template
/// - `checksum` (str): the SHA-1 digest of what was rendered
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
    name = "template",
    check_mode = "full",
    diff_mode = "full",
    effects = ["writes:file"],
    permissions = ["fs:read", "fs:write", "process:exec"],
)]
#[derive(Debug)]
#[expect(
    dead_code,
    reason = "how a template is read matters before the module is applied, where it is rendered"
)]
pub struct TemplateModule {
    /// The template, looked for in `templates/` of the role and beside the playbook.
    #[arg(file = "templates")]
    src: String,
    /// Where the file goes. With a slash at its end it is a folder, which is made if it is missing.
    dest: PathBuf,
    /// Whether the old file is kept under a name with the time in it.
    #[arg(default = false)]
    backup: bool,
    /// Whether a file that is there already is replaced if it differs.
    #[arg(default = true)]
    force: bool,
    /// Whether a link at the destination is followed. If not, it is replaced.
    #[arg(default = false)]
    follow: bool,
    /// A command that judges the file before it takes its place; `%s` stands for the file.
    validate: Option<String>,
    /// What a newline of the template becomes: `\n`, `\r` or `\r\n`.
    #[arg(default = "\\n")]
    newline_sequence: String,
    /// How a block begins.
    #[arg(default = "{%")]
    block_start_string: String,
    /// How a block ends.
    #[arg(default = "%}")]
    block_end_string: String,
    /// How an expression begins.
    #[arg(default = "{{")]
    variable_start_string: String,
    /// How an expression ends.
    #[arg(default = "}}")]
    variable_end_string: String,
    /// How a comment begins.
    #[arg(default = "{#")]
    comment_start_string: String,
    /// How a comment ends.
    #[arg(default = "#}")]
    comment_end_string: String,
    /// Whether the newline after a block is left out.
    #[arg(default = true)]
    trim_blocks: bool,
    /// Whether white space before a block, from the start of its line, is left out.
    #[arg(default = false)]
    lstrip_blocks: bool,
    /// The encoding of the file: `utf-8`, `ascii` or `latin-1`. Templates themselves are UTF-8.
    #[arg(default = "utf-8")]
    output_encoding: String,
    #[arg(flatten)]
    attributes: FileAttributes,
    /// The template that was found.
    #[arg(internal)]
    source: Option<String>,
    /// Its permission bits.
    #[arg(internal)]
    source_mode: Option<u32>,
    /// What it was rendered to.
    #[arg(internal)]
    text: Option<String>,
}

impl Module for TemplateModule {
    fn prepare(args: &mut Map, run: &dyn Run) -> Result<()> {
        let text = |name: &str| args.get(name).filter(|it| !it.is_none()).map(python::str);
        if args.contains_key("state") {
            return Err(Error::new("'state' cannot be specified on a template"));
        }
        let (Some(src), Some(dest)) = (text("src"), text("dest")) else {
            return Err(Error::new("src and dest are required"));
        };
        let options = options(args)?;
        let found = PathBuf::from(run.find_file(&src, FileKind::Templates)?);
        let entry = run.entry(&found)?;
        let bytes = run.read_file(&found)?;
        let template = std::str::from_utf8(&bytes)
            .map_err(|error| Error::new(format!("The template {} is not UTF-8: {error}", found.display())))?;
        let mut variables = variables::of(&src, &found, &dest);
        if run.variable("ansible_managed")?.is_none() {
            variables.insert("ansible_managed", "Ansible managed");
        }
        let rendered = run.render(template, &options, &variables)?;
        args.insert("_source", found.to_string_lossy().as_ref());
        args.insert("_source_mode", entry.mode);
        args.insert("_text", rendered);
        Ok(())
    }

    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let (Some(found), Some(text)) = (&self.source, &self.text) else {
            return Err(Error::new("src and dest are required"));
        };
        let source = Source::Memory(encoded(text, &self.output_encoding)?.into());
        let name = PathBuf::from(path::base_name(found.as_ref()));
        let is_preserved = self.attributes.mode.as_ref().is_some_and(Mode::is_preserve);
        let placing = Placing {
            source: &source,
            shown: found,
            name: Some(&name),
            dest: &self.dest,
            attributes: &self.attributes,
            mode: self.source_mode.filter(|_| is_preserved).map(|bits| Value::from(mode::display(bits))),
            directory_mode: None,
            backup: self.backup,
            force: self.force,
            follow: self.follow,
            validate: self.validate.as_deref(),
            checksum: None,
        };
        let mut outcome = placing.place(ctx)?.unwrap_or_else(|| {
            Outcome::ok().with("dest", info::text(&self.dest)).with("src", found.as_str())
        });
        outcome.warnings.extend(selinux::warning(&self.attributes).map(str::to_owned));
        Ok(outcome)
    }
}

/// How the template is read, as its task says.
fn options(args: &Map) -> Result<Options> {
    let mut options = Options::file();
    for (name, option) in [
        ("block_start_string", &mut options.block_start_string),
        ("block_end_string", &mut options.block_end_string),
        ("variable_start_string", &mut options.variable_start_string),
        ("variable_end_string", &mut options.variable_end_string),
        ("comment_start_string", &mut options.comment_start_string),
        ("comment_end_string", &mut options.comment_end_string),
    ] {
        if let Some(value) = args.get(name).filter(|it| !it.is_none()) {
            *option = python::str(value);
        }
    }
    for (name, option) in
        [("trim_blocks", &mut options.trim_blocks), ("lstrip_blocks", &mut options.lstrip_blocks)]
    {
        if let Some(value) = args.get(name) {
            *option = coerce::as_boolean(value).unwrap_or(false);
        }
    }
    if let Some(value) = args.get("newline_sequence").filter(|it| !it.is_none()) {
        // As in YAML without double quotes, a backslash and a letter are meant too.
        let text = python::str(value).replace("\\n", "\n").replace("\\r", "\r");
        options.newline_sequence = Newline::parse(&text)
            .ok_or_else(|| Error::new("newline_sequence needs to be one of: \\n, \\r or \\r\\n"))?;
    }
    Ok(options)
}

/// The bytes of the file.
fn encoded(text: &str, encoding: &str) -> Result<Vec<u8>> {
    let name = if encoding.is_empty() { "utf-8" } else { encoding };
    let encoding = Encoding::by_name(name).map_err(|why| Error::new(format!("Task failed: {why}")))?;
    encoding.write(text).map_err(|c| {
        Error::new(format!(
            "Task failed: '{name}' codec can't encode character {}",
            python::repr(&Value::from(c))
        ))
    })
}

#[cfg(test)]
mod tests;
