'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { bodyOf } from '../../lib/answer.ts';
import { api } from '../../lib/api.ts';

const METHODS = ['sign-in methods'] as const;
const SESSIONS = ['own sessions'] as const;

/** How the signed-in person signs in. */
export function useSignInMethods() {
  return useQuery({
    queryKey: METHODS,
    queryFn: async () => bodyOf(await api().GET('/api/v1/me/sign-in')),
  });
}

/** To be called after a change of how the person signs in: it may have made another session too. */
export function useReloadSignIn() {
  const queries = useQueryClient();
  return () =>
    Promise.all([queries.invalidateQueries({ queryKey: METHODS }), queries.invalidateQueries({ queryKey: SESSIONS })]);
}

export function useOwnSessions() {
  return useQuery({
    queryKey: SESSIONS,
    queryFn: async () => bodyOf(await api().GET('/api/v1/me/sessions')),
  });
}

export function useEndSession() {
  const reload = useReloadSignIn();
  return useMutation({
    mutationFn: (session: string) => api().DELETE('/api/v1/me/sessions/{session}', { params: { path: { session } } }),
    // Not awaited: the row is gone with the new list, and with it what it would report.
    onSuccess: () => {
      reload();
    },
  });
}

export function useEndOtherSessions() {
  const reload = useReloadSignIn();
  return useMutation({
    mutationFn: async () => bodyOf(await api().DELETE('/api/v1/me/sessions')),
    onSuccess: reload,
  });
}
