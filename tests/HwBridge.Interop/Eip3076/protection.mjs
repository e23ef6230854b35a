// The slashing protection of @lodestar/validator, and what is needed to use it alone: of that package only this part is used, and
// package.json overrides what the rest of it would pull in.
export { SlashingProtection } from '../node_modules/@lodestar/validator/lib/slashingProtection/index.js';

export const fromHex = (digits) => Uint8Array.from(Buffer.from(digits.replace('0x', ''), 'hex'));
export const rootOf = (digits) => (digits ? fromHex(digits) : new Uint8Array(32));

export class MemoryDatabase {
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

export const allows = async (check) => {
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
