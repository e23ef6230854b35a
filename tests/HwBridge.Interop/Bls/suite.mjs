// A suite with the handlers of the Ethereum BLS suites and the answers of @chainsafe/blst: one JSON line a handler on standard output.
// `node Bls/suite.mjs FOLDER` writes FOLDER/HANDLER.json instead. Nothing in it is random: it gives the same bytes each time.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import blst from '@chainsafe/blst';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { encode, groups, outside, torsionOf } from './points.mjs';

const G2 = bls12_381.G2.Point;
const p = bls12_381.fields.Fp.ORDER;
const r = bls12_381.fields.Fr.ORDER;

const hex = (bytes) => `0x${Buffer.from(bytes).toString('hex')}`;
const number = (value, size) => Uint8Array.from(Buffer.from(value.toString(16).padStart(2 * size, '0'), 'hex'));
const concat = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
const filled = (size, value) => new Uint8Array(size).fill(value);
const flagged = (bytes, flags) => concat([(bytes[0] & 0x1f) | flags], bytes.subarray(1));
const negative = (bytes) => concat([bytes[0] ^ 0x20], bytes.subarray(1));
const tampered = (bytes) => concat(bytes.subarray(0, -4), filled(4, 0xff));
const text = (characters) => Uint8Array.from(Buffer.from(characters));

/** What the peer answers, or `refusal` when it refuses the input; a mistake of this script stays an error. */
const ask = (refusal, question) => {
  try {
    return question();
  } catch (error) {
    if (!String(error.code).startsWith('BLST_')) {
      throw error;
    }

    return typeof refusal === 'function' ? refusal(error.code) : refusal;
  }
};

// Inputs: three keys, four messages, and points that are nobody's.
const keys = ['first', 'second', 'third'].map((name) => {
  const secret = Uint8Array.from(createHash('sha256').update(`${name} key of the suite`).digest());
  secret[0] &= 0x3f;
  return secret;
});
const messages = [filled(32, 0), filled(32, 0x56), filled(32, 0xab), text('a message that is no signing root')];
const sign = (secret, message) => blst.SecretKey.fromBytes(secret).sign(message).toBytes();
const publicKeyOf = (secret) => blst.SecretKey.fromBytes(secret).toPublicKey().toBytes();
const sumOf = (signatures) => blst.aggregateSerializedSignatures(signatures, true).toBytes();
const publicKeys = keys.map(publicKeyOf);
const one = number(1n, 32);
const noKey = concat([0xc0], filled(47, 0));
const noSignature = concat([0xc0], filled(95, 0));
const zeroes = filled(96, 0);

// Points of the curves that are outside the subgroup, and what is left of them without the subgroup's part.
const outsideG1 = outside(groups.g1, 5n);
const outsideG2 = outside(groups.g2, 2n);
const torsionG1 = torsionOf(outsideG1);
const torsionG2 = torsionOf(outsideG2);
const shiftedKey = encode(groups.g1, groups.g1.Point.fromBytes(publicKeys[0]).add(torsionG1));
const shiftedSignature = (bytes) => encode(groups.g2, groups.g2.Point.fromBytes(bytes).add(torsionG2));

// The peer, called as draft-irtf-cfrg-bls-signature says: keys are validated, signatures are in the subgroup and may be infinity.
const key = (bytes) => blst.PublicKey.fromBytes(bytes, true);
const signature = (bytes) => blst.Signature.fromBytes(bytes, true, false);

const suite = {};
const add = (handler, name, input, output) => {
  suite[handler] ??= {};
  if (name in suite[handler]) {
    throw new Error(`${handler}/${name} twice`);
  }

  suite[handler][name] = { input, ...output };
};

const addSign = (name, secret, message) => add('sign', name, { privkey: hex(secret), message: hex(message) },
  { output: ask(null, () => hex(sign(secret, message))) });

