// One request a line: {"create":{secret,pubkey,path,password,kdf}} is answered with a keystore, {"open":{keystore,password}} with {"secret"}
// or {"refused"}. All by @chainsafe/bls-keystore.
import { createInterface } from 'node:readline';
import keystores from '@chainsafe/bls-keystore';

const { Keystore, defaultPbkdfModule, defaultScryptModule } = keystores;
const bytes = (hex) => Uint8Array.from(Buffer.from(hex, 'hex'));

async function create({ secret, pubkey, path, password, kdf, n }) {
  const module = kdf === 'scrypt' ? defaultScryptModule() : defaultPbkdfModule();
  if (n !== undefined) {
    module.params[kdf === 'scrypt' ? 'n' : 'c'] = n;
  }

  const keystore = await Keystore.create(password, bytes(secret), bytes(pubkey), path, null, module);
  return keystore.toObject();
}

async function open({ keystore, password }) {
  try {
    const secret = await Keystore.fromObject(keystore).decrypt(password);
    return { secret: Buffer.from(secret).toString('hex') };
  } catch (error) {
    return { refused: error.message };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  const answer = request.create ? await create(request.create) : await open(request.open);
  console.log(JSON.stringify(answer));
}
