// One question a line on standard input, one answer a line on standard output, both JSON.
import { createInterface } from 'node:readline';
import blst from '@chainsafe/blst';
import { deriveKeyFromEntropy } from '@chainsafe/bls-keygen';

const toHex = (bytes) => Buffer.from(bytes).toString('hex');
const fromHex = (digits) => Uint8Array.from(Buffer.from(digits, 'hex'));

const answers = {
  // The secret key at the end of a path of EIP-2333.
  derive: ({ seed, path }) => {
    const indices = path.split('/').slice(1).map(Number);
    const key = indices.reduce((parent, index) => parent.deriveChildEip2333(index), blst.SecretKey.deriveMasterEip2333(fromHex(seed)));
    return {
      blst: toHex(key.toBytes()),
      keygen: toHex(deriveKeyFromEntropy(fromHex(seed), path)),
    };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(answers[question.ask](question))}\n`);
}