const addVerify = (name, pubkey, message, sig) => add('verify', name, { pubkey: hex(pubkey), message: hex(message), signature: hex(sig) },
  { output: ask(false, () => blst.verify(message, key(pubkey), signature(sig))) });

const addAggregate = (name, signatures) => add('aggregate', name, signatures.map(hex),
  { output: ask(null, () => hex(blst.aggregateSignatures(signatures.map(signature)).toBytes())) });

const addFast = (name, pubkeys, message, sig) => add('fast_aggregate_verify', name,
  { pubkeys: pubkeys.map(hex), message: hex(message), signature: hex(sig) },
  { output: ask(false, () => blst.fastAggregateVerify(message, pubkeys.map(key), signature(sig))) });

const addAggregateVerify = (name, pubkeys, texts, sig) => add('aggregate_verify', name,
  { pubkeys: pubkeys.map(hex), messages: texts.map(hex), signature: hex(sig) },
  { output: ask(false, () => blst.aggregateVerify(texts, pubkeys.map(key), signature(sig))) });

const addBatch = (name, pubkeys, texts, signatures) => add('batch_verify', name,
  { pubkeys: pubkeys.map(hex), messages: texts.map(hex), signatures: signatures.map(hex) },
  {
    output: ask(false, () => blst.verifyMultipleAggregateSignatures(
      pubkeys.map((pubkey, i) => ({ pk: key(pubkey), msg: texts[i], sig: signature(signatures[i]) })))),
  });

// Infinity decodes in the Ethereum suites, although it is no key: the peer says so by its code.
const decoded = (decode) => ask((code) => ({ output: code === 'BLST_PK_IS_INFINITY', code }), () => {
  decode();
  return { output: true };
});
const addG1 = (name, bytes) => add('deserialization_G1', name, { pubkey: hex(bytes) },
  decoded(() => blst.PublicKey.fromBytes(bytes, true)));
const addG2 = (name, bytes) => add('deserialization_G2', name, { signature: hex(bytes) },
  decoded(() => blst.Signature.fromBytes(bytes, true, true)));

// The signature of the secret key 1 is the hash itself, under the suite's own tag.
const addHash = (name, message) => add('hash_to_G2', name, { msg: hex(message) }, { output: hex(sign(one, message)) });

// sign
keys.forEach((secret, i) => messages.forEach((message, j) => addSign(`valid_${i}_${j}`, secret, message)));
addSign('empty_message', keys[0], text(''));
addSign('one_privkey', one, messages[0]);
addSign('greatest_privkey', number(r - 1n, 32), messages[0]);
addSign('zero_privkey', number(0n, 32), messages[0]);
addSign('privkey_equal_to_order', number(r, 32), messages[0]);
addSign('privkey_greater_than_order', number(r + 1n, 32), messages[0]);
addSign('privkey_all_ones', filled(32, 0xff), messages[0]);
addSign('privkey_too_few_bytes', keys[0].subarray(1), messages[0]);
addSign('privkey_too_many_bytes', concat([0], keys[0]), messages[0]);
addSign('no_privkey', text(''), messages[0]);

