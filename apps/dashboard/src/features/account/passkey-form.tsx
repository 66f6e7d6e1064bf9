'use client';

import { Button, Group, Stack, TextInput } from '@mantine/core';
import { hasLength, useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import type { OwnPasskey } from '@patchbay/api-client';
import { useState } from 'react';
import { addPasskey, renamePasskey } from '../../lib/factors.ts';
import type { IdentityResult, Refusal } from '../../lib/identity.ts';
import { STRINGS } from '../../lib/strings.ts';
import { RefusalAlert } from '../session/refusal-alert.tsx';
import { useReloadSignIn } from './use-sign-in-methods.ts';

const T = STRINGS.factors;
const NAME = { min: 1, max: 80 };

export function AddPasskey({ onDone }: { onDone: () => void }) {
  const added = () => notifications.show({ message: T.passkeyAdded, color: 'teal' });
  return <NameForm name="" label={T.next} send={addPasskey} onSent={added} onDone={onDone} />;
}

export function RenamePasskey({ passkey, onDone }: { passkey: OwnPasskey; onDone: () => void }) {
  const send = (name: string) => renamePasskey(passkey.id, name);
  return <NameForm name={passkey.name} label={T.saveName} send={send} onDone={onDone} />;
}

interface NameFormProps {
  readonly name: string;
  /** The verb on the button. */
  readonly label: string;
  readonly send: (name: string) => Promise<IdentityResult>;
  readonly onSent?: () => void;
  readonly onDone: () => void;
}

function NameForm({ name, label, send, onSent, onDone }: NameFormProps) {
  const reload = useReloadSignIn();
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { name },
    transformValues: (values) => ({ name: values.name.trim() }),
    validate: { name: hasLength(NAME, T.passkeyNameMissing) },
  });
  const submit = form.onSubmit(async (values) => {
    setRefusal(null);
    const result = await send(values.name);
    if (!result.ok) return setRefusal(result.reason);
    await reload();
    onSent?.();
    onDone();
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <RefusalAlert refusal={refusal} />
        <TextInput
          label={T.passkeyName}
          description={T.passkeyNameHint}
          autoComplete="off"
          data-autofocus
          key={form.key('name')}
          {...form.getInputProps('name')}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
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
