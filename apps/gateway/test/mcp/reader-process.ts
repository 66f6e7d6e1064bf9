/** Started by a test: sends requests, reads the heads of their answers, and never reads again. */
import { once } from 'node:events';
import { connect } from 'node:net';

interface Order {
  readonly port: number;
  /** Whole HTTP requests. */
  readonly requests: readonly string[];
}

process.on('message', async ({ port, requests }: Order) => {
  const answers = await Promise.all(requests.map((request) => open(port, request)));
  process.send?.(answers.find((head) => !head.startsWith('HTTP/1.1 200')) ?? 'open');
});

async function open(port: number, request: string): Promise<string> {
  const socket = connect(port, 'localhost');
  // A paused socket does not notice that it was closed, and a closed one is no reader any more.
  socket.on('error', () => undefined);
  socket.write(request);
  const [head] = (await once(socket, 'data')) as [Buffer]; // no encoding is set
  socket.pause();
  return head.toString();
}