// verify
keys.forEach((secret, i) => messages.forEach((message, j) => {
  const sig = sign(secret, message);
  addVerify(`valid_${i}_${j}`, publicKeys[i], message, sig);
  addVerify(`wrong_pubkey_${i}_${j}`, publicKeys[(i + 1) % 3], message, sig);
  addVerify(`wrong_message_${i}_${j}`, publicKeys[i], messages[(j + 1) % 4], sig);
  addVerify(`tampered_signature_${i}_${j}`, publicKeys[i], message, tampered(sig));
  addVerify(`negative_signature_${i}_${j}`, publicKeys[i], message, negative(sig));
}));
const signed = sign(keys[0], messages[1]);
addVerify('infinity_pubkey_and_infinity_signature', noKey, messages[1], noSignature);
addVerify('infinity_pubkey', noKey, messages[1], signed);
addVerify('infinity_signature', publicKeys[0], messages[1], noSignature);
addVerify('one_privkey', publicKeyOf(one), messages[1], sign(one, messages[1]));
addVerify('greatest_privkey', publicKeyOf(number(r - 1n, 32)), messages[1], sign(number(r - 1n, 32), messages[1]));
addVerify('negative_pubkey_and_signature', negative(publicKeys[0]), messages[1], negative(signed));
addVerify('negative_pubkey_and_signature_of_another', negative(publicKeys[0]), messages[1], negative(sign(keys[1], messages[1])));
addVerify('empty_message', publicKeys[0], text(''), sign(keys[0], text('')));
addVerify('message_with_a_zero_appended', publicKeys[0], concat(messages[1], [0]), signed);
addVerify('pubkey_outside_subgroup', shiftedKey, messages[1], signed);
addVerify('signature_outside_subgroup', publicKeys[0], messages[1], shiftedSignature(signed));
addVerify('na_signature', publicKeys[0], messages[1], zeroes);
addVerify('signature_too_few_bytes', publicKeys[0], messages[1], signed.subarray(0, 95));
addVerify('signature_too_many_bytes', publicKeys[0], messages[1], concat(signed, [0]));
addVerify('pubkey_too_few_bytes', publicKeys[0].subarray(0, 47), messages[1], signed);
addVerify('pubkey_too_many_bytes', concat(publicKeys[0], [0]), messages[1], signed);

// aggregate
messages.forEach((message, j) => addAggregate(`valid_${j}`, keys.map((secret) => sign(secret, message))));
addAggregate('different_messages', keys.map((secret, i) => sign(secret, messages[i])));
addAggregate('single_signature', [signed]);
addAggregate('same_signature_twice', [signed, signed]);
addAggregate('same_signature_five_times', Array(5).fill(signed));
addAggregate('signatures_that_cancel_out', [signed, negative(signed)]);
addAggregate('sum_that_meets_a_signature', [signed, signed, sumOf([signed, signed])]);
addAggregate('infinity_signature', [noSignature]);
addAggregate('infinity_signatures', [noSignature, noSignature]);
addAggregate('infinity_first', [noSignature, signed]);
addAggregate('infinity_last', [signed, noSignature]);
addAggregate('na_signatures', []);
addAggregate('zeroes', [signed, zeroes]);
addAggregate('tampered_signature', [signed, tampered(signed)]);
addAggregate('signature_outside_subgroup', [signed, shiftedSignature(signed)]);

// fast_aggregate_verify
messages.slice(0, 3).forEach((message, j) => {
  const signers = keys.slice(0, j + 1);
  const pubkeys = publicKeys.slice(0, j + 1);
  const sum = sumOf(signers.map((secret) => sign(secret, message)));
  addFast(`valid_${j}`, pubkeys, message, sum);
  addFast(`extra_pubkey_${j}`, [...pubkeys, publicKeys[2]], message, sum);
  addFast(`missing_pubkey_${j}`, pubkeys.slice(1), message, sum);
  addFast(`wrong_message_${j}`, pubkeys, messages[j + 1], sum);
  addFast(`tampered_signature_${j}`, pubkeys, message, tampered(sum));
});
const ofAll = sumOf(keys.map((secret) => sign(secret, messages[1])));
addFast('na_pubkeys_and_valid_signature', [], messages[1], ofAll);
addFast('na_pubkeys_and_infinity_signature', [], messages[1], noSignature);
addFast('na_pubkeys_and_na_signature', [], messages[1], zeroes);
addFast('infinity_pubkey', [...publicKeys, noKey], messages[1], ofAll);
addFast('infinity_pubkey_only', [noKey], messages[1], noSignature);
addFast('infinity_signature', publicKeys, messages[1], noSignature);
addFast('other_order', [...publicKeys].reverse(), messages[1], ofAll);
addFast('same_pubkey_twice', [publicKeys[0], publicKeys[0]], messages[1], sumOf([signed, signed]));
addFast('pubkeys_that_cancel_out_and_infinity_signature', [publicKeys[0], negative(publicKeys[0])], messages[1], noSignature);
addFast('pubkeys_that_cancel_out_beside_a_signer', [publicKeys[1], negative(publicKeys[1]), publicKeys[0]], messages[1], signed);
addFast('pubkey_outside_subgroup', [shiftedKey, ...publicKeys.slice(1)], messages[1], ofAll);

