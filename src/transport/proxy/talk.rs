//! Talking to a proxy before there is a tunnel, held to the clock.

use std::io;

use super::super::input::Input;
use super::super::tls::refused;
use super::super::wire::is_tick;
use super::super::{Clock, Error, ErrorKind, Wire};

/// What went wrong with a proxy, not yet said of which.
pub(super) fn failed(reason: impl Into<String>) -> Error {
    Error::new(ErrorKind::Proxy, reason)
}

/// Writes all of it.
pub(super) fn write_all(wire: &mut dyn Wire, mut bytes: &[u8], clock: &Clock) -> Result<(), Error> {
    while !bytes.is_empty() {
        match patiently(wire, clock, |wire| wire.write(bytes))? {
            0 => return Err(broken(io::ErrorKind::WriteZero.into())),
            count => bytes = &bytes[count..],
        }
    }
    patiently(wire, clock, |wire| wire.flush())
}

/// Reads exactly so many bytes: those that follow belong to the tunnel.
pub(super) fn read_exact(wire: &mut dyn Wire, count: usize, clock: &Clock) -> Result<Vec<u8>, Error> {
    let mut bytes = vec![0; count];
    let mut end = 0;
    while end < count {
        match patiently(wire, clock, |wire| wire.read(&mut bytes[end..]))? {
            0 => return Err(failed("the connection was closed before there was a whole answer")),
            more => end += more,
        }
    }
    Ok(bytes)
}

/// Reads once; 0 is the end of the stream.
pub(super) fn fill(wire: &mut dyn Wire, input: &mut Input, clock: &Clock) -> Result<usize, Error> {
    patiently(wire, clock, |wire| input.fill(wire))
}

/// Does something with a wire until it is done or the time is up.
fn patiently<T>(
    wire: &mut dyn Wire,
    clock: &Clock,
    mut act: impl FnMut(&mut dyn Wire) -> io::Result<T>,
) -> Result<T, Error> {
    loop {
        let patience = clock.patience()?;
        match wire.set_patience(patience).and_then(|()| act(wire)) {
            Err(error) if is_tick(&error) => {}
            result => return result.map_err(broken),
        }
    }
}

fn broken(error: io::Error) -> Error {
    let reason = refused(&error).unwrap_or_else(|| match error.kind() {
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => "the connection was reset".to_owned(),
        io::ErrorKind::BrokenPipe | io::ErrorKind::WriteZero | io::ErrorKind::UnexpectedEof => {
            "the connection was closed".to_owned()
        }
        _ => format!("the connection broke ({error})"),
    });
    failed(reason).with_source(error)
}
