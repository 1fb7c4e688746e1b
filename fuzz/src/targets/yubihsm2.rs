//! What a connector, a device or a backup may send. Whatever is accepted is written back as it was.

use yubihsm2::{
    Frame, LogTrust, MessageLimit, ObjectRecord, Request, Wire as _,
    connector::{ConnectorStatus, StatusError},
    operation::{LogEntries, Operation as _},
};

/// Frames, and the requests in them.
pub fn frame(data: &[u8]) {
    let Ok(frame) = Frame::decode(data, MessageLimit::FROM_2_4) else { return };
    assert_eq!(frame.encode().as_bytes(), data);
    if let Ok(request) = Request::decode(&frame) {
        assert_eq!(request.frame(), Some(frame));
    }
}

/// Audit logs as a device answers with them, and the chain of their digests.
pub fn audit_log(data: &[u8]) {
    let Some(frame) = Frame::new(LogEntries::COMMAND.answer(), data) else { return };
    let Ok(page) = LogEntries::read_answer_frame(&frame) else { return };
    assert_eq!(page.to_bytes().as_bytes(), data);
    if let Some(first) = page.entries.first() {
        let _ = LogTrust::on_first_use(first).verify(&page.entries);
    }
}

/// Objects as they lie under a wrap key.
pub fn object_record(data: &[u8]) {
    if let Ok(record) = ObjectRecord::from_bytes(data) {
        assert_eq!(record.to_bytes().as_bytes(), data);
        if let Ok(body) = record.parse_body() {
            assert_eq!(body.encode().as_bytes(), record.body.as_bytes());
        }
    }
}

/// Status pages of connectors. What was accepted reads back, unless our ten digits of the serial number
/// make it longer than a page may be.
pub fn connector_status(data: &[u8]) {
    if let Ok(status) = ConnectorStatus::parse(data) {
        match ConnectorStatus::parse(status.to_string().as_bytes()) {
            Ok(again) => assert_eq!(again, status),
            Err(error) => assert!(matches!(error, StatusError::TooLong { .. }), "{error}"),
        }
    }
}
