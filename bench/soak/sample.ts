import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';
import { processTree } from '../measuring/process-tree.ts';
import { inspectHeap } from './inspect-heap.ts';
import type { Allowance } from './judge-growth.ts';

const MEGABYTE = 1024 * 1024;

/**
 * The watched measures, with their allowed growth. The soak has one caller and one connector, of which sessions have a
 * bound.
 */
export const MEASURES = {
  gatewayHeapMb: { share: 0.05, least: 3 },
  gatewayRssMb: { share: 0.15, least: 25 },
  gatewayDescriptors: { share: 0.1, least: 8 },
  supervisorHeapMb: { share: 0.05, least: 3 },
  supervisorRssMb: { share: 0.15, least: 25 },
  supervisorDescriptors: { share: 0.1, least: 8 },
  sandboxesPssMb: { share: 0.15, least: 10 },
  processes: { share: 0.1, least: 2 },
  sessionRows: { share: 0.1, least: 20, bound: 1_000 },
  streamRows: { share: 0.1, least: 20 },
  eventRows: { share: 0.1, least: 20 },
} as const satisfies Record<string, Allowance>;

export type Measure = keyof typeof MEASURES;
export type Sample = Readonly<Record<Measure, number>>;

export interface Watched {
  readonly gateway: number;
  readonly supervisor: number;
  readonly databaseUrl: string;
}

/** Reads every measure once. Garbage is collected first, so that only reachable objects count. */
export async function takeSample({ gateway, supervisor, databaseUrl }: Watched): Promise<Sample> {
  const gatewayUse = await inspectHeap(gateway);
  const supervisorUse = await inspectHeap(supervisor);
  const tree = await processTree([supervisor]);
  const pss = await Promise.all(tree.filter((pid) => pid !== supervisor).map(pssMb));
  return {
    gatewayHeapMb: gatewayUse.heapUsed / MEGABYTE,
    gatewayRssMb: gatewayUse.rss / MEGABYTE,
    gatewayDescriptors: await descriptorsOf(gateway),
    supervisorHeapMb: supervisorUse.heapUsed / MEGABYTE,
    supervisorRssMb: supervisorUse.rss / MEGABYTE,
    supervisorDescriptors: await descriptorsOf(supervisor),
    sandboxesPssMb: pss.reduce((sum, mb) => sum + mb, 0),
    processes: tree.length,
    ...(await countRows(databaseUrl)),
  };
}

/** Proportional set size; a process that ended meanwhile has none. */
async function pssMb(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) / 1024;
}

async function descriptorsOf(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length;
}

async function countRows(databaseUrl: string): Promise<Pick<Sample, 'sessionRows' | 'streamRows' | 'eventRows'>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ sessions: number; streams: number; events: number }>(
      `SELECT (SELECT count(*)::int FROM app.mcp_sessions) AS sessions,
              (SELECT count(*)::int FROM app.mcp_session_streams) AS streams,
              (SELECT count(*)::int FROM app.mcp_session_events) AS events`,
    );
    const { sessions = 0, streams = 0, events = 0 } = rows[0] ?? {};
    return { sessionRows: sessions, streamRows: streams, eventRows: events };
  } finally {
    await client.end();
  }
}