// aggregate_verify
const three = messages.slice(0, 3);
const ofThree = sumOf(keys.map((secret, i) => sign(secret, three[i])));
addAggregateVerify('valid', publicKeys, three, ofThree);
addAggregateVerify('valid_in_another_order', [...publicKeys].reverse(), [...three].reverse(), ofThree);
addAggregateVerify('valid_single', [publicKeys[0]], [messages[1]], signed);
addAggregateVerify('valid_same_message', publicKeys, Array(3).fill(messages[1]), ofAll);
addAggregateVerify('valid_same_pubkey', [publicKeys[0], publicKeys[0]], three.slice(0, 2),
  sumOf([sign(keys[0], three[0]), sign(keys[0], three[1])]));
addAggregateVerify('messages_exchanged', publicKeys, [three[1], three[0], three[2]], ofThree);
addAggregateVerify('tampered_signature', publicKeys, three, tampered(ofThree));
addAggregateVerify('negative_signature', publicKeys, three, negative(ofThree));
addAggregateVerify('missing_pair', publicKeys.slice(1), three.slice(1), ofThree);
addAggregateVerify('more_pubkeys_than_messages', publicKeys, three.slice(1), ofThree);
addAggregateVerify('more_messages_than_pubkeys', publicKeys.slice(1), three, ofThree);
addAggregateVerify('na_pubkeys_and_valid_signature', [], [], ofThree);
addAggregateVerify('na_pubkeys_and_infinity_signature', [], [], noSignature);
addAggregateVerify('na_pubkeys_and_na_signature', [], [], zeroes);
addAggregateVerify('infinity_pubkey', [...publicKeys, noKey], messages, ofThree);
addAggregateVerify('infinity_signature', publicKeys, three, noSignature);
addAggregateVerify('pairs_that_cancel_out_and_infinity_signature', [publicKeys[0], negative(publicKeys[0])], [three[0], three[0]],
  noSignature);
addAggregateVerify('pubkey_outside_subgroup', [shiftedKey, ...publicKeys.slice(1)], three, ofThree);
addAggregateVerify('signature_outside_subgroup', publicKeys, three, shiftedSignature(ofThree));

// batch_verify
const signatures = keys.map((secret, i) => sign(secret, three[i]));
const [first, second, third] = signatures;
addBatch('valid_simple_signature_set', publicKeys, three, signatures);
addBatch('valid_single', publicKeys.slice(0, 1), three.slice(0, 1), [first]);
addBatch('valid_same_pubkey', [publicKeys[0], publicKeys[0]], three.slice(0, 2), [first, signed]);
addBatch('valid_same_message', publicKeys, Array(3).fill(messages[1]), keys.map((secret) => sign(secret, messages[1])));
addBatch('valid_same_set_twice', [publicKeys[0], publicKeys[0]], [three[0], three[0]], [first, first]);
// The two add up to first + second: only random factors tell.
addBatch('forged_pair', publicKeys.slice(0, 2), three.slice(0, 2), [sumOf([first, third]), sumOf([second, negative(third)])]);
addBatch('signatures_exchanged', publicKeys, three, [second, first, third]);
addBatch('one_wrong_pubkey', [publicKeys[0], publicKeys[1], publicKeys[1]], three, signatures);
addBatch('one_wrong_message', publicKeys, [three[0], three[1], messages[3]], signatures);
addBatch('one_tampered_signature', publicKeys, three, [first, tampered(second), third]);
addBatch('one_negative_signature', publicKeys, three, [first, second, negative(third)]);
addBatch('infinity_pubkey_and_signature', [publicKeys[0], noKey], three.slice(0, 2), [first, noSignature]);
addBatch('infinity_signature', [publicKeys[0], publicKeys[1]], three.slice(0, 2), [first, noSignature]);
addBatch('pubkey_outside_subgroup', [shiftedKey, publicKeys[1]], three.slice(0, 2), [first, second]);
addBatch('signature_outside_subgroup', publicKeys.slice(0, 2), three.slice(0, 2), [first, shiftedSignature(second)]);

