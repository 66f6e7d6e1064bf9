'use client';

import { ApiProblem, type Me } from '@patchbay/api-client';
import { useQuery } from '@tanstack/react-query';
import { usePathname, useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { api } from '../../lib/api.ts';
import { paths } from '../../lib/paths.ts';

/** The signed-in person and their organizations. Without a session the page leads to sign-in, and back. */
export function useMe() {
  const router = useRouter();
  const pathname = usePathname();
  const me = useQuery({ queryKey: ['me'], queryFn: fetchMe, staleTime: 60_000 });
  const isSignedOut = me.error instanceof ApiProblem && me.error.status === 401;
  useEffect(() => {
    if (isSignedOut) router.replace(paths.signIn(pathname));
  }, [isSignedOut, pathname, router]);
  return { ...me, isSignedOut };
}

async function fetchMe(): Promise<Me> {
  const { data } = await api().GET('/api/v1/me');
  if (!data) throw new Error('the answer to /me is empty');
  return data;
}
