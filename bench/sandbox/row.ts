import { summarize } from '../measuring/summarize.ts';

/** One line of the result. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  /** Empty for what is only compared. */
  readonly target: string;
  readonly isMet: boolean | null;
  /** Median in milliseconds, for what starts a process: shown in terms of an empty Node process of the same run. */
  readonly startMs?: number;
}

export function latencyRow(what: string, times: readonly number[], target?: { p50: number; p95?: number }): Row {
  const { p50, p95, min } = summarize(times);
  const measured = `p50 ${milliseconds(p50)} p95 ${milliseconds(p95)} min ${milliseconds(min)}`;
  if (!target) return { what, measured, target: '', isMet: null };
  const isMet = p50 <= target.p50 && (target.p95 === undefined || p95 <= target.p95);
  const bounds = [`p50 ≤ ${target.p50} ms`, ...(target.p95 === undefined ? [] : [`p95 ≤ ${target.p95} ms`])];
  return { what, measured, target: bounds.join(', '), isMet };
}

/** A row whose median is compared with an empty Node process: figures of two machines can then be compared too. */
export function startRow(what: string, times: readonly number[], target?: { p50: number; p95?: number }): Row {
  return { ...latencyRow(what, times, target), startMs: summarize(times).p50 };
}

export function milliseconds(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 2 : 1)} ms`;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
