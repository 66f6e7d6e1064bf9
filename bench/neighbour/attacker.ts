/**
 * Sends hostile bodies at a rate, in a process of its own, until its parent ends. Reports once the first was answered,
 * and the number it sent when asked to end. Arguments: URL, key, bodies a second.
 */
import { request } from 'node:http';
import { HOSTILE_BODIES } from './hostile-bodies.ts';

const [address = '', apiKey = '', perSecond = '20'] = process.argv.slice(2);
const bodies = HOSTILE_BODIES.map((body) => Buffer.from(body));
const statuses: Record<string, number> = {};
const count = (what: string) => {
  if (Object.keys(statuses).length === 0) process.send?.('attacking');
  statuses[what] = (statuses[what] ?? 0) + 1;
};
let sent = 0;

const timer = setInterval(() => {
  const body = bodies[sent % bodies.length];
  sent += 1;
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const post = request(address, { method: 'POST', headers: { ...headers, 'content-length': body?.length ?? 0 } });
  post.on('response', (response) => {
    count(String(response.statusCode));
    response.resume();
  });
  // A refusal before the body is read may close the connection under it.
  post.on('error', () => count('closed'));
  post.end(body);
}, 1000 / Number(perSecond));

process.once('message', () => {
  clearInterval(timer);
  process.send?.({ sent, statuses }, () => process.exit(0));
});
process.once('disconnect', () => process.exit(0));
