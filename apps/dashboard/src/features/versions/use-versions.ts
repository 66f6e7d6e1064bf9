'use client';

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../lib/api.ts';

const PAGE_SIZE = 20;
/** A running deploy is watched closely, a quiet list seldom. */
const REFRESH_MS = { running: 1_000, quiet: 5_000 };

export interface ConnectorPath {
  readonly organization: string;
  readonly connector: string;
}

export function useVersions(path: ConnectorPath) {
  return useInfiniteQuery({
    queryKey: ['versions', path.organization, path.connector],
    queryFn: async ({ pageParam }) => {
      const { data } = await api().GET('/api/v1/organizations/{organization}/connectors/{connector}/versions', {
        params: { path: { ...path }, query: { limit: PAGE_SIZE, ...(pageParam && { cursor: pageParam }) } },
      });
      if (!data) throw new Error('the answer is empty');
      return data;
    },
    initialPageParam: undefined as string | undefined, // the first page has no cursor; the rest are strings
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    refetchInterval: ({ state }) =>
      state.data?.pages[0]?.items.some((version) => !version.final) ? REFRESH_MS.running : REFRESH_MS.quiet,
  });
}

export function useFindings(path: ConnectorPath, number: number) {
  return useQuery({
    queryKey: ['findings', path.organization, path.connector, number],
    queryFn: async () => {
      const { data } = await api().GET(
        '/api/v1/organizations/{organization}/connectors/{connector}/versions/{number}/findings',
        { params: { path: { ...path, number } } },
      );
      return data?.items ?? [];
    },
  });
}

/**
 * Makes a version live: a certain version, or the previous one when `number` is null. The key is drawn once per confirmation,
 * so that a repeated press or a retry after a lost answer activates once.
 */
export function useActivation(path: ConnectorPath) {
  const queries = useQueryClient();
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  return useMutation({
    mutationFn: async (number: number | null) => {
      const params = { path: { ...path }, header: { 'Idempotency-Key': `${idempotencyKey}-${number ?? 'previous'}` } };
      const base = '/api/v1/organizations/{organization}/connectors/{connector}' as const;
      const { data } =
        number === null
          ? await api().POST(`${base}/rollback`, { params })
          : await api().POST(`${base}/deployments`, { params, body: { version: number } });
      if (!data) throw new Error('the answer is empty');
      return data;
    },
    onSettled: () =>
      Promise.all(
        ['connector', 'connectors', 'versions'].map((kind) =>
          queries.invalidateQueries({ queryKey: [kind, path.organization] }),
        ),
      ),
  });
}
