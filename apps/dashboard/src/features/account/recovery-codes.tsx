import { Button, Group, Stack, Text } from '@mantine/core';
import { STRINGS } from '../../lib/strings.ts';
import { Copyable } from '../../ui/copyable.tsx';

const T = STRINGS.factors;

/** Recovery codes, shown once. */
export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  return (
    <Stack>
      <Text fw={600}>{T.recovery}</Text>
      <Text size="sm">{T.recoveryLead}</Text>
      <Copyable value={codes.join('\n')} label={T.copyRecovery} wrap />
      <Group justify="flex-end">
        <Button onClick={onDone}>{T.done}</Button>
      </Group>
    </Stack>
  );
}
