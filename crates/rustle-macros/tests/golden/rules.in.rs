/// Has rules.
#[rustle_module(
    name = "acme.rules",
    mutually_exclusive = [["a", "b"]],
    required_together = [["a", "c"]],
    required_one_of = [["a", "b"]],
    required_if = [("a", 1, ["b", "c"], true)],
    required_by = [("b", ["c"])],
)]
struct Rules {
    /// One.
    a: Option<i64>,
    /// Two.
    b: Option<i64>,
    /// Three.
    c: Option<i64>,
}
