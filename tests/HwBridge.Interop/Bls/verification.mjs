// Microseconds a signature that @chainsafe/blst takes to verify it, the best of many batches, as one JSON object.
import blst from '@chainsafe/blst';

const master = blst.SecretKey.deriveMasterEip2333(Uint8Array.from({ length: 64 }, (_, i) => i + 1));
const sets = Array.from({ length: 128 }, (_, i) => {
  const key = master.deriveChildEip2333(i);
  const message = new Uint8Array(32).fill(i);
  return { message, publicKey: key.toPublicKey().toBytes(), signature: key.sign(message).toBytes() };
});
const [{ message, publicKey, signature }] = sets;
const decode = (set) => ({
  msg: set.message,
  pk: blst.PublicKey.fromBytes(set.publicKey),
  sig: blst.Signature.fromBytes(set.signature),
});
const first = decode(sets[0]);

const work = {
  verify: [20, 1, () => blst.verify(message, blst.PublicKey.fromBytes(publicKey), blst.Signature.fromBytes(signature))],
  verifyPoints: [20, 1, () => blst.verify(first.msg, first.pk, first.sig)],
  validateAndVerify: [
    20,
    1,
    () => blst.verify(message, blst.PublicKey.fromBytes(publicKey, true), blst.Signature.fromBytes(signature, true)),
  ],
  verifyBatch: [1, sets.length, () => blst.verifyMultipleAggregateSignatures(sets.map(decode))],
};

const measure = ([calls, signatures, action]) => {
  if (!action()) {
    throw new Error('not verified');
  }

  let best = Infinity;
  for (let batch = 0; batch < 20; batch++) {
    const start = process.hrtime.bigint();
    for (let call = 0; call < calls; call++) {
      action();
    }

    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1000 / calls / signatures);
  }

  return best;
};

process.stdout.write(JSON.stringify(Object.fromEntries(Object.entries(work).map(([name, each]) => [name, measure(each)]))));
