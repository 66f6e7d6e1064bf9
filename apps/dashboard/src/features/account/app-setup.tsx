'use client';

import { Button, Center, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { beginApp, type NewApp, sendCode } from '../../lib/factors.ts';
import type { Refusal } from '../../lib/identity.ts';
import { STRINGS } from '../../lib/strings.ts';
import { Copyable } from '../../ui/copyable.tsx';
import { RefusalAlert } from '../session/refusal-alert.tsx';
import { QrCode } from './qr-code.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';
import { useReloadSignIn } from './use-sign-in-methods.ts';

const T = STRINGS.factors;

interface AppSetupProps {
  readonly onDone: () => void;
  /** Called instead of `onDone` once the app is on and the recovery codes were shown. */
  readonly onReady?: () => void;
}

/** Sets an authenticator app up, in three steps: the password, the app with its first code, the recovery codes. */
export function AppSetup({ onDone, onReady = onDone }: AppSetupProps) {
  const [app, setApp] = useState<NewApp | null>(null);
  const [isOn, setOn] = useState(false);
  const reload = useReloadSignIn();
  // Only now: the page behind the dialog may show something else once the app is on.
  const finish = async () => {
    await reload();
    onReady();
  };
  if (app === null) return <PasswordStep onApp={setApp} onCancel={onDone} />;
  if (!isOn) return <AppStep app={app} onOn={() => setOn(true)} onCancel={onDone} />;
  return <RecoveryCodes codes={app.recoveryCodes} onDone={finish} />;
}

function PasswordStep({ onApp, onCancel }: { onApp: (app: NewApp) => void; onCancel: () => void }) {
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { password: '' },
    validate: { password: isNotEmpty(T.passwordMissing) },
  });
  const submit = form.onSubmit(async ({ password }) => {
    const begun = await beginApp(password);
    if (begun.ok) onApp(begun);
    else setRefusal(begun.reason);
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <RefusalAlert refusal={refusal} />
        <PasswordInput
          label={T.password}
          autoComplete="current-password"
          data-autofocus
          key={form.key('password')}
          {...form.getInputProps('password')}
        />
        <Steps label={T.next} isPending={form.submitting} onCancel={onCancel} />
      </Stack>
    </form>
  );
}

function AppStep({ app, onOn, onCancel }: { app: NewApp; onOn: () => void; onCancel: () => void }) {
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { code: '' },
    validate: { code: isNotEmpty(STRINGS.signIn.codeMissing) },
  });
  const submit = form.onSubmit(async ({ code }) => {
    const result = await sendCode(code);
    if (!result.ok) return setRefusal(result.reason);
    notifications.show({ message: T.isOn, color: 'teal' });
    onOn();
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text size="sm">{T.scan}</Text>
        <Center>
          <QrCode text={app.uri} label={T.qr} />
        </Center>
        <Copyable value={new URL(app.uri).searchParams.get('secret') ?? ''} label={T.key} wrap />
        <RefusalAlert refusal={refusal} />
        <TextInput
          label={T.firstCode}
          inputMode="numeric"
          autoComplete="one-time-code"
          data-autofocus
          key={form.key('code')}
          {...form.getInputProps('code')}
        />
        <Steps label={T.finish} isPending={form.submitting} onCancel={onCancel} />
      </Stack>
    </form>
  );
}

function Steps({ label, isPending, onCancel }: { label: string; isPending: boolean; onCancel: () => void }) {
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onCancel}>
        {STRINGS.cancel}
      </Button>
      <Button type="submit" loading={isPending}>
        {label}
      </Button>
    </Group>
  );
}
