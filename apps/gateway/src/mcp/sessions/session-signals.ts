import { type JsonObject, own, type RpcId } from '@patchbay/mcp';
import type { PubSub, Topic } from '../../pub-sub/pub-sub.ts';
import type { SessionClaims } from './session-id.ts';

/** Which session, and whose. */
type SessionTopic = Pick<SessionClaims, 'id' | 'organizationId'>;

export interface SessionWatch {
  /** Resolves at the next signal, at once for one that came since the last, when the time is over or `aborted` aborts. */
  next(timeoutMs: number, aborted: AbortSignal): Promise<void>;
  end(): void;
}

/**
 * Messages between gateways about one session: that something happened, that a call is to stop, that the session has ended.
 * They can get lost: the database is the record, and these only make it quick.
 */
export class SessionSignals {
  readonly #pubSub: Pick<PubSub, 'publish' | 'subscribe'>;

  constructor(pubSub: Pick<PubSub, 'publish' | 'subscribe'>) {
    this.#pubSub = pubSub;
  }

  /** Wakes every gateway that waits for something of the session. */
  wake(session: SessionTopic): void {
    this.#pubSub.publish(topicOf(session), {});
  }

  /** Stops one call of the session, or with null all of them. */
  cancel(session: SessionTopic, requestId: RpcId | null): void {
    this.#pubSub.publish(topicOf(session), { cancel: requestId });
  }

  /** Until it is given back: aborts when the call is to stop. */
  follow(session: SessionTopic, requestId: RpcId, abort: AbortController): () => void {
    return this.#listen(session, (content) => {
      const cancelled = own(content, 'cancel');
      if (cancelled === requestId || cancelled === null) abort.abort();
    });
  }

  /** Subscribes from now on, so that no message between a look and a wait is missed. */
  watch(session: SessionTopic): SessionWatch {
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
  #listen(session: SessionTopic, listener: (content: JsonObject) => void): () => void {
    const subscribed = this.#pubSub.subscribe(topicOf(session), listener);
    return () => void subscribed.then((stop) => stop());
  }
}

function topicOf({ id, organizationId }: SessionTopic): Topic {
  return { topic: 'session', organizationId, subjectId: id };
}
