/**
 * Sends hostile bodies at a rate, in a process of its own, until its parent ends. Reports once the first was answered,
 * and the number it sent when asked to end. Arguments: URL, key, bodies a second.
 */
import { request } from 'node:http';

const SIZE_BYTES = 4 * 1024 * 1024 - 1024;

/** A document of about that size: start, parts until it is full, end. */
function filled(start: string, part: (index: number) => string, end: string): string {
  const parts = [start];
  for (let length = start.length, index = 0; length < SIZE_BYTES - 64 - end.length; index += 1) {
    const next = part(index);
    length += next.length;
    parts.push(next);
  }
  return parts.join('') + end;
}

/** Eight bodies that are cheap to send and dear to parse. */
const HOSTILE_BODIES: readonly string[] = [
  '['.repeat(SIZE_BYTES),
  '{"a":'.repeat(SIZE_BYTES / 5),
  filled('[{}', () => ',{}', ']'),
  filled('{"k":0', (index) => `,"k${index}":0`, '}'),
  filled('[{"k":0}', (index) => `,{"k${index}":0}`, ']'),
  filled('[1', () => ',1', ']'),
  `"${'x'.repeat(SIZE_BYTES - 2)}"`,
  `"${'\\u0041'.repeat(Math.floor((SIZE_BYTES - 2) / 6))}"`,
];

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
