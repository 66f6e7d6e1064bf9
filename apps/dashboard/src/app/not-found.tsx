import { Anchor, Stack, Text } from '@mantine/core';
import { AuthPage } from '../features/session/auth-page.tsx';
import { STRINGS } from '../lib/strings.ts';

export default function NotFound() {
  return (
    <AuthPage title={STRINGS.problem.notFoundTitle}>
      <Stack>
        <Text size="sm">{STRINGS.problem.notFoundLead}</Text>
        <Anchor href="/dashboard" underline="always">
          {STRINGS.problem.toHome}
        </Anchor>
      </Stack>
    </AuthPage>
  );
}
