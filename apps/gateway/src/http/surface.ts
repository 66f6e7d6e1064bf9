import type { FastifyInstance } from 'fastify';

/** An encapsulated part of the gateway. Its guards and its error shape stay inside it. */
export interface Surface {
  readonly name: string;
  register(app: FastifyInstance): Promise<void>;
}
