#[derive(Options)]
struct Wrong {
    undocumented: String,
}
