'use client';

import { Anchor, Badge, Button, Collapse, Group, List, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { VersionSummary } from '@patchbay/api-client';
import { useId } from 'react';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { ActivateButton } from './activation-buttons.tsx';
import { type ConnectorPath, useFindings } from './use-versions.ts';
import classes from './version-row.module.css';

const T = STRINGS.versions;

const COLORS: Partial<Record<VersionSummary['state'], string>> = {
  active: 'teal',
  published: 'gray',
  held: 'yellow',
  failed: 'red',
  rejected: 'red',
};

interface VersionRowProps {
  readonly path: ConnectorPath;
  readonly version: VersionSummary;
  readonly live: number | null;
}

export function VersionRow({ path, version, live }: VersionRowProps) {
  const [isOpen, { toggle }] = useDisclosure(false);
  const findingsId = useId();
  const isPublished = version.state === 'published' || version.state === 'active' || version.state === 'held';
  return (
    <li className={classes.row}>
      <Group justify="space-between" gap="sm">
        <div>
          <Group gap="sm">
            <Text fw={600}>{T.number(version.number)}</Text>
            <Badge color={COLORS[version.state] ?? 'blue'} variant="dot" tt="none" fw={500}>
              {T.states[version.state]}
            </Badge>
          </Group>
          <Text size="sm" c="var(--text-quiet)">
            <RelativeTime at={version.createdAt} /> {version.createdBy.name && T.by(version.createdBy.name)}
          </Text>
        </div>
        <Group gap="xs">
          {isPublished && <CopyButton value={version.previewUrl} label={`${STRINGS.copy}: ${T.preview}`} />}
          <Button size="xs" variant="default" aria-expanded={isOpen} aria-controls={findingsId} onClick={toggle}>
            {isOpen ? T.hideFindings : T.showFindings}
          </Button>
          {isPublished && version.state !== 'active' && <ActivateButton path={path} version={version} live={live} />}
        </Group>
      </Group>
      {version.failure && <FailureText failure={version.failure} />}
      {version.reasons.length > 0 && (
        <Text size="sm" mt="xs">
          {T.heldBecause} {version.reasons.map((one) => one.reason).join(' ')}
        </Text>
      )}
      <Collapse expanded={isOpen} id={findingsId}>
        {isOpen && <Findings path={path} number={version.number} />}
      </Collapse>
    </li>
  );
}

function FailureText({ failure }: { failure: NonNullable<VersionSummary['failure']> }) {
  return (
    <Stack gap={2} mt="xs" className={classes.failure}>
      <Text size="sm" fw={600}>
        {failure.title}
      </Text>
      {failure.detail !== failure.title && (
        <Text size="sm" className={classes.detail}>
          {failure.detail}
        </Text>
      )}
      <Text size="sm">{failure.hint}</Text>
      <Text size="sm" ff="monospace">
        {/^https?:\/\//.test(failure.type) ? (
          <Anchor href={failure.type} underline="always" inherit>
            {failure.code}
          </Anchor>
        ) : (
          failure.code
        )}
      </Text>
    </Stack>
  );
}

function Findings({ path, number }: { path: ConnectorPath; number: number }) {
  const findings = useFindings(path, number);
  if (findings.error) return <ProblemNotice problem={showError(findings.error)} onRetry={findings.refetch} />;
  if (!findings.data) return <Text size="sm">{STRINGS.loading}</Text>;
  if (findings.data.length === 0) return <Text size="sm">{T.noFindings}</Text>;
  return (
    <List size="sm" spacing={6} mt="xs" aria-label={T.findingsTitle}>
      {findings.data.map((finding) => (
        <List.Item key={finding.id}>
          <b>{T.severity[finding.severity]}</b> {finding.subject && <code>{finding.subject}</code>} {finding.message}
          {finding.hint && (
            <Text size="sm" c="var(--text-quiet)">
              {finding.hint}
            </Text>
          )}
        </List.Item>
      ))}
    </List>
  );
}
