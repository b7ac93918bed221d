//! Prints the booklet of the next year: `cargo run -p jixiao-testkit --example next_year -- BOOKLET.txt [SEED]`.

use jixiao_testkit::{Random, Seed, next_year};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let text = std::fs::read_to_string(args.next().ok_or("which booklet?")?)?;
    let random_seed = args.next().map_or(Ok(1), |seed| seed.parse())?;
    let made = next_year(&Seed::new(&text), 25, &mut Random::new(random_seed));
    made.planted.iter().for_each(|planted| eprintln!("{planted:?}"));
    print!("{}", made.text);
    Ok(())
}
