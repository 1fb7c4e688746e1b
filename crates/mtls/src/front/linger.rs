//! Closing a connection so that the peer can still read what it was told.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::limits::{LINGER_LEN_BYTES_MAX, LINGER_TIMEOUT};

/// Ends our side and reads what the peer still sends, within limits. An operating system that is left with unread bytes
/// resets the connection, and the peer may lose what we sent before.
pub(super) async fn linger(mut stream: TcpStream) {
    let drain = async {
        if stream.shutdown().await.is_err() {
            return;
        }
        let mut buffer = [0; 1024];
        let mut len_bytes = 0;
        while len_bytes < LINGER_LEN_BYTES_MAX {
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(len) => len_bytes += len,
            }
        }
    };
    let _gone = timeout(LINGER_TIMEOUT, drain).await;
}
