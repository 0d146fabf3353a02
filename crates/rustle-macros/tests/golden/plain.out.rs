/// Greets somebody.
pub struct Greet {
    /// Who.
    name: String,
    /// How often.
    times: Option<u8>,
}
const _: () = {
    use ::rustle_runtime::__private as __rustle;
    const SPEC: &str = {
        const PIECES: &[__rustle::Piece] = &[
            __rustle::Piece::Text("{\"name\":\"acme.greet\",\"version\":\""),
            __rustle::Piece::Text(::core::env!("CARGO_PKG_VERSION")),
            __rustle::Piece::Text("\",\"krate\":\""),
            __rustle::Piece::Text(::core::env!("CARGO_PKG_NAME")),
            __rustle::Piece::Text("\",\"summary\":\"Greets somebody.\",\"args\":["),
            __rustle::Piece::Pieces(<Greet as __rustle::FromArgs>::ARGS),
            __rustle::Piece::Text("],\"rules\":["),
            __rustle::Piece::Pieces(<Greet as __rustle::FromArgs>::RULES),
            __rustle::Piece::Text("],\"check_mode\":\"full\",\"diff_mode\":\"full\"}"),
        ];
        const BYTES: [u8; __rustle::length(PIECES)] = __rustle::bytes(PIECES);
        __rustle::text(&BYTES)
    };
    #[automatically_derived]
    impl __rustle::FromArgs for Greet {
        const ARGS: &'static [__rustle::Piece] = &[
            __rustle::Piece::Text(
                "{\"name\":\"name\",\"type\":\"str\",\"required\":true,\"doc\":\"Who.\"},{\"name\":\"times\",\"type\":\"int\",\"required\":false,\"doc\":\"How often.\"}",
            ),
        ];
        const RULES: &'static [__rustle::Piece] = &[];
        const NAMES: &'static [&'static str] = &["name", "times"];
        const EXPRESSIONS: &'static [&'static str] = &[];
        const SECRETS: &'static [&'static str] = &[];
        const INTERNAL: &'static [&'static str] = &[];
        fn spec() -> &'static __rustle::ModuleSpec {
            static PARSED: __rustle::LazyLock<__rustle::ModuleSpec> = __rustle::LazyLock::new(||
            __rustle::spec(SPEC));
            &PARSED
        }
        fn from_given(given: &mut __rustle::Given) -> ::core::option::Option<Self> {
            let name = given.required::<String>("name");
            let times = given.optional::<u8>("times");
            ::core::option::Option::Some(Self { name: name?, times: times? })
        }
    }
    #[::rustle_runtime::__private::linkme::distributed_slice(
        ::rustle_runtime::registry::MODULES
    )]
    #[linkme(crate = ::rustle_runtime::__private::linkme)]
    static REGISTRATION: __rustle::Registration = __rustle::Registration {
        name: "acme.greet",
        aliases: &[],
        spec: SPEC,
        expressions: <Greet as __rustle::FromArgs>::EXPRESSIONS,
        secrets: <Greet as __rustle::FromArgs>::SECRETS,
        check_mode: true,
        prepare: __rustle::prepare::<Greet>,
        apply: __rustle::apply::<Greet>,
    };
};
