//! Replays the fuzz corpus on stable: the same body as the fuzz target.

#[path = "../../../fuzz/fuzz_targets/normalize_body.rs"]
#[allow(unreachable_pub, reason = "shared with the fuzz target")]
mod body;

#[test]
fn the_corpus_replays() {
    let folder = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/normalize");
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        body::run(&std::fs::read(entry.unwrap().path()).unwrap());
        count += 1;
    }
    assert!(count > 50, "{count} files in {}", folder.display());
}
