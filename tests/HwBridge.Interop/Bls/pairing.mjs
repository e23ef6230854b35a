// One question a line on standard input, one answer a line on standard output, both JSON.
import { createInterface } from 'node:readline';
import blst from '@chainsafe/blst';
import { bls12_381 } from '@noble/curves/bls12-381.js';

const fromHex = (digits) => Uint8Array.from(Buffer.from(digits, 'hex'));
const number = (value) => value.toString(16).padStart(96, '0');

const accepted = (check) => {
  try {
    return check();
  } catch {
    return false;
  }
};

const answers = {
  // The points a · G1 and b · G2, and their pairing: the coefficients of w⁰ … w⁵.
  pairing: ({ a, b }) => {
    const p = bls12_381.G1.Point.BASE.multiply(BigInt(`0x${a}`));
    const q = bls12_381.G2.Point.BASE.multiply(BigInt(`0x${b}`));
    const { c0, c1 } = bls12_381.pairing(p, q);
    return {
      p: [p.x, p.y].map(number),
      q: [q.x.c0, q.x.c1, q.y.c0, q.y.c1].map(number),
      pairing: [c0.c0, c1.c0, c0.c1, c1.c1, c0.c2, c1.c2].flatMap((c) => [c.c0, c.c1]).map(number),
    };
  },

  // Whether a signature is the sum of those of the keys and messages.
  verify: ({ publicKeys, messages, signature }) =>
    accepted(() =>
      blst.aggregateVerify(
        messages.map(fromHex),
        publicKeys.map((key) => blst.PublicKey.fromBytes(fromHex(key), true)),
        blst.Signature.fromBytes(fromHex(signature), true),
      )),

  // Whether each signature is right.
  verifyBatch: ({ publicKeys, messages, signatures }) =>
    accepted(() =>
      blst.verifyMultipleAggregateSignatures(
        publicKeys.map((key, i) => ({
          msg: fromHex(messages[i]),
          pk: blst.PublicKey.fromBytes(fromHex(key), true),
          sig: blst.Signature.fromBytes(fromHex(signatures[i]), true),
        })),
      )),
};

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(answers[question.ask](question))}\n`);
}
