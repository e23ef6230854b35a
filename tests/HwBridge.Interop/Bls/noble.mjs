// How @noble/curves answers the questions of differential.mjs.
import { bls12_381 } from '@noble/curves/bls12-381.js';

const scheme = bls12_381.longSignatures;
const suite = 'BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_';
const possession = 'BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_';

const split = (bytes, size) => Array.from({ length: bytes.length / size }, (_, i) => bytes.subarray(i * size, (i + 1) * size));

// The coder of short signatures is the one of compressed points of G1 only.
const decoders = { g1: bls12_381.shortSignatures.Signature, g2: scheme.Signature };

const verdicts = [
  [/expected Uint8Array of length|invalid encoding flag|expected compressed encoding|non-canonical zero|invalid field element/, 'encoding'],
  [/Cannot find square root/, 'curve'],
  [/not in prime-order subgroup/, 'group'],
];

/** The point and why it is refused, if it is; an error that is no refusal is a mistake of these scripts. */
const decode = (group, bytes) => {
  try {
    const point = decoders[group].fromBytes(bytes);
    return { point, verdict: point.is0() ? 'infinity' : 'valid' };
  } catch (error) {
    const [, verdict] = verdicts.find(([pattern]) => pattern.test(error.message)) ?? [];
    if (!verdict) {
      throw error;
    }

    return { verdict };
  }
};

/** The library does not take P − P for its infinity: it has to be told. */
const sum = ({ ZERO }, terms) => {
  const total = terms.reduce((left, { point }) => left.add(point), ZERO);
  return total.is0() ? ZERO : total;
};

const points = (group, size, bytes) => split(bytes, size).map((part) => decode(group, part));

/** Keys are validated, signatures may be infinity, which the library then refuses to pair. */
const holds = (keys, signatures, check) => {
  const isSignature = ({ verdict }) => verdict === 'valid' || verdict === 'infinity';
  if (!keys.every(({ verdict }) => verdict === 'valid') || !signatures.every(isSignature)) {
    return false;
  }

  try {
    return check();
  } catch (error) {
    if (error.message !== 'pairing is not available for ZERO point') {
      throw error;
    }

    return false;
  }
};

const hash = (message, tag = suite) => scheme.hash(message, tag);

const publicKey = (secret) => {
  try {
    return scheme.getPublicKey(secret).toBytes();
  } catch (error) {
    if (!/secretKey|private key|scalar|expected/.test(error.message)) {
      throw error;
    }

    return 'refused';
  }
};

export default {
  publicKey,
  g1: (bytes) => decode('g1', bytes).verdict,
  g2: (bytes) => decode('g2', bytes).verdict,
  sum1: (bytes) => sum(bls12_381.G1.Point, points('g1', 48, bytes)).toBytes(),
  sum2: (bytes) => sum(bls12_381.G2.Point, points('g2', 96, bytes)).toBytes(),
  hash: (message) => hash(message).toBytes(),
  hashTagged: (message, tag) => hash(message, tag).toBytes(),
  sign: (secret, message) => scheme.sign(hash(message), secret).toBytes(),
  prove: (secret) => scheme.sign(hash(publicKey(secret), possession), secret).toBytes(),
  verify: (bytes, aggregate, ...messages) => {
    const keys = points('g1', 48, bytes);
    const signature = decode('g2', aggregate);
    return holds(keys, [signature],
      () => scheme.verifyBatch(signature.point, keys.map(({ point }, i) => ({ publicKey: point, message: hash(messages[i]) }))));
  },
  fast: (bytes, aggregate, message) => {
    const keys = points('g1', 48, bytes);
    const signature = decode('g2', aggregate);
    return holds(keys, [signature],
      () => scheme.verify(signature.point, hash(message), sum(bls12_381.G1.Point, keys)));
  },
  // No random factors here: each signature by itself, which is what a batch stands for.
  batch: (bytes, sums, ...messages) => {
    const keys = points('g1', 48, bytes);
    const signatures = points('g2', 96, sums);
    return holds(keys, signatures,
      () => keys.every(({ point }, i) => scheme.verify(signatures[i].point, hash(messages[i]), point)));
  },
};
