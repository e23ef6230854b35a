// Arguments: a mnemonic, a count, a network and its fork version. Answers with a deposit file in the layout of the public deposit tool, with true
// roots (SSZ) and signatures (@chainsafe/blst), on one line as that tool writes it.
import { createHash } from 'node:crypto';
import keygen from '@chainsafe/bls-keygen';
import { SecretKey } from '@chainsafe/blst';

const [mnemonic, count, network, forkVersion] = process.argv.slice(2);
const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const zero = Buffer.alloc(32);
const padded = (data) => Buffer.concat([data, Buffer.alloc(32 - data.length)]);

const publicKeyRoot = (key) => sha256(key.subarray(0, 32), padded(key.subarray(32)));
const signatureRoot = (signature) => sha256(
  sha256(signature.subarray(0, 32), signature.subarray(32, 64)),
  sha256(signature.subarray(64), zero));

function amountRoot(gwei) {
  const leaf = Buffer.alloc(32);
  leaf.writeBigUInt64LE(BigInt(gwei));
  return leaf;
}

const forkDataRoot = sha256(padded(Buffer.from(forkVersion, 'hex')), zero);
const domain = Buffer.concat([Buffer.from('03000000', 'hex'), forkDataRoot.subarray(0, 28)]);

const deposits = [];
for (let i = 0; i < Number(count); i++) {
  const secret = SecretKey.fromBytes(keygen.deriveKeyFromMnemonic(mnemonic, keygen.eth2ValidatorPaths(i).signing));
  const pubkey = Buffer.from(secret.toPublicKey().toBytes());
  const credentials = Buffer.from('010000000000000000000000' + '00'.repeat(19) + '01', 'hex');
  const amount = 32000000000;
  const left = sha256(publicKeyRoot(pubkey), credentials);
  const messageRoot = sha256(left, sha256(amountRoot(amount), zero));
  const signature = Buffer.from(secret.sign(sha256(messageRoot, domain)).toBytes());
  const dataRoot = sha256(left, sha256(amountRoot(amount), signatureRoot(signature)));
  deposits.push({
    pubkey: pubkey.toString('hex'),
    withdrawal_credentials: credentials.toString('hex'),
    amount,
    signature: signature.toString('hex'),
    deposit_message_root: messageRoot.toString('hex'),
    deposit_data_root: dataRoot.toString('hex'),
    fork_version: forkVersion,
    network_name: network,
    deposit_cli_version: '2.8.0',
  });
}

console.log(JSON.stringify(deposits));
