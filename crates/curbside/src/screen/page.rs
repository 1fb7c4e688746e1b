//! What the middle of the screen shows.

/// One page; the key for details goes from one to the next and back to the slots.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Page {
    /// A tile for each slot.
    #[default]
    Slots,
    /// All that is known about the trouble in one slot.
    Trouble(u16),
    /// Devices of earlier runs that wait for their boards.
    Unfinished,
}

impl Page {
    /// The next page. `troubled` are the slots in trouble, in order.
    pub(super) fn next(self, troubled: &[u16], has_unfinished: bool) -> Self {
        let after = match self {
            Self::Slots => 0,
            Self::Trouble(slot) => slot,
            Self::Unfinished => return Self::Slots,
        };
        match troubled.iter().find(|slot| **slot > after) {
            Some(slot) => Self::Trouble(*slot),
            None if has_unfinished => Self::Unfinished,
            None => Self::Slots,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_walks_through_failing_slots_and_the_unfinished_and_comes_back() {
        let mut page = Page::Slots;
        let mut seen = Vec::new();
        for _ in 0..4 {
            page = page.next(&[2, 5], true);
            seen.push(page);
        }
        assert_eq!(seen, [Page::Trouble(2), Page::Trouble(5), Page::Unfinished, Page::Slots]);
    }

    #[test]
    fn without_trouble_the_slots_stay() {
        assert_eq!(Page::Slots.next(&[], false), Page::Slots);
    }
}
