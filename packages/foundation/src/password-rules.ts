/** How long a password of an account may be, in characters. The dashboard repeats it, and a test compares the two. */
export const PASSWORD_CHARACTERS = { min: 12, max: 256 } as const;
