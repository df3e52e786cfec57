//! Digests, and codes with a key.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use minijinja::value::Value;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::arguments::Arguments;
use super::encoding::encoded;
use super::{Function, function};

const DIGEST: &[&str] = &["text", "encoding?"];
const CODE: &[&str] = &["key", "text", "encoding?"];

pub(super) const FUNCTIONS: &[Function] = &[
    function("md5", DIGEST, digest::<Md5>),
    function("sha1", DIGEST, digest::<Sha1>),
    function("sha256", DIGEST, digest::<Sha256>),
    function("sha384", DIGEST, digest::<Sha384>),
    function("sha512", DIGEST, digest::<Sha512>),
    function("hmac_md5", CODE, code::<Hmac<Md5>>).filtering_second(),
    function("hmac_sha1", CODE, code::<Hmac<Sha1>>).filtering_second(),
    function("hmac_sha256", CODE, code::<Hmac<Sha256>>).filtering_second(),
    function("hmac_sha384", CODE, code::<Hmac<Sha384>>).filtering_second(),
    function("hmac_sha512", CODE, code::<Hmac<Sha512>>).filtering_second(),
];

fn digest<D: Digest>(arguments: &Arguments<'_>) -> Result<Value, String> {
    encoded(&D::digest(arguments.octets("text")), arguments)
}

/// RFC 2104.
fn code<M: Mac + KeyInit>(arguments: &Arguments<'_>) -> Result<Value, String> {
    let mut code = <M as KeyInit>::new_from_slice(&arguments.key("key")).expect("HMAC takes keys of any length");
    code.update(&arguments.octets("text"));
    encoded(&code.finalize().into_bytes(), arguments)
}

#[cfg(test)]
mod tests {
    use crate::template::environment::ENVIRONMENT;

    fn evaluate(expression: &str) -> String {
        ENVIRONMENT.compile_expression(expression).unwrap().eval(()).unwrap().to_string()
    }

    /// RFC 1321, A.5; RFC 3174, 7.3; FIPS 180-2, B.1, C.1 and D.1.
    #[test]
    fn digests_what_standards_digest() {
        for (expression, expected) in [
            ("md5('abc')", "900150983cd24fb0d6963f7d28e17f72"),
            ("sha1('abc')", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            ("sha256('abc')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "sha384('abc')",
                "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed\
                 8086072ba1e7cc2358baeca134c825a7",
            ),
            (
                "sha512('abc')",
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                 2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            ),
        ] {
            assert_eq!(evaluate(expression), expected, "{expression}");
        }
    }

    /// RFC 2202, 2 and 3, and RFC 4231, 4.3: test case 2 of each.
    #[test]
    fn signs_what_standards_sign() {
        for (name, expected) in [
            ("hmac_md5", "750c783e6ab0b503eaa86e310a5db738"),
            ("hmac_sha1", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            ("hmac_sha256", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            (
                "hmac_sha384",
                "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e\
                 8e2240ca5e69e2c78b3239ecfab21649",
            ),
            (
                "hmac_sha512",
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554\
                 9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
            ),
        ] {
            assert_eq!(evaluate(&format!("{name}('Jefe', 'what do ya want for nothing?')")), expected, "{name}");
        }
    }

    /// RFC 4231, 4.2 and 4.7: keys that are no text, and one that is longer than a block.
    #[test]
    fn takes_keys_of_any_bytes_and_any_length() {
        let short = "hmac_sha256(hex_decode('0b' * 20), 'Hi There')";
        assert_eq!(evaluate(short), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        let long = "'Test Using Larger Than Block-Size Key - Hash Key First' | hmac_sha256(hex_decode('aa' * 131))";
        assert_eq!(evaluate(long), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    }
}
