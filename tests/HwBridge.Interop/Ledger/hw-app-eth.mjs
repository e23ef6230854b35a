// Drives a Ledger behind an APDU socket with the maker's own library.
// Argument: the port. Standard input: one JSON array a line, [method, ...arguments]. Standard output: one JSON value a line.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

// The packages' ES modules import each other without file extensions, which Node.js refuses: take the CommonJS ones.
const require = createRequire(import.meta.url);
const Eth = require("@ledgerhq/hw-app-eth").default;
const SpeculosTransport = require("@ledgerhq/hw-transport-node-speculos").default;

const transport = await SpeculosTransport.open({ apduPort: Number(process.argv[2]) });
const eth = new Eth(transport);

// No service of the maker's is asked for what it would sign to be shown.
eth.setLoadConfig({ calServiceURL: null, nftExplorerBaseURL: null, pluginBaseURL: null, extraPlugins: null });
for await (const line of createInterface({ input: process.stdin })) {
  const [method, ...args] = JSON.parse(line);
  try {
    console.log(JSON.stringify(await eth[method](...args)));
  } catch (error) {
    console.log(JSON.stringify({ error: error.name, statusCode: error.statusCode?.toString(16) }));
  }
}
await transport.close();
