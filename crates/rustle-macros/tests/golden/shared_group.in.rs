/// Shares arguments.
#[rustle_module(name = "acme.shared", required_by = [("path", ["mode"])])]
struct Shared {
    /// First.
    path: PathBuf,
    #[arg(flatten)]
    attributes: FileAttributes,
    /// Last.
    #[arg(no_log)]
    key: Option<String>,
}
