'use client';

import { Button, Stack, Text } from '@mantine/core';
import { AuthPage } from '../features/session/auth-page.tsx';
import { STRINGS } from '../lib/strings.ts';

export default function PageError({ reset }: { reset: () => void }) {
  return (
    <AuthPage title={STRINGS.problem.crashTitle}>
      <Stack>
        <Text size="sm">{STRINGS.problem.crashLead}</Text>
        <Button onClick={reset}>{STRINGS.tryAgain}</Button>
      </Stack>
    </AuthPage>
  );
}
