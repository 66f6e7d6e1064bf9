import { Transform } from 'node:stream';
import { AppError } from '@patchbay/foundation';

/** Passes at most this many bytes on. @throws AppError `egress.limit_exceeded` through the pipeline */
export function bounded(bytesMax: number, what: string): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.byteLength;
      if (seen <= bytesMax) return done(null, chunk);
      done(new AppError('egress.limit_exceeded', { detail: `${what} is larger than ${bytesMax} bytes.` }));
    },
  });
}