// deserialization_G1
const [point] = publicKeys;
// A key whose x fits into 381 bits a second time, with p added.
const lowPoint = Array.from({ length: 100 }, (_, i) => publicKeyOf(number(BigInt(i + 1), 32))).find((bytes) => (bytes[0] & 0x1f) < 5);
const x381 = (value) => flagged(number(value, 48), 0x80);
const noCurveX = (valid, accepts) => {
  for (let last = 0; ; last++) {
    const bytes = concat(valid.subarray(0, -1), [last]);
    if (ask((code) => code, () => accepts(bytes)) === 'BLST_POINT_NOT_ON_CURVE') {
      return bytes;
    }
  }
};
addG1('succeeds_correct_point', point);
addG1('succeeds_negative_point', negative(point));
addG1('succeeds_generator', publicKeyOf(one));
addG1('succeeds_infinity_with_true_b_flag', noKey);
addG1('fails_infinity_with_true_b_flag_and_x_nonzero', concat([0xc0], filled(46, 0), [1]));
addG1('fails_infinity_with_x_nonzero_in_the_first_byte', concat([0xd0], filled(47, 0)));
addG1('fails_infinity_with_false_b_flag', flagged(noKey, 0x80));
addG1('fails_infinity_with_false_c_flag', flagged(noKey, 0x40));
addG1('fails_with_b_flag_and_a_flag_true', flagged(noKey, 0xe0));
addG1('fails_with_b_flag_and_x_nonzero', flagged(point, 0xc0));
addG1('fails_with_wrong_c_flag', flagged(point, 0x00));
addG1('fails_with_mask_bits_111', flagged(point, 0xe0));
addG1('fails_with_mask_bits_011', flagged(point, 0x60));
addG1('fails_with_mask_bits_010', flagged(point, 0x40));
addG1('fails_with_mask_bits_001', flagged(point, 0x20));
addG1('fails_with_zeroes_only', filled(48, 0));
addG1('fails_with_ones_only', filled(48, 0xff));
addG1('fails_not_in_curve', noCurveX(point, (bytes) => blst.PublicKey.fromBytes(bytes, true)));
addG1('fails_not_in_G1', encode(groups.g1, outsideG1));
addG1('fails_order_divides_cofactor', encode(groups.g1, torsionG1));
addG1('fails_valid_point_plus_torsion', shiftedKey);
addG1('fails_order_three_x_zero_negative', flagged(noKey, 0xa0));
addG1('fails_x_one_less_than_modulus', x381(p - 1n));
addG1('fails_x_equal_to_modulus', x381(p));
addG1('fails_x_greater_than_modulus', x381(p + 1n));
addG1('fails_x_of_a_point_plus_modulus', flagged(number(BigInt(hex(flagged(lowPoint, 0))) + p, 48), lowPoint[0] & 0xe0));
addG1('fails_x_all_ones', flagged(filled(48, 0xff), 0x80));
addG1('fails_too_few_bytes', point.subarray(0, 47));
addG1('fails_too_many_bytes', concat(point, [0]));
addG1('fails_no_bytes', text(''));
addG1('fails_bytes_of_a_signature', first);

