import { findCgroupV1 } from './cgroup-v1.ts';
import { findCgroupV2 } from './cgroup-v2.ts';
import type { KernelLimits } from './limit-group.ts';

/** Version 2 where it has the controllers, else version 1, else the reasons why limits cannot be set here. */
export async function findKernelLimits(): Promise<KernelLimits | { readonly reason: string }> {
  const reasons: string[] = [];
  for (const find of [findCgroupV2, findCgroupV1]) {
    try {
      return await find();
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { reason: `memory, processes and CPU cannot be limited by cgroups: ${reasons.join('; ')}` };
}
