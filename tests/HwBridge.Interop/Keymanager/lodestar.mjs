// Lodestar's own routes of the Keymanager API (@lodestar/api) over fastify, with @chainsafe/bls-keystore and the slashing protection of
// @lodestar/validator behind them, as its validator client has them. Tells its port on the first line; when standard input ends,
// tells what it has, one line of JSON, as Lodestar's own client lists it and its own slashing protection allows it.
import { readFileSync } from 'node:fs';
import { fastify } from 'fastify';
import keystoreLibrary from '@chainsafe/bls-keystore';
import { createChainForkConfig, defaultChainConfig } from '@lodestar/config';
import { getClient } from '@lodestar/api/keymanager';
import { registerRoutes } from '@lodestar/api/keymanager/server';
import { MemoryDatabase, SlashingProtection, allows, fromHex, rootOf } from '../Eip3076/protection.mjs';

const { Keystore } = keystoreLibrary;
const [tokenFile, genesisValidatorsRoot] = process.argv.slice(2);
const token = readFileSync(tokenFile, 'utf8').trim();
const config = createChainForkConfig(defaultChainConfig);
const protection = new SlashingProtection({ controller: new MemoryDatabase() });
const keys = new Map();

const importOne = async (text, password) => {
  try {
    const keystore = Keystore.parse(text);
    await keystore.decrypt(password);
    const pubkey = `0x${keystore.pubkey}`;
    if (keys.has(pubkey)) {
      return { status: 'duplicate' };
    }
    keys.set(pubkey, keystore.path);
    return { status: 'imported' };
  } catch (error) {
    return { status: 'error', message: error.message };
  }
};

const methods = {
  async listKeys() {
    return { data: [...keys].map(([validatingPubkey, derivationPath]) => ({ validatingPubkey, derivationPath, readonly: false })) };
  },
  async importKeystores({ keystores, passwords, slashingProtection }) {
    if (slashingProtection !== undefined) {
      await protection.importInterchange(JSON.parse(slashingProtection), fromHex(genesisValidatorsRoot));
    }
    const data = [];
    for (const [index, text] of keystores.entries()) {
      data.push(await importOne(text, passwords[index]));
    }
    return { data };
  },
};

const server = fastify({ logger: false });
server.addHook('onRequest', async (request, reply) => {
  if (request.headers.authorization !== `Bearer ${token}`) {
    await reply.code(request.headers.authorization ? 403 : 401).send({ message: 'the token is invalid' });
  }
});
registerRoutes(server, config, new Proxy(methods, { get: (all, name) => all[name] ?? (() => { throw new Error(`${name} is not served`); }) }));
const address = await server.listen({ host: '127.0.0.1', port: 0 });
console.log(address);

for await (const _ of process.stdin) {
  // Until it ends.
}
const client = getClient({ urls: [address], globalInit: { bearerToken: token } }, { config });
const listed = (await client.listKeys()).value();
const forbidden = [];
for (const { validatingPubkey } of listed) {
  const block = { slot: 1, signingRoot: rootOf() };
  forbidden.push(!await allows(() => protection.checkAndInsertBlockProposal(fromHex(validatingPubkey), block)));
}
console.log(JSON.stringify({ keys: listed, forbidden }));
await server.close();
