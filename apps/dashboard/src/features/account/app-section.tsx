'use client';

import { Button, Group, Skeleton, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { renewRecoveryCodes, turnAppOff } from '../../lib/factors.ts';
import type { Refusal } from '../../lib/identity.ts';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { AccountSection } from './account-section.tsx';
import { AppSetup } from './app-setup.tsx';
import { BothForm } from './both-form.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';
import { useReloadSignIn, useSignInMethods } from './use-sign-in-methods.ts';

const T = STRINGS.factors;

/** The authenticator app: set up, turned off, and given new recovery codes. */
export function AppSection() {
  const methods = useSignInMethods();
  const [isSettingUp, setUp] = useDisclosure(false);
  const [isTurningOff, turnOff] = useDisclosure(false);
  const [isRenewing, renew] = useDisclosure(false);
  const isOn = methods.data?.authenticatorApp === true;
  return (
    <AccountSection title={T.app} lead={T.appLead}>
      {methods.error && <ProblemNotice problem={showError(methods.error)} onRetry={methods.refetch} />}
      {methods.isPending && <Skeleton h={36} w={220} />}
      {methods.data && (
        <Group justify="space-between">
          <Text>{isOn ? T.appOn(methods.data.recoveryCodes) : T.appOff}</Text>
          {isOn ? (
            <Group gap="xs">
              <Button size="xs" variant="default" onClick={renew.open}>
                {T.renew}
              </Button>
              <Button size="xs" variant="default" onClick={turnOff.open}>
                {T.turnOff}
              </Button>
            </Group>
          ) : (
            <Button size="xs" onClick={setUp.open}>
              {T.setUp}
            </Button>
          )}
        </Group>
      )}
      <Dialog opened={isSettingUp} onClose={setUp.close} title={T.setUpTitle} closable={false}>
        <AppSetup onDone={setUp.close} />
      </Dialog>
      <Dialog opened={isTurningOff} onClose={turnOff.close} title={T.turnOffTitle}>
        <TurnOff onDone={turnOff.close} />
      </Dialog>
      <Dialog opened={isRenewing} onClose={renew.close} title={T.renewTitle} closable={false}>
        <Renew onDone={renew.close} />
      </Dialog>
    </AccountSection>
  );
}

function TurnOff({ onDone }: { onDone: () => void }) {
  const reload = useReloadSignIn();
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const send = async (password: string, code: string) => {
    const result = await turnAppOff(password, code);
    if (!result.ok) return setRefusal(result.reason);
    notifications.show({ message: T.isOff, color: 'teal' });
    await reload();
    onDone();
  };
  return <BothForm lead={T.turnOffBody} label={T.turnOff} refusal={refusal} onSend={send} onCancel={onDone} />;
}

function Renew({ onDone }: { onDone: () => void }) {
  const reload = useReloadSignIn();
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const send = async (password: string, code: string) => {
    const result = await renewRecoveryCodes(password, code);
    if (!result.ok) return setRefusal(result.reason);
    await reload();
    setCodes(result.recoveryCodes);
  };
  if (codes !== null) return <RecoveryCodes codes={codes} onDone={onDone} />;
  return <BothForm lead={T.renewBody} label={T.renewDo} refusal={refusal} onSend={send} onCancel={onDone} />;
}
