'use client';

import { useQuery } from '@tanstack/react-query';
import { findCliUrl, shortCliUrl } from '../../lib/downloads.ts';

/** The package that `npx --yes` gets in the commands shown. */
export function useCliUrl(): string {
  const { data } = useQuery({ queryKey: ['cli-url'], queryFn: findCliUrl, staleTime: Number.POSITIVE_INFINITY });
  return data ?? shortCliUrl();
}
