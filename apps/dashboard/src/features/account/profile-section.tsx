import { SimpleGrid, Text } from '@mantine/core';
import { STRINGS } from '../../lib/strings.ts';
import { useMe } from '../session/use-me.ts';
import { AccountSection } from './account-section.tsx';

const T = STRINGS.account;

export function ProfileSection() {
  const { data } = useMe();
  return (
    <AccountSection title={T.profile}>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Fact name={T.name} value={data?.person?.name} />
        <Fact name={T.email} value={data?.person?.email} />
      </SimpleGrid>
    </AccountSection>
  );
}

function Fact({ name, value }: { name: string; value: string | undefined }) {
  return (
    <div>
      <Text size="sm" c="var(--text-quiet)">
        {name}
      </Text>
      <Text style={{ overflowWrap: 'anywhere' }}>{value}</Text>
    </div>
  );
}
