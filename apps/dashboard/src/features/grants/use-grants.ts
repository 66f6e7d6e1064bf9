'use client';

import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { bodyOf } from '../../lib/answer.ts';
import { api } from '../../lib/api.ts';

const GRANTS = '/api/v1/organizations/{organization}/grants' as const;
const PAGE_SIZE = 50;

export type GrantState = 'open' | 'ended';

/** Which grants: those to which everything that is set applies. */
export interface GrantSelection {
  readonly person?: string;
  readonly client?: string;
  readonly connector?: string;
}

export interface GrantFilter extends GrantSelection {
  readonly state: GrantState;
}

export function useGrants(organization: string, filter: GrantFilter) {
  const list = useInfiniteQuery({
    queryKey: ['grants', organization, filter],
    queryFn: async ({ pageParam }) => {
      const query = { ...filter, limit: PAGE_SIZE, ...(pageParam && { cursor: pageParam }) };
      return bodyOf(await api().GET(GRANTS, { params: { path: { organization }, query } }));
    },
    initialPageParam: undefined as string | undefined, // the first page has no cursor; the rest are strings
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
  return { ...list, grants: list.data?.pages.flatMap((page) => page.items) ?? [] };
}

export function useEndGrant(organization: string, grant: string) {
  const refresh = useRefresh(organization);
  return useMutation({
    mutationFn: () => api().DELETE(`${GRANTS}/{grant}`, { params: { path: { organization, grant } } }),
    onSuccess: refresh,
  });
}

export function useEndGrants(organization: string) {
  const refresh = useRefresh(organization);
  return useMutation({
    mutationFn: async (selection: GrantSelection) =>
      bodyOf(await api().POST(`${GRANTS}/end`, { params: { path: { organization } }, body: { ...selection } })),
    onSuccess: refresh,
  });
}

function useRefresh(organization: string) {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ['grants', organization] });
}
