/// Has fields that are no usual arguments.
#[rustle_module(name = "acme.special")]
struct Special {
    /// Behind the colon.
    #[arg(free_form)]
    line: Option<String>,
    /// Evaluated.
    #[arg(expression)]
    that: Vec<Evaluated>,
    #[arg(rest)]
    others: Map,
    #[arg(internal)]
    found: Option<String>,
}
