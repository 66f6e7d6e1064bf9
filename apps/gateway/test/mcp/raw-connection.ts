import { once } from 'node:events';
import { connect } from 'node:net';

/** A server that waits for the rest of a body sends nothing for this long. */
const SILENCE_MS = 3_000;

/**
 * Sends bytes unchanged, as no HTTP library would, and returns everything received until the peer closes or sends
 * nothing more for a while.
 */
export async function sendRaw(port: number, bytes: string | Uint8Array): Promise<string> {
  const socket = connect({ port, host: 'localhost' });
  await once(socket, 'connect');
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text;
  });
  socket.on('error', () => undefined); // a reset is an answer too
  socket.setTimeout(SILENCE_MS, () => socket.destroy());
  socket.write(bytes);
  await once(socket, 'close');
  return answer;
}

/** The status of every response in what came back. */
export function statusesIn(answer: string): number[] {
  return [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
}
