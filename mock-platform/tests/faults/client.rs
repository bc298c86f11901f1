//! A client that sees what is on the wire: TCP, TLS and HTTP/1.1 by hand, so that RST, FIN,
//! close_notify and alerts are told apart.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{AlertDescription, ClientConfig, ClientConnection, Error};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long nothing must come where a connection is silent.
const SILENCE: Duration = Duration::from_millis(150);

/// How a connection ended, or that it did not.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum End {
    /// TCP RST.
    Reset,
    /// TCP FIN without close_notify.
    Fin,
    /// close_notify.
    Notified,
    /// A fatal alert of the server.
    Alert(AlertDescription),
    /// The client itself refuses to go on.
    Refused(Error),
    /// Nothing comes, and the connection is open.
    Silent,
}

/// A connection after its handshake.
pub(crate) struct Client {
    tcp: TcpStream,
    tls: ClientConnection,
    /// Plain bytes that have come and have not been taken.
    come: Vec<u8>,
    /// How it ended, behind those bytes.
    ended: Option<End>,
}

/// A response, complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// `HTTP/1.1` or `HTTP/1.0`.
    pub(crate) version: String,
    /// By name in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
    /// The lengths of its chunks, where it came in chunks.
    pub(crate) chunks: Vec<usize>,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What came before the end.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) bytes: Vec<u8>,
    pub(crate) end: End,
}

impl Broken {
    /// The head of a response and as much of its body as came.
    pub(crate) fn parts(&self) -> (Response, Vec<u8>) {
        let end = head_end(&self.bytes).expect("a whole head");
        (head(&self.bytes[..end]), self.bytes[end..].to_vec())
    }
}

/// A TCP connection without anything in it.
pub(crate) fn tcp(address: SocketAddr) -> TcpStream {
    let tcp = TcpStream::connect(address).unwrap();
    tcp.set_nodelay(true).unwrap();
    tcp.set_read_timeout(Some(PATIENCE)).unwrap();
    tcp.set_write_timeout(Some(PATIENCE)).unwrap();
    tcp
}

impl Client {
    /// Connects and shakes hands.
    pub(crate) fn connect(address: SocketAddr, config: Arc<ClientConfig>) -> Result<Client, End> {
        Client::over(tcp(address), config)
    }

    /// Shakes hands on a connection.
    pub(crate) fn over(tcp: TcpStream, config: Arc<ClientConfig>) -> Result<Client, End> {
        let name = ServerName::try_from("localhost").unwrap();
        let mut tls = ClientConnection::new(config, name).unwrap();
        tls.set_buffer_limit(None);
        let mut client = Client { tcp, tls, come: Vec::new(), ended: None };
        while client.tls.is_handshaking() {
            client.push()?;
            if client.tls.is_handshaking() {
                client.pull()?;
            }
        }
        client.push()?;
        Ok(client)
    }

