#[derive(Options)]
struct Wrong {
    undocumented: String,
}
::core::compile_error! {
    "`undocumented` needs a documentation comment: what does a playbook's author give here?"
}
const _: () = {
    use ::rustle_runtime::__private as __rustle;
    #[automatically_derived]
    impl __rustle::FromArgs for Wrong {
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
    #[automatically_derived]
    impl __rustle::FromArg for Wrong {
        fn from_arg(
            _: &__rustle::Value,
        ) -> ::core::result::Result<Self, ::std::string::String> {
            ::core::unreachable!()
        }
    }
};
