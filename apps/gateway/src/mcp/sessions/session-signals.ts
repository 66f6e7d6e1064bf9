import { type JsonObject, own, type RpcId } from '@patchbay/mcp';
import type { AnnouncementPlace, Announcements } from '../../announcements/announcements.ts';
import type { SessionClaims } from './session-id.ts';

/** Which session, and whose. */
type SessionPlace = Pick<SessionClaims, 'id' | 'organizationId'>;

export interface SessionWatch {
  /** Resolves at the next signal, at once for one that came since the last, when the time is over or `aborted` aborts. */
  next(timeoutMs: number, aborted: AbortSignal): Promise<void>;
  end(): void;
}

/**
 * What gateways tell each other about one session: that something happened, that a call is to stop, that the session has
 * ended. Whoever must be sure looks into the database; this is what makes it quick.
 */
export class SessionSignals {
  readonly #announcements: Pick<Announcements, 'publish' | 'subscribe'>;

  constructor(announcements: Pick<Announcements, 'publish' | 'subscribe'>) {
    this.#announcements = announcements;
  }

  /** Wakes whoever waits for something of the session. */
  nudge(session: SessionPlace): void {
    this.#announcements.publish(placeOf(session), {});
  }

  /** Stops one call of the session, or with null all of them. */
  cancel(session: SessionPlace, requestId: RpcId | null): void {
    this.#announcements.publish(placeOf(session), { cancel: requestId });
  }

  /** Until it is given back: aborts when the call is to stop. */
  follow(session: SessionPlace, requestId: RpcId, abort: AbortController): () => void {
    return this.#listen(session, (content) => {
      const cancelled = own(content, 'cancel');
      if (cancelled === requestId || cancelled === null) abort.abort();
    });
  }

  /** Hears the session's signals from now on, so that none between a look and a wait is missed. */
  watch(session: SessionPlace): SessionWatch {
    let isRung = false;
    let wake: () => void = () => undefined;
    const end = this.#listen(session, () => {
      isRung = true;
      wake();
    });
    return {
      end,
      next: (timeoutMs, aborted) =>
        new Promise((resolve) => {
          const done = () => {
            clearTimeout(timer);
            aborted.removeEventListener('abort', done);
            wake = () => undefined;
            isRung = false;
            resolve();
          };
          const timer = setTimeout(done, timeoutMs);
          wake = done;
          aborted.addEventListener('abort', done);
          if (isRung || aborted.aborted) done();
        }),
    };
  }

  /** Listens from now on; the way to stop is there before the subscription is. */
  #listen(session: SessionPlace, listener: (content: JsonObject) => void): () => void {
    const subscribed = this.#announcements.subscribe(placeOf(session), listener);
    return () => void subscribed.then((stop) => stop());
  }
}

function placeOf({ id, organizationId }: SessionPlace): AnnouncementPlace {
  return { topic: 'session', organizationId, subjectId: id };
}
