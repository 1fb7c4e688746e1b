//! A client that notices when its server dies, and tries nothing twice.

use std::{
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use yubihsm2::{
    DEFAULT_PASSWORD, ErrorCode, Frame, MessageLimit, ObjectId, Operation, StaticKeys,
    channel::{HostChannel, HostHandshake},
    operation::{AuthenticateSession, CreateSession},
};

const LIMIT: MessageLimit = MessageLimit::FROM_2_4;

/// No answer takes longer; what would block for ever fails the test instead.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection to a connector.
pub(crate) struct Connection {
    stream: TcpStream,
}

/// The server is gone.
#[derive(Debug)]
pub(crate) struct Gone;

impl From<io::Error> for Gone {
    fn from(_error: io::Error) -> Self {
        Self
    }
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Result<Self, Gone> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream })
    }

    /// Sends a request and reads the whole answer: its status and body.
    pub(crate) fn ask(&mut self, head: &str, body: &[u8]) -> Result<(u16, Vec<u8>), Gone> {
        let mut request =
            format!("{head} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", body.len())
                .into_bytes();
        request.extend_from_slice(body);
        self.stream.write_all(&request)?;
        let mut answer = Vec::new();
        loop {
            if let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") {
                let text = String::from_utf8(answer[..end].to_vec()).unwrap();
                let len = text.lines().find_map(|line| line.strip_prefix("Content-Length: "));
                let whole = end + 4 + len.unwrap().parse::<usize>().unwrap();
                if answer.len() >= whole {
                    let status = text.split(' ').nth(1).unwrap().parse().unwrap();
                    return Ok((status, answer[end + 4..whole].to_vec()));
                }
            }
            let mut buffer = [0; 4096];
            match self.stream.read(&mut buffer)? {
                0 => return Err(Gone),
                len => answer.extend_from_slice(&buffer[..len]),
            }
        }
    }

    /// Carries a frame. A connector without a device counts as gone.
    pub(crate) fn exchange(&mut self, frame: &Frame) -> Result<Frame, Gone> {
        let (status, body) = self.ask("POST /connector/api", &frame.encode())?;
        if status != 200 {
            return Err(Gone);
        }
        Ok(Frame::decode(&body, LIMIT).unwrap())
    }
}

/// A session under the default authentication key.
pub(crate) struct Session {
    connection: Connection,
    channel: HostChannel,
}

impl Session {
    pub(crate) fn open(address: SocketAddr) -> Result<Self, Gone> {
        let mut connection = Connection::open(address)?;
        let key = ObjectId::DEFAULT_AUTHENTICATION_KEY;
        let (create, handshake) = HostHandshake::start(key, [7; 8], LIMIT);
        let created = connection.exchange(&create.frame().unwrap())?;
        let created = CreateSession::read_answer_frame(&created).unwrap();
        let keys = StaticKeys::from_password(DEFAULT_PASSWORD);
        let (authenticate, authentication) = handshake.authenticate(&keys, &created).unwrap();
        let answer = connection.exchange(&authenticate.frame().unwrap())?;
        AuthenticateSession::read_answer_frame(&answer).unwrap();
        Ok(Self { connection, channel: authentication.confirm(&answer).unwrap() })
    }

    /// Runs a command that the device does not refuse.
    pub(crate) fn call<O: Operation>(&mut self, operation: &O) -> Result<O::Answer, Gone> {
        let request = self.channel.seal(&operation.frame().unwrap()).unwrap();
        let answer = self.connection.exchange(&request)?;
        Ok(O::read_answer_frame(&self.channel.open(&answer).unwrap()).unwrap())
    }

    /// What a device without this session answers.
    pub(crate) fn refusal<O: Operation>(
        &mut self,
        operation: &O,
    ) -> Result<Option<ErrorCode>, Gone> {
        let request = self.channel.seal(&operation.frame().unwrap()).unwrap();
        Ok(self.connection.exchange(&request)?.error_code())
    }
}
