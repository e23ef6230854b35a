// The execution layer by ethers and viem: transactions, messages, typed data, signers.
// One question a line on standard input, one answer a line on standard output, both JSON: {ethers, viem}, which must be equal.
import { createInterface } from 'node:readline';
import { Signature, Transaction, TypedDataEncoder, getBytes, hashMessage, recoverAddress } from 'ethers';
import {
  encodeFunctionData, hashMessage as viemHashMessage, hashTypedData, keccak256 as viemKeccak, parseAbi, parseTransaction,
  recoverAddress as viemRecover, serializeTransaction,
} from 'viem';

const depositAbi = parseAbi(['function deposit(bytes pubkey, bytes withdrawal_credentials, bytes signature, bytes32 deposit_data_root) payable']);

const viemFields = (t) => ({
  chainId: Number(t.chainId), nonce: Number(t.nonce), gas: BigInt(t.gasLimit), to: t.to ?? undefined, value: BigInt(t.value), data: t.data,
  ...(t.type === 2
    ? { type: 'eip1559', maxFeePerGas: BigInt(t.maxFeePerGas), maxPriorityFeePerGas: BigInt(t.maxPriorityFeePerGas), accessList: t.accessList }
    : t.type === 1
      ? { type: 'eip2930', gasPrice: BigInt(t.maxFeePerGas), accessList: t.accessList }
      : { type: 'legacy', gasPrice: BigInt(t.maxFeePerGas) }),
});

const ethersFields = (t) => ({
  type: t.type, chainId: BigInt(t.chainId), nonce: Number(t.nonce), gasLimit: BigInt(t.gasLimit), to: t.to, value: BigInt(t.value), data: t.data,
  ...(t.type === 2
    ? { maxFeePerGas: BigInt(t.maxFeePerGas), maxPriorityFeePerGas: BigInt(t.maxPriorityFeePerGas), accessList: t.accessList }
    : { gasPrice: BigInt(t.maxFeePerGas), ...(t.type === 1 ? { accessList: t.accessList } : {}) }),
});

const withoutDomain = ({ EIP712Domain, ...types }) => types;

const answers = {
  // The unsigned bytes and the hash of a transaction given by its fields.
  transaction: async ({ fields }) => {
    const unsigned = Transaction.from(ethersFields(fields));
    const theirs = serializeTransaction(viemFields(fields));
    return {
      ethers: { unsigned: unsigned.unsignedSerialized, hash: unsigned.unsignedHash },
      viem: { unsigned: theirs, hash: viemKeccak(theirs) },
    };
  },
  // Who signed a raw transaction, and its fields.
  raw: async ({ raw }) => {
    const one = Transaction.from(raw);
    const other = parseTransaction(raw);
    const { r, s, v, yParity, ...unsigned } = other;
    const digest = viemKeccak(serializeTransaction(unsigned));
    const signer = await viemRecover({ hash: digest, signature: { r, s, yParity: yParity ?? Number((v - 35n) % 2n) } });
    const summary = (t, nonce) => ({ to: t.to?.toLowerCase() ?? null, data: t.data ?? '0x', value: `${t.value ?? 0n}`, chainId: `${t.chainId}`, nonce: `${nonce ?? 0}` });
    return { ethers: { signer: one.from, ...summary(one, one.nonce) }, viem: { signer, ...summary(other, other.nonce) } };
  },
  message: async ({ message }) => ({
    ethers: hashMessage(getBytes(message)),
    viem: viemHashMessage({ raw: message }),
  }),
  typedData: async ({ data }) => ({
    ethers: TypedDataEncoder.hash(data.domain, withoutDomain(data.types), data.message),
    viem: hashTypedData(data),
  }),
  signer: async ({ digest, signature }) => ({
    ethers: recoverAddress(digest, Signature.from(signature)),
    viem: await viemRecover({ hash: digest, signature }),
  }),
  depositCall: async ({ pubkey, credentials, signature, root }) => {
    const data = encodeFunctionData({ abi: depositAbi, functionName: 'deposit', args: [pubkey, credentials, signature, root] });
    return { ethers: data, viem: data };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  console.log(JSON.stringify(await answers[question.ask](question)));
}
