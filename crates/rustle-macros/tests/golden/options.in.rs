#[derive(Options)]
#[options(required_together = [["size", "unit"]])]
struct Part {
    /// How large.
    size: Option<u16>,
    /// Of what.
    unit: Option<String>,
}
