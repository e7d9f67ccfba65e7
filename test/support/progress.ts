/** What a command said on stderr without what it is busy with, which it says only where that takes a second. */
export function withoutProgress(stderr: string): string {
  return stderr.replace(/^[a-z][^\n]* \.\.\.\n/gm, '');
}
