//! What a board is that was put in: decided from what stands on it and what the journal knows, before anything is
//! changed.

use journal::{DeviceRecord, State};
use page::ValueId;
use sidewalk::Smsn;

use crate::{driver::FoundPage, page_maker::PageMaker};

/// What stands where the page belongs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Found {
    /// Nobody can tell.
    Unknown,
    /// Erased flash.
    Blank,
    /// A page, whole or not, that names a device.
    Device(Smsn),
    /// Something else, such as the beginning of a page.
    Other,
}

/// What is to be done with a board.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Arrival {
    /// It gets an identity.
    New,
    /// It goes on where it was.
    Unfinished(Box<DeviceRecord>),
    /// It was finished before.
    Finished(Box<DeviceRecord>),
    /// It is not touched.
    Refuse { why: String, hint: String },
}

impl Found {
    pub(super) fn of(page: &FoundPage, pages: &PageMaker) -> Self {
        let FoundPage::Bytes(bytes) = page else { return Self::Unknown };
        if bytes.iter().all(|byte| *byte == page::BLANK) {
            return Self::Blank;
        }
        let page = pages.decode(bytes).unwrap_or_else(|_| pages.diagnose(bytes));
        let smsn = page.value(ValueId::SMSN).and_then(|smsn| smsn.try_into().ok());
        smsn.map_or(Self::Other, |smsn| Self::Device(Smsn::from_bytes(smsn)))
    }
}

/// Decides. `by_chip` is the newest device of this board that is not retired, `by_page` the device that its page names.
pub(super) fn decide(
    chip: Option<&str>,
    found: &Found,
    by_chip: Option<&DeviceRecord>,
    by_page: Option<&DeviceRecord>,
) -> Arrival {
    match (found, by_page) {
        (Found::Device(smsn), None) => Arrival::Refuse {
            why: format!("the board carries device {smsn}, which this line did not make"),
            hint: "put it back where it came from; if it is scrap to be used again, erase it first"
                .to_owned(),
        },
        (Found::Device(_), Some(record)) => of_page(chip, record, by_chip),
        (Found::Unknown, _) => by_chip.map_or(Arrival::New, of_record),
        (Found::Blank, _) => match by_chip {
            None => Arrival::New,
            Some(record) if is_finished(record) => Arrival::Refuse {
                why: format!("this board was device {}, and its page is erased now", record.dsn),
                hint: format!(
                    "`curbside line rework {}` retires that identity and lets the board have a new one",
                    record.dsn
                ),
            },
            Some(record) => of_record(record),
        },
        (Found::Other, _) => match by_chip {
            Some(record) if !is_finished(record) => of_record(record),
            _ => Arrival::Refuse {
                why: "something that is no page stands where the page belongs".to_owned(),
                hint: "check that chip, firmware generation and address of the job are this board's; erase the page's region if they are"
                    .to_owned(),
            },
        },
    }
}

fn of_page(chip: Option<&str>, record: &DeviceRecord, by_chip: Option<&DeviceRecord>) -> Arrival {
    if record.retired {
        // Somebody ruled that this identity is gone: its page is written over.
        return by_chip.map_or(Arrival::New, of_record);
    }
    if let (Some(here), Some(there)) = (chip, record.chip.as_deref())
        && here != there
    {
        return Arrival::Refuse {
            why: format!(
                "the board carries the page of device {}, which belongs to board {there}; this is board {here}",
                record.dsn
            ),
            hint: "two boards must never have one identity: put this one aside and erase it"
                .to_owned(),
        };
    }
    of_record(record)
}

fn of_record(record: &DeviceRecord) -> Arrival {
    let record = Box::new(record.clone());
    if is_finished(&record) { Arrival::Finished(record) } else { Arrival::Unfinished(record) }
}

fn is_finished(record: &DeviceRecord) -> bool {
    record.state >= State::Verified
}
