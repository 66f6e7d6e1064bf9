'use client';

import type { ApiKey } from '@patchbay/api-client';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { bodyOf } from '../../lib/answer.ts';
import { api } from '../../lib/api.ts';

const API_KEYS = '/api/v1/organizations/{organization}/api-keys' as const;
const PAGE_SIZE = 50;

export type KeyState = 'usable' | 'ended';

export interface NewApiKey {
  readonly kind: ApiKey['kind'];
  readonly name: string;
  readonly connectors: string[];
  readonly permissions: ApiKey['permissions'];
  readonly allowedAddresses: string[];
  readonly expiresInDays: number;
}

export function useApiKeys(organization: string, state: KeyState) {
  const list = useInfiniteQuery({
    queryKey: ['api-keys', organization, state],
    queryFn: async ({ pageParam }) => {
      const query = { state, limit: PAGE_SIZE, ...(pageParam && { cursor: pageParam }) };
      return bodyOf(await api().GET(API_KEYS, { params: { path: { organization }, query } }));
    },
    initialPageParam: undefined as string | undefined, // the first page has no cursor; the rest are strings
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
  return { ...list, keys: list.data?.pages.flatMap((page) => page.items) ?? [] };
}

/** The answer holds the secret. It stays in the component that asked, and in no cache. */
export function useCreateApiKey(organization: string) {
  const refresh = useRefresh(organization);
  return useMutation({
    mutationFn: async (key: NewApiKey) => {
      // The client's types are of what the schema reads, defaults included.
      const body = { ...key, scopes: [] };
      return bodyOf(await api().POST(API_KEYS, { params: { path: { organization } }, body }));
    },
    onSuccess: refresh,
    gcTime: 0,
  });
}

export function useRevokeApiKey(organization: string, apiKey: string) {
  const refresh = useRefresh(organization);
  return useMutation({
    mutationFn: () => api().DELETE(`${API_KEYS}/{apiKey}`, { params: { path: { organization, apiKey } } }),
    onSuccess: refresh,
  });
}

function useRefresh(organization: string) {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ['api-keys', organization] });
}
