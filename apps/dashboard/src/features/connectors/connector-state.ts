import type { Connector } from '@patchbay/api-client';
import { STRINGS } from '../../lib/strings.ts';

export interface ShownState {
  readonly label: string;
  readonly color: 'teal' | 'blue' | 'red' | 'yellow' | 'gray';
  /** The state of the newest version while another one serves; null when they are the same. */
  readonly note: string | null;
}

type VersionState = NonNullable<Connector['latest']>['state'];

const T = STRINGS.states;

/** The state of a connector in a word, and its next change. */
export function connectorState({ live, latest }: Pick<Connector, 'live' | 'latest'>): ShownState {
  if (live) {
    const isNewer = latest !== null && latest.number > live.number;
    const note = isNewer ? T.newer(latest.number, STRINGS.versions.states[latest.state]) : null;
    return { label: T.live(live.number), color: 'teal', note };
  }
  return latest ? { ...withoutLive(latest.state), note: null } : { label: T.empty, color: 'gray', note: null };
}

function withoutLive(state: VersionState): Pick<ShownState, 'label' | 'color'> {
  switch (state) {
    case 'failed':
      return { label: T.failed, color: 'red' };
    case 'rejected':
      return { label: T.rejected, color: 'red' };
    case 'held':
      return { label: T.held, color: 'yellow' };
    case 'published':
    case 'active':
      return { label: T.published, color: 'gray' };
    default:
      return { label: T.deploying, color: 'blue' };
  }
}
