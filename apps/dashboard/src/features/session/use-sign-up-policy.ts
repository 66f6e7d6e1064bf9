'use client';

import { useQuery } from '@tanstack/react-query';
import { fetchSignUpPolicy, type SignUpPolicy } from '../../lib/identity.ts';

/** Null until it is known. */
export function useSignUpPolicy(): SignUpPolicy | null {
  const policy = useQuery({ queryKey: ['sign-up'], queryFn: fetchSignUpPolicy, staleTime: Number.POSITIVE_INFINITY });
  return policy.data ?? (policy.error ? 'open' : null);
}
