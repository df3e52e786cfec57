//! How a request is sent.

use std::path::PathBuf;
use std::time::Duration;

use super::super::{Cancel, Identity, Options, Output, Proxies, Verify};
use super::RequestBuilder;

impl RequestBuilder<'_> {
    /// The time for all of it, redirects included.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.change(|request| request.options.timeout = Some(timeout))
    }

    /// Who may cut it short from another thread.
    ///
    /// ```
    /// use rqtest::client::{Cancel, ErrorKind, get};
    ///
    /// let silent = std::net::TcpListener::bind("127.0.0.1:0")?;
    /// let url = format!("http://{}/", silent.local_addr()?);
    /// let cancel = Cancel::default();
    /// let result = std::thread::scope(|scope| {
    ///     let connection = scope.spawn(|| {
    ///         let connection = silent.accept();
    ///         cancel.raise();
    ///         connection
    ///     });
    ///     let result = get(&url).cancel(&cancel).send();
    ///     connection.join().map(|_| result).expect("nothing panics")
    /// });
    /// assert_eq!(result.unwrap_err().kind(), ErrorKind::Interrupted);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn cancel(self, cancel: &Cancel) -> Self {
        self.change(|request| request.options.cancel = Some(cancel.clone()))
    }

    /// How many redirects are followed; with 0 a redirect is the response.
    pub fn redirects(self, redirects: usize) -> Self {
        self.change(|request| request.options.redirects = Some(redirects))
    }

    /// Which proxies are taken; what these say nothing of is left to the session.
    pub fn proxies(self, proxies: Proxies) -> Self {
        self.change(|request| request.options.proxies = Some(proxies))
    }

    /// The Unix socket that is connected to in the place of the URL's host.
    ///
    /// ```
    /// # #[cfg(unix)] {
    /// use std::io::{Read as _, Write as _};
    /// use std::os::unix::net::UnixListener;
    ///
    /// use rqtest::client::get;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("api.sock");
    /// let listener = UnixListener::bind(&path)?;
    /// std::thread::spawn(move || {
    ///     let (mut stream, _) = listener.accept()?;
    ///     stream.read(&mut [0; 1024])?;
    ///     stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
    /// });
    /// assert_eq!(get("http://localhost/").unix_socket(&path).send()?.text()?, "hi");
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn unix_socket(self, path: impl Into<PathBuf>) -> Self {
        self.change(|request| request.options.unix_socket = Some(path.into()))
    }

    /// The most bytes that the response's body may have, decoded.
    pub fn max_body(self, bytes: u64) -> Self {
        self.change(|request| request.options.max_body = Some(bytes))
    }

    /// Whether the body is decoded as `Content-Encoding` says.
    pub fn decompress(self, decompress: bool) -> Self {
        self.change(|request| request.options.decompress = Some(decompress))
    }

    /// Whether a body that is decoded is also kept as it came: see
    /// [`Response::raw_bytes`](crate::client::Response::raw_bytes).
    pub fn raw_body(self, keep: bool) -> Self {
        self.change(|request| request.options.raw_body = Some(keep))
    }

    /// Has the body of the response written to a file, which is replaced if it is there. It appears
    /// as a whole or not at all. See [`Response::saved`](crate::client::Response::saved).
    ///
    /// ```
    /// use rqtest::client::{Answer, InMemory, Session};
    ///
    /// # let folder = std::env::temp_dir().join(format!("rqtest-{}", std::process::id()));
    /// let session = Session::with_adapter(InMemory::new(|_| Answer::ok("a,b\n1,2\n")));
    /// let response = session.get("http://localhost/table").save_to(folder.join("table.csv")).send()?;
    /// assert_eq!((response.body.len(), response.size()), (0, 8));
    /// assert_eq!(response.text()?, "a,b\n1,2\n"); // read back from the file
    /// # std::fs::remove_dir_all(folder).expect("the folder is there");
    /// # Ok::<(), rqtest::client::Error>(())
    /// ```
    pub fn save_to(self, path: impl Into<PathBuf>) -> Self {
        self.output(Output::to(path))
    }

    /// Has the body of the response written to a file.
    pub fn output(self, output: Output) -> Self {
        self.change(|request| request.options.output = Some(output))
    }

    /// How the server's certificate is checked.
    ///
    /// ```
    /// use rqtest::client::{Answer, InMemory, Session, Verify};
    ///
    /// let session = Session::with_adapter(InMemory::new(|request| match request.endpoint.tls.verify {
    ///     Verify::Off => Answer::ok("whoever you are"),
    ///     _ => Answer::ok("show me your certificate"),
    /// }));
    /// let response = session.get("https://example.org/").verify(Verify::Off).send()?;
    /// assert_eq!(response.text()?, "whoever you are");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify(self, verify: Verify) -> Self {
        self.change(|request| request.options.verify = Some(verify))
    }

    /// Who sends it, where a server asks for a client's certificate.
    pub fn cert(self, identity: Identity) -> Self {
        self.change(|request| request.options.cert = Some(identity))
    }

    /// How it is sent, in all respects.
    pub fn options(self, options: Options) -> Self {
        self.change(|request| request.options = options)
    }

    /// Leaves an option to the client's own default, whatever the session says of it.
    ///
    /// ```
    /// use rqtest::client::{Answer, Identity, InMemory, Session};
    ///
    /// let mut session = Session::with_adapter(InMemory::new(|request| match &request.endpoint.tls.identity {
    ///     Some(_) => Answer::ok("somebody"),
    ///     None => Answer::ok("nobody"),
    /// }));
    /// session.defaults.options.cert = Some(Identity::new("client.pem"));
    /// let known = session.get("https://example.org/").send()?;
    /// let unknown = session.get("https://example.org/").without_option(|options| options.cert = None).send()?;
    /// assert_eq!((known.text()?, unknown.text()?), ("somebody".into(), "nobody".into()));
    /// # Ok::<(), rqtest::client::Error>(())
    /// ```
    pub fn without_option(self, forget: fn(&mut Options)) -> Self {
        self.change(|request| request.omitted_options.push(forget))
    }
}
