// Opens files with shares from their description alone (protocols/hwbridge/shares.md): a line in is
// {"file": base64, "keys": [hex of X25519 secrets], "passphrases": [texts]}; a line out is
// {"opened": base64 or null, "shares": numbers unwrapped, "checks": whether each fits its check}.
import {
  createDecipheriv, createHmac, createPrivateKey, createPublicKey, diffieHellman, hkdfSync, scryptSync,
} from 'node:crypto';
import { createInterface } from 'node:readline';
import { gunzipSync } from 'node:zlib';

const ZERO_NONCE = Buffer.alloc(12);
const hkdf = (ikm, salt, info, length) => Buffer.from(hkdfSync('sha256', ikm, salt, info, length));

function decrypt(key, nonce, sealed) {
  const cipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 });
  cipher.setAuthTag(sealed.subarray(-16));
  try {
    return Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()]);
  } catch {
    return null;
  }
}

// RFC 8410: a raw key behind the fixed bytes of its DER.
const privateKey = raw => createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), raw]), format: 'der', type: 'pkcs8',
});
const publicKey = raw => createPublicKey({
  key: Buffer.concat([Buffer.from('302a300506032b656e032100', 'hex'), raw]), format: 'der', type: 'spki',
});

function unwrap(stanza, keys, passphrases) {
  const body = Buffer.from(stanza.Body, 'base64');
  const first = Buffer.from(stanza.Args[0], 'base64');
  if (stanza.Type === 'X25519') {
    for (const key of keys) {
      const own = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
      const shared = diffieHellman({ privateKey: key, publicKey: publicKey(first) });
      const share = decrypt(hkdf(shared, Buffer.concat([first, own]), 'age-encryption.org/v1/X25519', 32), ZERO_NONCE, body);
      if (share) return share;
    }
  } else if (stanza.Type === 'scrypt') {
    const salt = Buffer.concat([Buffer.from('age-encryption.org/v1/scrypt'), first]);
    for (const passphrase of passphrases) {
      const share = decrypt(scryptSync(passphrase, salt, 32, { N: 2 ** Number(stanza.Args[1]), r: 8, p: 1, maxmem: 2 ** 30 }), ZERO_NONCE, body);
      if (share) return share;
    }
  }
  return null;
}

// GF(2^8) by logarithms to the base 3.
const exp = [];
const log = [];
for (let i = 0, power = 1; i < 255; i++) {
  exp[i] = power;
  log[power] = i;
  power ^= (power << 1) ^ (power & 0x80 ? 0x11b : 0);
}
const multiply = (a, b) => (a && b ? exp[(log[a] + log[b]) % 255] : 0);
const divide = (a, b) => (a ? exp[(log[a] - log[b] + 255) % 255] : 0);

function join(points) {
  return Buffer.from(points[0].y.map((_, i) => points.reduce((sum, { x, y }) => {
    const weight = points.reduce((product, other) => (other.x === x ? product : multiply(product, divide(other.x, other.x ^ x))), 1);
    return sum ^ multiply(weight, y[i]);
  }, 0)));
}

let found;
let number;

function open(node, keys, passphrases, set, place) {
  const points = [];
  node.s.forEach((share, position) => {
    const own = Buffer.concat([place, Buffer.from([node.t, share.x ?? 0, position])]);
    let y;
    if (share.s) {
      y = open(share, keys, passphrases, set, own);
    } else {
      number++;
      const wrapped = share.k.map(stanza => unwrap(stanza, keys, passphrases)).find(Boolean);
      y = wrapped ?? null;
      if (y) found.shares.push(number);
    }
    if (!y) return;
    if (set) {
      found.checks.push(hkdf(y, Buffer.concat([set, own]), 'hwbridge-share', 16).toString('base64') === share['hwbridge-check']);
    }
    points.push({ x: share.x, y });
  });
  if (points.length < node.t) return null;
  return node.t === 1 ? points[0].y : join(points.slice(0, node.t));
}

function decryptFile(file, keys, passphrases) {
  const end = file.indexOf('\n--- ') + 4;
  const header = file.subarray(0, end).toString('latin1');
  const payload = file.subarray(file.indexOf('\n', end) + 1);
  const lines = header.split('\n');
  let body = '';
  for (let i = lines.indexOf('-> sss') + 1; ; i++) {
    body += lines[i];
    if (lines[i].length < 64) break;
  }
  const json = JSON.parse(gunzipSync(Buffer.from(body, 'base64')));
  const set = json['hwbridge-set'] && Buffer.from(json['hwbridge-set'], 'base64');
  found = { opened: null, shares: [], checks: [] };
  number = 0;
  const fileKey = open(json, keys, passphrases, set, Buffer.alloc(0));
  if (!fileKey) return found;
  const mac = createHmac('sha256', hkdf(fileKey, Buffer.alloc(0), 'header', 32)).update(header, 'latin1').digest('base64').slice(0, 43);
  if (file.subarray(end + 1, end + 44).toString() !== mac) return found;
  const key = hkdf(fileKey, payload.subarray(0, 16), 'payload', 32);
  const chunks = [];
  for (let i = 0, at = 16; at < payload.length; i++, at += 65552) {
    const nonce = Buffer.alloc(12);
    nonce.writeUInt32BE(i, 7);
    nonce[11] = at + 65552 >= payload.length ? 1 : 0;
    const chunk = decrypt(key, nonce, payload.subarray(at, at + 65552));
    if (!chunk) return found;
    chunks.push(chunk);
  }
  found.opened = Buffer.concat(chunks).toString('base64');
  return found;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { file, keys, passphrases } = JSON.parse(line);
  console.log(JSON.stringify(decryptFile(
    Buffer.from(file, 'base64'), keys.map(key => privateKey(Buffer.from(key, 'hex'))), passphrases,
  )));
}
