/** How processes of the platform on different machines find and prove each other. */
export { formatHostAndPort, type HostAndPort, hostAndPortSchema, parseHostAndPort } from './host-and-port.ts';
export { loadTlsIdentity, type Problem, type TlsIdentity, tlsFileFields, tlsFileProblems } from './tls-identity.ts';
