/** The pure decisions alone, for processes that have no use for the catalogue. */
export { decideRead, type OutgoingRequest, type ReadRuling } from './decide-read.ts';
export { type HostMatch, matchHost } from './match-host.ts';
