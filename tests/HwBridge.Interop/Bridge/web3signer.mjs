// Lodestar's own client of Web3Signer's shape asks the bridge: arguments are its URL and its token.
// A line of JSON: the keys, and of each type that is signed whether @chainsafe/blst finds it signed, over the root that @lodestar/types gives.
import { register } from 'node:module';
import blst from '@chainsafe/blst';
import { createBeaconConfig } from '@lodestar/config';
import { genesisData, networksChainConfig } from '@lodestar/config/networks';
import { DOMAIN_APPLICATION_BUILDER, DOMAIN_BLS_TO_EXECUTION_CHANGE, DOMAIN_DEPOSIT, ForkName, SLOTS_PER_EPOCH } from '@lodestar/params';
import { ssz } from '@lodestar/types';

const [url, token] = process.argv.slice(2);
const network = 'hoodi';
const toHex = (bytes) => `0x${Buffer.from(bytes).toString('hex')}`;
const fromHex = (digits) => Uint8Array.from(Buffer.from(digits.replace('0x', ''), 'hex'));

// Two modules that the client takes from elsewhere are not installed: the first is fetch itself, which here brings the token along.
globalThis.fetchWithToken = (where, init) =>
  fetch(where, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });
const elsewhere = {
  'cross-fetch': 'export default globalThis.fetchWithToken;',
  '@lodestar/state-transition': `
    export const computeEpochAtSlot = (slot) => Math.floor(slot / ${SLOTS_PER_EPOCH});
    export const blindedOrFullBlockToHeader = () => { throw new Error('no block is signed here'); };`,
};
register(`data:text/javascript,${encodeURIComponent(`
  const elsewhere = ${JSON.stringify(elsewhere)};
  export const resolve = (specifier, context, next) => context.parentURL?.endsWith('/externalSignerClient.js') && elsewhere[specifier]
    ? { url: 'data:text/javascript,' + encodeURIComponent(elsewhere[specifier]), format: 'module', shortCircuit: true }
    : next(specifier, context);
`)}`);
const client = await import(new URL('../node_modules/@lodestar/validator/lib/util/externalSignerClient.js', import.meta.url));

const config = createBeaconConfig(networksChainConfig[network], fromHex(genesisData[network].genesisValidatorsRoot));
const genesis = createBeaconConfig(networksChainConfig[network], new Uint8Array(32));
const slot = 100_000 * SLOTS_PER_EPOCH;
const [key] = await client.externalSignerGetKeys(url);
const pubkey = fromHex(key);
const address = fromHex('0x6fdfab408c56b6105a76eff5c0435d09fc6ed7a9');
const credentials = fromHex(`0x010000000000000000000000${'11'.repeat(20)}`);
const exit = { epoch: 90_000, validatorIndex: 12 };
const deposit = { pubkey, withdrawalCredentials: credentials, amount: 32_000_000_000 };
const registration = { feeRecipient: address, gasLimit: 36_000_000, timestamp: 1_780_000_000, pubkey };
const change = { validatorIndex: 12, fromBlsPubkey: pubkey, toExecutionAddress: address };

const wishes = {
  VOLUNTARY_EXIT: [exit, ssz.phase0.VoluntaryExit, config.getDomainForVoluntaryExit(slot, exit.epoch * SLOTS_PER_EPOCH)],
  DEPOSIT: [
    { ...deposit, genesisForkVersion: networksChainConfig[network].GENESIS_FORK_VERSION },
    ssz.phase0.DepositMessage, genesis.getDomainAtFork(ForkName.phase0, DOMAIN_DEPOSIT), deposit,
  ],
  VALIDATOR_REGISTRATION: [registration, ssz.bellatrix.ValidatorRegistrationV1, genesis.getDomainAtFork(ForkName.phase0, DOMAIN_APPLICATION_BUILDER)],
  BLS_TO_EXECUTION_CHANGE: [change, ssz.capella.BLSToExecutionChange, config.getDomainAtFork(ForkName.phase0, DOMAIN_BLS_TO_EXECUTION_CHANGE)],
};
const signed = {};
for (const [type, [data, sszType, domain, message = data]] of Object.entries(wishes)) {
  const root = ssz.phase0.SigningData.hashTreeRoot({ objectRoot: sszType.hashTreeRoot(message), domain });
  const signature = await client.externalSignerPostSignature(config, url, key, root, slot, { type, data });
  signed[type] = blst.verify(root, blst.PublicKey.fromBytes(pubkey, true), blst.Signature.fromBytes(fromHex(signature), true));
}
let refused;
try {
  await client.externalSignerPostSignature(config, url, key, new Uint8Array(32), slot, { type: 'RANDAO_REVEAL', data: { epoch: 1 } });
} catch (error) {
  refused = error.message;
}
console.log(JSON.stringify({ key, signed, refused, root: toHex(config.genesisValidatorsRoot) }));
