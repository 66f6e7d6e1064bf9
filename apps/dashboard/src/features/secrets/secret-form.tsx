'use client';

import { Button, Checkbox, Group, PasswordInput, Stack, Textarea, TextInput } from '@mantine/core';
import { isNotEmpty, matches, useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import fields from '../../ui/fields.module.css';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import type { ConnectorPath } from '../versions/use-versions.ts';
import { useSetSecret } from './use-secrets.ts';

const T = STRINGS.secrets;
const NAME = /^[A-Z][A-Z0-9_]{0,63}$/;

interface SecretFormProps {
  readonly path: ConnectorPath;
  /** Null asks for it. */
  readonly name: string | null;
  readonly onDone: () => void;
}

/** Takes a value in. A field of several lines cannot hide what is typed, so it is there only when asked for. */
export function SecretForm({ path, name, onDone }: SecretFormProps) {
  const set = useSetSecret(path);
  const [hasLines, setHasLines] = useState(false);
  const form = useForm({
    initialValues: { name: name ?? '', value: '' },
    validate: { name: matches(NAME, T.nameInvalid), value: isNotEmpty(T.valueMissing) },
  });
  const save = form.onSubmit((values) =>
    set.mutate(values, {
      onSuccess: () => {
        notifications.show({ message: T.saved(values.name), color: 'teal' });
        onDone();
      },
    }),
  );
  const value = { label: T.value, description: T.valueHint, autoComplete: 'off', 'data-autofocus': name !== null };
  return (
    <form onSubmit={save} noValidate>
      <Stack>
        {name === null && (
          <TextInput
            label={T.name}
            description={T.nameHint}
            classNames={{ input: fields.monospace }}
            autoComplete="off"
            data-autofocus
            {...form.getInputProps('name')}
          />
        )}
        {hasLines ? (
          <Textarea
            {...value}
            autosize
            minRows={4}
            maxRows={12}
            classNames={{ input: fields.monospace }}
            {...form.getInputProps('value')}
          />
        ) : (
          <PasswordInput {...value} {...form.getInputProps('value')} />
        )}
        <Checkbox
          label={T.severalLines}
          checked={hasLines}
          onChange={(event) => setHasLines(event.currentTarget.checked)}
        />
        {set.error && <ProblemNotice problem={showError(set.error)} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            {STRINGS.cancel}
          </Button>
          <Button type="submit" loading={set.isPending}>
            {T.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
