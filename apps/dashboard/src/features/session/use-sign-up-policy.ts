'use client';

import { useQuery } from '@tanstack/react-query';
import { fetchSignUpOffer, type MailChannel, type SignUpPolicy } from '../../lib/identity.ts';

function useSignUpOffer() {
  return useQuery({ queryKey: ['sign-up'], queryFn: fetchSignUpOffer, staleTime: Number.POSITIVE_INFINITY });
}

/** Null until it is known. */
export function useSignUpPolicy(): SignUpPolicy | null {
  const offer = useSignUpOffer();
  return offer.data?.policy ?? (offer.error ? 'open' : null);
}

/** How this installation sends mail; null until it is known. */
export function useMailChannel(): MailChannel | null {
  const offer = useSignUpOffer();
  return offer.data?.mail ?? (offer.error ? 'off' : null);
}
