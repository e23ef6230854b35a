// Points of BLS12-381 outside the subgroup, which no library encodes, by @noble/curves' arithmetic.
import { bls12_381 } from '@noble/curves/bls12-381.js';

const { Fp, Fp2, Fr } = bls12_381.fields;

/** G1 and G2 with what one needs to know of their coordinates; the parts of a coordinate stand in the order of the encoding. */
export const groups = {
  g1: { Point: bls12_381.G1.Point, Field: Fp, toX: (value) => value, parts: (value) => [value] },
  g2: { Point: bls12_381.G2.Point, Field: Fp2, toX: (value) => ({ c0: value, c1: 1n }), parts: ({ c0, c1 }) => [c1, c0] },
};

/** The compressed encoding of any point of the curve but infinity. */
export const encode = ({ parts }, point) => {
  const { x, y } = point.toAffine();
  const bytes = Uint8Array.from(Buffer.from(parts(x).map((part) => part.toString(16).padStart(96, '0')).join(''), 'hex'));
  const sign = parts(y).find((part) => part !== 0n) > (Fp.ORDER - 1n) / 2n;
  bytes[0] |= sign ? 0xa0 : 0x80;
  return bytes;
};

/** The first point whose x comes from `start` or a number above: the subgroup is so small a part of the curve that it is never in it. */
export const outside = ({ Point, Field, toX }, start) => {
  for (let value = start; ; value++) {
    const x = toX(value);
    try {
      return Point.fromAffine({ x, y: Field.sqrt(Field.add(Field.pow(x, 3n), Point.CURVE().b)) });
    } catch (error) {
      if (error.message !== 'Cannot find square root') {
        throw error;
      }
    }
  }
};

/** A multiple of any point of the curve, however large the number. */
export const times = (point, number) => {
  let sum = point.subtract(point);
  for (const bit of number.toString(2)) {
    sum = bit === '1' ? sum.double().add(point) : sum.double();
  }

  return sum;
};

/** r times a point of the curve: of its order only what divides the cofactor is left. */
export const torsionOf = (point) => times(point, Fr.ORDER);

/** The cofactors' small prime factors, with how often each divides. */
const smallFactors = {
  g1: [[3n, 1n], [11n, 2n], [10177n, 2n], [859267n, 2n], [52437899n, 2n]],
  g2: [[13n, 2n], [23n, 2n], [2713n, 1n], [11953n, 1n], [262069n, 1n]],
};

/** Points whose orders divide the cofactor: each of the small primes, and random ones of great order. */
export const torsionPoints = (name) => {
  const group = groups[name];
  const cofactor = group.Point.CURVE().h;
  const small = smallFactors[name].map(([prime, power]) => {
    for (let start = 1n; ; start++) {
      const cleared = times(torsionOf(outside(group, start)), cofactor / prime ** power);
      const point = times(cleared, prime).is0() ? cleared : times(cleared, prime);
      if (!point.is0()) {
        return point;
      }
    }
  });
  return [...small, ...[100n, 200n, 300n].map((start) => torsionOf(outside(group, start)))];
};
