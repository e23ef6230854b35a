// Microseconds a call of @chainsafe/blst, the best of many batches, as one JSON object.
import blst from '@chainsafe/blst';

const seed = Uint8Array.from({ length: 64 }, (_, i) => i + 1);
const key = blst.SecretKey.deriveMasterEip2333(seed);
const encoded = key.toPublicKey().toBytes();
const message = new Uint8Array(32);
const signature = key.sign(message).toBytes();

const work = {
  publicKey: () => key.toPublicKey().toBytes(),
  validate: () => blst.PublicKey.fromBytes(encoded, true),
  sign: () => key.sign(message).toBytes(),
  validateSignature: () => blst.Signature.fromBytes(signature, true),
  deriveChild: () => key.deriveChildEip2333(7),
};

const measure = (action) => {
  const calls = 20;
  let best = Infinity;
  for (let batch = 0; batch < 100; batch++) {
    const start = process.hrtime.bigint();
    for (let call = 0; call < calls; call++) {
      action();
    }

    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1000 / calls);
  }

  return best;
};

process.stdout.write(JSON.stringify(Object.fromEntries(Object.entries(work).map(([name, action]) => [name, measure(action)]))));
