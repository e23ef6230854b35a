// Times the maker's library: arguments are the port, the rounds, the warm-up rounds, and a JSON array [method, ...arguments].
// Standard output: the wall time and the processor time of this process, in microseconds per exchange.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const Eth = require("@ledgerhq/hw-app-eth").default;
const SpeculosTransport = require("@ledgerhq/hw-transport-node-speculos").default;

const [port, rounds, warmUp] = process.argv.slice(2, 5).map(Number);
const [method, ...args] = JSON.parse(process.argv[5]);
const transport = await SpeculosTransport.open({ apduPort: port });
const eth = new Eth(transport);
for (let i = 0; i < warmUp; i++) {
  await eth[method](...args);
}
const cpu = process.cpuUsage();
const start = process.hrtime.bigint();
for (let i = 0; i < rounds; i++) {
  await eth[method](...args);
}
const wall = Number(process.hrtime.bigint() - start) / 1000;
const used = process.cpuUsage(cpu);
console.log(`${wall / rounds} ${(used.user + used.system) / rounds}`);
await transport.close();
