'use client';

import { Button, Skeleton, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { signInWithPasskey } from '../../lib/factors.ts';
import type { Refusal } from '../../lib/identity.ts';
import { isAuthorization, paths } from '../../lib/paths.ts';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { CodeForm } from '../session/code-form.tsx';
import { RefusalAlert } from '../session/refusal-alert.tsx';
import { useMe } from '../session/use-me.ts';
import { AppSetup } from './app-setup.tsx';
import { AddPasskey } from './passkey-form.tsx';
import { useSignInMethods } from './use-sign-in-methods.ts';

const T = STRINGS.secondFactor;

/** Proves the second factor of the signed-in person, or lets them set one up; then back to the request that demands it. */
export function SecondFactorPage({ next }: { next: string | null }) {
  const me = useMe();
  const methods = useSignInMethods();
  const goOn = () =>
    window.location.assign(next !== null && isAuthorization(next) ? next : `/dashboard${paths.account}`);
  const error = me.isSignedOut ? null : (me.error ?? methods.error);
  if (error) return <ProblemNotice problem={showError(error)} onRetry={methods.refetch} />;
  if (!methods.data) return <Skeleton h={120} role="status" aria-label={STRINGS.loading} />;
  const { authenticatorApp, passkeys } = methods.data;
  if (!authenticatorApp && passkeys.length === 0) return <SetUp onReady={goOn} />;
  return (
    <Stack>
      {authenticatorApp ? <CodeForm lead={T.lead} onProved={goOn} /> : <Text size="sm">{T.lead}</Text>}
      {passkeys.length > 0 && <WithPasskey onProved={goOn} />}
    </Stack>
  );
}

function WithPasskey({ onProved }: { onProved: () => void }) {
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const prove = async () => {
    setRefusal(null);
    const result = await signInWithPasskey();
    if (result.ok) onProved();
    else setRefusal(result.reason);
  };
  return (
    <Stack gap="md">
      <RefusalAlert refusal={refusal} />
      <Button variant="default" onClick={prove} fullWidth>
        {T.usePasskey}
      </Button>
    </Stack>
  );
}

/** A new app is proved by its first code. A new passkey is asked for once more, as it will be from now on. */
function SetUp({ onReady }: { onReady: () => void }) {
  const [isSettingUp, setUp] = useDisclosure(false);
  const [isAdding, adding] = useDisclosure(false);
  return (
    <Stack>
      <Text size="sm">{T.setUpLead}</Text>
      <Button onClick={setUp.open}>{T.setUpApp}</Button>
      <Button variant="default" onClick={adding.open}>
        {T.addPasskey}
      </Button>
      <Dialog opened={isSettingUp} onClose={setUp.close} title={T.setUpApp} closable={false}>
        <AppSetup onDone={setUp.close} onReady={onReady} />
      </Dialog>
      <Dialog opened={isAdding} onClose={adding.close} title={T.addPasskey}>
        <AddPasskey onDone={adding.close} />
      </Dialog>
    </Stack>
  );
}
