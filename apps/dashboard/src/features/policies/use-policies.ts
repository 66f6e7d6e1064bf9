'use client';

import type { PolicyText } from '@patchbay/api-client';
import { type CoveredTool, type Effect, type Preset, presetPolicies } from '@patchbay/policy';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { bodyOf } from '../../lib/answer.ts';
import { api } from '../../lib/api.ts';
import { policyOfTool, textOfToolPolicy } from './tool-policy.ts';

const POLICIES = '/api/v1/organizations/{organization}/policies' as const;
const POLICY = `${POLICIES}/{policy}` as const;
const TOOLS = '/api/v1/organizations/{organization}/tools' as const;
const PAGE_MAX = 200;

export function usePolicies(organization: string) {
  return useQuery({
    queryKey: ['policies', organization],
    queryFn: async () => bodyOf(await api().GET(POLICIES, { params: { path: { organization } } })).items,
  });
}

/** The tools of a connector's live version. */
export function useTools(organization: string, connector: string) {
  return useQuery({
    queryKey: ['tools', organization, connector],
    queryFn: async (): Promise<CoveredTool[]> => {
      let cursor: string | undefined;
      do {
        const query = { limit: PAGE_MAX, ...(cursor !== undefined && { cursor }) };
        const page = bodyOf(await api().GET(TOOLS, { params: { path: { organization }, query } }));
        const found = page.items.find(({ slug }) => slug === connector);
        if (found) return found.tools.map((tool) => ({ connector, ...tool }));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      return [];
    },
  });
}

/** The presets that need no further choice. */
export const OFFERED_PRESETS = ['read_only', 'approve_writes'] as const satisfies readonly Preset[];
export type OfferedPreset = (typeof OFFERED_PRESETS)[number];

export function useAddPreset(organization: string) {
  const refresh = useRefresh(organization);
  return useMutation({
    mutationFn: async (preset: OfferedPreset) => {
      const [policy] = presetPolicies(preset, {});
      if (!policy) throw new Error(`the preset ${preset} has no policy`);
      const body = { ...policy, when: { kinds: [...(policy.when.kinds ?? [])] } };
      return bodyOf(await api().POST(POLICIES, { params: { path: { organization } }, body }));
    },
    onSuccess: refresh,
  });
}

export function useDeletePolicy(organization: string) {
  const refresh = useRefresh(organization);
  return useMutation({
    mutationFn: (policy: string) => api().DELETE(POLICY, { params: { path: { organization, policy } } }),
    onSuccess: refresh,
  });
}

/** Decides for one tool; null: as its annotations and the other policies decide. */
export function useDecideTool(organization: string, tool: CoveredTool) {
  const refresh = useRefresh(organization);
  return useMutation({
    mutationFn: async (effect: Effect | null) => {
      const path = { organization };
      // Looked at now: the page may be older than the policies.
      const { items } = bodyOf(await api().GET(POLICIES, { params: { path } }));
      const id = policyOfTool(items, tool)?.id;
      if (effect === null) {
        if (id !== undefined) await api().DELETE(POLICY, { params: { path: { organization, policy: id } } });
        return;
      }
      const body = textOf(tool, effect);
      if (id === undefined) bodyOf(await api().POST(POLICIES, { params: { path }, body }));
      else bodyOf(await api().PUT(POLICY, { params: { path: { organization, policy: id } }, body }));
    },
    onSuccess: refresh,
  });
}

/** The same in the words of the API. */
function textOf(tool: CoveredTool, effect: Effect): PolicyText {
  const { name } = textOfToolPolicy(tool, effect);
  return { name, effect, when: { connectors: [tool.connector], tools: [tool.tool] } };
}

function useRefresh(organization: string) {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ['policies', organization] });
}
