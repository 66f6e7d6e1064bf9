'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { isAuthorization, isInside, paths } from '../../lib/paths.ts';

/**
 * Leads a person who has just signed in to the page they wanted; anything that leads elsewhere is ignored.
 *
 * @param next a page of the dashboard, or the authorization request of an OAuth client
 */
export function useReturn(next: string | null): () => void {
  const router = useRouter();
  const queries = useQueryClient();
  return () => {
    queries.clear();
    if (next !== null && isAuthorization(next)) window.location.assign(next);
    else router.replace(next && isInside(next) ? next : paths.home);
  };
}
