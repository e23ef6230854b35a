// Microseconds that @chainsafe/blst takes for the public keys of so many validators from one seed, the best of three, as a JSON number.
import blst from '@chainsafe/blst';

const validators = Number(process.argv[2]);
const seed = Uint8Array.from({ length: 64 }, (_, i) => i + 1);

const derive = () => {
  const tree = blst.SecretKey.deriveMasterEip2333(seed).deriveChildEip2333(12381).deriveChildEip2333(3600);
  return Array.from({ length: validators }, (_, i) =>
    tree.deriveChildEip2333(i).deriveChildEip2333(0).deriveChildEip2333(0).toPublicKey().toBytes());
};

let best = Infinity;
for (let round = 0; round < 3; round++) {
  const start = process.hrtime.bigint();
  derive();
  best = Math.min(best, Number(process.hrtime.bigint() - start) / 1000);
}

process.stdout.write(JSON.stringify(best));
