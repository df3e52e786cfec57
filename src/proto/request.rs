//! A request on its way out: request line, header fields, chunks.

use crate::http::{Error, ErrorKind, Headers, Method, Version};

/// What ends a body that is sent in chunks, where no trailers follow (RFC 9112, 7.1).
pub const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// Appends request line and header fields, in their order and case, and the blank line
/// that ends them (RFC 9112, 3 and 5).
///
/// # Errors
/// If the target is empty or holds white space or a control character, which would end it.
///
/// ```
/// use rqtest::http::{Headers, Method, Version};
/// use rqtest::proto::encode_request_head;
///
/// let mut headers = Headers::new();
/// headers.append("hOST", "example.org")?;
/// let mut out = Vec::new();
/// encode_request_head(&mut out, &Method::GET, "/a?b", Version::Http11, &headers)?;
/// assert_eq!(out, b"GET /a?b HTTP/1.1\r\nhOST: example.org\r\n\r\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn encode_request_head(
    out: &mut Vec<u8>,
    method: &Method,
    target: &str,
    version: Version,
    headers: &Headers,
) -> Result<(), Error> {
    if target.is_empty() || target.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
        return Err(Error::new(
            ErrorKind::InvalidUrl,
            format!("`{}` cannot be sent as a request target", target.escape_debug()),
        ));
    }
    for part in [method.as_str(), " ", target, " ", version.as_str(), "\r\n"] {
        out.extend_from_slice(part.as_bytes());
    }
    for header in headers {
        for part in [header.name().as_bytes(), b": ", header.value().as_bytes(), b"\r\n"] {
            out.extend_from_slice(part);
        }
    }
    out.extend_from_slice(b"\r\n");
    Ok(())
}

/// Appends one chunk (RFC 9112, 7.1); nothing for no bytes, since an empty chunk is the last.
///
/// ```
/// let mut out = Vec::new();
/// rqtest::proto::encode_chunk(&mut out, b"twelve bytes");
/// assert_eq!(out, b"c\r\ntwelve bytes\r\n");
/// ```
pub fn encode_chunk(out: &mut Vec<u8>, bytes: &[u8]) {
    if bytes.is_empty() {
        return;
    }
    out.extend_from_slice(format!("{:x}\r\n", bytes.len()).as_bytes());
    out.extend_from_slice(bytes);
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_a_target_that_would_split_the_request_line() {
        for target in ["", "/a b", "/a\r\nX: y", "/\0", "/\x7f"] {
            let mut out = Vec::new();
            assert!(
                encode_request_head(&mut out, &Method::GET, target, Version::Http11, &Headers::new()).is_err(),
                "{target:?}"
            );
            assert!(out.is_empty());
        }
    }

    #[test]
    fn never_encodes_an_empty_chunk() {
        let mut out = Vec::new();
        encode_chunk(&mut out, b"");
        assert!(out.is_empty());
    }
}
