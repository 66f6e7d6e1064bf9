/**
 * A supervisor that was started with an unknown descriptor, as a careless shell does: starts a sandbox and reports
 * whether an attempt inside found it. Arguments: a directory for the sandbox, the bubblewrap program, and an isolation
 * layer to leave out.
 */

import type { IsolationLayer } from '@patchbay/probe';
import { createBubblewrapDriver } from '../../src/drivers/create-bubblewrap-driver.ts';
import { probeIsolation } from '../../src/drivers/probe/probe-isolation.ts';
import { Programs } from '../../src/programs/programs.ts';

const [directory = '', bubblewrapFile = '', layer] = process.argv.slice(2);
const probeProgramFile = await new Programs(directory).file('probe');
const driver = await createBubblewrapDriver({
  directory,
  bubblewrapFile,
  nodeFile: process.execPath,
  bootId: 'passed',
  probeProgramFile,
  without: new Set(layer === undefined ? [] : [layer as IsolationLayer]), // the test names one
});
await driver.removeLeftovers();
const rows = await probeIsolation(driver, probeProgramFile);
console.log(rows.find(({ name }) => name === 'use a descriptor that was passed on')?.got);
