'use client';

import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { ApiProblem } from '@patchbay/api-client';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { theme } from '../ui/theme.ts';

const RETRIES = 2;

export function Providers({ nonce, children }: { nonce: string; children: ReactNode }) {
  const [client] = useState(createQueryClient);
  // The document keeps the policy it arrived with, whatever later navigations are answered with.
  const [documentNonce] = useState(() => {
    // Dialogs lock scrolling with a style element of their own and look for the nonce here.
    Object.assign(globalThis, typeof window === 'undefined' ? {} : { __webpack_nonce__: nonce });
    return nonce;
  });
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => documentNonce}>
      <Notifications position="bottom-right" />
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    </MantineProvider>
  );
}

/** A refusal is an answer and is shown at once; only silence and failures of the platform are asked again. */
function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 2_000,
        retry: (failures, error) => failures < RETRIES && !(error instanceof ApiProblem && error.status < 500),
      },
    },
  });
}
