// What validators sign, by @lodestar/types (SSZ), @lodestar/config (networks, domains) and @chainsafe/blst.
// One question a line on standard input, one answer a line on standard output, both JSON.
import { createInterface } from 'node:readline';
import blst from '@chainsafe/blst';
import { createBeaconConfig } from '@lodestar/config';
import { genesisData, networksChainConfig } from '@lodestar/config/networks';
import { DOMAIN_BLS_TO_EXECUTION_CHANGE, DOMAIN_DEPOSIT, ForkName, SLOTS_PER_EPOCH } from '@lodestar/params';
import { ssz } from '@lodestar/types';

const toHex = (bytes) => `0x${Buffer.from(bytes).toString('hex')}`;
const fromHex = (digits) => Uint8Array.from(Buffer.from(digits.replace('0x', ''), 'hex'));

const configOf = (network) => createBeaconConfig(networksChainConfig[network], fromHex(genesisData[network].genesisValidatorsRoot));
const signingRootOf = (objectRoot, domain) => ssz.phase0.SigningData.hashTreeRoot({ objectRoot, domain });
const sign = (secretKey, message) => blst.SecretKey.fromBytes(fromHex(secretKey)).sign(message).toBytes();
const isSigned = (message, pubkey, signature) => {
  try {
    return blst.verify(message, blst.PublicKey.fromBytes(pubkey, true), blst.Signature.fromBytes(signature, true));
  } catch {
    return false;
  }
};

const depositSigningRoot = (message, network) => {
  const domain = createBeaconConfig(networksChainConfig[network], new Uint8Array(32)).getDomainAtFork(ForkName.phase0, DOMAIN_DEPOSIT);
  return signingRootOf(ssz.phase0.DepositMessage.hashTreeRoot(message), domain);
};

// An exit that is processed long after Deneb, which is when its domain is fixed.
const exitSigningRoot = (message, network) => {
  const slot = (networksChainConfig[network].DENEB_FORK_EPOCH + 100_000) * SLOTS_PER_EPOCH;
  const domain = configOf(network).getDomainForVoluntaryExit(slot, message.epoch * SLOTS_PER_EPOCH);
  return signingRootOf(ssz.phase0.VoluntaryExit.hashTreeRoot(message), domain);
};

const changeSigningRoot = (message, network) => {
  const domain = configOf(network).getDomainAtFork(ForkName.phase0, DOMAIN_BLS_TO_EXECUTION_CHANGE);
  return signingRootOf(ssz.capella.BLSToExecutionChange.hashTreeRoot(message), domain);
};

const answers = {
  network: ({ network }) => ({
    genesisForkVersion: toHex(networksChainConfig[network].GENESIS_FORK_VERSION),
    capellaForkVersion: toHex(networksChainConfig[network].CAPELLA_FORK_VERSION),
    genesisValidatorsRoot: genesisData[network].genesisValidatorsRoot,
  }),

  // An entry of a deposit file.
  deposit: ({ secretKey, withdrawalCredentials, amount, network }) => {
    const pubkey = blst.SecretKey.fromBytes(fromHex(secretKey)).toPublicKey().toBytes();
    const message = { pubkey, withdrawalCredentials: fromHex(withdrawalCredentials), amount };
    const signingRoot = depositSigningRoot(message, network);
    const signature = sign(secretKey, signingRoot);
    return {
      signingRoot: toHex(signingRoot),
      entry: {
        pubkey: toHex(pubkey).slice(2),
        withdrawal_credentials: withdrawalCredentials.replace('0x', ''),
        amount,
        signature: toHex(signature).slice(2),
        deposit_message_root: toHex(ssz.phase0.DepositMessage.hashTreeRoot(message)).slice(2),
        deposit_data_root: toHex(ssz.phase0.DepositData.hashTreeRoot({ ...message, signature })).slice(2),
        fork_version: toHex(networksChainConfig[network].GENESIS_FORK_VERSION).slice(2),
        network_name: network,
        deposit_cli_version: '2.8.0',
      },
    };
  },

  // An exit, and its JSON as a beacon node has it.
  exit: ({ secretKey, message, network }) => {
    const exit = ssz.phase0.VoluntaryExit.fromJson(message);
    const signingRoot = exitSigningRoot(exit, network);
    const signed = { message: exit, signature: sign(secretKey, signingRoot) };
    return {
      messageRoot: toHex(ssz.phase0.VoluntaryExit.hashTreeRoot(exit)),
      signingRoot: toHex(signingRoot),
      signedRoot: toHex(ssz.phase0.SignedVoluntaryExit.hashTreeRoot(signed)),
      json: ssz.phase0.SignedVoluntaryExit.toJson(signed),
    };
  },

  // A change of withdrawal credentials, and its JSON as a beacon node has it.
  change: ({ secretKey, message, network }) => {
    const change = ssz.capella.BLSToExecutionChange.fromJson(message);
    const signingRoot = changeSigningRoot(change, network);
    const signed = { message: change, signature: sign(secretKey, signingRoot) };
    return {
      messageRoot: toHex(ssz.capella.BLSToExecutionChange.hashTreeRoot(change)),
      signingRoot: toHex(signingRoot),
      signedRoot: toHex(ssz.capella.SignedBLSToExecutionChange.hashTreeRoot(signed)),
      json: ssz.capella.SignedBLSToExecutionChange.toJson(signed),
    };
  },

  // What we wrote: read as they read it, and whether the signature is right.
  depositIsSigned: ({ pubkey, withdrawalCredentials, amount, signature, network }) => {
    const message = { pubkey: fromHex(pubkey), withdrawalCredentials: fromHex(withdrawalCredentials), amount };
    return isSigned(depositSigningRoot(message, network), message.pubkey, fromHex(signature));
  },
  exitIsSigned: ({ json, pubkey, network }) => {
    const { message, signature } = ssz.phase0.SignedVoluntaryExit.fromJson(json);
    return isSigned(exitSigningRoot(message, network), fromHex(pubkey), signature);
  },
  changeIsSigned: ({ json, network }) => {
    const { message, signature } = ssz.capella.SignedBLSToExecutionChange.fromJson(json);
    return isSigned(changeSigningRoot(message, network), message.fromBlsPubkey, signature);
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { ask, ...question } = JSON.parse(line);
  console.log(JSON.stringify(answers[ask](question)));
}
