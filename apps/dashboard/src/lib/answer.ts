/** The body of an answer that always has one. @throws Error for an empty answer, which no page can show */
export function bodyOf<T>({ data }: { readonly data?: T | undefined }): T {
  if (data === undefined) throw new Error('the answer is empty');
  return data;
}
