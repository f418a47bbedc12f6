//! Memory is bound by the largest entry and not by the file.

#![expect(clippy::panic, reason = "helpers of tests may fail as tests do")]

#[path = "../examples/weigh/generator.rs"]
mod generator;

use std::io::Read;
use std::ops::ControlFlow;

use afterhours_tfstate::{Header, read};
use generator::Generated;
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const MIB: u64 = 1024 * 1024;

/// Bytes at the highest, above what was there before.
fn peak_of(input: impl Read) -> (Header, usize) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let result = read(input, |entry| {
        assert!(entry.is_ok());
        ControlFlow::Continue(())
    });
    let peak = MEMORY.peak_usage() - before;
    match result {
        Ok(header) => (header, peak),
        Err(error) => panic!("{error}"),
    }
}

/// One resource of `count` instances with `size` bytes of attributes each.
fn one_resource(count: usize, size: usize) -> impl Read {
    let head = r#"{"version":4,"serial":1,"lineage":"x","resources":[{"mode":"managed","type":"t","name":"n","provider":"provider[\"a/b/c\"]","instances":[{"attributes":{}}"#;
    let mut input: Box<dyn Read> = Box::new(head.as_bytes());
    for index in 0..count {
        let start = format!(r#",{{"index_key":{index},"attributes":{{"a":""#);
        let end = format!(r#""}},"dependencies":["{index}"]}}"#);
        let size = u64::try_from(size).unwrap_or(u64::MAX);
        let value = std::io::repeat(b'v').take(size);
        input = Box::new(
            input
                .chain(std::io::Cursor::new(start))
                .chain(value)
                .chain(std::io::Cursor::new(end)),
        );
    }
    input.chain(b"]}]}".as_slice())
}

/// All in one test: the allocator counts for the whole process.
#[test]
fn the_peak_follows_the_largest_instance_and_not_the_file() {
    let (small, peak_of_small) = peak_of(Generated::of(2 * MIB));
    let (large, peak_of_large) = peak_of(Generated::of(32 * MIB));
    assert!(large.instances > 15 * small.instances && small.instances > 100);
    // The buffer, one instance, and a hash for each that was seen.
    let hashes = usize::try_from(large.instances).unwrap() * 32;
    assert!(peak_of_small < 160 * 1024, "{peak_of_small}");
    assert!(peak_of_large < 160 * 1024 + hashes, "{peak_of_large}");

    // Many instances of one resource are no large entry: the text, its parse, and the buffer.
    let (header, peak) = peak_of(one_resource(24, 300_000));
    assert_eq!(header.instances, 25);
    assert!(peak < 4 * 300_000, "{peak}");

    // What is passed over is not kept.
    let mut outputs = br#"{"version":4,"serial":1,"lineage":"x","outputs":{"o":{"value":""#
        .chain(std::io::repeat(b'v').take(8 * MIB))
        .chain(br#""}},"resources":[]}"#.as_slice());
    let (_, peak) = peak_of(&mut outputs);
    assert!(peak < 100 * 1024, "{peak}");
}
