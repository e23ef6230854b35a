// The test vectors of RFC 9380, computed by @noble/curves: hash_to_curve (J.10.1), and expand_message_xmd with a short and a long tag
// (K.1, K.2). Argument: hash-to-g2 or expand-message. Answers with the JSON of tests/HwBridge.Core.Tests/Data/Rfc9380.
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { expand_message_xmd, hash_to_field } from '@noble/curves/abstract/hash-to-curve.js';
import { sha256 } from '@noble/hashes/sha2.js';

const utf8 = (text) => new TextEncoder().encode(text);
const messages = ['', 'abc', 'abcdef0123456789', `q128_${'q'.repeat(128)}`, `a512_${'a'.repeat(512)}`];
const element = ({ c0, c1 }) => [c0, c1].map((part) => part.toString(16).padStart(96, '0'));
const list = ([c0, c1]) => element({ c0, c1 });

const suites = {
  'hash-to-g2': () => {
    const tag = 'QUUX-V01-CS02-with-BLS12381G2_XMD:SHA-256_SSWU_RO_';
    const field = { DST: utf8(tag), p: bls12_381.fields.Fp.ORDER, m: 2, k: 128, expand: 'xmd', hash: sha256 };
    return {
      source: 'RFC 9380, appendix J.10.1: BLS12381G2_XMD:SHA-256_SSWU_RO_; an element c0 + c1 u is [c0, c1]',
      tag,
      cases: messages.map((message) => {
        const { x, y } = bls12_381.G2.hashToCurve(utf8(message), { DST: utf8(tag) }).toAffine();
        return { message, u: hash_to_field(utf8(message), 2, field).map(list), x: element(x), y: element(y) };
      }),
    };
  },

  'expand-message': () => {
    const short = 'QUUX-V01-CS02-with-expander-SHA256-128';
    const long = `${short}-long-DST-`.padEnd(256, '1');
    return {
      source: 'RFC 9380, appendices K.1 and K.2: expand_message_xmd with SHA-256',
      cases: [short, long].flatMap((tag) => [32, 128].flatMap((length) => messages.map((message) => ({
        tag,
        message,
        uniform: Buffer.from(expand_message_xmd(utf8(message), utf8(tag), length, sha256)).toString('hex'),
      })))),
    };
  },
};

process.stdout.write(`${JSON.stringify(suites[process.argv[2]](), null, 2)}\n`);
