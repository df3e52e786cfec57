#!/bin/sh
# Makes the files of this folder anew, with OpenSSL 3. The password of all that has one is `secret`.
set -eu
cd "$(dirname "$0")"
days=36500

issue() { # NAME SUBJECT ISSUER EXTENSIONS: signs the key NAME.key.
    openssl req -new -key "$1.key" -subj "$2" -out request.tmp
    printf '%s\n' "$4" > extensions.tmp
    openssl x509 -req -in request.tmp -CA "$3.pem" -CAkey "$3.key" -days $days -extfile extensions.tmp -out "$1.pem"
}
elliptic() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"; }
rsa() { openssl genrsa -out "$1.key" "$2"; }

ca_extensions='basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign'
server_extensions='subjectAltName=IP:127.0.0.1,DNS:localhost'
client_extensions='extendedKeyUsage=clientAuth'

elliptic ca
openssl req -x509 -new -key ca.key -subj '/O=rqtest/CN=test root' -days $days -out ca.pem \
    -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign'

# Client certificates: one with an RSA key, one with an elliptic one.
rsa client-rsa 2048
issue client-rsa '/CN=rsa client' ca "$client_extensions"
openssl pkey -in client-rsa.key -traditional -out client-rsa.pkcs1.key
openssl pkcs8 -topk8 -in client-rsa.key -passout pass:secret -v2 aes-256-cbc -v2prf hmacWithSHA256 -out client-rsa.aes.key
openssl pkcs8 -topk8 -in client-rsa.key -passout pass:secret -v2 des3 -v2prf hmacWithSHA1 -out client-rsa.des3.key
openssl pkcs8 -topk8 -in client-rsa.key -passout pass:secret -scrypt -out client-rsa.scrypt.key
openssl pkcs8 -topk8 -in client-rsa.key -passout pass:secret -v1 PBE-MD5-DES -provider legacy -provider default -out client-rsa.pbes1.key
openssl pkey -in client-rsa.key -traditional -aes128 -passout pass:secret -out client-rsa.old.key

elliptic client
issue client '/CN=client' ca "$client_extensions"
{ openssl ecparam -name prime256v1; openssl pkey -in client.key -traditional; } > client.sec1.key
cat client.pem ca.pem client.sec1.key > client.all.pem
cat ca.pem client.pem > client.backwards.pem
openssl pkcs12 -export -in client.pem -inkey client.key -certfile ca.pem -passout pass:secret -out client.p12
openssl pkcs12 -export -legacy -in client.pem -inkey client.key -passout pass:secret -out client.legacy.p12
openssl pkcs12 -export -in client.pem -inkey client.key -passout pass: -out client.open.p12
openssl pkcs12 -export -nokeys -in ca.pem -passout pass:secret -out ca.p12

# A server whose issuer has an RSA key of 1024 bits, and one that has such a key itself.
rsa weak-ca 1024
issue weak-ca '/CN=weak intermediate' ca "$ca_extensions"
elliptic weakly-issued
issue weakly-issued '/CN=server' weak-ca "$server_extensions"
rsa weak 1024
issue weak '/CN=weak server' ca "$server_extensions"

rm -f ./*.tmp client-rsa.key ca.key weak-ca.key weak.key
