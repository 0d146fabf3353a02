#[derive(Choice)]
enum State {
    Present,
    #[choice(rename = "gone", alias = "absent")]
    NotThere,
}
const _: () = {
    use ::rustle_runtime::__private as __rustle;
    #[automatically_derived]
    impl __rustle::Choice for State {
        const WORDS: &'static [&'static str] = &["present", "gone", "absent"];
        fn word(&self) -> &'static str {
            match self {
                Self::Present => "present",
                Self::NotThere => "gone",
            }
        }
    }
    #[automatically_derived]
    impl __rustle::FromArg for State {
        const KIND: &'static [__rustle::Piece] = &[
            __rustle::Piece::Text("{\"choice\":[\"present\",\"gone\",\"absent\"]}"),
        ];
        const CHOICES: &'static [&'static str] = <Self as __rustle::Choice>::WORDS;
        fn from_arg(
            value: &__rustle::Value,
        ) -> ::core::result::Result<Self, ::std::string::String> {
            match __rustle::word(value, Self::CHOICES)? {
                "present" => ::core::result::Result::Ok(Self::Present),
                "gone" | "absent" => ::core::result::Result::Ok(Self::NotThere),
                _ => ::core::unreachable!(),
            }
        }
    }
};
