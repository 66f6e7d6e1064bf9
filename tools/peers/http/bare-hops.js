/**
 * The best time of the machine for a call through other processes: a bare HTTP server that hands each body on as one
 * frame, over a unix socket, from process to process. Arguments: the port, and how many hops (0: it answers itself).
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const [, program, place, hopsLeft] = process.argv;
const hops = Number(hopsLeft);

/** A frame: four bytes of length, four of its number, the bytes. */
function frame(number, bytes) {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(bytes.byteLength, 0);
  head.writeUInt32BE(number, 4);
  return Buffer.concat([head, bytes]);
}

function onFrames(socket, act) {
  let pending = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    pending = pending.byteLength === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (pending.byteLength >= 8 && pending.byteLength >= 8 + pending.readUInt32BE(0)) {
      const end = 8 + pending.readUInt32BE(0);
      act(pending.readUInt32BE(4), pending.subarray(8, end));
      pending = pending.subarray(end);
    }
  });
}

function answerOf(bytes) {
  const { id, params } = JSON.parse(bytes.toString());
  const result = { content: [{ type: 'text', text: params.arguments.text ?? 'x'.repeat(params.arguments.bytes) }] };
  return Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, result }));
}

/** How this process answers: by itself, or by the next one. */
async function next() {
  if (hops === 0) return async (bytes) => answerOf(bytes);
  const directory = mkdtempSync(path.join(tmpdir(), 'hop-'));
  const file = path.join(directory, 's');
  const child = fork(program, [file, String(hops - 1)]);
  await once(child, 'message');
  const socket = connect(file);
  await once(socket, 'connect');
  rmSync(directory, { recursive: true }); // there is no other client, and the process that ends us sends nothing before
  const waiting = new Map();
  let number = 0;
  onFrames(socket, (answered, bytes) => {
    waiting.get(answered)(bytes);
    waiting.delete(answered);
  });
  return (bytes) =>
    new Promise((resolve) => {
      number = (number + 1) >>> 0;
      waiting.set(number, resolve);
      socket.write(frame(number, bytes));
    });
}

const answer = await next();
if (process.send === undefined) {
  createHttpServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', async () => {
      const bytes = await answer(Buffer.concat(chunks));
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.byteLength }).end(bytes);
    });
  }).listen(Number(place), '127.0.0.1');
} else {
  createServer((socket) => {
    onFrames(socket, async (number, bytes) => socket.write(frame(number, await answer(bytes))));
  }).listen(place, () => process.send('listening'));
}
