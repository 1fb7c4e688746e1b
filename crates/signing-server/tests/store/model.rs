//! Random operations, compared with a model in a few lines.

use std::collections::HashMap;

use signer::service::RefusalCode;
use signing_server::store::{Begin, Begun, Store, Ticket};

use crate::{
    devices::{asked, device, package, request, signed, smsn},
    draw::Draw,
    evidence_log::check_log,
    places::{Place, in_both, wait},
};

in_both! { random_operations_agree_with_the_model }

const STEPS: u32 = 600;
const NUMBERS: u32 = 12;
const COUNT: u64 = 30;

/// One generation of a number.
struct Pair {
    keys: u8,
    is_signed: bool,
}

#[derive(Default)]
struct Model {
    /// Generations of each number.
    pairs: HashMap<u32, Vec<Pair>>,
    used: u64,
    issued: u64,
}

impl Model {
    /// The answer to a request: a ticket's generation, an outcome, or a refusal.
    fn begin(&mut self, number: u32, keys: u8, is_rework: bool) -> Answer {
        let pairs = self.pairs.entry(number).or_default();
        match pairs.last() {
            Some(newest) if newest.keys == keys && newest.is_signed => return Answer::Signed,
            Some(newest) if newest.keys == keys => {}
            Some(_) if pairs.iter().any(|pair| pair.keys == keys) => {
                return Answer::Refused(RefusalCode::Superseded);
            }
            Some(newest) if !is_rework || !newest.is_signed => {
                return Answer::Refused(RefusalCode::OtherKeys);
            }
            _ if self.used == COUNT => return Answer::Refused(RefusalCode::Quota),
            _ => {
                self.used += 1;
                pairs.push(Pair { keys, is_signed: false });
            }
        }
        Answer::Sign(pairs.len() as u32 - 1)
    }

    /// The outcome of the newest generation, where it has none.
    fn finish(&mut self, number: u32) -> Option<u32> {
        let pairs = self.pairs.get_mut(&number)?;
        let generation = pairs.len() as u32;
        let newest = pairs.last_mut()?;
        if !newest.is_signed {
            newest.is_signed = true;
            self.issued += 1;
        }
        generation.checked_sub(1)
    }
}

#[derive(Debug, Eq, PartialEq)]
enum Answer {
    Sign(u32),
    Signed,
    Refused(RefusalCode),
}

fn random_operations_agree_with_the_model(place: &dyn Place) {
    let seed = u64::from(std::process::id());
    println!("seed {seed}");
    let mut draw = Draw(seed);
    let mut store = place.open("a").unwrap();
    wait(store.bring_in(package("p", COUNT))).unwrap().unwrap();
    let mut model = Model::default();
    for step in 0..STEPS {
        let number = draw.below(NUMBERS);
        match draw.below(20) {
            0..=10 => {
                let (keys, is_rework) = (draw.below(4) as u8, draw.below(2) == 0);
                let expected = model.begin(number, keys, is_rework);
                let asked = Begin {
                    request_id: request(1000 + step),
                    package: Some("p".to_owned()),
                    device: device(number, keys),
                    is_rework,
                    ..asked(number)
                };
                let found = match wait(store.begin(asked)).unwrap() {
                    Begun::Sign(ticket) => Answer::Sign(ticket.generation),
                    Begun::Signed(_) => Answer::Signed,
                    Begun::Refused(refusal) => Answer::Refused(refusal.code),
                    Begun::Elsewhere { .. } => panic!("there is one server"),
                };
                assert_eq!(found, expected, "step {step}: number {number}, keys {keys}");
            }
            11..=17 => {
                if let Some(generation) = model.finish(number) {
                    let ticket = Ticket { smsn: smsn(number), generation };
                    wait(store.finish(signed(ticket, draw.below(200) as u8))).unwrap();
                }
            }
            18 => {
                let pending = model.pairs.values().flatten().filter(|pair| !pair.is_signed).count();
                assert_eq!(wait(store.take_up(1000)).unwrap().len(), pending);
            }
            _ => {
                store.close();
                store = place.open("a").unwrap();
            }
        }
        compare(&store, &model);
    }
    assert_eq!(check_log(&store).len() as u64, model.issued);
    assert!(model.issued > 0);
}

/// Issued, paid for and entered as evidence is one count at any time.
fn compare(store: &Store, model: &Model) {
    let counts = wait(store.counts()).unwrap();
    assert_eq!((counts.issued, counts.evidence), (model.issued, model.issued));
    assert_eq!(counts.issued + counts.pending, model.used);
    assert_eq!(wait(store.packages()).unwrap()[0].used, model.used);
}
