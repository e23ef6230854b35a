// A line is `g1` or `g2` and a point of the subgroup in hex, or neither: the answer is that point shifted out of the subgroup by a point
// whose order divides the cofactor, or such a point alone. Each line takes the next of those in turn.
import { createInterface } from 'node:readline';
import { encode, groups, torsionPoints } from './points.mjs';

const torsion = { g1: torsionPoints('g1'), g2: torsionPoints('g2') };
let turn = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const [name, inside] = line.split(' ');
  const shift = torsion[name][turn++ % torsion[name].length];
  const point = inside ? groups[name].Point.fromBytes(Uint8Array.from(Buffer.from(inside, 'hex'))).add(shift) : shift;
  process.stdout.write(`${Buffer.from(encode(groups[name], point)).toString('hex')}\n`);
}
