import type { ToolPolicy } from './policy.ts';

/** Policies that owners begin with. */
export const PRESETS = ['read_only', 'approve_writes', 'pilot_group', 'research_mode'] as const;
export type Preset = (typeof PRESETS)[number];

export interface PresetOptions {
  /** Slugs or globs of connectors. Absent: every connector. */
  readonly connectors?: readonly string[];
  /** Ids of groups: the pilot group, or the people in research mode. `pilot_group` needs at least one. */
  readonly groups?: readonly string[];
}

/** The policies of a preset, without ids. */
export function presetPolicies(preset: Preset, { connectors, groups }: PresetOptions): Omit<ToolPolicy, 'id'>[] {
  const where = connectors ? { connectors } : {};
  const whose = groups ? { groups } : {};
  switch (preset) {
    case 'read_only':
      return [{ name: 'Read only', effect: 'blocked', when: { kinds: ['write', 'destructive'], ...where } }];
    case 'approve_writes':
      return [
        { name: 'Approve all writes', effect: 'needs_approval', when: { kinds: ['write', 'destructive'], ...where } },
      ];
    case 'pilot_group':
      return [{ name: 'Pilot group only', effect: 'blocked', when: { exceptGroups: groups ?? [], ...where } }];
    case 'research_mode':
      // Research calls many tools without asking each time: nothing that it reads may make it write.
      return [
        { name: 'Research mode', effect: 'blocked', when: { kinds: ['write', 'destructive'], ...where, ...whose } },
      ];
  }
}
