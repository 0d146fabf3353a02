#[derive(Options)]
#[options(required_together = [["size", "unit"]])]
struct Part {
    /// How large.
    size: Option<u16>,
    /// Of what.
    unit: Option<String>,
}
const _: () = {
    use ::rustle_runtime::__private as __rustle;
    #[automatically_derived]
    impl __rustle::FromArgs for Part {
        const ARGS: &'static [__rustle::Piece] = &[
            __rustle::Piece::Text(
                "{\"name\":\"size\",\"type\":\"int\",\"required\":false,\"doc\":\"How large.\"},{\"name\":\"unit\",\"type\":\"str\",\"required\":false,\"doc\":\"Of what.\"}",
            ),
        ];
        const RULES: &'static [__rustle::Piece] = &[
            __rustle::Piece::Text("{\"required_together\":[\"size\",\"unit\"]}"),
        ];
        const NAMES: &'static [&'static str] = &["size", "unit"];
        const EXPRESSIONS: &'static [&'static str] = &[];
        const SECRETS: &'static [&'static str] = &[];
        const INTERNAL: &'static [&'static str] = &[];
        fn spec() -> &'static __rustle::ModuleSpec {
            static PARSED: __rustle::LazyLock<__rustle::ModuleSpec> = __rustle::LazyLock::new(||
            __rustle::spec({
                const PIECES: &[__rustle::Piece] = &[
                    __rustle::Piece::Text("{\"args\":["),
                    __rustle::Piece::Pieces(<Part as __rustle::FromArgs>::ARGS),
                    __rustle::Piece::Text("],\"rules\":["),
                    __rustle::Piece::Pieces(<Part as __rustle::FromArgs>::RULES),
                    __rustle::Piece::Text("]}"),
                ];
                const BYTES: [u8; __rustle::length(PIECES)] = __rustle::bytes(PIECES);
                __rustle::text(&BYTES)
            }));
            &PARSED
        }
        fn from_given(given: &mut __rustle::Given) -> ::core::option::Option<Self> {
            let size = given.optional::<u16>("size");
            let unit = given.optional::<String>("unit");
            ::core::option::Option::Some(Self { size: size?, unit: unit? })
        }
    }
    #[automatically_derived]
    impl __rustle::FromArg for Part {
        const KIND: &'static [__rustle::Piece] = &[
            __rustle::Piece::Text("{\"options\":[["),
            __rustle::Piece::Pieces(<Part as __rustle::FromArgs>::ARGS),
            __rustle::Piece::Text("],["),
            __rustle::Piece::Pieces(<Part as __rustle::FromArgs>::RULES),
            __rustle::Piece::Text("]]}"),
        ];
        fn from_arg(
            value: &__rustle::Value,
        ) -> ::core::result::Result<Self, ::std::string::String> {
            __rustle::unchecked(value)
        }
        fn from_checked(
            value: &__rustle::Value,
        ) -> ::core::result::Result<Self, ::std::string::String> {
            __rustle::nested(value)
        }
    }
};
