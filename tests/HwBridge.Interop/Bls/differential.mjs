// `node Bls/differential.mjs blst` or `… noble`: one question a line, a kind and its arguments in hex (`-` for none); one answer a line.
import { createInterface } from 'node:readline';

const { default: answers } = await import(`./${process.argv[2]}.mjs`);
const bytesOf = (digits) => (digits === '-' ? new Uint8Array(0) : Uint8Array.from(Buffer.from(digits, 'hex')));

for await (const line of createInterface({ input: process.stdin })) {
  const [kind, ...values] = line.split(' ');
  const answer = answers[kind](...values.map(bytesOf));
  process.stdout.write(`${answer instanceof Uint8Array ? Buffer.from(answer).toString('hex') : answer}\n`);
}
