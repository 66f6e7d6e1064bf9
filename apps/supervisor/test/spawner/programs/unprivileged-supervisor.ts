/** A supervisor's driver in a process without privilege: reports its probe, then keeps one sandbox until it is killed. */
import { newId } from '@patchbay/foundation';
import { SpawnerDriver } from '@patchbay/sandbox-host';

const [socketPath = '', probeProgramFile = '', programFile = ''] = process.argv.slice(2);
const driver = new SpawnerDriver({ socketPath, probeProgramFile });
const report = await driver.probe();
const sandbox = await driver.start({ sandboxId: newId('sandbox'), profile: 'runtime', programFile, mounts: [] });
const { memoryBytes } = await driver.stats(sandbox);
process.stdout.write(`${JSON.stringify({ uid: process.getuid?.(), report, pid: sandbox.pid, memoryBytes })}\n`);
setInterval(() => {}, 60_000);
