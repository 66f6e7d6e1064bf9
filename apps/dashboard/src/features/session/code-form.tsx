'use client';

import { Button, Stack, Text, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useState } from 'react';
import { sendCode } from '../../lib/factors.ts';
import type { Refusal } from '../../lib/identity.ts';
import { STRINGS } from '../../lib/strings.ts';
import { RefusalAlert } from './refusal-alert.tsx';

const T = STRINGS.signIn;

interface CodeFormProps {
  readonly lead: string;
  readonly onProved: () => void;
  /** Where the person may begin again with the password. */
  readonly onStartOver?: () => void;
}

/** The code of the second factor, or a recovery code. */
export function CodeForm({ lead, onProved, onStartOver }: CodeFormProps) {
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { code: '' },
    validate: { code: isNotEmpty(T.codeMissing) },
  });
  const submit = form.onSubmit(async ({ code }) => {
    setRefusal(null);
    const result = await sendCode(code);
    if (result.ok) onProved();
    else setRefusal(result.reason);
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Text size="sm">{lead}</Text>
        <RefusalAlert refusal={refusal} />
        <TextInput
          label={T.code}
          description={T.codeHint}
          autoComplete="one-time-code"
          autoFocus
          key={form.key('code')}
          {...form.getInputProps('code')}
        />
        <Button type="submit" loading={form.submitting} fullWidth>
          {T.submitCode}
        </Button>
        {onStartOver !== undefined && (
          <Button variant="subtle" onClick={onStartOver} fullWidth>
            {T.startOver}
          </Button>
        )}
      </Stack>
    </form>
  );
}
