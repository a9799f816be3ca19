//! What the clients rule out at compile time: see `tests/compile_fail.rs`.
