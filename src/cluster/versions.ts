/**
 * Whether resourceVersion `a` is newer than `b`: they are numbers of any length as text (Kubernetes 1.35 made this
 * official for all built-in storage). An empty one is older than all.
 */
export function isNewer(a: string, b: string): boolean {
  return a.length === b.length ? a > b : a.length > b.length;
}
