#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rustle_tests::robustness::seal(data));
