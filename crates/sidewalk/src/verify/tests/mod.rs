//! Every road to a verdict gives OpenSSL's: goal, the equation; method, other people's vectors and a grid of
//! corner cases, each checked alone and among strangers.

mod chains_of_one_issuer;
mod ed25519_corner_cases;
mod roads;
mod speccheck;
mod wycheproof;
