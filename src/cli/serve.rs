//! `rqtest serve`.

use std::net::SocketAddr;
use std::time::Duration;

use crate::run::Interrupt;
use crate::serve::PracticeServer;

use super::arguments::ServeArguments;
use super::exit::Exit;
use super::signals::Signals;
use super::terminal::Terminal;

/// Serves until a signal comes.
pub(super) fn serve(arguments: &ServeArguments, terminal: &Terminal) -> Exit {
    let address = SocketAddr::new(arguments.bind, arguments.port);
    let interrupt = Interrupt::default();
    let signals = match Signals::raise(interrupt.clone()) {
        Ok(signals) => signals,
        Err(error) => {
            terminal.error(format_args!("signals cannot be caught: {error}"));
            return Exit::Usage;
        }
    };
    let server = match PracticeServer::start(address) {
        Ok(server) => server,
        Err(error) => {
            terminal.error(format_args!("cannot listen on {address}: {error}"));
            return Exit::Usage;
        }
    };
    // It serves all the same.
    drop(terminal.line(format_args!("the practice server listens on {} (end it with Ctrl-C)", server.base_url())));
    while interrupt.reason().is_none() {
        interrupt.sleep(Duration::from_secs(3600));
    }
    server.stop();
    signals.received().map_or(Exit::Passed, Exit::Signal)
}
