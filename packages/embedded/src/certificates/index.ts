export { createAuthority, type Issued, issueCertificate, type Subject, type Validity } from './issue-certificate.ts';
