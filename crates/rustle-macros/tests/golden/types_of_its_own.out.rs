/// Has types that the macro does not see.
struct Types {
    /// One.
    state: State,
    /// Many.
    parts: Option<Vec<parts::Part>>,
    /// Named.
    named: Option<BTreeMap<String, Own>>,
}
const _: () = {
    use ::rustle_runtime::__private as __rustle;
    const SPEC: &str = {
        const PIECES: &[__rustle::Piece] = &[
            __rustle::Piece::Text("{\"name\":\"acme.types\",\"version\":\""),
            __rustle::Piece::Text(::core::env!("CARGO_PKG_VERSION")),
            __rustle::Piece::Text("\",\"krate\":\""),
            __rustle::Piece::Text(::core::env!("CARGO_PKG_NAME")),
            __rustle::Piece::Text(
                "\",\"summary\":\"Has types that the macro does not see.\",\"args\":[",
            ),
            __rustle::Piece::Pieces(<Types as __rustle::FromArgs>::ARGS),
            __rustle::Piece::Text("],\"rules\":["),
            __rustle::Piece::Pieces(<Types as __rustle::FromArgs>::RULES),
            __rustle::Piece::Text("],\"check_mode\":\"full\",\"diff_mode\":\"full\"}"),
        ];
        const BYTES: [u8; __rustle::length(PIECES)] = __rustle::bytes(PIECES);
        __rustle::text(&BYTES)
    };
    #[automatically_derived]
    impl __rustle::FromArgs for Types {
        const ARGS: &'static [__rustle::Piece] = &[
            __rustle::Piece::Text("{\"name\":\"state\",\"type\":"),
            __rustle::Piece::Either(
                <State as __rustle::FromArg>::KIND,
                "{\"custom\":\"State\"}",
            ),
            __rustle::Piece::Text(
                ",\"required\":false,\"default\":\"present\",\"doc\":\"One.\"},{\"name\":\"parts\",\"type\":{\"list\":",
            ),
            __rustle::Piece::Either(
                <parts::Part as __rustle::FromArg>::KIND,
                "{\"custom\":\"Part\"}",
            ),
            __rustle::Piece::Text(
                "},\"required\":false,\"doc\":\"Many.\"},{\"name\":\"named\",\"type\":{\"map\":",
            ),
            __rustle::Piece::Either(
                <Own as __rustle::FromArg>::KIND,
                "{\"custom\":\"Own\"}",
            ),
            __rustle::Piece::Text("},\"required\":false,\"doc\":\"Named.\"}"),
        ];
        const RULES: &'static [__rustle::Piece] = &[];
        const NAMES: &'static [&'static str] = &["state", "parts", "named"];
        const EXPRESSIONS: &'static [&'static str] = &[];
        const SECRETS: &'static [&'static str] = &[];
        const INTERNAL: &'static [&'static str] = &[];
        fn spec() -> &'static __rustle::ModuleSpec {
            static PARSED: __rustle::LazyLock<__rustle::ModuleSpec> = __rustle::LazyLock::new(||
            __rustle::spec(SPEC));
            &PARSED
        }
        fn from_given(given: &mut __rustle::Given) -> ::core::option::Option<Self> {
            let state = given.required::<State>("state");
            let parts = given.optional::<Vec<parts::Part>>("parts");
            let named = given.optional::<BTreeMap<String, Own>>("named");
            ::core::option::Option::Some(Self {
                state: state?,
                parts: parts?,
                named: named?,
            })
        }
    }
    #[::rustle_runtime::__private::linkme::distributed_slice(
        ::rustle_runtime::registry::MODULES
    )]
    #[linkme(crate = ::rustle_runtime::__private::linkme)]
    static REGISTRATION: __rustle::Registration = __rustle::Registration {
        name: "acme.types",
        aliases: &[],
        spec: SPEC,
        expressions: <Types as __rustle::FromArgs>::EXPRESSIONS,
        secrets: <Types as __rustle::FromArgs>::SECRETS,
        check_mode: true,
        prepare: __rustle::prepare::<Types>,
        apply: __rustle::apply::<Types>,
    };
    const _: () = assert!(
        __rustle::contains(< State as __rustle::FromArg > ::CHOICES, "present") || <
        State as __rustle::FromArg > ::CHOICES.is_empty() && ! __rustle::is_options(<
        State as __rustle::FromArg > ::KIND), "{}",
        "`present` cannot be the default of `State`"
    );
};
