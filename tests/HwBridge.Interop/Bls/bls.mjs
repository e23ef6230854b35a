// One question a line on standard input, one answer a line on standard output, both JSON.
import { createInterface } from 'node:readline';
import blst from '@chainsafe/blst';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { deriveKeyFromEntropy } from '@chainsafe/bls-keygen';

const toHex = (bytes) => Buffer.from(bytes).toString('hex');
const fromHex = (digits) => Uint8Array.from(Buffer.from(digits, 'hex'));

const accepted = (check) => {
  try {
    check();
    return true;
  } catch {
    return false;
  }
};

const answers = {
  // The public key of a secret key.
  publicKey: ({ secretKey }) => ({
    blst: blst.SecretKey.fromBytes(fromHex(secretKey)).toPublicKey().toHex().replace('0x', ''),
    noble: bls12_381.longSignatures.getPublicKey(fromHex(secretKey)).toHex(),
  }),

  // The secret key at the end of a path of EIP-2333.
  derive: ({ seed, path }) => {
    const indices = path.split('/').slice(1).map(Number);
    const key = indices.reduce((parent, index) => parent.deriveChildEip2333(index), blst.SecretKey.deriveMasterEip2333(fromHex(seed)));
    return {
      blst: toHex(key.toBytes()),
      keygen: toHex(deriveKeyFromEntropy(fromHex(seed), path)),
    };
  },

  // Whether 48 bytes are a public key.
  validate: ({ publicKey }) => ({
    blst: accepted(() => blst.PublicKey.fromBytes(fromHex(publicKey), true)),
    noble: accepted(() => {
      const point = bls12_381.G1.Point.fromBytes(fromHex(publicKey));
      point.assertValidity();
      if (point.is0() || !point.isTorsionFree()) {
        throw new Error('not a public key');
      }
    }),
  }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(answers[question.ask](question))}\n`);
}
