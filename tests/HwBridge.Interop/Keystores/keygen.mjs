// Arguments: a mnemonic and a count. Answers with one line for each validator: {path, secret, pubkey}, derived by @chainsafe/bls-keygen,
// public keys by @chainsafe/blst.
import keygen from '@chainsafe/bls-keygen';
import { SecretKey } from '@chainsafe/blst';

const [mnemonic, count] = process.argv.slice(2);
for (let i = 0; i < Number(count); i++) {
  const path = keygen.eth2ValidatorPaths(i).signing;
  const secret = keygen.deriveKeyFromMnemonic(mnemonic, path);
  const pubkey = SecretKey.fromBytes(secret).toPublicKey().toBytes();
  console.log(JSON.stringify({ path, secret: Buffer.from(secret).toString('hex'), pubkey: Buffer.from(pubkey).toString('hex') }));
}
