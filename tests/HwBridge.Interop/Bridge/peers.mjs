// ethers and viem ask the bridge: arguments are its URL, its token and the account. A line of JSON for each: who signed what, recovered by the other one.
import { FetchRequest, JsonRpcProvider, Transaction, verifyMessage, verifyTypedData } from 'ethers';
import { createWalletClient, http, parseTransaction, recoverMessageAddress, recoverTransactionAddress, recoverTypedDataAddress } from 'viem';
import { hoodi } from 'viem/chains';

const [url, token, account] = process.argv.slice(2);
const headers = { authorization: `Bearer ${token}` };
const domain = { name: 'HwBridge', chainId: 560048, verifyingContract: '0x00000000219ab540356cBB839Cbe05303d7705Fa' };
const types = { Consent: [{ name: 'note', type: 'string' }, { name: 'until', type: 'uint64' }] };
const message = { note: 'by a peer', until: 1800000000n };
const calls = [
  { to: '0x00000000219ab540356cBB839Cbe05303d7705Fa', value: 10n ** 18n, data: `0x22895118${'00'.repeat(416)}` },
  { to: '0x00000961Ef480Eb55e80D19ad83579A64c007002', value: 1n, data: `0x${'a7'.repeat(48)}0000000000000000` },
];
const fees = { nonce: 3, chainId: 560048, maxFeePerGas: 10n ** 9n, maxPriorityFeePerGas: 1n };
const result = { ethers: [], viem: [] };

const request = new FetchRequest(url);
request.setHeader('authorization', headers.authorization);
const provider = new JsonRpcProvider(request, 560048, { staticNetwork: true });
const signer = await provider.getSigner(account);
for (const call of calls) {
  const raw = await signer.signTransaction({ ...call, ...fees, gasLimit: 200000n, type: 2 });
  result.ethers.push(await recoverTransactionAddress({ serializedTransaction: raw }));
  if (parseTransaction(raw).data !== call.data) throw new Error('another call was signed');
}
result.ethers.push(await recoverMessageAddress({ message: 'hello', signature: await signer.signMessage('hello') }));
result.ethers.push(await recoverTypedDataAddress({
  domain, types, primaryType: 'Consent', message, signature: await signer.signTypedData(domain, types, message),
}));
provider.destroy();

const client = createWalletClient({ account, chain: hoodi, transport: http(url, { fetchOptions: { headers } }) });
for (const call of calls) {
  const signed = Transaction.from(await client.signTransaction({ ...call, ...fees, gas: 200000n, type: 'eip1559' }));
  result.viem.push(signed.from);
  if (signed.data !== call.data) throw new Error('another call was signed');
}
result.viem.push(verifyMessage('hello', await client.signMessage({ message: 'hello' })));
result.viem.push(verifyTypedData(domain, types, message, await client.signTypedData({ domain, types, primaryType: 'Consent', message })));
console.log(JSON.stringify(result));