// deserialization_G2: the first 48 bytes hold the imaginary part.
const zero48 = filled(48, 0);
const xIm = (value, rest = zero48) => concat(flagged(number(value, 48), 0x80), rest);
const xRe = (value) => concat([0x80], filled(47, 0), number(value, 48));
addG2('succeeds_correct_point', first);
addG2('succeeds_negative_point', negative(first));
addG2('succeeds_generator', G2.BASE.toBytes());
addG2('succeeds_infinity_with_true_b_flag', noSignature);
addG2('fails_infinity_with_true_b_flag_and_x_im_nonzero', concat([0xc0], filled(46, 0), [1], zero48));
addG2('fails_infinity_with_true_b_flag_and_x_re_nonzero', concat([0xc0], filled(94, 0), [1]));
addG2('fails_infinity_with_x_nonzero_in_the_first_byte', concat([0xd0], filled(95, 0)));
addG2('fails_infinity_with_flags_in_the_real_part', concat([0xc0], filled(47, 0), [0xc0], filled(47, 0)));
addG2('fails_infinity_with_false_b_flag', flagged(noSignature, 0x80));
addG2('fails_infinity_with_false_c_flag', flagged(noSignature, 0x40));
addG2('fails_with_b_flag_and_a_flag_true', flagged(noSignature, 0xe0));
addG2('fails_with_b_flag_and_x_nonzero', flagged(first, 0xc0));
addG2('fails_with_wrong_c_flag', flagged(first, 0x00));
addG2('fails_with_mask_bits_111', flagged(first, 0xe0));
addG2('fails_with_mask_bits_011', flagged(first, 0x60));
addG2('fails_with_mask_bits_010', flagged(first, 0x40));
addG2('fails_with_mask_bits_001', flagged(first, 0x20));
addG2('fails_with_flags_in_the_real_part', concat(first.subarray(0, 48), flagged(first.subarray(48), 0x80)));
addG2('fails_with_zeroes_only', zeroes);
addG2('fails_with_ones_only', filled(96, 0xff));
addG2('fails_not_in_curve', noCurveX(first, (bytes) => blst.Signature.fromBytes(bytes, true, true)));
addG2('fails_not_in_G2', encode(groups.g2, outsideG2));
addG2('fails_order_divides_cofactor', encode(groups.g2, torsionG2));
addG2('fails_valid_point_plus_torsion', shiftedSignature(first));
addG2('fails_xim_equal_to_modulus', xIm(p));
addG2('fails_xim_greater_than_modulus', xIm(p + 1n));
addG2('fails_xre_equal_to_modulus', xRe(p));
addG2('fails_xre_greater_than_modulus', xRe(p + 1n));
addG2('fails_both_equal_to_modulus', xIm(p, number(p, 48)));
addG2('fails_xre_of_the_generator_plus_modulus', concat(G2.BASE.toBytes().subarray(0, 48), number(G2.BASE.toAffine().x.c0 + p, 48)));
addG2('fails_parts_exchanged', concat(flagged(first.subarray(48), 0x80), flagged(first.subarray(0, 48), 0)));
addG2('fails_too_few_bytes', first.subarray(0, 95));
addG2('fails_too_many_bytes', concat(first, [0]));
addG2('fails_no_bytes', text(''));
addG2('fails_bytes_of_a_public_key', point);

// hash_to_G2
addHash('empty', text(''));
addHash('abc', text('abc'));
addHash('alphanumeric', text('abcdef0123456789'));
addHash('q128', text(`q128_${'q'.repeat(128)}`));
addHash('a512', text(`a512_${'a'.repeat(512)}`));
// On both sides of where SHA-256 takes another block.
[1, 31, 32, 33, 54, 55, 56, 63, 64, 65, 118, 119, 120, 127, 128, 129, 200, 1000].forEach(
  (length) => addHash(`length_${length}`, Uint8Array.from({ length }, (_, i) => (7 * i + length) & 0xff)));

const [folder] = process.argv.slice(2);
for (const [handler, cases] of Object.entries(suite)) {
  if (folder) {
    writeFileSync(join(folder, `${handler}.json`), `${JSON.stringify(cases, null, 2)}\n`);
  } else {
    process.stdout.write(`${JSON.stringify({ handler, cases })}\n`);
  }
}
