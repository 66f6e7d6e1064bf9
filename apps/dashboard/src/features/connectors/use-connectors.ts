'use client';

import type { Connector } from '@patchbay/api-client';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { api } from '../../lib/api.ts';

const PAGE_SIZE = 50;
const REFRESH_MS = 4_000;
/** The longest page the API gives. */
const IDS_MAX = 200;

/**
 * The connectors of an organization, page by page, kept fresh while the page is looked at. The API lists but does not
 * search, so a search first loads the pages that are left.
 */
export function useConnectors(organization: string, search: string) {
  const list = useInfiniteQuery({
    queryKey: ['connectors', organization],
    queryFn: ({ pageParam }) => fetchPage(organization, pageParam),
    initialPageParam: undefined as string | undefined, // the first page has no cursor; the rest are strings
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    refetchInterval: REFRESH_MS,
  });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const wanted = search.trim().toLowerCase();
  useEffect(() => {
    if (wanted !== '' && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [wanted, hasNextPage, isFetchingNextPage, fetchNextPage]);
  const all = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const shown = useMemo(() => all.filter((connector) => isMatch(connector, wanted)), [all, wanted]);
  return { ...list, all, shown };
}

export function useConnector(organization: string, connector: string) {
  return useQuery({
    queryKey: ['connector', organization, connector],
    queryFn: async () => {
      const path = { organization, connector };
      const { data } = await api().GET('/api/v1/organizations/{organization}/connectors/{connector}', {
        params: { path },
      });
      if (!data) throw new Error('the answer is empty');
      return data;
    },
    refetchInterval: REFRESH_MS,
  });
}

/** Names of connectors by id, for lists that hold ids. The first 200; an id that is not among them is shown as it is. */
export function useConnectorNames(organization: string): ReadonlyMap<string, string> {
  return useConnectorMap(organization, ({ name }) => name);
}

export function useConnectorSlugs(organization: string): ReadonlyMap<string, string> {
  return useConnectorMap(organization, ({ slug }) => slug);
}

function useConnectorMap(organization: string, label: (connector: Connector) => string): ReadonlyMap<string, string> {
  const { data } = useQuery({
    queryKey: ['connectors', organization, 'by-id'],
    queryFn: () => fetchPage(organization, undefined, IDS_MAX),
    staleTime: 30_000,
  });
  return new Map(data?.items.map((connector) => [connector.id, label(connector)]));
}

function isMatch(connector: Connector, wanted: string): boolean {
  return connector.name.toLowerCase().includes(wanted) || connector.slug.includes(wanted);
}

async function fetchPage(organization: string, cursor: string | undefined, limit = PAGE_SIZE) {
  const { data } = await api().GET('/api/v1/organizations/{organization}/connectors', {
    params: { path: { organization }, query: { limit, ...(cursor && { cursor }) } },
  });
  if (!data) throw new Error('the answer is empty');
  return data;
}
