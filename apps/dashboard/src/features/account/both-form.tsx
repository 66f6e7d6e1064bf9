'use client';

import { Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import type { Refusal } from '../../lib/identity.ts';
import { STRINGS } from '../../lib/strings.ts';
import { RefusalAlert } from '../session/refusal-alert.tsx';

const T = STRINGS.factors;

interface BothFormProps {
  /** The consequence, in plain words. */
  readonly lead: string;
  /** The verb on the button. */
  readonly label: string;
  readonly refusal: Refusal | null;
  readonly onSend: (password: string, code: string) => Promise<void>;
  readonly onCancel: () => void;
}

/** Password and code, for what weakens an account. */
export function BothForm({ lead, label, refusal, onSend, onCancel }: BothFormProps) {
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { password: '', code: '' },
    validate: { password: isNotEmpty(T.passwordMissing), code: isNotEmpty(STRINGS.signIn.codeMissing) },
  });
  return (
    <form onSubmit={form.onSubmit(({ password, code }) => onSend(password, code))} noValidate>
      <Stack>
        <Text size="sm">{lead}</Text>
        <RefusalAlert refusal={refusal} />
        <PasswordInput
          label={T.password}
          autoComplete="current-password"
          data-autofocus
          key={form.key('password')}
          {...form.getInputProps('password')}
        />
        <TextInput
          label={STRINGS.signIn.code}
          description={STRINGS.signIn.codeHint}
          autoComplete="one-time-code"
          key={form.key('code')}
          {...form.getInputProps('code')}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {STRINGS.cancel}
          </Button>
          <Button type="submit" loading={form.submitting}>
            {label}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
