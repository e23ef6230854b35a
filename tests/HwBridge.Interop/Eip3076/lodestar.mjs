// The slashing protection of @lodestar/validator over a database in memory. One question a line on standard input, one answer a line on
// standard output, both JSON.
import { createInterface } from 'node:readline';
import { MemoryDatabase, SlashingProtection, allows, fromHex, rootOf } from './protection.mjs';

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
