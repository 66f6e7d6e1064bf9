/** The part of `pg` that computes SCRAM; its types do not name it. */
declare module 'pg/lib/crypto/sasl.js' {
  export interface Session {
    readonly mechanism: string;
    /** The text to send next. */
    readonly response: string;
  }
  const sasl: {
    /** @throws Error when SCRAM-SHA-256 is not among the mechanisms */
    startSession(mechanisms: readonly string[]): Session;
    /** Writes the next `response`. @throws Error when the server's text is malformed or asks for too much work */
    continueSession(session: Session, password: string, serverData: string): Promise<void>;
    /** @throws Error when the server does not know the password */
    finalizeSession(session: Session, serverData: string): void;
  };
  export default sasl;
}
