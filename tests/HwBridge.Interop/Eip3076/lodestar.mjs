// The slashing protection of @lodestar/validator over a database in memory. Of that package only this part is used: package.json
// overrides what the rest of it would pull in. One question a line on standard input, one answer a line on standard output, both JSON.
import { createInterface } from 'node:readline';
import { SlashingProtection } from '../node_modules/@lodestar/validator/lib/slashingProtection/index.js';

const fromHex = (digits) => Uint8Array.from(Buffer.from(digits.replace('0x', ''), 'hex'));
const rootOf = (digits) => (digits ? fromHex(digits) : new Uint8Array(32));

class MemoryDatabase {
  #values = new Map();

  async get(key) {
    return this.#values.get(Buffer.from(key).toString('hex')) ?? null;
  }

  async put(key, value) {
    this.#values.set(Buffer.from(key).toString('hex'), value);
  }

  async batchPut(items) {
    for (const { key, value } of items) {
      await this.put(key, value);
    }
  }

  async values({ gte, lt, limit = Infinity }) {
    const [first, end] = [gte, lt].map((key) => Buffer.from(key).toString('hex'));
    return [...this.#values.keys()].filter((key) => key >= first && key < end).sort().slice(0, limit).map((key) => this.#values.get(key));
  }
}

const allows = async (check) => {
  try {
    await check();
    return true;
  } catch (error) {
    if (/Error$/.test(error.constructor.name) && error.type?.code) {
      return false;
    }
    throw error;
  }
};

// Imports a history, and tells of each block and attestation whether its signature would be given; none is recorded.
const judge = async ({ history, blocks, attestations }) => {
  const protection = new SlashingProtection({ controller: new MemoryDatabase() });
  const imported = await allows(() => protection.importInterchange(history, fromHex(history.metadata.genesis_validators_root)));
  const answer = { imported, blocks: [], attestations: [] };
  for (const { pubkey, slot, root } of imported ? blocks : []) {
    const block = { slot, signingRoot: rootOf(root) };
    answer.blocks.push(await allows(() => protection.blockService.checkBlockProposal(fromHex(pubkey), block)));
  }
  for (const { pubkey, source, target, root } of imported ? attestations : []) {
    const attestation = { sourceEpoch: source, targetEpoch: target, signingRoot: rootOf(root) };
    answer.attestations.push(await allows(() => protection.attestationService.checkAttestation(fromHex(pubkey), attestation)));
  }
  return answer;
};

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await judge(JSON.parse(line))));
}
