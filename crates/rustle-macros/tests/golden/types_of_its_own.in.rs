/// Has types that the macro does not see.
#[rustle_module(name = "acme.types")]
struct Types {
    /// One.
    #[arg(default = "present")]
    state: State,
    /// Many.
    parts: Option<Vec<parts::Part>>,
    /// Named.
    named: Option<BTreeMap<String, Own>>,
}
