//! Inputs made from a seed: the same seed, iteration and corpus give the same bytes on any machine.

/// Beyond this, inputs only get slower: every format's limits show far below.
const INPUT_LEN_MAX: usize = 64 * 1024;
/// One change finds shallow faults; a few together reach the states behind a check.
const CHANGES_MAX: usize = 6;
/// As long as the longest common value of a page.
const CHANGE_LEN_MAX: usize = 64;
/// Bytes where parsers turn: ends of ranges, blank flash, text structure, extended-serial marks.
const TURNING_BYTES: &[u8] = b"\x00\x01\x7f\x80\xff\xb0\xb1\n\r\t \"\\{}[]:,0-=+/S";
/// Words of the formats, which chance alone would not find.
const WORDS: &[&[u8]] = &[
    b"SID0",
    b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x08",
    b"\x00\x00\x00\x07",
    b"\x01\x00\x00\x00",
    b"\x6f\xfd\x00\x04",
    b"controlLogs",
    b"\"version\":\"4-0-1\"",
    b"\\u0000",
    b"\\ud83c\\udf21",
    b"1e999",
    b":00000001FF\n",
    b":02000004FFFFFC\n",
    b"0xa9002:OBJ:",
    b"-----BEGIN EC PRIVATE KEY-----",
    b"-----END PRIVATE KEY-----\n",
    b"\"\"",
    b"\r\n",
    b"\xef\xbb\xbf",
];

/// SplitMix64 (Steele, Lea, Flood 2014): small, and good enough to choose mutations.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`; 0 for a limit of 0.
    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn seed<'a>(&mut self, corpus: &'a [Vec<u8>]) -> &'a [u8] {
        &corpus[self.below(corpus.len())]
    }
}

/// The input of one iteration. The corpus must not be empty.
pub fn input(corpus: &[Vec<u8>], seed: u64, iteration: u64) -> Vec<u8> {
    let mut chance = Chance(seed ^ iteration.wrapping_mul(0xD6E8_FEB8_6659_FD93));
    let mut bytes = chance.seed(corpus).to_vec();
    for _ in 0..=chance.below(CHANGES_MAX) {
        change(&mut bytes, corpus, &mut chance);
    }
    bytes.truncate(INPUT_LEN_MAX);
    bytes
}

fn change(bytes: &mut Vec<u8>, corpus: &[Vec<u8>], chance: &mut Chance) {
    let at = chance.below(bytes.len());
    let reach = 1 + chance.below(CHANGE_LEN_MAX);
    let len = 1 + chance.below(reach.min(bytes.len() - at));
    let range = at..(at + len).min(bytes.len());
    match chance.below(10) {
        0 => flip_bit(bytes, at, chance),
        1 => set(bytes, at, chance.pick(TURNING_BYTES)),
        2 => set(bytes, at, chance.next() as u8),
        3 => bytes.truncate(at),
        4 => drop(bytes.drain(range)),
        5 => {
            let copy = bytes[range].to_vec();
            insert(bytes, at, &copy);
        }
        6 => insert(bytes, at, chance.pick(WORDS)),
        7 => {
            let filler = vec![chance.pick(TURNING_BYTES); len];
            insert(bytes, at, &filler);
        }
        8 => splice(bytes, at, chance.seed(corpus), chance),
        _ => nest(bytes, at, chance),
    }
}

fn flip_bit(bytes: &mut [u8], at: usize, chance: &mut Chance) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1 << chance.below(8);
    }
}

fn set(bytes: &mut [u8], at: usize, value: u8) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte = value;
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, inserted: &[u8]) {
    bytes.splice(at..at, inserted.iter().copied());
}

/// Goes on with the rest of another seed.
fn splice(bytes: &mut Vec<u8>, at: usize, other: &[u8], chance: &mut Chance) {
    bytes.truncate(at);
    bytes.extend_from_slice(&other[chance.below(other.len())..]);
}

/// Opens many containers: what recurses must have a limit.
fn nest(bytes: &mut Vec<u8>, at: usize, chance: &mut Chance) {
    let opening: &[u8] = if chance.below(2) == 0 { b"[" } else { b"{\"\":" };
    let nested = opening.repeat(1 << chance.below(13));
    insert(bytes, at, &nested);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_iteration_gives_the_same_bytes_again() {
        let corpus = vec![b"one".to_vec(), b"another".to_vec()];
        let first: Vec<_> = (0..1000).map(|iteration| input(&corpus, 7, iteration)).collect();
        let second: Vec<_> = (0..1000).map(|iteration| input(&corpus, 7, iteration)).collect();
        assert_eq!(first, second);
    }

    #[test]
    fn an_empty_seed_and_long_inputs_are_survived() {
        let corpus = vec![Vec::new(), vec![0; INPUT_LEN_MAX]];
        for iteration in 0..10_000 {
            assert!(input(&corpus, 1, iteration).len() <= INPUT_LEN_MAX);
        }
    }
}
