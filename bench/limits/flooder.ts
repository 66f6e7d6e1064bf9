/**
 * Sends one request over and over on each of its connections, as fast as the answers come, in a process of its own until
 * its parent ends. Reports once every connection was answered, and its numbers when asked to end.
 * Arguments: URL, connections, the message as JSON, then headers as JSON.
 */
import { KeepAliveCaller } from '../measuring/keep-alive-caller.ts';

const [address = '', connections = '', message = '{}', headers = '{}'] = process.argv.slice(2);
const url = new URL(address);
const statuses: Record<string, number> = {};
const startedAt = performance.now();
let isOver = false;
let answered = 0;

async function flood(): Promise<void> {
  let caller = await KeepAliveCaller.open(url);
  const request = caller.post(JSON.parse(message), JSON.parse(headers));
  for (let sent = 0; !isOver; sent += 1) {
    try {
      const { status } = await caller.call(request);
      statuses[status] = (statuses[status] ?? 0) + 1;
    } catch {
      // A refusal may close the connection.
      caller.close();
      caller = await KeepAliveCaller.open(url);
    }
    if (sent === 0) answered += 1;
    if (sent === 0 && answered === Number(connections)) process.send?.('flooding');
  }
}

process.once('message', () => {
  isOver = true;
  process.send?.({ seconds: (performance.now() - startedAt) / 1000, statuses }, () => process.exit(0));
});
process.once('disconnect', () => process.exit(0));
await Promise.all(Array.from({ length: Number(connections) }, flood));
