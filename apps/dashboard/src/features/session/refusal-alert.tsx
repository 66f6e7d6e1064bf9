import { Alert, Anchor, Stack, Text } from '@mantine/core';
import Link from 'next/link';
import type { Refusal } from '../../lib/identity.ts';
import { paths } from '../../lib/paths.ts';
import { STRINGS } from '../../lib/strings.ts';

/** Why sign-in or a change of the account was refused; and where a new sign-in helps, the way there and back. */
export function RefusalAlert({ refusal }: { refusal: Refusal | null }) {
  if (refusal === null) return null;
  return (
    <Alert color="red" role="alert">
      <Stack gap={4}>
        <Text size="sm">{STRINGS.refusals[refusal]}</Text>
        {refusal === 'not_fresh' && (
          <Anchor size="sm" component={Link} href={paths.signIn(paths.account)} underline="always">
            {STRINGS.factors.signInAgain}
          </Anchor>
        )}
      </Stack>
    </Alert>
  );
}
