/// Does
/// much.
///
/// In detail.
///
/// # Examples
/// ```yaml
/// - acme.much: {}
/// ```
///
/// # Returns
/// - `path` (str): where
#[rustle_module(
    name = "acme.much",
    aliases = ["acme.more"],
    version = "1.2.0",
    check_mode = "none",
    diff_mode = "partial",
    effects = ["writes:file"],
    permissions = ["fs:write:/etc/**"],
)]
#[derive(Debug)]
struct Much {
    /// Where.
    #[arg(file = "files", alias = "dest")]
    path: PathBuf,
    /// Hidden.
    #[arg(no_log, default = "s\"x")]
    secret: String,
    /// Old.
    #[arg(rename = "type", deprecated = "use path")]
    kind: Option<String>,
}
