'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { bodyOf } from '../../lib/answer.ts';
import { api } from '../../lib/api.ts';
import type { ConnectorPath } from '../versions/use-versions.ts';
import { declaredSecrets } from './declared-secrets.ts';

const CONNECTOR = '/api/v1/organizations/{organization}/connectors/{connector}' as const;

export function useSecrets(path: ConnectorPath) {
  return useQuery({
    queryKey: ['secrets', path.organization, path.connector],
    queryFn: async () => bodyOf(await api().GET(`${CONNECTOR}/secrets`, { params: { path: { ...path } } })).items,
  });
}

/**
 * The secrets that a version declares; empty while no version is live. A version is immutable, so they are loaded once.
 */
export function useDeclaredSecrets(path: ConnectorPath, number: number | null) {
  return useQuery({
    queryKey: ['manifest', path.organization, path.connector, number],
    queryFn: async () => {
      if (number === null) return [];
      const params = { path: { ...path, number } };
      return declaredSecrets(bodyOf(await api().GET(`${CONNECTOR}/versions/{number}/manifest`, { params })));
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The value goes to the API and stays in no cache. */
export function useSetSecret(path: ConnectorPath) {
  const refresh = useRefresh(path);
  return useMutation({
    mutationFn: ({ name, value }: { name: string; value: string }) =>
      api().PUT(`${CONNECTOR}/secrets/{name}`, { params: { path: { ...path, name } }, body: { value } }),
    onSuccess: refresh,
    gcTime: 0,
  });
}

export function useRemoveSecret(path: ConnectorPath, name: string) {
  const refresh = useRefresh(path);
  return useMutation({
    mutationFn: () => api().DELETE(`${CONNECTOR}/secrets/{name}`, { params: { path: { ...path, name } } }),
    onSuccess: refresh,
  });
}

function useRefresh(path: ConnectorPath) {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ['secrets', path.organization, path.connector] });
}
