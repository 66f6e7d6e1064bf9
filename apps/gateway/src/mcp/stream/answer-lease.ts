import { AppError } from '@patchbay/foundation';
import type { Lease, Leases } from '../../streams/leases.ts';
import type { Routed } from '../access/mount.ts';
import { type Access, concernsAccess } from '../context/access.ts';

/**
 * An answer that became a stream lasts only as long as its caller may use the connector it comes from.
 * Answers that are not streams need none: they are over before access ends.
 */
export class AnswerLease {
  readonly #leases: Leases;
  readonly #arrival: { readonly access: Access; authorize(): Promise<Access> };
  readonly #routed: Routed;
  #lease: Lease<Access> | undefined;

  constructor(leases: Leases, arrival: { access: Access; authorize(): Promise<Access> }, routed: Routed) {
    this.#leases = leases;
    this.#arrival = arrival;
    this.#routed = routed;
  }

  /** `lost` is told why the stream has to end. */
  begin(lost: (error: unknown) => void): void {
    this.#lease = this.#leases.hold(this.#arrival.access, {
      concerns: concernsAccess,
      reauthorize: this.#arrival.authorize,
      renewed: (now) => this.#checkStillServed(now),
      lost,
    });
  }

  end(): void {
    this.#lease?.end();
  }

  #checkStillServed(now: Access): void {
    if ('answer' in this.#routed) return;
    const { connectorId } = this.#routed.connector.endpoint;
    const isServed = now.connectors.some(({ endpoint }) => endpoint.connectorId === connectorId);
    if (!isServed) throw new AppError('mcp.endpoint_not_found');
  }
}
