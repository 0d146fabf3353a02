/// Has two mistakes.
#[rustle_module(name = "Acme")]
struct Wrong<T> {
    /// One.
    a: T,
}
