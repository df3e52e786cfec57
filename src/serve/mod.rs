//! The built-in practice server: httpbin's endpoints, and a small service with a memory.
//!
//! It is what specs, tests and benchmarks talk to where no real server is at hand. It
//! speaks HTTP/1.0 and HTTP/1.1 in the clear, gives each connection a thread, and logs
//! nothing. `HEAD` goes wherever `GET` goes, and `OPTIONS` tells what is allowed. JSON has
//! the shape that httpbin gives it; a refusal is a problem document (RFC 9457).
//!
//! | method | path | what it gives |
//! |---|---|---|
//! | GET | `/get` | arguments, headers, origin and URL |
//! | POST | `/post` | as /get, and the body: data, form, files, json |
//! | PUT | `/put` | as /post |
//! | PATCH | `/patch` | as /post |
//! | DELETE | `/delete` | as /post |
//! | any | `/anything/*path` | as /post, and the method |
//! | GET | `/headers` | the headers |
//! | GET | `/ip` | the address of the client |
//! | GET | `/user-agent` | the User-Agent field |
//! | any | `/status/:codes` | a status code, or one of 200,404 or 200:0.9,500:0.1 by chance |
//! | GET | `/redirect/:n` | n redirects that end at /get; absolute ones with ?absolute=true |
//! | GET | `/relative-redirect/:n` | n redirects to paths |
//! | GET | `/absolute-redirect/:n` | n redirects to whole URLs |
//! | any | `/redirect-to` | a redirect to ?url=, with ?status_code= from 300 to 399 |
//! | GET | `/cookies` | the cookies that were sent |
//! | GET | `/cookies/set` | sets those of the query, and redirects to /cookies |
//! | GET | `/cookies/set/:name/:value` | sets one, and redirects to /cookies |
//! | GET | `/cookies/delete` | deletes those of the query, and redirects to /cookies |
//! | GET | `/basic-auth/:user/:password` | 200 for that user and password, else 401 |
//! | GET | `/hidden-basic-auth/:user/:password` | the same, but 404 instead of 401 |
//! | GET | `/bearer` | 200 for any bearer token, else 401 |
//! | any | `/digest-auth/:qop/:user/:password` | 200 for that user and password, else 401 |
//! | any | `/digest-auth/:qop/:user/:password/:algorithm` | the same with MD5-sess, SHA-256, … |
//! | any | `/digest-auth/:qop/:user/:password/:algorithm/:stale_after` | the same with nonces that serve so often, or never end |
//! | any | `/oauth1/:consumer_secret` | 200 for what a consumer signs with that secret, else 401 |
//! | any | `/oauth1/:consumer_secret/:token_secret` | the same with the secret of a token as well |
//! | any | `/aws-sigv4/:secret_key` | 200 for what is signed with that key, in header or query, else 403 |
//! | POST | `/oauth2/token` | a token by any grant of OAuth 2.0, for expires_in seconds |
//! | GET | `/oauth2/authorize` | leads to redirect_uri with a code (PKCE), or with ?deny= without one |
//! | POST | `/oauth2/device` | a device code, and a user code that is to be agreed to |
//! | GET | `/oauth2/agree` | agrees to ?user_code=, or with ?deny= does not |
//! | POST | `/oauth2/revoke` | takes an access token back |
//! | GET | `/oauth2/resource` | who a token was given to, and what for, else 401 |
//! | GET | `/gzip` | content coded with gzip |
//! | GET | `/deflate` | content coded with deflate |
//! | GET | `/brotli` | content coded with br |
//! | GET | `/zstd` | content coded with zstd |
//! | GET | `/html` | a page |
//! | GET | `/json` | a JSON document |
//! | GET | `/xml` | an XML document |
//! | GET | `/robots.txt` | rules for robots |
//! | GET | `/deny` | what those rules deny |
//! | GET | `/encoding/utf8` | many scripts in UTF-8 |
//! | GET | `/forms/post` | a form that is sent to /post |
//! | GET | `/image` | an image of the type that Accept asks for, else 406 |
//! | GET | `/image/:type` | an image: png, jpeg, svg or webp |
//! | GET | `/bytes/:n` | n bytes at random, the same for the same ?seed= |
//! | GET | `/stream-bytes/:n` | the same, in chunks of ?chunk_size= |
//! | GET | `/stream/:n` | n lines of JSON, a chunk each |
//! | GET | `/range/:n` | n bytes of the alphabet, of which Range selects |
//! | GET | `/drip` | ?numbytes= in drops over ?duration=, after ?delay=, with ?code= |
//! | GET | `/sse` | ?count= events of the kind `ping`, ?delay= apart; the last one is `done` |
//! | GET | `/websocket/echo` | a WebSocket that echoes; ?greeting= first, ?ping=, ?close= with ?reason= after ?after= messages |
//! | GET | `/cache` | 304 with If-Modified-Since or If-None-Match, else as /get |
//! | GET | `/cache/:seconds` | as /get, to be kept for so many seconds |
//! | GET | `/etag/:etag` | as /get with that ETag; heeds If-None-Match and If-Match |
//! | GET | `/uuid` | a UUID of version 4 |
//! | any | `/delay/:n` | as /post, after n seconds, at most 10 |
//! | GET | `/base64/:value` | what a text in URL-safe base64 means |
//! | GET POST | `/response-headers` | a response with the headers of the query |
//! | GET | `/links/:n` | a redirect to /links/:n/0 |
//! | GET | `/links/:n/:offset` | a page with n links to pages like it |
//! | GET | `/users` | those that ?q= finds, by ?page= and ?limit= |
//! | POST | `/users` | adds one: name, email, role (admin or member) |
//! | GET | `/users/:id` | one of them |
//! | PUT | `/users/:id` | puts another in its place |
//! | PATCH | `/users/:id` | changes the fields that are given |
//! | DELETE | `/users/:id` | takes it away |
//! | POST | `/login` | user and password, as a form or JSON, for a cookie and a token |
//! | POST | `/logout` | ends the session |
//! | GET | `/me` | who is logged in, else 401 |
//! | any | `/flaky/:key/:n` | 503 the first n times that a key is used, then 200 |
//! | any | `/jobs/:key/:n` | a job that is `running` the first n times that a key is used, then `done` |
//! | GET | `/pages/:n` | one of n pages, the first or ?page=, with a link and a cursor to the next |
//! | GET | `/` | this list |
//!
//! The accounts of `/login` are `ada` with the password `lovelace`, `alan` with `turing`,
//! and `grace` with `hopper`. The clients of `/oauth2` are `practice` with the secret
//! `practice-secret`, and `practice-public` without one.

mod connection;
mod date;
mod delivery;
mod echo;
mod input;
mod listener;
mod multipart;
mod problem;
mod request;
mod response;
mod router;
mod routes;
mod state;
mod stop;

pub use listener::{PracticeServer, Stopper};

#[cfg(test)]
mod tests;
