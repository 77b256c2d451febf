#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kith_media::testing::check_any_bytes(bytes));
