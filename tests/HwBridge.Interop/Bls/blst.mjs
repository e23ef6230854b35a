// How @chainsafe/blst answers the questions of differential.mjs.
import blst from '@chainsafe/blst';

const one = new Uint8Array(32);
one[31] = 1;

const split = (bytes, size) => Array.from({ length: bytes.length / size }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
const key = (bytes) => blst.PublicKey.fromBytes(bytes, true);
// A signature may be infinity, for the scheme's procedures; a sum adds whatever is on the curve.
const signature = (bytes) => blst.Signature.fromBytes(bytes, true, false);
const keys = (bytes) => split(bytes, 48).map(key);
const signatures = (bytes) => split(bytes, 96).map(signature);

/** The answer, or what `refused` makes of the library's error code; any other error is a mistake of these scripts. */
const ask = (question, refused) => {
  try {
    return question();
  } catch (error) {
    if (!String(error.code).startsWith('BLST_')) {
      throw error;
    }

    return refused(error.code);
  }
};

const verdicts = {
  BLST_BAD_ENCODING: 'encoding',
  BLST_POINT_NOT_ON_CURVE: 'curve',
  BLST_POINT_NOT_IN_GROUP: 'group',
  BLST_PK_IS_INFINITY: 'infinity',
};
const verdict = (decode) => ask(() => decode() && 'valid', (code) => verdicts[code] ?? code);
const holds = (check) => ask(check, () => false);

export default {
  publicKey: (secret) => ask(() => blst.SecretKey.fromBytes(secret).toPublicKey().toBytes(), () => 'refused'),
  g1: (bytes) => verdict(() => key(bytes)),
  g2: (bytes) => verdict(() => blst.Signature.fromBytes(bytes, true, true)),
  sum1: (bytes) => blst.aggregateSerializedPublicKeys(split(bytes, 48), false).toBytes(),
  sum2: (bytes) => blst.aggregateSerializedSignatures(split(bytes, 96), true).toBytes(),
  // The binding hashes under the suite's own tag only, and only to sign: the secret key 1 signs the hash itself.
  hash: (message) => blst.SecretKey.fromBytes(one).sign(message).toBytes(),
  sign: (secret, message) => blst.SecretKey.fromBytes(secret).sign(message).toBytes(),
  verify: (bytes, aggregate, ...messages) => holds(() => (messages.length === 1
    ? blst.verify(messages[0], key(bytes), signature(aggregate))
    : blst.aggregateVerify(messages, keys(bytes), signature(aggregate)))),
  fast: (bytes, aggregate, message) => holds(() => blst.fastAggregateVerify(message, keys(bytes), signature(aggregate))),
  batch: (bytes, sums, ...messages) => holds(() => {
    const decoded = signatures(sums);
    return blst.verifyMultipleAggregateSignatures(keys(bytes).map((pk, i) => ({ pk, msg: messages[i], sig: decoded[i] })));
  }),
};
