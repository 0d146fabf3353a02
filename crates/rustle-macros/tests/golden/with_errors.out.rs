/// Has two mistakes.
struct Wrong<T> {
    /// One.
    a: T,
}
::core::compile_error! {
    "`Acme` is not a module's name: segments of a-z, 0-9 and _, each beginning with a letter, joined by dots"
}
::core::compile_error! {
    "arguments have no type parameters or lifetimes"
}
const _: () = {
    use ::rustle_runtime::__private as __rustle;
    #[automatically_derived]
    impl<T> __rustle::FromArgs for Wrong<T> {
        const ARGS: &'static [__rustle::Piece] = &[];
        const RULES: &'static [__rustle::Piece] = &[];
        const NAMES: &'static [&'static str] = &[];
        const EXPRESSIONS: &'static [&'static str] = &[];
        const SECRETS: &'static [&'static str] = &[];
        const INTERNAL: &'static [&'static str] = &[];
        fn spec() -> &'static __rustle::ModuleSpec {
            ::core::unreachable!()
        }
        fn from_given(_: &mut __rustle::Given) -> ::core::option::Option<Self> {
            ::core::option::Option::None
        }
    }
};