    /// Sends plain bytes; a broken connection is met when reading.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> Result<(), End> {
        self.tls.writer().write_all(bytes).unwrap();
        self.push()
    }

    /// Reads one whole response.
    pub(crate) fn response(&mut self) -> Result<Response, Broken> {
        let end = loop {
            if let Some(end) = head_end(&self.come) {
                break end;
            }
            self.more()?;
        };
        let mut response = head(&self.come[..end]);
        if response.header("transfer-encoding") == Some("chunked") {
            let (body, chunks, end) = loop {
                if let Some(read) = dechunk(&self.come[end..]) {
                    break read;
                }
                self.more()?;
            };
            response.body = body;
            response.chunks = chunks;
            let head = head_end(&self.come).unwrap();
            self.come.drain(..head + end);
            return Ok(response);
        }
        let length: usize = response.header("content-length").map_or(0, |length| length.parse().unwrap());
        while self.come.len() < end + length {
            self.more()?;
        }
        response.body = self.come[end..end + length].to_vec();
        self.come.drain(..end + length);
        Ok(response)
    }

    /// Sends a request and reads its response.
    pub(crate) fn ask(&mut self, request: &[u8]) -> Result<Response, Broken> {
        self.send(request).map_err(|end| Broken { bytes: Vec::new(), end })?;
        self.response()
    }

    /// Reads until the connection ends.
    pub(crate) fn rest(&mut self) -> Broken {
        loop {
            if let Err(end) = self.pull() {
                return Broken { bytes: std::mem::take(&mut self.come), end };
            }
        }
    }

    /// Reads the head of a response and so many bytes of what follows; more may have come.
    pub(crate) fn begin(&mut self, bytes: usize) -> Result<(Response, Vec<u8>), Broken> {
        loop {
            if let Some(end) = head_end(&self.come).filter(|end| self.come.len() >= end + bytes) {
                return Ok((head(&self.come[..end]), self.come[end..].to_vec()));
            }
            self.more()?;
        }
    }

    /// Whether the connection stays open without a byte.
    pub(crate) fn is_silent(&mut self) -> bool {
        self.tcp.set_read_timeout(Some(SILENCE)).unwrap();
        let before = self.come.len();
        // Records of TLS itself, such as tickets, are no bytes of a response.
        let end = loop {
            match self.pull() {
                Ok(()) if self.come.len() == before => {}
                other => break other,
            }
        };
        self.tcp.set_read_timeout(Some(PATIENCE)).unwrap();
        end == Err(End::Silent)
    }

    fn more(&mut self) -> Result<(), Broken> {
        self.pull().map_err(|end| Broken { bytes: std::mem::take(&mut self.come), end })
    }

    fn push(&mut self) -> Result<(), End> {
        while self.tls.wants_write() {
            self.tls.write_tls(&mut self.tcp).map_err(|error| end_of(&error))?;
        }
        Ok(())
    }

    /// Reads what comes next; an end is told when everything before it has been.
    fn pull(&mut self) -> Result<(), End> {
        if let Some(end) = self.ended.take() {
            return Err(end);
        }
        let read = self.tls.read_tls(&mut self.tcp).map_err(|error| end_of(&error))?;
        let state = match self.tls.process_new_packets() {
            Ok(state) => state,
            Err(Error::AlertReceived(alert)) => return Err(End::Alert(alert)),
            Err(error) => {
                // The alert that tells the server why.
                let _ = self.push();
                return Err(End::Refused(error));
            }
        };
        let mut bytes = vec![0; state.plaintext_bytes_to_read()];
        self.tls.reader().read_exact(&mut bytes).unwrap();
        self.come.extend_from_slice(&bytes);
        let end = if state.peer_has_closed() { End::Notified } else { End::Fin };
        if !state.peer_has_closed() && read > 0 {
            return Ok(());
        }
        if bytes.is_empty() {
            return Err(end);
        }
        self.ended = Some(end);
        Ok(())
    }
}

/// Reads until a plain TCP connection ends.
pub(crate) fn tcp_rest(tcp: &mut TcpStream) -> (Vec<u8>, End) {
    let mut bytes = Vec::new();
    let end = match tcp.read_to_end(&mut bytes) {
        Ok(_) => End::Fin,
        Err(error) => end_of(&error),
    };
    (bytes, end)
}

/// Whether a plain TCP connection stays open without a byte.
pub(crate) fn tcp_is_silent(tcp: &mut TcpStream) -> bool {
    tcp.set_read_timeout(Some(SILENCE)).unwrap();
    let silent = matches!(tcp_rest(tcp), (bytes, End::Silent) if bytes.is_empty());
    tcp.set_read_timeout(Some(PATIENCE)).unwrap();
    silent
}

fn end_of(error: &std::io::Error) -> End {
    match error.kind() {
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted => End::Reset,
        ErrorKind::WouldBlock | ErrorKind::TimedOut => End::Silent,
        ErrorKind::UnexpectedEof => End::Fin,
        other => panic!("{other:?}: {error}"),
    }
}

fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

fn head(bytes: &[u8]) -> Response {
    let text = std::str::from_utf8(bytes).unwrap();
    let mut lines = text.split("\r\n");
    let mut first = lines.next().unwrap().splitn(3, ' ');
    let version = first.next().unwrap().to_owned();
    let status = first.next().unwrap().parse().unwrap();
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    Response { status, version, headers, body: Vec::new(), chunks: Vec::new() }
}

/// The body, the lengths of its chunks and where it ends; `None` where its last chunk has not come.
fn dechunk(mut bytes: &[u8]) -> Option<(Vec<u8>, Vec<usize>, usize)> {
    let whole = bytes.len();
    let (mut body, mut chunks) = (Vec::new(), Vec::new());
    loop {
        let line = bytes.windows(2).position(|two| two == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[..line]).unwrap(), 16).unwrap();
        let end = line + 2 + size + 2;
        let chunk = bytes.get(line + 2..end)?;
        bytes = &bytes[end..];
        if size == 0 {
            return Some((body, chunks, whole - bytes.len()));
        }
        body.extend_from_slice(&chunk[..size]);
        chunks.push(size);
    }
}
