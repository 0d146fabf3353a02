#[derive(Choice)]
enum Wrong {
    A(String),
}
::core::compile_error! {
    "a variant of a choice is a word, without fields"
}
const _: () = {
    use ::rustle_runtime::__private as __rustle;
    #[automatically_derived]
    impl __rustle::Choice for Wrong {
        const WORDS: &'static [&'static str] = &[];
        fn word(&self) -> &'static str {
            ""
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
