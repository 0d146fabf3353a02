use rustle_runtime::prelude::*;

#[derive(Options)]
enum Enum {
    A,
}

#[derive(Options)]
struct Empty {}

#[derive(Options)]
struct Tuple(String);

#[derive(Options)]
#[options(required_together = [["a", "z"]], mutually_exclusve = [])]
struct Special {
    /// One.
    #[arg(free_form)]
    a: Option<String>,
    #[arg(rest)]
    b: Map,
    #[arg(internal)]
    c: Option<String>,
    /// File.
    #[arg(file = "files")]
    d: Option<String>,
}

fn main() {}
